"""Sensitive values at places of which Terraform does not know, as where a provider repeats them.

Only values are looked at. Types, addresses and names of attributes stay: who could choose a secret
that equals one of them could hide a change from its review.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tandem.review.redaction.search import Needles
from tandem.review.redaction.secrets import as_json

_VALUES = frozenset(
    {"after", "before", "constant_value", "default", "message", "value", "values"}
    | {"after_identity", "before_identity", "importing"}
    | {"after_sensitive", "after_unknown", "before_sensitive", "sensitive_values"}
)
"""Keys of a plan below which there are values."""
_SYMBOLS = re.compile("(\ue000[^\ue001]*\ue001)")
_ATTRIBUTE = re.compile("[a-z][a-z0-9_]*")


def hide_spills(document: dict[str, Any], symbols: Mapping[str, str]) -> dict[str, Any]:
    """The plan with these symbols for these texts, wherever in a value they are."""
    if not symbols:
        return document
    forms = {form: symbol for text, symbol in symbols.items() for form in (text, *as_json(text))}
    written = Needles({json.dumps(form, ensure_ascii=False)[1:-1]: "" for form in forms})
    if not written.are_in(json.dumps(document, ensure_ascii=False)):
        return document
    found: dict[str, Any] = _Spills(forms).outside(document)
    return found


class _Spills:
    def __init__(self, symbols: Mapping[str, str]) -> None:
        self._symbols = symbols
        self._needles = Needles(symbols)

    def outside(self, node: Any) -> Any:
        """A part of the plan that is no value."""
        if isinstance(node, dict):
            return {
                key: self._inside(item) if key in _VALUES else self.outside(item)
                for key, item in node.items()
            }
        return [self.outside(item) for item in node] if isinstance(node, list) else node

    def _inside(self, value: Any) -> Any:
        match value:
            case str():
                return self._text(value)
            case dict():
                return {self._key(key): self._inside(item) for key, item in value.items()}
            case list():
                return [self._inside(item) for item in value]
            case int() | float() if not isinstance(value, bool):
                return self._symbols.get(str(value), value)
        return value

    def _key(self, key: str) -> str:
        return key if _ATTRIBUTE.fullmatch(key) else self._text(key)

    def _text(self, text: str) -> str:
        # A symbol has the address in its name, which a secret may be part of.
        pieces = _SYMBOLS.split(text)
        return "".join(
            piece if number % 2 else self._needles.replaced(piece)
            for number, piece in enumerate(pieces)
        )
