"""The configuration inside a plan: its blocks, what they refer to, and what comes before what.

https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tandem.deployment.addresses import within, without_keys
from tandem.deployment.expressions import Step, steps

Json = Mapping[str, Any]


class PlanConfiguration:
    """The configuration that a plan was made of."""

    def __init__(self, document: Json) -> None:
        self._providers: Json = document.get("provider_config") or {}
        self._root: Json = document.get("root_module") or {}
        self._blocks: dict[str, dict[str, Json]] = {}
        self.needed = cache(self._needed)

    def provider(self, key: str) -> Json:
        """The constant arguments of a provider, by its key in the plan."""
        expressions = self._providers.get(key, {})
        return {
            name: expression.get("constant_value")
            for name, expression in expressions.get("expressions", {}).items()
            if isinstance(expression, Mapping)
        }

    def module(self, module: str) -> Json:
        """The configuration of a module."""
        found = self._root
        for name in without_keys(module).split(".")[1::2] if module else ():
            found = found.get("module_calls", {}).get(name, {}).get("module") or {}
        return found

    def block(self, module: str, address: str) -> Json:
        """The configuration of a resource."""
        plain = without_keys(module)
        if plain not in self._blocks:
            self._blocks[plain] = {
                str(block["address"]): block for block in self.module(plain).get("resources") or []
            }
        return self._blocks[plain].get(address, {})

    def output(self, module: str, path: tuple[Step, ...]) -> tuple[str, Json]:
        """The module that a reference to an output means, and the output's expression."""
        called = within(module, f"module.{path[1]}")
        outputs = self.module(called).get("outputs", {})
        name = path[2] if path[2] in outputs else path[3] if len(path) > 3 else None
        return called, outputs.get(name, {}).get("expression", {})

    def _needed(self, module: str, address: str) -> frozenset[str]:
        """Addresses, without keys, of what Terraform makes before a resource.

        What a local refers to is not in a plan: it stands there itself, as in `local.roles`.
        """
        block = self.block(module, address)
        said = [str(entry) for entry in block.get("depends_on") or []]
        parts = [
            block.get(part) for part in ("expressions", "count_expression", "for_each_expression")
        ]
        return frozenset(self._sources(module, [*said, *all_references(parts)], set()))

    def _sources(self, module: str, found: list[str], seen: set[tuple[str, str]]) -> Iterator[str]:
        for reference in found:
            if (module, reference) in seen:
                continue
            seen.add((module, reference))
            path = steps(reference)
            match path:
                case ():
                    pass
                case ("each" | "count" | "path" | "self" | "terraform", *_):
                    pass
                case ("var", str() as name, *_) if module:
                    parent, _, call = module.rpartition("module.")
                    parent = parent.removesuffix(".")
                    calls = self.module(parent).get("module_calls", {})
                    expression = calls.get(call, {}).get("expressions", {}).get(name)
                    yield from self._sources(parent, list(all_references(expression)), seen)
                case ("var", *_):
                    pass
                case ("module", str() as name, _, *_):
                    called, output = self.output(module, path)
                    yield from self._sources(called, list(all_references(output)), seen)
                case ("module", str() as name):
                    called = within(module, f"module.{name}")
                    yield from (
                        within(called, str(block["address"]))
                        for block in self.module(called).get("resources") or []
                    )
                case ("local", str() as name, *_):
                    yield within(module, f"local.{name}")
                case _ if len(path) > 1:
                    kind, name, _ = resource_of(path)
                    yield within(module, f"{kind}.{name}")


def resource_of(path: tuple[Step, ...]) -> tuple[str, str, tuple[Step, ...]]:
    """Type and name of what a reference means, and the rest of it."""
    if path[0] == "data" and len(path) > 2:
        return f"data.{path[1]}", str(path[2]), path[3:]
    if len(path) > 1:
        return str(path[0]), str(path[1]), path[2:]
    raise LookupError(path)


def references_of(expression: Any) -> list[str]:
    """What an expression refers to: each reference once, without the shorter forms of it."""
    found = list(dict.fromkeys(expression.get("references") or []))
    if len(found) == 1:
        return found
    text = "\n".join(("", *found))
    return [it for it in found if f"\n{it}." not in text and f"\n{it}[" not in text]


def made_of(block: Json, unknown: Any, path: tuple[Step, ...]) -> list[str]:
    """What a part of a block refers to, as far as that is sure.

    Args:
        block: A resource in the configuration.
        unknown: What of its values is unknown, which tells how many blocks there are.
        path: Attributes and numbers that lead to the part.
    """
    expression = block.get("expressions")
    for step in path:
        if isinstance(expression, list) and len(expression) != len(unknown or ()):
            return []  # some are of a `dynamic` block: nobody knows which
        if isinstance(expression, dict) and "references" in expression:
            break
        expression, unknown = _at(expression, step), _at(unknown, step)
    return references_of(expression) if isinstance(expression, dict) else []


def _at(value: Any, step: Step) -> Any:
    try:
        return value[step]
    except (LookupError, TypeError):
        return None


def all_references(expression: Any) -> Iterator[str]:
    """All references in a tree of expressions."""
    if isinstance(expression, dict):
        if isinstance(expression.get("references"), list):
            yield from references_of(expression)
            return
        for key, part in expression.items():
            if key != "constant_value" and isinstance(part, dict | list):
                yield from all_references(part)
    elif isinstance(expression, list):
        for part in expression:
            yield from all_references(part)
