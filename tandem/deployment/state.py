"""A state, as `terraform show -json` prints it.

https://developer.hashicorp.com/terraform/internals/json-format#state-representation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.addresses import without_keys
from tandem.deployment.world import Instance, World

Json = Mapping[str, Any]


def world(document: Json) -> World:
    """The world that a state describes."""
    found = World("state")
    root = (document.get("values") or {}).get("root_module") or {}
    for module, resource in resources_of(root):
        found.add(instance(module, resource))
    return found


def resources_of(module: Json) -> Iterator[tuple[str, Json]]:
    """All resources of a module and of those it calls, each with the address of its module.

    Without those that a replacement left behind: they share the address of what replaced them.
    """
    address = str(module.get("address") or "")
    for resource in module.get("resources") or []:
        if "deposed_key" not in resource:
            yield address, resource
    for child in module.get("child_modules") or []:
        yield from resources_of(child)


def instance(module: str, resource: Json) -> Instance:
    """A resource of which every attribute is known."""
    values: Json = resource.get("values") or {}
    prefix = "data." if resource["mode"] == "data" else ""
    return Instance(
        address=str(resource["address"]),
        module=module,
        type=f"{prefix}{resource['type']}",
        name=str(resource["name"]),
        key=resource.get("index"),
        argument=lambda name: values[name],
        said=lambda: iter(values),
        known=values,
        after=frozenset(without_keys(str(each)) for each in resource.get("depends_on") or []),
    )
