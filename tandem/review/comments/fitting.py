"""A text that is too long for its host is cut between two lines, and stays whole Markdown."""

from __future__ import annotations

import re

_CUT = "**More did not fit into this comment.** The report of the build has it all."
_FENCE = re.compile(r"\s*(`{3,}|~{3,})(.*)")
_DETAILS = "</details>"


def length(text: str) -> int:
    """Characters as hosts count them: those beyond the first 65,536 of Unicode are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fitted(text: str, limit: int) -> str:
    """The text, if need be without its end, which is then said.

    Args:
        text: Markdown.
        limit: Characters that it may have.
    """
    if length(text) <= limit:
        return text
    room = limit - length(_CUT) - 2
    lines, whole, opened = text.split("\n"), 0, 0
    open_now, fence, used = 0, "", 0
    for number, line in enumerate(lines, start=1):
        used += length(line) + 1
        found = _FENCE.fullmatch(line)
        if not fence and found:
            fence = found[1]
        elif found and found[1].startswith(fence) and not found[2].strip():
            fence = ""
        elif not fence:
            open_now += line.lstrip(" ").startswith("<details")
            open_now = max(0, open_now - line.lstrip(" ").startswith(_DETAILS))
        if used + open_now * (len(_DETAILS) + 2) > room:
            break
        if not fence:
            whole, opened = number, open_now
    return "\n\n".join(["\n".join(lines[:whole]).rstrip("\n"), *[_DETAILS] * opened, _CUT])
