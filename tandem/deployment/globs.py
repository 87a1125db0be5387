"""Patterns with stars, as expressions that never take more than a few passes over a text."""

from __future__ import annotations

import re
from collections.abc import Iterable


def joined(pieces: Iterable[str | None], flags: int = 0) -> re.Pattern[str]:
    """An expression for `fullmatch`.

    Args:
        pieces: Regular expressions of what stands between the stars; None for each star.
        flags: Those of `re.compile`; a piece matches line breaks too.
    """
    groups = [""]
    for piece in pieces:
        if piece is None:
            groups.append("")
        else:
            groups[-1] += piece
    if len(groups) == 1:
        return re.compile(groups[0], flags | re.DOTALL)
    # The shortest way to each middle group is as good as any other: no way back is needed.
    middles = "".join(f"(?>.*?{group})" for group in groups[1:-1])
    return re.compile(f"{groups[0]}{middles}.*{groups[-1]}", flags | re.DOTALL)
