"""Values as a configuration, a plan and a state write them, read as one thing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tandem.deployment.symbols import is_known

Values = Mapping[str, Any]


def blocks(values: Values, name: str) -> list[Values]:
    """The nested blocks of that name: JSON writes one alone without a list."""
    found = values.get(name)
    if isinstance(found, Mapping):
        return [found]
    return [block for block in found or [] if isinstance(block, Mapping)]


def block(values: Values, *names: str) -> Values:
    """A nested block of which there is one at most; empty where there is none."""
    for name in names:
        found = blocks(values, name)
        if not found:
            return {}
        values = found[0]
    return values


def text(values: Values, name: str) -> str | None:
    """A text; None where it is missing or empty, which the provider takes for the same."""
    found = values.get(name)
    if found is None or found == "":
        return None
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found)


def texts(values: Values, name: str) -> tuple[str, ...]:
    """A list of texts."""
    found = values.get(name)
    if isinstance(found, str):
        return (found,)
    return tuple(str(item) for item in found or [])


def flag(values: Values, name: str, *, default: bool) -> bool:
    """A boolean, which JSON may write as a text."""
    found = values.get(name)
    if isinstance(found, str):
        return found.lower() == "true" if is_known(found) else default
    return default if found is None else bool(found)


def text_map(values: Values, name: str) -> dict[str, str]:
    """A map of texts; empty where it is not known."""
    found = values.get(name)
    if not isinstance(found, Mapping):
        return {}
    return {
        str(key): ("true" if item else "false") if isinstance(item, bool) else str(item)
        for key, item in found.items()
        if item is not None
    }


def document(value: Any) -> Values | None:
    """JSON in a text; None where it is not known, no object, or says a key twice."""
    if isinstance(value, Mapping):
        return value
    if not isinstance(value, str):
        return None
    try:
        found = json.loads(value, object_pairs_hook=_once)
    except ValueError:
        return None
    return found if isinstance(found, Mapping) else None


def _once(pairs: list[tuple[str, Any]]) -> Values:
    """An object; one reader takes the first of what is said twice, and another one the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found
