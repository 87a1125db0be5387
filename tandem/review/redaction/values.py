"""The values of a plan, wherever it has some.

Only values are looked at. Types, addresses and names of attributes stay: who could choose a secret
that equals one of them could hide a change from its review.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_VALUES = frozenset(
    {"after", "before", "constant_value", "default", "message", "value", "values"}
    | {"after_identity", "before_identity", "importing"}
    | {"after_sensitive", "after_unknown", "before_sensitive", "sensitive_values"}
)
"""Keys of a plan below which there are values."""
_SYMBOLS = re.compile("(\ue000[^\ue001]*\ue001)")
_ATTRIBUTE = re.compile("[a-z][a-z0-9_]*")


By = Callable[[Any, str], Any]
"""Gives what comes in the place of a map, a list, or a text without symbols; itself: it stays.

It is given the name of the attribute too, which is empty for what is in no resource.
"""


def changed_values(document: dict[str, Any], by: Callable[[str], By | None]) -> dict[str, Any]:
    """The plan with its values changed.

    Args:
        document: The plan.
        by: Gives what changes the values of the resource with this address; None: nothing does. The
            address is empty for what is in no resource.
    """
    found: dict[str, Any] = _outside(document, by, by(""))
    return found


def _outside(node: Any, of_address: Callable[[str], By | None], by: By | None) -> Any:
    """A part of the plan that is no value."""
    if isinstance(node, list):
        return [_outside(it, of_address, by) for it in node]
    if not isinstance(node, dict):
        return node
    if isinstance(address := node.get("address"), str):
        by = of_address(address)
    found = dict(node)
    for key, item in node.items():
        # The values of a state are no values of a resource: there are addresses below.
        if key in _VALUES and (key != "values" or "address" in node):
            if by:
                found[key] = _attributes(item, by)
        elif isinstance(item, dict | list):
            found[key] = _outside(item, of_address, by)
    return found


def _attributes(values: Any, by: By) -> Any:
    if not isinstance(values, dict):
        return _inside(values, by, "")
    return {_key(key, by, key): _inside(item, by, key) for key, item in values.items()}


def _inside(value: Any, by: By, attribute: str) -> Any:
    if isinstance(value, str):
        return _text(value, by, attribute)
    if isinstance(value, dict | list) and (found := by(value, attribute)) is not value:
        return found
    if isinstance(value, dict):
        return {
            _key(key, by, attribute): _inside(item, by, attribute) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_inside(item, by, attribute) for item in value]
    if value is None or isinstance(value, bool):
        return value
    text = by(str(value), attribute)
    return text if _SYMBOLS.fullmatch(text) else value  # of a number, a part is nothing


def _key(key: str, by: By, attribute: str) -> str:
    return key if _ATTRIBUTE.fullmatch(key) else _text(key, by, attribute)


def _text(text: str, by: By, attribute: str) -> str:
    if "\ue000" not in text:
        found: str = by(text, attribute)
        return found
    return between_symbols(text, lambda piece: str(by(piece, attribute)))


def between_symbols(text: str, by: Callable[[str], str]) -> str:
    """`text` with what is between its symbols changed: these have addresses in their names."""
    if "\ue000" not in text:
        return by(text)
    pieces = _SYMBOLS.split(text)
    return "".join(piece if number % 2 else by(piece) for number, piece in enumerate(pieces))
