"""What Terraform must be told for the emulator, in a file of its own."""

from collections.abc import Iterator, Mapping
from typing import Any

OVERRIDE_FILE = "tandem_emulator_override.tf.json"
"""Terraform merges `*_override.tf.json` over the other files of its folder."""

_STATE_FILE = "tandem_emulator.tfstate"
"""Not `terraform.tfstate`, which may describe real resources."""

_REAL = (
    "access_key",
    "allowed_account_ids",
    "forbidden_account_ids",
    "http_proxy",
    "https_proxy",
    "profile",
    "secret_key",
    "shared_config_files",
    "shared_credentials_files",
    "token",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
)
"""Arguments of the provider that are for real accounts only."""


def override(stack: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of `OVERRIDE_FILE` for a parsed `cdk.tf.json`.

    State becomes a file in the folder, whatever backend or `cloud` block the stack has. What the
    provider is told about real accounts is taken back. What is protected can be destroyed. Write it
    beside a *copy* of the stack: beside the original it would unprotect the real resources.

    https://developer.hashicorp.com/terraform/language/files/override
    """
    overridden: dict[str, Any] = {"terraform": {"backend": {"local": {"path": _STATE_FILE}}}}
    providers = [_provider(block) for block in _blocks(stack.get("provider", {}).get("aws", []))]
    if any(providers):
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
    """Take back what leads to real accounts; the environment says the rest."""
    settings: dict[str, Any] = dict.fromkeys(name for name in block if name in _REAL)
    if "endpoints" in block:
        settings["endpoints"] = [{}]  # a block is replaced, never removed
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
