"""What is wrong with a file, said so that a person finds the place and knows what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

_LONGEST_VALUE = 60


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or that AWS may refuse."""

    line: int | None
    """Line in the file, from 1. None: the file as a whole."""
    key: str
    """Where, as the user writes it: `images.web.source.filters.tags[0]`. Empty: the file."""
    message: str
    """What is wrong, what was there, and what to do."""

    def __str__(self) -> str:
        place = "" if self.line is None else f"{self.line}:"
        key = f" {self.key}:" if self.key else ""
        return f"{place}{key} {self.message}"


class ConfigError(ValueError):
    """The file cannot be used; `problems` has every reason.

    Its text is one line for each, `FILE:LINE: key: message`.
    """

    def __init__(self, file: Path, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = problems
        super().__init__("\n".join(f"{file}:{problem}" for problem in problems))


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A question that names what comes nearest to `word`, or `otherwise`."""
    by_case = {name.lower().replace("-", "_"): name for name in known}
    meant = word.lower().replace("-", "_")
    near = get_close_matches(meant, by_case, n=1) or [
        name for name in by_case if name.endswith(f"_{meant}")
    ]
    return f'did you mean "{by_case[near[0]]}"?' if near else otherwise


def shorten(text: str) -> str:
    """`text` on one line of at most 60 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_VALUE else f"{line[: _LONGEST_VALUE - 1]}…"


def listed(words: Iterable[str], last: str = "or") -> str:
    """The words as in a sentence: `a, b or c`."""
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end
