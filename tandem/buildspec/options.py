"""Options of a command line: those that are asked for, and what is no option."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Options:
    """A command line, taken apart."""

    values: dict[str, list[str]] = field(default_factory=dict)
    """The values of each option that takes one, by the option's first name."""
    flags: set[str] = field(default_factory=set)
    """Options without a value."""
    rest: list[str] = field(default_factory=list)
    """What is no option."""

    def of(self, name: str) -> list[str]:
        """All values of an option."""
        return self.values.get(name, [])


def options(arguments: Sequence[str], valued: Iterable[Sequence[str]]) -> Options:
    """Take a command line apart.

    Args:
        arguments: Words after the command.
        valued: Options that take a value, each with all its names: `("--tag", "-t")`.
    """
    names = {name: names[0] for names in valued for name in names}
    found = Options()
    at = 0
    while at < len(arguments):
        word = arguments[at]
        at += 1
        if word == "--":
            found.rest += arguments[at:]
            break
        if not word.startswith("-") or word == "-":
            found.rest.append(word)
            continue
        name, equals, value = word.partition("=")
        if name in names and equals:
            found.values.setdefault(names[name], []).append(value)
        elif word in names:
            if at < len(arguments):
                found.values.setdefault(names[word], []).append(arguments[at])
            at += 1
        elif word[:2] in names and not word.startswith("--"):
            found.values.setdefault(names[word[:2]], []).append(word[2:])
        else:
            found.flags.add(word)
    return found
