"""What a check of the links is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from inspect import cleandoc

from tandem.findings import Finding
from tandem.trace.checks.context import Context


@dataclass(frozen=True)
class Problem:
    """What a check found at one place."""

    address: str
    cause: str
    remedy: str = ""
    """Empty: the remedy of the check."""


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a link, and how to see it."""

    id: str
    """Short, in kebab-case: a heading of the catalogue."""
    title: str
    """What is wrong, in a few words."""
    remedy: str
    page: str
    """AWS's page that says so."""
    why: str
    """What happens, for people: Markdown."""
    find: Callable[[Context], Iterator[Problem]] = field(repr=False)
    breaks: bool = True
    """Whether something fails, or never starts; False: it works, and could be better."""

    def findings(self, context: Context) -> Iterator[Finding]:
        """All places where it is wrong."""
        for problem in self.find(context):
            yield Finding(
                address=problem.address,
                check=self.id,
                cause=problem.cause,
                remedy=problem.remedy or self.remedy,
            )


def check(
    id: str, *, title: str, remedy: str, page: str, breaks: bool = True
) -> Callable[[Callable[[Context], Iterator[Problem]]], Check]:
    """Make a check of a function that finds problems; its docstring is what the catalogue says."""

    def made(find: Callable[[Context], Iterator[Problem]]) -> Check:
        return Check(
            id=id,
            title=title,
            remedy=remedy,
            page=page,
            why=cleandoc(find.__doc__ or ""),
            find=find,
            breaks=breaks,
        )

    return made
