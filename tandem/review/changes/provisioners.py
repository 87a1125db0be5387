"""Commands that Terraform runs as it makes or destroys a resource.

A plan has nothing of what they do, nor of which of them wait for the end: only the configuration.
https://developer.hashicorp.com/terraform/language/provisioners
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.plan_configuration import references_of
from tandem.review.changes.attributes import new_attribute
from tandem.review.changes.texts import one_line
from tandem.review.model import AttributeChange

Json = Mapping[str, Any]
_RUN = (
    "Its provisioners run as it is made, or with when = destroy as it goes: "
    "no plan says what they change."
)
_HERE = "local-exec runs where Terraform does, with its rights."


def provisioners(block: Json) -> tuple[tuple[str, ...], tuple[AttributeChange, ...]]:
    """What it means that a resource has provisioners, and what they run, as far as it is known.

    Args:
        block: The resource in the plan's configuration, with nothing of them but what they run.
    """
    found = block.get("provisioners") or []
    words = [_RUN] if found else []
    words += [_HERE] if any(it["type"] == "local-exec" for it in found) else []
    return tuple(words), tuple(_attributes(found))


def _attributes(found: list[Json]) -> Iterator[AttributeChange]:
    for number, it in enumerate(found):
        for name, expression in it["expressions"].items():
            path = f"provisioner[{number}].{it['type']}.{name}"
            yield new_attribute(path, _said(expression), was=True)


def _said(expression: Json) -> str:
    if "constant_value" not in expression:
        return f"made of {', '.join(references_of(expression)) or 'what nobody knows yet'}"
    value = expression["constant_value"]
    return "\n".join(map(one_line, value)) if isinstance(value, list) else str(value).strip()
