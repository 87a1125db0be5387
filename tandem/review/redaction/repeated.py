"""Sensitive values at places of which Terraform does not know, as where a provider repeats them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tandem.review.redaction.forms import forms
from tandem.review.redaction.search import Needles
from tandem.review.redaction.values import changed_values


def hide_spills(
    document: dict[str, Any], within: Mapping[str, str], alone: Mapping[str, str]
) -> dict[str, Any]:
    """The plan with symbols for texts, wherever in a value they are.

    Args:
        document: The plan.
        within: Symbols of texts that are looked for in others, in whatever form.
        alone: Symbols of texts that are hidden where they are the whole of a value.
    """
    if not (within or alone):
        return document
    found = {form: symbol for text, symbol in within.items() for form in forms(text)}
    # To look at each value takes long, and most plans repeat nothing.
    written = Needles(
        dict.fromkeys((json.dumps(form, ensure_ascii=False)[1:-1] for form in found), "")
        | dict.fromkeys((json.dumps(text, ensure_ascii=False) for text in alone), "")
    )
    if not written.are_in(json.dumps(document, ensure_ascii=False)):
        return document
    needles = Needles(found)

    def hidden(text: str, attribute: str) -> str:  # noqa: ARG001 - in all of them
        return alone.get(text) or needles.replaced(text)

    return changed_values(document, lambda _: hidden)
