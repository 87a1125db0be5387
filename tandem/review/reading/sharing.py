"""What a plan says twice is kept once: that is a third of its memory."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from typing import Any

from tandem.deployment.state import resources_of

Json = Mapping[str, Any]


def share_values(document: Json) -> None:
    """Let changes and states, which both have the values of a resource, have the same ones.

    Only what is equal is replaced, so the document stays as it is.
    """
    prior = (document.get("prior_state") or {}).get("values") or {}
    sides = {"before": _values_in(prior), "after": _values_in(document.get("planned_values") or {})}
    for entry in document.get("resource_changes") or []:
        change = entry["change"]
        for side, values in sides.items():
            known = values.get(entry["address"])
            if known is not None and change.get(side) == known:
                change[side] = known
        before, after = change.get("before"), change.get("after")
        if isinstance(before, dict) and isinstance(after, dict):
            _share(before, after)


def _share(before: dict[str, Any], after: dict[str, Any]) -> None:
    for name, value in after.items():
        was = before.get(name)
        # That 1 and true are equal is for Python alone.
        if was and value == was and marshal.dumps(value, 2) == marshal.dumps(was, 2):
            after[name] = was


def _values_in(values: Json) -> dict[Any, Any]:
    """The values of resources by address."""
    root = values.get("root_module") or {}
    return {it["address"]: it.get("values") for _, it in resources_of(root)}
