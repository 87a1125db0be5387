"""Requests and what IAM says to them, evaluated by @cloud-copilot/iam-simulate in Node.

Many requests are shared between two processes, and asked in portions: while Node evaluates one, the
next is written and the answers to the last are read.
"""

from __future__ import annotations

import json
import math
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import ClassVar

from tandem.access.batches import Batch
from tandem.access.node import EvaluatorError, NodeProcess, begun
from tandem.access.placeholders import Placeholders
from tandem.access.requests import Decision, Request

__all__ = ["Decision", "Evaluator", "EvaluatorError", "GrantedAction", "Request"]

_SHARED_FROM = 4_000
"""Requests from which a second process pays."""
_PORTION = 4_000
"""Requests at a time, which take half a second."""


@dataclass(frozen=True)
class GrantedAction:
    """An action that a pattern of a policy stands for, as AWS's reference has it."""

    name: str
    resources: tuple[str, ...]
    """Patterns of the resources against which AWS checks it; none: it can only be on `*`."""
    arn_keys: tuple[str, ...]
    """Its condition keys that hold ARNs, as in `ecs:cluster`."""


class Evaluator:
    """Evaluates requests; a context manager, because it keeps Node running.

    Args:
        account: The account of the roles: 12 digits, or a symbol.
        when_asked: Called when there is nothing to do but to wait for answers: whoever gives it
            has other work for the second core, so one process evaluates everything.

    Raises:
        EvaluatorError: Node or the package is missing; on the first question.
    """

    _actions: ClassVar[dict[str, tuple[GrantedAction, ...]]] = {}
    """What patterns stand for, which hangs on the installed package alone: asked once each."""

    def __init__(self, account: str, *, when_asked: Callable[[], object] | None = None) -> None:
        self._when_asked = when_asked
        self._placeholders = Placeholders(account)
        self._processes: list[NodeProcess] = []

    def __enter__(self) -> Evaluator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._processes:
            self._processes.pop().close()

    def start(self) -> None:
        """Let Node begin, which takes a moment: there will be questions."""
        self._running(1)

    def evaluate(self, requests: Sequence[Request]) -> list[Decision]:
        """What IAM says to each request, in their order."""
        by_role: dict[int, list[int]] = {}
        for number, request in enumerate(requests):
            by_role.setdefault(id(request.role), []).append(number)
        groups = list(by_role.values())
        alone = self._when_asked is not None or (os.cpu_count() or 1) == 1
        most = 2 if len(requests) >= _SHARED_FROM and not alone else 1
        count = most * math.ceil(len(requests) / (_PORTION * most))
        portions = [groups[number::count] for number in range(count)]
        batches = deque(Batch(requests, it, self._placeholders) for it in portions if it)
        processes = self._running(min(most, len(batches)))
        asked = deque((process, batches.popleft()) for process in processes)
        for process, batch in asked:
            process.ask(batch.question())
        if self._when_asked:
            self._when_asked()
        decisions: dict[int, Decision] = {}
        while asked:
            process, batch = asked.popleft()
            following = batches.popleft() if batches else None
            question = following.question() if following else ""
            answers = process.answer()["roles"]
            if following:
                process.ask(question)
                asked.append((process, following))
            decisions |= batch.decisions(answers)
        return [decisions[number] for number in range(len(requests))]

    def expand(self, patterns: Sequence[str]) -> Mapping[str, tuple[GrantedAction, ...]]:
        """The actions that each pattern of a policy, such as `ecr:*`, stands for."""
        asked = sorted(set(patterns) - self._actions.keys())
        if asked:
            process = self._running(1)[0]
            process.ask(json.dumps({"expand": asked}))
            for pattern, found in zip(asked, process.answer()["expand"], strict=True):
                self._actions[pattern] = tuple(
                    GrantedAction(name, tuple(resources), tuple(keys))
                    for name, resources, keys in found
                )
        return {pattern: self._actions[pattern] for pattern in patterns}

    def _running(self, count: int) -> list[NodeProcess]:
        while len(self._processes) < count:
            self._processes.append(begun())
        return self._processes[:count]
