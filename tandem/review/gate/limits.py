"""Access that may be gained without an objection."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tandem.deployment.globs import joined
from tandem.review.model import Grant, PermissionChange
from tandem.review.wording import matters, number_of

if TYPE_CHECKING:
    from tandem.config import Limit


def limited(change: PermissionChange, limits: Sequence[Limit]) -> PermissionChange:
    """The change with the number of the limit of each gain that would be an objection without it.

    What is denied no longer, by a statement or by a boundary, is within no limit.
    """
    if not (limits and change.widens):
        return change
    gained = (
        it if it.denies or not matters(it, change) else replace(it, limit=_limit_of(it, limits))
        for it in change.gained
    )
    return replace(change, gained=tuple(gained))


def _limit_of(grant: Grant, limits: Sequence[Limit]) -> int | None:
    """The number of the first limit that has all of what a grant allows."""
    found = (
        number
        for number, it in enumerate(limits, 1)
        if _all(grant.actions, it.actions, ignore_case=True)
        and _all(grant.resources, it.resources)
        # A limit that names nobody is of what roles' own policies allow.
        and bool(grant.principals) == bool(it.principals)
        and _all(grant.principals, it.principals)
    )
    return next(found, None)


def used(changes: Iterable[PermissionChange]) -> Iterator[str]:
    """A note about each limit that lets something be gained."""
    found = Counter(it.limit for change in changes for it in change.gained if it.limit)
    for limit, number in sorted(found.items()):
        gains = number_of(number, "gain")
        yield f"limit {limit} of review.limits allows {gains} of access, marked with its number"


def _all(granted: Sequence[str], allowed: Sequence[str], *, ignore_case: bool = False) -> bool:
    return all(any(_pattern(it, ignore_case).fullmatch(name) for it in allowed) for name in granted)


@lru_cache(maxsize=1024)
def _pattern(text: str, ignore_case: bool) -> re.Pattern[str]:
    """What covers a name, or a pattern, all of whose names it has."""
    pieces = re.split(r"(\*)", text)
    # `?` is any one character, and a star in what is granted is more than one.
    parts = (None if it == "*" else re.escape(it).replace(r"\?", "[^*]") for it in pieces)
    return joined(parts, re.IGNORECASE if ignore_case else 0)
