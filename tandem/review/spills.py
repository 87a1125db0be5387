"""Sensitive values at places of which Terraform does not know, as where a provider repeats them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def hide_spills(document: dict[str, Any], symbols: Mapping[str, str]) -> dict[str, Any]:
    """The plan with these symbols for these texts, wherever in a text they are."""
    if not symbols:
        return document
    written = json.dumps(document, ensure_ascii=False)
    left = [text for text in symbols if json.dumps(text, ensure_ascii=False)[1:-1] in written]
    if not left:
        return document
    left.sort(key=lambda text: (-len(text), text))  # one may be part of another
    hidden: dict[str, Any] = _without(document, {text: symbols[text] for text in left})
    return hidden


def _without(value: Any, symbols: Mapping[str, str]) -> Any:
    match value:
        case str():
            for text, symbol in symbols.items():
                if text in value:
                    value = value.replace(text, symbol)
            return value
        case dict():
            return {key: _without(item, symbols) for key, item in value.items()}
        case list():
            return [_without(item, symbols) for item in value]
    return value
