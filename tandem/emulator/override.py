"""What Terraform must be told for the emulator, in a file of its own."""

from collections.abc import Iterator, Mapping
from typing import Any

OVERRIDE_FILE = "tandem_emulator_override.tf.json"
"""Terraform merges `*_override.tf.json` over the other files of its folder."""

_STATE_FILE = "tandem_emulator.tfstate"
"""Not `terraform.tfstate`, which may describe real resources."""


def override(stack: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of `OVERRIDE_FILE` for a parsed `cdk.tf.json`.

    State becomes a file in the folder, whatever backend the stack has; the provider talks to an
    emulator; and what is protected from destruction can be destroyed. Write it beside a *copy* of
    the stack: left beside the original, it would take the protection off the real resources.

    https://developer.hashicorp.com/terraform/language/files/override
    """
    overridden: dict[str, Any] = {"terraform": {"backend": {"local": {"path": _STATE_FILE}}}}
    providers = [_provider(block) for block in _blocks(stack.get("provider", {}).get("aws", {}))]
    overridden["provider"] = {"aws": providers}
    resources: dict[str, dict[str, Any]] = {}
    for kind, named in stack.get("resource", {}).items():
        for name, resource in named.items():
            if any("prevent_destroy" in block for block in _blocks(resource.get("lifecycle", {}))):
                unprotected = {"lifecycle": {"prevent_destroy": False}}
                resources.setdefault(kind, {})[name] = unprotected
    if resources:
        overridden["resource"] = resources
    return overridden


def _provider(block: Mapping[str, Any]) -> dict[str, Any]:
    # A bucket's own host name leads nowhere on a loopback port.
    settings: dict[str, Any] = {"s3_use_path_style": True}
    if "alias" in block:
        settings["alias"] = block["alias"]
    return settings


def _blocks(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield the blocks of a JSON property: Terraform takes one object, or a list of them."""
    match value:
        case list():
            for entry in value:
                yield from _blocks(entry)
        case Mapping():
            yield value
