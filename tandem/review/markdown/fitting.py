"""A comment that is never too long: what is least important is left out, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

_ROOM_TO_SAY = 120
"""Characters of the line at the end of a section that says how much is left out."""


@dataclass(frozen=True)
class Frame:
    """What stands around several parts, such as `<details>` or a fence."""

    begin: str
    end: str


@dataclass(frozen=True)
class More:
    """What can be added to a part; written only where there is room for it."""

    what: str
    """What it consists of, as in `further argument`."""
    count: int
    """How many of them it is."""
    write: Callable[[], str]

    @cached_property
    def text(self) -> str:
        """What is added."""
        return self.write()


@dataclass(frozen=True)
class Part:
    """The smallest thing that is shown whole or not at all."""

    text: str
    what: str
    """What it is one of, as in `change`."""
    frame: Frame | None = None
    """Parts that follow each other with the same one stand in it together."""
    brief: str = ""
    """What is shown of it where room is short, in one line; empty: nothing shorter."""
    count: int = 1
    """How many of them it is."""
    more: More | None = None
    """What is added to its text where room is left when all else has its place."""
    can_miss: bool = False
    """Whether it gives way to everything of the same rank."""


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
    shown: list[Part] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """How much of the room it takes, with the blank line behind it."""
        return len(self.text) + 2 if self.text else 0


Rank = Literal[0, 1, 2]
"""0: shown before anything else gets room; 1: what the changes do; 2: what gives way first."""


@dataclass(frozen=True)
class Section:
    """A heading and what is below it, the most important first."""

    heading: str
    parts: tuple[Part, ...]
    rank: Rank = 1

    @cached_property
    def whole(self) -> str:
        """The section when nothing is left out."""
        return self._text(self.parts)

    @property
    def needed(self) -> Section:
        """The section without what can miss."""
        return replace(self, parts=tuple(part for part in self.parts if not part.can_miss))

    def fitted(self, room: int) -> Fitted:
        """The section in no more than `room` characters.

        Parts are shown in full as long as the others still fit in brief. Where not all of them do,
        some are in full all the same, in half of the room; of the first rank all are in brief, so
        that as many as possible are seen.
        """
        if not self.parts:
            return Fitted("")
        if len(self.whole) <= room:
            return Fitted(self.whole, shown=[*self.parts])
        found = Fitted("")
        shown = found.shown
        length = len(self.heading)
        everything, *after = self._rest
        all_fit = length + everything <= room and not any(part.can_miss for part in self.parts)
        length += 0 if all_fit else _ROOM_TO_SAY
        full_until = room // 2 if self.rank and not all_fit else 0
        for number, (part, rest) in enumerate(zip(self.parts, after, strict=True)):
            around = 0
            if part.frame is not None and (not shown or part.frame != shown[-1].frame):
                around = _around(part.frame)
            end = length + len(part.text) + around + 2
            is_full = end + rest <= room or (end <= full_until and not part.can_miss)
            text = part.text if is_full else part.brief or part.text
            fits = length + len(text) + around + 2 <= room
            if fits and (is_full or not part.can_miss):
                shown.append(part if is_full else replace(part, text=text, more=None))
                found.brief += [part] if text != part.text else []
                length += len(text) + around + 2
            elif part.can_miss:
                found.left.append(part)
            else:
                found.left += self.parts[number:]
                break
        if shown:
            found.text = self._said(found)
        return found

    def with_more(self, found: Fitted, room: int) -> Fitted:
        """The section with what its parts can have added in no more than `room` characters."""
        shown = []
        for part in found.shown:
            if part.more and len(part.more.text) < room:
                room -= len(part.more.text) + 1
                part = replace(part, text=f"{part.text}\n{part.more.text}", more=None)
            shown.append(part)
        if shown == found.shown:
            return found
        grown = replace(found, shown=shown)
        grown.text = self._said(grown)
        return grown

    def _said(self, found: Fitted) -> str:
        more = _counted(found.left).total()
        said = f"\n\n**… and {more:,} more, left out here.**" if more else ""
        return f"{self._text(found.shown)}{said}"

    @cached_property
    def _rest(self) -> list[int]:
        """How much room all parts take at least, shown in brief; then what follows each."""
        rest = [0]
        length, frame = 0, None
        for part in reversed(self.parts):
            if not part.can_miss:
                length += min(len(part.text), len(part.brief or part.text)) + 2
                if part.frame is not None and part.frame != frame:
                    length += _around(part.frame)
                frame = part.frame
            rest.append(length)
        return rest[::-1]

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
    """The sections in no more than `room` characters, as they come.

    Each rank gets what those before it leave; nothing, if the first is not whole. Within a rank
    an earlier section gets half of the room at least, and each later one is sure of a small share,
    so that a thousand of one kind do not hide another kind.

    Returns:
        The texts, and what is left out of them.
    """
    found = [Fitted("", left=list(section.parts)) for section in sections]
    for rank in sorted({section.rank for section in sections}):
        ours = [number for number, section in enumerate(sections) if section.rank == rank]
        share = room // (2 * len(ours))
        needed = [sections[number].needed for number in ours]
        lengths = [len(section.whole) + 2 for section in needed]
        for at, number in enumerate(ours):
            kept = sum(min(length, share) for length in lengths[at + 1 :])
            found[number] = needed[at].fitted(room - kept - 2)
            room -= found[number].taken
        for number in ours:  # what nobody took of the shares
            if len(found[number].text) == len(sections[number].whole):
                continue
            again = sections[number].fitted(room + found[number].taken - 2)
            room += found[number].taken - again.taken
            found[number] = again
        if rank == 0 and any(found[number].left or found[number].brief for number in ours):
            break
    for number, section in enumerate(sections):
        grown = section.with_more(found[number], room)
        room += found[number].taken - grown.taken
        found[number] = grown
    brief = _counted(part for it in found for part in it.brief)
    left = _counted(part for it in found for part in it.left)
    left += _counted(
        part.more for it in found for part in (*it.shown, *it.brief, *it.left) if part.more
    )
    parts = [part for section in sections for part in section.parts]
    all_of = _counted((*parts, *(part.more for part in parts if part.more)))
    whats = [what for what in all_of if left[what] or brief[what]]
    cuts = [Cut(what, left[what], brief[what], all_of[what]) for what in whats]
    return [it.text for it in found if it.text], cuts


def _around(frame: Frame) -> int:
    return len(frame.begin) + len(frame.end) + 6


def _counted(parts: Iterable[Part | More]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part in parts:
        counts[part.what] += part.count
    return counts
