"""From a stack of constructs to the files of a Terraform module."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from modules._cdktf import App, TerraformStack, Testing
from tandem.export.accepted import with_reasons

Block = dict[str, Any]

_TERRAFORM = ">= 1.5"
_AWS_PROVIDER = ">= 5.100, < 7"
_ADDRESS = re.compile(r"(?<![\w.-])((?:data\.)?aws_\w+)\.([\w-]+)(?=(\.\w)?)")

_NAMES = {
    "pipeline": "this",
    "build": "this",
    "repository": "this",
    "repository_protected": "this",
    "repository_unprotected": "unprotected",
    "build_role": "build",
    "pipeline_role": "pipeline",
    "source-committed": "committed",
    "source-committed_role": "committed",
    "source-uploaded": "uploaded",
    "source-uploaded_role": "uploaded",
    "scheduled_role": "scheduled",
    "base-pushed": "base_pushed",
    "base-pushed_role": "base_pushed",
}
"""Names of resources, as modules have them: of those that a module is about, `this`."""


def synthesize(
    build: Callable[[TerraformStack], None],
    variables: Mapping[str, Any],
    moves: Mapping[str, str],
) -> Block:
    """The files of a module, as Terraform's JSON, by their names without what says so.

    Args:
        build: Puts the constructs into a stack.
        variables: The variables of the module.
        moves: Addresses now, by the addresses in earlier versions.
    """
    # In a module there is no provider: CDKTF must not ask for one.
    stack = TerraformStack(App(skip_validation=True), "module")
    build(stack)
    described = _renamed(json.loads(str(Testing.synth(stack))))
    parts = ("locals", "data", "resource")
    main: Block = {part: described[part] for part in parts if part in described}
    if moves:
        main["moved"] = [{"from": before, "to": now} for before, now in moves.items()]
    return {
        "main": main,
        "variables": {"variable": dict(variables)},
        "outputs": {"output": described["output"]},
        "versions": {
            "terraform": {
                "required_version": _TERRAFORM,
                "required_providers": {
                    "aws": {"source": "hashicorp/aws", "version": _AWS_PROVIDER}
                },
            }
        },
    }


def _renamed(described: Block) -> Block:
    """The stack with the addresses of a module, and with the one instance that a reference means.

    What is there or not, by `count`, is referred to as `[0]`; what is there for each base, by
    `for_each`, refers to what is there for the same base.
    """
    instances = {}
    for prefix, section in (("", "resource"), ("data.", "data")):
        for kind, resources in described.get(section, {}).items():
            for name, resource in resources.items():
                key = "[0]" if "count" in resource else ""
                instances[f"{prefix}{kind}", name] = "[each.key]" if "for_each" in resource else key

    def address(match: re.Match[str]) -> str:
        kind, name, attribute = match.groups()
        instance = instances.get((kind, name), "") if attribute else ""
        return f"{kind}.{_NAMES.get(name, name)}{instance}"

    def walk(value: Any) -> Any:
        match value:
            case dict():
                return {key: walk(item) for key, item in value.items()}
            case list():
                return [walk(item) for item in value]
            case str():
                return _ADDRESS.sub(address, value)
        return value

    result = walk(described)
    for section in ("resource", "data"):
        result[section] = {
            kind: {
                _NAMES.get(name, name): with_reasons(section, kind, body)
                for name, body in bodies.items()
            }
            for kind, bodies in result.get(section, {}).items()
        }
    return _pruned(result)


def _pruned(described: Block) -> Block:
    """The stack without the local values and the data sources that nothing refers to."""
    while True:
        text = json.dumps(described)
        unused = [
            ("locals", name)
            for name in described.get("locals", {})
            if not re.search(rf"\blocal\.{name}\b", text)
        ]
        unused += [
            ("data", kind)
            for kind, bodies in described["data"].items()
            if not re.search(rf"\bdata\.{kind}\b", text)
        ]
        if not unused:
            return {part: content for part, content in described.items() if content}
        for section, name in unused:
            del described[section][name]
