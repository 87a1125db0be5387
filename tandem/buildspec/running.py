"""Follows shell commands the way a build that succeeds would, without running any.

What a condition depends on is often not known: then both branches are followed, each with a copy
of the shell's state, and what they leave differently is unknown from there on.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from tandem.buildspec.limits import MOST_STEPS, TooMuchError
from tandem.buildspec.model import Command
from tandem.buildspec.state import State
from tandem.buildspec.syntax import Node
from tandem.buildspec.words import Words


class Status(Enum):
    """How a command ends."""

    SUCCESS = "it succeeds"
    FAILURE = "it fails"
    EXPECTED = "it succeeds in a build that succeeds"
    UNKNOWN = "it is a test of something that nobody knows"


@dataclass(slots=True)
class Output:
    """What commands print into a substitution or a pipe."""

    pieces: list[str] = field(default_factory=list)
    known: bool = True

    @property
    def text(self) -> str | None:
        """All of it; None where nobody knows."""
        return "".join(self.pieces) if self.known else None


Run: TypeAlias = Callable[[State], Status]
Handler: TypeAlias = "Callable[[Runner, Node, State], Status]"


class Runner:
    """One run of all commands of a buildspec: what was seen so far, and where output goes."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        environment: Mapping[str, str],
        masks: Mapping[int, str],
    ) -> None:
        """Follow each kind of statement with its handler.

        Args:
            handlers: By kind of syntax. What has none is a block, or does nothing.
            environment: Values of the environment variables.
            masks: What single characters of the text stand for.
        """
        self.words = Words(environment, masks, self._substituted)
        self.output: Output | None = None
        """Where commands print to; None: the log of the build."""
        self.phase = ""
        self.depth = 0
        self.commands: list[Command] = []
        self.writes: dict[str, None] = {}
        self.scripts: dict[str, None] = {}
        self.problems: list[str] = []
        self._handlers = handlers
        self._left: dict[str, list[State]] = {}
        self._steps = 0

    def run(self, node: Node, state: State) -> Status:
        """Follow a statement, or all statements in a block."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooMuchError
        handler = self._handlers.get(node.kind)
        if handler is None:
            return self.run_all(node.children, state)
        status = handler(self, node, state)
        is_unknown = status is Status.UNKNOWN
        state.status = None if is_unknown else "1" if status is Status.FAILURE else "0"
        return status

    def run_all(self, nodes: Sequence[Node], state: State) -> Status:
        """Follow statements one after the other; what is no statement is passed over."""
        status = Status.SUCCESS
        for node in nodes:
            if node.kind in self._handlers or node.kind in ("compound_statement", "do_group"):
                status = self.run(node, state)
                if state.over:
                    break
        return status

    def print(self, text: str | None, state: State) -> None:
        """Print; None is a text that nobody knows."""
        if self.output is not None:
            self.output.known = self.output.known and state.certain and text is not None
            self.output.pieces.append(text or "")

    def leave(self, scope: str, state: State) -> None:
        """Go on after the enclosing `scope`, as `continue`, `break`, `return` and `exit` do."""
        self._left.setdefault(scope, []).append(state.copy())
        state.over = True

    def within(self, scope: str, state: State, run: Run) -> Status:
        """Follow what `leave` can leave, and go on with all ways that lead out of it."""
        outer, self._left[scope] = self._left.get(scope, []), []
        certain = state.certain
        status = run(state)
        left = self._left[scope]
        self._left[scope] = outer
        if left:
            self._join(state, left if state.over else [*left, state.copy()])
        state.certain = certain
        return status

    def either(self, state: State, branches: Sequence[Run], *, exhaustive: bool) -> list[Status]:
        """Follow each branch by itself, as nobody knows which one it will be.

        Args:
            state: Becomes what is left after whichever branch.
            branches: Ways to go on.
            exhaustive: Whether one of them is taken in any case.
        """
        ways = [] if exhaustive else [state.copy()]
        statuses = []
        left = sum(map(len, self._left.values()))
        for branch in branches:
            way = state.copy()
            way.certain = False
            statuses.append(branch(way))
            if not way.over:
                ways.append(way)
        state.over = not ways
        if ways:
            self._join(state, ways)
        if sum(map(len, self._left.values())) > left:
            state.certain = False  # a branch went elsewhere: nobody knows who comes here
        return statuses

    def captured(self, run: Run, state: State) -> str | None:
        """What commands print in a shell of their own; None where nobody knows."""
        outer, self.output = self.output, Output()
        certain, state.certain = state.certain, True
        first = len(self.commands)
        try:
            self.within("exit", state, run)
            return self.output.text
        finally:
            self.output = outer
            if not certain:
                self.commands[first:] = [
                    Command(command.phase, command.argv, False) for command in self.commands[first:]
                ]

    def _join(self, state: State, ways: Sequence[State]) -> None:
        def one_of(name: str, values: Hashable) -> str:
            return self.words.unknowns.named(name, ("one of", values))

        state.join(ways, lambda name, way: self.words.value(name, way, noted=False), one_of)

    def _substituted(self, node: Node, state: State) -> str | None:
        output = self.captured(lambda way: self.run_all(node.children, way), state.copy())
        return None if output is None else output.rstrip("\n")
