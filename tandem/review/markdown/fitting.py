"""A comment that is never too long: what is least important is left out, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

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
    brief: str = ""
    """What is shown of it where room is short; empty: nothing shorter."""
    count: int = 1
    """How many of them it is."""
    can_miss: bool = False
    """Whether what follows is shown even if there is no room for it."""


@dataclass(frozen=True)
class Cut:
    """What there was no room for, of one kind."""

    what: str
    left_out: int
    in_brief: int
    all_of: int


@dataclass
class Fitted:
    """A section in its room."""

    text: str
    """Empty: there is no room for any of it."""
    left: list[Part] = field(default_factory=list)
    brief: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """A heading and what is below it, the most important first."""

    heading: str
    parts: tuple[Part, ...]

    def whole(self) -> int:
        """How long it is when nothing is left out."""
        return len(self._text(self.parts))

    def fitted(self, room: int) -> Fitted:
        """The section in no more than `room` characters.

        In the second half of the room parts are shown in brief, so that more of them are seen.
        """
        if self.whole() <= room:
            return Fitted(self._text(self.parts))
        shown: list[Part] = []
        found = Fitted("")
        length = len(self.heading) + _ROOM_TO_SAY
        for number, part in enumerate(self.parts):
            around = 0
            if part.frame is not None and (not shown or part.frame != shown[-1].frame):
                around = len(part.frame.begin) + len(part.frame.end) + 6
            is_brief = bool(part.brief) and length + len(part.text) + around > room // 2
            text = part.brief if is_brief else part.text
            if length + len(text) + around + 2 <= room:
                shown.append(replace(part, text=text))
                found.brief += [part] if text != part.text else []
                length += len(text) + around + 2
            elif part.can_miss:
                found.left.append(part)
            else:
                found.left += self.parts[number:]
                break
        if shown:
            more = _counted(found.left).total()
            said = f"\n\n**… and {more:,} more, left out here.**" if more else ""
            found.text = f"{self._text(shown)}{said}"
        return found

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


def fit(sections: Sequence[Section], room: int) -> tuple[list[str], list[Cut]]:
    """The sections in no more than `room` characters.

    Each later one is sure of a share of the room, so that a thousand of one kind do not hide
    another kind.

    Returns:
        The texts, and what is left out of them.
    """
    lengths = [section.whole() + 2 for section in sections]
    share = room // max(1, len(sections))
    texts: list[str] = []
    left, brief = Counter[str](), Counter[str]()
    for number, section in enumerate(sections):
        kept = sum(min(length, share) for length in lengths[number + 1 :])
        found = section.fitted(room - kept - 2)
        if found.text:
            texts.append(found.text)
            room -= len(found.text) + 2
        left += _counted(found.left)
        brief += _counted(found.brief)
    all_of = _counted(part for section in sections for part in section.parts)
    whats = [what for what in all_of if left[what] or brief[what]]
    return texts, [Cut(what, left[what], brief[what], all_of[what]) for what in whats]


def _counted(parts: Iterable[Part]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part in parts:
        counts[part.what] += part.count
    return counts
