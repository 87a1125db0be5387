"""Sets that are said by what is in them and what is not, and boxes of several such sets.

A request is in a box when each of its parts is in the set of that part. What is left of a box
without another one is boxes again, so whatever policies say can be added and taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

_MOST = 128
"""Pieces of a box from which nobody looks any further: what is left is taken for everything."""


@dataclass(frozen=True)
class Kind:
    """What can be said of the parts of a span."""

    within: Callable[[Any, Any], bool]
    """Whether the first is surely a part of the second."""
    apart: Callable[[Any, Any], bool]
    """Whether they surely have nothing in common."""


class Span(NamedTuple):
    """What is in all of these and in none of those."""

    all_of: frozenset[Hashable] = frozenset()
    """None: everything."""
    none_of: frozenset[Hashable] = frozenset()

    def and_in(self, part: Hashable, kind: Kind) -> Span:
        """What of it is in `part` as well."""
        if any(kind.within(it, part) for it in self.all_of):
            return self
        kept = {it for it in self.all_of if not kind.within(part, it)}
        return Span(frozenset((*kept, part)), self.none_of)

    def and_not(self, part: Hashable, kind: Kind) -> Span:
        """What of it is not in `part`."""
        if any(kind.within(part, it) for it in self.none_of):
            return self
        kept = {it for it in self.none_of if not kind.within(it, part)}
        return Span(self.all_of, frozenset((*kept, part)))

    def lies_in(self, part: Hashable, kind: Kind) -> bool:
        """Whether all of it is surely in `part`."""
        return any(kind.within(it, part) for it in self.all_of)

    def lies_outside(self, part: Hashable, kind: Kind) -> bool:
        """Whether surely nothing of it is in `part`."""
        for it in self.all_of:
            if kind.apart(it, part):
                return True
        return any(kind.within(part, it) for it in self.none_of)

    def is_empty(self, kind: Kind) -> bool:
        """Whether there is surely nothing in it."""
        parts = list(self.all_of)
        return any(self.lies_in(it, kind) for it in self.none_of) or any(
            kind.apart(one, other) for at, one in enumerate(parts) for other in parts[:at]
        )


Box = tuple[Span, ...]


class Boxes:
    """What can be done with boxes of some kinds of spans."""

    def __init__(self, *kinds: Kind) -> None:
        self._kinds = kinds

    def within(self, one: Box, other: Box) -> bool:
        """Whether all of `one` is surely in `other`."""
        for mine, theirs, kind in zip(one, other, self._kinds, strict=True):
            if mine is theirs:
                continue
            for it in theirs.all_of:
                if not mine.lies_in(it, kind):
                    return False
            for it in theirs.none_of:
                if not mine.lies_outside(it, kind):
                    return False
        return True

    def apart(self, one: Box, other: Box) -> bool:
        """Whether they surely have nothing in common."""
        for mine, theirs, kind in zip(one, other, self._kinds, strict=True):
            for it in theirs.all_of:
                if mine.lies_outside(it, kind):
                    return True
            for it in theirs.none_of:
                if mine.lies_in(it, kind):
                    return True
            for it in mine.none_of:
                if theirs.lies_in(it, kind):
                    return True
        return False

    def both(self, one: Box, other: Box) -> Box | None:
        """What is in both; None: nothing."""
        if self.apart(one, other):
            return None
        spans = []
        for mine, theirs, kind in zip(one, other, self._kinds, strict=True):
            span = mine
            for it in theirs.all_of:
                span = span.and_in(it, kind)
            for it in theirs.none_of:
                span = span.and_not(it, kind)
            spans.append(span)
        found = tuple(spans)
        return None if self._is_empty(found) else found

    def without(self, pieces: Sequence[Box], others: Collection[Box]) -> list[Box]:
        """What is left of `pieces` without all of `others`: disjoint pieces, at best none."""
        near = [it for it in others if not all(self.apart(piece, it) for piece in pieces)]
        left = [it for it in pieces if not any(self.within(it, other) for other in near)]
        for other in near:
            if not left:
                break
            left = [it for piece in left for it in self._minus(piece, other)]
            if len(left) > max(_MOST, len(pieces)):
                return list(pieces)
        return left

    def _minus(self, piece: Box, other: Box) -> Iterator[Box]:
        if self.apart(piece, other):
            yield piece
            return
        for at, kind in enumerate(self._kinds):
            for part in other[at].all_of:
                span = piece[at]
                if not span.lies_in(part, kind):
                    yield from self._with(piece, at, span.and_not(part, kind))
                    piece = (*piece[:at], span.and_in(part, kind), *piece[at + 1 :])
            for part in other[at].none_of:
                span = piece[at]
                if not span.lies_outside(part, kind):
                    yield from self._with(piece, at, span.and_in(part, kind))
                    piece = (*piece[:at], span.and_not(part, kind), *piece[at + 1 :])

    def _with(self, piece: Box, at: int, span: Span) -> Iterator[Box]:
        if not span.is_empty(self._kinds[at]):
            yield (*piece[:at], span, *piece[at + 1 :])

    def _is_empty(self, box: Box) -> bool:
        return any(span.is_empty(kind) for span, kind in zip(box, self._kinds, strict=True))
