"""What a shell knows at one point of a run."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tandem.buildspec.syntax import Node

Value: TypeAlias = str | tuple[str, ...] | None
"""A variable's text, or the items of an array; None where it is unset."""
OneOf: TypeAlias = Callable[[str, Hashable], str]
"""Gives a text for something (by its name) that has one of several values."""


@dataclass(slots=True)
class State:
    """The variables, arguments and functions of a shell, on one of the ways a run may go."""

    variables: dict[str, Value] = field(default_factory=dict)
    """Those that the commands assigned. The environment is not among them."""
    functions: dict[str, Node] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    """`$@`"""
    folder: str = ""
    """The working directory, from the source's root."""
    stdin: str | None = None
    """What a command can read; None where nobody knows."""
    status: str | None = "0"
    """`$?`; None where nobody knows."""
    certain: bool = True
    """Whether every build that succeeds comes here."""
    over: bool = False
    """Whether `exit`, `return`, `break` or `continue` was reached."""
    foreign: bool = False
    """Whether something that cannot be read may have set more variables."""

    def copy(self) -> State:
        """Another way from here on."""
        return State(
            dict(self.variables),
            dict(self.functions),
            self.arguments,
            self.folder,
            self.stdin,
            self.status,
            self.certain,
            self.over,
            self.foreign,
        )

    def join(
        self, ways: Sequence[State], value: Callable[[str, State], Value], one_of: OneOf
    ) -> None:
        """Go on with what is the same on all `ways`. How certain this state is, stays.

        Args:
            ways: One or more.
            value: The value of a variable in a state, whether assigned or from the environment.
            one_of: What stands for something that differs.
        """
        first = ways[0]
        self.over = False
        self.foreign = any(way.foreign for way in ways)
        self.status = first.status if all(way.status == first.status for way in ways) else None
        if len(ways) == 1:
            self.variables, self.functions = first.variables, first.functions
            self.arguments, self.folder = first.arguments, first.folder
            return
        self.functions = {name: body for way in ways for name, body in way.functions.items()}
        for name in {name: None for way in ways for name in way.variables}:
            self.variables[name] = _merged(f"${name}", [value(name, way) for way in ways], one_of)
        self.arguments = _merged_list("$@", [way.arguments for way in ways], one_of)
        folders = [way.folder for way in ways]
        self.folder = first.folder if len(set(folders)) == 1 else one_of("$PWD", tuple(folders))


def _merged(name: str, values: Sequence[Value], one_of: OneOf) -> Value:
    first = values[0]
    if all(value == first for value in values):
        return first
    lists = [value for value in values if isinstance(value, tuple)]
    if len(lists) == len(values):
        return _merged_list(name, lists, one_of)
    return one_of(name, tuple(values))


def _merged_list(name: str, values: Sequence[tuple[str, ...]], one_of: OneOf) -> tuple[str, ...]:
    longest = max(values, key=len)
    # A branch that may add options: with them, nothing that a build may do is overlooked.
    if all(longest[: len(items)] == items for items in values):
        return longest
    return (one_of(name, tuple(values)),)
