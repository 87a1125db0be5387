"""Access that may be gained without an objection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tandem.deployment.globs import joined
from tandem.review.model import Grant

if TYPE_CHECKING:
    from tandem.config import Limit


def is_within(grant: Grant, limits: Iterable[Limit]) -> bool:
    """Whether one of the limits has all of what a grant allows."""
    return any(
        _all(grant.actions, it.actions, ignore_case=True)
        and _all(grant.resources, it.resources)
        # A limit that names nobody is of what roles' own policies allow.
        and bool(grant.principals) == bool(it.principals)
        and _all(grant.principals, it.principals)
        for it in limits
    )


def _all(granted: Sequence[str], allowed: Sequence[str], *, ignore_case: bool = False) -> bool:
    return all(any(_pattern(it, ignore_case).fullmatch(name) for it in allowed) for name in granted)


@lru_cache(maxsize=1024)
def _pattern(text: str, ignore_case: bool) -> re.Pattern[str]:
    """What covers a name, or a pattern, all of whose names it has."""
    pieces = re.split(r"(\*)", text)
    # `?` is any one character, and a star in what is granted is more than one.
    parts = (None if it == "*" else re.escape(it).replace(r"\?", "[^*]") for it in pieces)
    return joined(parts, re.IGNORECASE if ignore_case else 0)
