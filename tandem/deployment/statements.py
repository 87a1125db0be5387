"""The statements of policy documents, as they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tandem.deployment.globs import joined
from tandem.deployment.model import Document

_VARIABLE = re.compile(r"\$\{(?![*?$]\})[^}]*\}")
_OBJECTS = (dict, Mapping)
"""Nearly always the first, which is asked in no time."""


def statements_in(document: Document | None) -> list[Mapping[str, Any]]:
    """The statements of a document: AWS takes one alone as well as a list."""
    said = (document or {}).get("Statement") or []
    listed = said if isinstance(said, list | tuple) else [said]
    return [one for one in listed if isinstance(one, _OBJECTS)]


def texts(value: Any) -> tuple[str, ...]:
    """A text or a list of texts, as texts."""
    if isinstance(value, str):
        return (value,)
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def covers(pattern: str, text: str) -> bool:
    """Whether a policy's pattern of resources covers one; policy variables can be anything."""
    if pattern in (text, "*"):
        return True
    return _is_wild(pattern) and _glob(pattern, False).fullmatch(text) is not None


@lru_cache(maxsize=65536)  # few patterns and actions are compared for every role
def covers_action(pattern: str, action: str) -> bool:
    """Whether a policy's pattern of actions covers an action, in whichever case."""
    if not _is_wild(pattern):
        return pattern == action or pattern.lower() == action.lower()
    return _glob(pattern, True).fullmatch(action) is not None


def _is_wild(pattern: str) -> bool:
    """Whether a pattern may cover more than one text."""
    return "*" in pattern or "?" in pattern or "${" in pattern


@lru_cache(maxsize=65536)
def _glob(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    parts = re.split(r"([*?])", _VARIABLE.sub("*", pattern))
    pieces = [None if part == "*" else "." if part == "?" else re.escape(part) for part in parts]
    return joined(pieces, re.IGNORECASE if ignore_case else 0)
