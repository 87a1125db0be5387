"""Sensitive values at places of which Terraform does not know, as where a provider repeats them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tandem.review.redaction.forms import forms
from tandem.review.redaction.search import Needles
from tandem.review.redaction.symbols import as_written
from tandem.review.redaction.values import changed_values


def hide_spills(
    document: dict[str, Any],
    within: Mapping[str, str],
    alone: Mapping[str, str],
    wholes: Mapping[str, str],
) -> dict[str, Any]:
    """The plan with symbols for texts, wherever in a value they are.

    Args:
        document: The plan.
        within: Symbols of texts that are looked for in others, in whatever form.
        alone: Symbols of texts that are hidden where they are the whole of a value.
        wholes: Symbols of maps and lists that are hidden, as written.
    """
    found = {form: symbol for text, symbol in within.items() for form in forms(text)}
    # To look at each value takes long, and most plans repeat nothing.
    written = Needles(
        dict.fromkeys((json.dumps(form, ensure_ascii=False)[1:-1] for form in found), "")
        | dict.fromkeys((json.dumps(it, ensure_ascii=False) for it in alone), "")
    )
    if not wholes and not written.are_in(json.dumps(document, ensure_ascii=False)):
        return document
    needles = Needles(found)

    def hidden(value: Any, attribute: str) -> Any:  # noqa: ARG001 - in all of them
        if isinstance(value, str):
            return alone.get(value) or needles.replaced(value)
        return wholes.get(as_written(value), value) if wholes else value

    return changed_values(document, lambda _: hidden)
