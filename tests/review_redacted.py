"""Plans with secrets, as small as can be, and what is left of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from tandem.deployment.symbols import readable
from tandem.review.redaction.redaction import redact

Json = dict[str, Any]
CANARY = "CANARY-3f9a"
OTHER = "CANARY-77b1"


def change(
    before: Any = None,
    after: Any = None,
    *,
    hides_before: Any = False,
    hides_after: Any = False,
    address: str = "aws_thing.it",
    **more: Any,
) -> Json:
    return {
        "address": address,
        "mode": "managed",
        "type": "aws_thing",
        "name": "it",
        **more,
        "change": {
            "actions": ["update"],
            "before": before,
            "after": after,
            "before_sensitive": hides_before,
            "after_sensitive": hides_after,
        },
    }


def plan(*changes: Json, **more: Any) -> Json:
    return {"format_version": "1.2", "resource_changes": list(changes), **more}


def module(*resources: Json, **more: Any) -> Json:
    return {"root_module": {"resources": list(resources)}, **more}


def resource(values: Json, hides: Any = None, address: str = "aws_thing.it", **more: Any) -> Json:
    found = {"address": address, "mode": "managed", "type": "aws_thing", "name": "it"}
    return {**found, "values": values, "sensitive_values": hides or {}, **more}


def redacted(document: Json) -> Json:
    """The plan without sensitive values, which has no canary, and leaves the given one alone."""
    given = deepcopy(document)
    found, secrets = redact(document)
    assert document == given
    assert "CANARY" not in json.dumps(found)
    assert "CANARY" not in repr(secrets)
    return found


def sides(document: Json) -> tuple[Any, Any]:
    both = redacted(document)["resource_changes"][0]["change"]
    return both["before"], both["after"]


def shown(value: Any) -> Any:
    match value:
        case str():
            return readable(value)
        case Mapping():
            return {shown(key): shown(item) for key, item in value.items()}
        case list():
            return [shown(item) for item in value]
    return value
