"""A plan as two for scanners, which know no state: of what is there, and of what will be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.deployment.addresses import without_keys
from tandem.deployment.state import resources_of
from tandem.review.reading.deployments import left_by

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Sides:
    """Two documents in the form of a plan."""

    before: Json | None
    """None: there is nothing yet."""
    after: Json


def sides(document: Json, *, drift: bool = False) -> Sides:
    """Both sides of a plan.

    Args:
        document: The plan, as `terraform show -json` prints it.
        drift: It is of `terraform plan -refresh-only`: what Terraform left, and what it found.
    """
    prior: Json = ((document.get("prior_state") or {}).get("values") or {}).get("root_module") or {}
    if drift:
        return Sides(_of_state(left_by(prior, document), document), _of_state(prior, document))
    is_something = any(it["mode"] == "managed" for _, it in resources_of(prior))
    return Sides(_of_state(prior, document) if is_something else None, document)


def _of_state(root: Json, document: Json) -> Json:
    configuration: Json = document.get("configuration") or {}
    own = [it for it in root.get("resources") or [] if "deposed_key" not in it]
    return {
        "format_version": document.get("format_version"),
        "terraform_version": document.get("terraform_version"),
        "planned_values": {"root_module": {**root, "resources": own}},
        "resource_changes": [],
        "configuration": {
            **configuration,
            "root_module": _with_gone(configuration.get("root_module") or {}, own),
        },
    }


def _with_gone(module: Json, resources: list[Json]) -> Json:
    """A module's configuration with blocks of what it has no more.

    Scanners see in it what belongs together; a state says it as what a resource depends on.
    """
    blocks = list(module.get("resources") or [])
    known = {str(block["address"]) for block in blocks}
    return {**module, "resources": [*blocks, *_blocks(resources, known)]}


def _blocks(resources: list[Json], known: set[str]) -> Iterator[Json]:
    for resource in resources:
        address = without_keys(str(resource["address"]))
        if address not in known:
            known.add(address)
            references = resource.get("depends_on") or []
            yield {
                "address": address,
                "mode": resource["mode"],
                "type": resource["type"],
                "name": resource["name"],
                "expressions": {"depends_on": {"references": references}},
            }
