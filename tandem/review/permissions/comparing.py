"""What a subject may do that it could not do before, and the other way round."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from tandem.deployment.symbols import equal, is_known, symbols_in
from tandem.review.permissions.cells import ACTIONS, BOXES, CONDITIONS, RESOURCES, Cell
from tandem.review.permissions.conditions import Clause
from tandem.review.permissions.patterns import is_wild
from tandem.review.permissions.spans import Box, Span
from tandem.review.permissions.subjects import Subject

_MOST = 400
"""Boxes of what a boundary leaves from which the boundary is looked at by itself."""


class Gain(NamedTuple):
    """A cell that is gained or lost, or what is new of it."""

    cell: Cell
    box: Box
    is_beyond: bool = False
    """Whether a boundary refused some of it before."""


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
    """A subject before or after; None: it is not there, and nothing is allowed.

    `unknown` is what a boundary lets through of which nobody knows what it says.
    """

    def __init__(
        self,
        subject: Subject | None,
        *,
        limited: bool,
        unknown: Literal["everything", "nothing"],
    ) -> None:
        self.cells = subject.cells if subject else ()
        self.allowing = [it for it in self.cells if it.allows]
        limits = subject.limits if subject and limited else ()
        self.denying = [it for it in (*self.cells, *limits) if not it.allows]
        self.denied = frozenset(it.box for it in self.denying)
        self.allowed = frozenset(it.box for it in self.allowing)
        self.limits: list[Box] | None = None
        boundary = subject.boundary if subject and limited else None
        if boundary is not None and (boundary.is_known or unknown == "nothing"):
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
        return BOXES.without(pieces, list(other.near(cell.box)))

    def without_own(self, piece: Box, other: Side) -> Box:
        """A piece without what a denial of this side says, which is no condition of the other."""
        span = piece[CONDITIONS]
        if not span.none_of:
            return piece
        own = _clauses(self.denied) - _clauses(other.allowed)
        return (*piece[:CONDITIONS], Span(span.all_of, span.none_of - own))

    @cached_property
    def _by_actions(self) -> dict[Span, list[Box]]:
        found: dict[Span, list[Box]] = {}
        for box in self.effective:
            found.setdefault(box[ACTIONS], []).append(box)
        return found

    def near(self, box: Box) -> Iterator[Box]:
        """What is allowed that may have something in common with a box: few of many."""
        everything = box[RESOURCES:]
        for span, boxes in self._by_actions.items():
            if not BOXES.apart((span, *everything), box):
                yield from boxes

    def allows_some_of(self, box: Box) -> bool:
        """Whether anything of a box may be allowed here."""
        return any(
            BOXES.without([it], self.denied)
            for own in self.near(box)
            if (it := BOXES.both(own, box)) is not None
        )


def _clauses(boxes: Collection[Box]) -> frozenset[Hashable]:
    return frozenset(it for box in boxes for it in box[CONDITIONS].all_of)


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
    limited = not _same_unknown(before, after)
    # What nobody knows was no permission before, and is one afterwards.
    old = Side(before, limited=limited, unknown="nothing")
    new = Side(after, limited=limited, unknown="everything")
    gained: list[Gain] = []
    doubtful: list[Cell] = []
    lost = _greatest(list(_gains(old, new)))
    for gain in _greatest(list(_gains(new, old))):
        # What only the apply tells may be what was there and is said in no other way now.
        twin = _twin(gain.cell, lost) if lost and _is_doubtful(gain.cell, is_made) else None
        if twin is None:
            gained.append(gain)
        else:
            lost.remove(twin)
            doubtful.append(gain.cell)
    if _is_hidden(before, after):
        lost = []  # what nobody knows may still say it
    unlocked = [it for it in lost if not it.cell.allows]
    is_open = after is not None and (
        after.kind == "resource"
        or after.is_elsewhere
        or after.is_policy
        or not all(it.is_known for it in after.policies)
    )
    return Comparison(
        gained=tuple(gained),
        lost=tuple(lost),
        doubtful=tuple(doubtful),
        widens=after is not None
        and (
            any(it.cell.allows for it in gained)
            or any(is_open or new.allows_some_of(it.box) for it in unlocked)
        ),
        had=old.effective,
    )


def _is_hidden(before: Subject | None, after: Subject | None) -> bool:
    """Whether there will be a policy of which nobody knows what it says, and was not before."""
    told = [it.likeness for it in before.policies] if before else []
    found = after.policies if after else ()
    return any(not it.is_known and it.likeness not in told for it in found)


def _same_unknown(before: Subject | None, after: Subject | None) -> bool:
    """Whether both have the same boundary of which nobody knows what it says."""
    one, other = (it.boundary if it else None for it in (before, after))
    if one is None or other is None or one.is_known or other.is_known:
        return False
    return one.likeness == other.likeness


def _gains(new: Side, old: Side) -> Iterator[Gain]:
    seen: set[tuple[bool, Box]] = set()
    for cell in new.allowing:
        if (True, cell.box) not in seen:
            seen.add((True, cell.box))
            pieces = new.left_of(cell, old)
            for gain in _gain(cell, [new.without_own(it, old) for it in pieces]):
                is_beyond = old.limits is not None and BOXES.without([gain.box], old.limits)
                yield gain._replace(is_beyond=True) if is_beyond else gain
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


def _greatest(gains: list[Gain]) -> list[Gain]:
    """Without what is a part of another one."""
    if len(gains) > _MOST:
        return gains
    wild: dict[object, list[Gain]] = {}
    for gain in gains:
        if any(map(is_wild, _patterns(gain))):
            wild.setdefault(_only_action(gain), []).append(gain)
    return [
        it
        for it in gains
        if not any(
            other is not it
            and other.cell.allows == it.cell.allows
            and BOXES.within(it.box, other.box)
            and not (BOXES.within(other.box, it.box) and gains.index(it) < gains.index(other))
            for action in (None, *it.box[ACTIONS].all_of)
            for other in wild.get(action, ())
        )
    ]


def _only_action(gain: Gain) -> object:
    """The action of a gain of one action; None: of several. Nothing else is a part of one."""
    actions = gain.box[ACTIONS].all_of
    is_one = len(actions) == 1 and not is_wild(str(*actions))
    return next(iter(actions)) if is_one else None


def _patterns(gain: Gain) -> Iterator[str]:
    for span in gain.box[:CONDITIONS]:
        yield from map(str, span.all_of or "*")


def _is_doubtful(cell: Cell, is_made: Callable[[str], bool]) -> bool:
    text = _text(cell)
    return not is_known(text) and not any(map(is_made, symbols_in(text)))


def _twin(cell: Cell, lost: Sequence[Gain]) -> Gain | None:
    """Of what is lost what a cell may turn out to be."""
    text = _text(cell)
    return next((it for it in lost if equal(_text(it.cell), text) is not False), None)


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
