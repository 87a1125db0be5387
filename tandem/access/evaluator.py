"""Requests and what IAM says to them, evaluated by @cloud-copilot/iam-simulate in Node.

Roles and their policies are sent once; many requests are shared between two processes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import ClassVar

from tandem.access.batches import Batch
from tandem.access.node import EvaluatorError, NodeProcess
from tandem.access.placeholders import Placeholders
from tandem.access.requests import Decision, Request

__all__ = ["Decision", "Evaluator", "EvaluatorError", "GrantedAction", "Request"]

_SHARED_FROM = 4_000
"""Requests from which a second process pays."""


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
        several = len(requests) >= _SHARED_FROM and not alone
        shares = [groups[0::2], groups[1::2]] if several else [groups]
        batches = [Batch(requests, share, self._placeholders) for share in shares if share]
        processes = self._running(len(batches))
        for process, batch in zip(processes, batches, strict=False):
            process.ask(batch.question())
        if self._when_asked:
            self._when_asked()
        decisions: dict[int, Decision] = {}
        for process, batch in zip(processes, batches, strict=False):
            decisions |= batch.decisions(process.answer()["roles"])
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
            self._processes.append(NodeProcess())
        return self._processes
