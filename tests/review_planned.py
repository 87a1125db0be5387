"""Plans of a few changes, as Terraform writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tandem.review.reading.plan import Plan, ResourceChange, understand

Json = Mapping[str, Any]
_ACTIONS = {
    "create": ["create"],
    "destroy": ["delete"],
    "forget": ["forget"],
    "no-op": ["no-op"],
    "read": ["read"],
    "replace": ["delete", "create"],
    "update": ["update"],
}


def change(
    address: str,
    action: str,
    *,
    before: Json | None = None,
    after: Json | None = None,
    unknown: Json | None = None,
    replace_paths: Sequence[Sequence[str | int]] = (),
    **more: Any,
) -> dict[str, Any]:
    """An entry of `resource_changes`; its type and its name are in the address."""
    module, _, name = address.rpartition(".")
    module, _, kind = module.rpartition(".")
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name.partition("[")[0],
        **({"module_address": module} if module else {}),
        "change": {
            "actions": _ACTIONS[action],
            "before": before,
            "after": after,
            "after_unknown": unknown or {},
            "replace_paths": list(replace_paths),
        },
        **more,
    }


def planned(*entries: Json, **more: Any) -> Plan:
    """A plan of these changes."""
    return understand({"format_version": "1.2", "resource_changes": list(entries), **more})


def changed(before: Json, after: Json, *, type: str = "aws_x", **more: Any) -> ResourceChange:
    """The update of a resource."""
    action = "replace" if "replace_paths" in more else "update"
    return planned(change(f"{type}.it", action, before=before, after=after, **more)).changes[0]
