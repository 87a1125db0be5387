"""A comment that is never too long: what is least important is left out, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_ROOM_TO_SAY = 120
"""Characters of the line at the end of a section that says how much is left out."""


@dataclass(frozen=True)
class Frame:
    """What stands around several parts, such as `<details>` or a fence."""

    begin: str
    end: str


@dataclass(frozen=True)
class Part:
    """The smallest thing that is shown whole or not at all."""

    text: str
    what: str
    """What it is one of, as in `change`."""
    frame: Frame | None = None
    """Parts that follow each other with the same one stand in it together."""
    count: int = 1
    """How many of them it is."""
    can_miss: bool = False
    """Whether what follows is shown even if there is no room for it."""


@dataclass(frozen=True)
class Section:
    """A heading and what is below it, the most important first."""

    heading: str
    parts: tuple[Part, ...]

    def whole(self) -> int:
        """How long it is when nothing is left out."""
        return len(self._text(self.parts))

    def fitted(self, room: int) -> tuple[str, Sequence[Part]]:
        """The section in no more than `room` characters, and what is left out of it."""
        if self.whole() <= room:
            return self._text(self.parts), ()
        shown: list[Part] = []
        left: list[Part] = []
        length = len(self.heading) + _ROOM_TO_SAY
        for number, part in enumerate(self.parts):
            more = len(part.text) + 2
            if part.frame is not None and (not shown or part.frame != shown[-1].frame):
                more += len(part.frame.begin) + len(part.frame.end) + 6
            if length + more <= room:
                shown.append(part)
                length += more
            elif part.can_miss:
                left.append(part)
            else:
                left += self.parts[number:]
                break
        return (f"{self._text(shown)}\n\n{_and_more(left)}" if shown else ""), left

    def _text(self, parts: Iterable[Part]) -> str:
        lines = [self.heading]
        frame: Frame | None = None
        for part in parts:
            if part.frame != frame:
                lines += [frame.end, ""] if frame else [""]
                lines += [part.frame.begin] if part.frame else []
                frame = part.frame
            lines.append(part.text)
        lines += [frame.end] if frame else []
        return "\n".join(lines)


def fit(sections: Sequence[Section], room: int) -> tuple[list[str], dict[str, tuple[int, int]]]:
    """The sections in no more than `room` characters.

    Each later one is sure of a share of the room, so that a thousand of one kind do not hide
    another kind.

    Returns:
        The texts, and by what they are how many parts are left out, of how many.
    """
    lengths = [section.whole() + 2 for section in sections]
    share = room // max(1, len(sections))
    texts: list[str] = []
    all_of, left = _counted(part for it in sections for part in it.parts), Counter[str]()
    for number, section in enumerate(sections):
        kept = sum(min(length, share) for length in lengths[number + 1 :])
        text, out = section.fitted(room - kept - 2)
        if text:
            texts.append(text)
            room -= len(text) + 2
        left += _counted(out)
    return texts, {what: (number, all_of[what]) for what, number in left.items()}


def _and_more(left: Sequence[Part]) -> str:
    return f"**… and {_counted(left).total():,} more, left out here.**"


def _counted(parts: Iterable[Part]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part in parts:
        counts[part.what] += part.count
    return counts
