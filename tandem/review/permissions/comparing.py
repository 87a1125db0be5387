"""What a subject may do that it could not do before, and the other way round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tandem.deployment.symbols import equal, is_known, symbols_in
from tandem.review.permissions.cells import BOXES, CONDITIONS, Cell
from tandem.review.permissions.conditions import Clause
from tandem.review.permissions.spans import Box
from tandem.review.permissions.subjects import Source, Subject

_MOST = 400
"""Boxes of what a boundary leaves from which the boundary is looked at by itself."""


@dataclass(frozen=True)
class Gain:
    """A cell that is gained or lost, or what is new of it."""

    cell: Cell
    box: Box


@dataclass(frozen=True)
class Comparison:
    """What is gained and lost."""

    gained: tuple[Gain, ...]
    lost: tuple[Gain, ...]
    doubtful: tuple[Cell, ...]
    """What may be gained, or may have been there: only the apply tells."""
    widens: bool
    had: frozenset[Box]
    """What was allowed before."""


class Side:
    """A subject before or after; None: it is not there, and nothing is allowed."""

    def __init__(self, subject: Subject | None, *, limited: bool) -> None:
        self.cells = subject.cells if subject else ()
        self.allowing = [it for it in self.cells if it.allows]
        limits = subject.limits if subject and limited else ()
        self.denying = [it for it in (*self.cells, *limits) if not it.allows]
        self.denied = frozenset(it.box for it in self.denying)
        self.allowed = frozenset(it.box for it in self.allowing)
        self.limits: list[Box] | None = None
        if subject is not None and subject.boundary is not None and limited:
            self.limits = [it.box for it in limits if it.allows]

    @cached_property
    def effective(self) -> frozenset[Box]:
        """What is allowed, and within the boundary."""
        if self.limits is None:
            return self.allowed
        found: set[Box] = set()
        for box in self.allowed:
            found |= set(self.within_limits(box))
            if len(found) > _MOST:
                # What the boundary covers whole is sure; that there may be more is no matter.
                return frozenset(
                    it for it in self.allowed if any(BOXES.within(it, own) for own in self.limits)
                )
        return frozenset(found)

    def within_limits(self, box: Box) -> list[Box]:
        """What the boundary leaves of a box."""
        if self.limits is None:
            return [box]
        return [it for own in self.limits if (it := BOXES.both(box, own)) is not None]

    def left_of(self, cell: Cell, other: Side) -> list[Box]:
        """What this side allows of one of its cells, and the other side does not."""
        if self.limits is None and other.limits is None and cell.box in other.allowed:
            return []
        pieces = BOXES.without(self.within_limits(cell.box), self.denied)
        return BOXES.without(pieces, other.effective)

    def allows_some_of(self, box: Box) -> bool:
        """Whether anything of a box may be allowed here."""
        return any(
            BOXES.without([it], self.denied)
            for own in self.effective
            if (it := BOXES.both(own, box)) is not None
        )


def compare(
    before: Subject | None,
    after: Subject | None,
    is_made: Callable[[str], bool],
) -> Comparison:
    """What `after` allows and denies that `before` does not, and the other way round.

    Args:
        before: The subject; None: it was not there.
        after: The same; None: it is gone.
        is_made: Whether what a symbol names is surely none of what there was.
    """
    limited = not _same_unknown(before and before.boundary, after and after.boundary)
    old, new = Side(before, limited=limited), Side(after, limited=limited)
    open_to = _Doubts(old.cells, is_made), _Doubts(new.cells, is_made)
    gained, may_gain = open_to[0].sorted_out(_gains(new, old))
    lost, _ = open_to[1].sorted_out(_gains(old, new))
    lost = [it for it in lost if not any(_may_be(it.cell, each) for each in may_gain)]
    unlocked = [it for it in lost if not it.cell.allows]
    is_open = after is not None and (
        after.kind == "resource" or not all(it.is_known for it in after.policies)
    )
    return Comparison(
        gained=tuple(gained),
        lost=tuple(lost),
        doubtful=tuple(may_gain),
        widens=after is not None
        and (
            any(it.cell.allows for it in gained)
            or any(is_open or new.allows_some_of(it.box) for it in unlocked)
        ),
        had=old.effective,
    )


def _same_unknown(one: Source | None, other: Source | None) -> bool:
    """Whether both have the same boundary of which nobody knows what it says."""
    return (
        one is not None
        and other is not None
        and not (one.is_known or other.is_known)
        and one.likeness == other.likeness
    )


def _gains(new: Side, old: Side) -> Iterator[Gain]:
    seen: set[tuple[bool, Box]] = set()
    for cell in new.allowing:
        if (True, cell.box) not in seen:
            seen.add((True, cell.box))
            yield from _gain(cell, new.left_of(cell, old))
    for cell in new.denying:
        if (False, cell.box) not in seen and cell.box not in old.denied:
            seen.add((False, cell.box))
            yield from _gain(cell, BOXES.without([cell.box], old.denied))


def _gain(cell: Cell, pieces: Sequence[Box]) -> Iterator[Gain]:
    if pieces:
        # Several pieces read worse than what is written.
        piece = pieces[0]
        one = len(pieces) == 1 and all(len(it.all_of) <= 1 for it in piece[:CONDITIONS])
        yield Gain(cell, piece if one else cell.box)


class _Doubts:
    """Cells of one side, against which those of the other are held that hold symbols."""

    def __init__(self, cells: Sequence[Cell], is_made: Callable[[str], bool]) -> None:
        self._cells = cells
        self._is_made = is_made

    def sorted_out(self, gains: Iterator[Gain]) -> tuple[list[Gain], list[Cell]]:
        """What is sure, and of what only the apply tells whether it was there."""
        sure: list[Gain] = []
        doubtful: list[Cell] = []
        for gain in gains:
            if self._is_doubtful(gain.cell) and any(_may_be(it, gain.cell) for it in self._cells):
                doubtful.append(gain.cell)
            else:
                sure.append(gain)
        return sure, doubtful

    def _is_doubtful(self, cell: Cell) -> bool:
        text = _text(cell)
        return not is_known(text) and not any(map(self._is_made, symbols_in(text)))


def _may_be(one: Cell, other: Cell) -> bool:
    return equal(_text(one), _text(other)) is not False


def _text(cell: Cell) -> str:
    """All of a cell, to see which may be the same when all is known."""
    parts = [str(cell.allows)]
    for span in cell.box:
        for said in (span.all_of, span.none_of):
            parts.append(" ".join(sorted(map(_word, said))))
    return "\n".join(parts)


def _word(part: object) -> str:
    if isinstance(part, Clause):
        return " ".join((part.key, part.of_set, part.operator, *sorted(part.values)))
    return str(part)
