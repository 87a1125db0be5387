"""A plan, as `terraform show -json PLAN` prints it.

What is known only after the apply is looked for in the plan's configuration. Of JSON that holds
whole expressions; of HCL only what they refer to: see `tandem.deployment.plan_references`.

https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from tandem.deployment.addresses import without_keys
from tandem.deployment.expressions import Step, evaluate
from tandem.deployment.model import Unresolved
from tandem.deployment.plan_configuration import (
    PlanConfiguration,
    made_of,
    references_of,
    resource_of,
)
from tandem.deployment.plan_references import PlanReferences
from tandem.deployment.policies import ATTACHING, role_name
from tandem.deployment.state import instance, resources_of
from tandem.deployment.symbols import symbol
from tandem.deployment.world import Instance, World

Json = Mapping[str, Any]


def world(document: Json) -> World:
    """The world that there will be after a plan's apply."""
    return _Plan(document).world


class _Plan:
    def __init__(self, document: Json) -> None:
        self.world = World("plan")
        self._configuration = PlanConfiguration(document.get("configuration") or {})
        unknown = {
            str(change["address"]): change["change"].get("after_unknown") or {}
            for change in document.get("resource_changes") or []
        }
        self._unknown = unknown
        self._references = PlanReferences(self.world, self._configuration, unknown)
        region = self._configuration.provider("aws").get("region")
        if isinstance(region, str):
            self.world.region = region
        planned = (document.get("planned_values") or {}).get("root_module") or {}
        prior = ((document.get("prior_state") or {}).get("values") or {}).get("root_module") or {}
        there = [
            (module, resource)
            for module, resource in resources_of(prior)
            # With -target nothing is planned of the others: they stay.
            if resource["mode"] == "data" or resource["address"] not in unknown
        ]
        for module, resource in (*there, *resources_of(planned)):
            self._add(module, resource)
        self.world.detached.update(_detached(document))
        if document.get("complete") is False:
            why = "Terraform says that it is not complete, as with -target: plan it whole"
            self.world.unresolved.append(Unresolved("this plan", "the rest", why))

    def _add(self, module: str, resource: Json) -> None:
        known = instance(module, resource)
        block = self._configuration.block(module, f"{known.type}.{known.name}")
        provider = str(block.get("provider_config_key") or "")
        region = self._configuration.provider(provider).get("region")
        unknown = self._unknown.get(known.address, {})
        values: Json = resource.get("values") or {}
        known.argument = partial(self._argument, known, values, unknown, block)
        known.said = lambda: iter(
            dict.fromkeys((*values, *(name for name, flag in unknown.items() if flag)))
        )
        known.known = None if _has_unknown(unknown) else values
        known.region = region if isinstance(region, str) else None
        # The configuration of a plan with -target has not all that the state has.
        known.after |= self._configuration.needed(
            without_keys(module), f"{known.type}.{known.name}"
        )
        self.world.add(known)

    def _argument(
        self, self_: Instance, values: Json, unknown: Json, block: Json, name: str
    ) -> Any:
        flag = unknown.get(name)
        if not flag:  # nearly all
            return values[name]
        expression = (block.get("expressions") or {}).get(name)
        found = self._resolved(self_, (name,), values.get(name), flag, expression)
        if found is None:
            raise LookupError(name)
        return found

    def _resolved(
        self,
        of: Instance,
        path: tuple[Step, ...],
        value: Any,
        unknown: Any,
        expression: Any,
    ) -> Any:
        """`value` with everything that is unknown in it resolved as far as possible."""
        match unknown:
            case True:
                found = self._expressed(of, path, expression)
                return symbol(self._named(of, path)) if found is None and len(path) > 1 else found
            case dict() if unknown:
                given = value if isinstance(value, dict) else {}
                return {
                    key: self._resolved(
                        of,
                        (*path, key),
                        given.get(key),
                        unknown.get(key),
                        _part(expression, key),
                    )
                    for key in (*given, *(key for key in unknown if key not in given))
                    if key in given or unknown[key]
                }
            case list() if any(unknown):
                items = value if isinstance(value, list) else []
                return [
                    self._resolved(
                        of,
                        (*path, number),
                        items[number] if number < len(items) else None,
                        flag,
                        _item(expression, number, items, len(unknown)),
                    )
                    for number, flag in enumerate(unknown)
                ]
        return value

    def _expressed(self, of: Instance, path: tuple[Step, ...], expression: Any) -> Any:
        """What the configuration says of an argument that is unknown; None: not enough."""
        if not isinstance(expression, dict):
            return None
        found = references_of(expression)
        names = [step for step in path if isinstance(step, str)]
        argument = ".".join(names[-2:])
        lookup = partial(self._lookup, of.module, of)
        if "constant_value" in expression:
            constant = expression["constant_value"]
            return evaluate(constant, lookup) if found else constant
        try:
            return self._references.alone(of.module, of, argument, found)
        except LookupError:
            return None

    def _named(self, of: Instance, path: tuple[Step, ...]) -> str:
        """A part that nobody knows: its place, and in a policy also what it is made of."""
        place = _place(of, path)
        if of.type != "data.aws_iam_policy_document":
            return place
        block = self._configuration.block(of.module, f"{of.type}.{of.name}")
        made = ", ".join(made_of(block, self._unknown.get(of.address), path))
        return f"{place}, made of {made}" if made else place

    def _lookup(self, module: str, of: Instance, path: tuple[Step, ...]) -> Any:
        """What a reference in JSON means in a module."""
        match path:
            case ("each", "key") | ("count", "index"):
                return of.key
            case ("var" | "module" | "local" | "each" | "path" | "self", *_):
                raise LookupError(path)
        kind, name, rest = resource_of(path)
        instances = self.world.instances_named(module, kind, name)
        if rest and any(instance.key is not None for instance in instances):
            instances = [instance for instance in instances if instance.key == rest[0]]
            rest = rest[1:]
        if len(instances) != 1:
            raise LookupError(path)
        return self.world.follow(instances[0], rest)


def _detached(document: Json) -> Iterator[tuple[str, str]]:
    """Role and policy of what attaches one to the other, and will be gone."""
    for entry in document.get("resource_changes") or []:
        change = entry["change"]
        names = ATTACHING.get(str(entry.get("type")))
        if names and "delete" in (change.get("actions") or []):
            before: Json = change.get("before") or {}
            yield role_name(before.get("role")), str(before.get(names))


def _has_unknown(flags: Any) -> bool:
    """Whether anything is unknown: a plan has the flags of nested blocks in their form."""
    match flags:
        case dict():
            return any(map(_has_unknown, flags.values()))
        case list():
            return any(map(_has_unknown, flags))
    return bool(flags)


def _part(expression: Any, key: str) -> Any:
    """The expression of an attribute of a block, or of an element of a map."""
    if not isinstance(expression, dict):
        return None
    constant = expression.get("constant_value")
    if isinstance(constant, dict):
        return {**expression, "constant_value": constant[key]} if key in constant else None
    return expression.get(key)


def _item(expression: Any, number: int, items: list[Any], length: int) -> Any:
    """The expression of an element of a list, where it is sure which one it is.

    Of blocks it is the only one that says what is known of the block: a plan has the blocks of a
    set in another order than the configuration, and those of a `dynamic` block not at all.
    """
    if isinstance(expression, list):
        if len(expression) != length:
            return None
        item = items[number] if number < len(items) else {}
        alike = [it for it in expression if _agrees(it, item)]
        return alike[0] if len(alike) == 1 else None
    if isinstance(expression, dict):
        constant = expression.get("constant_value")
        if isinstance(constant, list) and len(constant) == length:
            return {**expression, "constant_value": constant[number]}
    return None


def _agrees(expression: Any, item: Any) -> bool:
    """Whether a block may be that of an expression: no constant of it differs."""
    if not isinstance(expression, dict) or not isinstance(item, dict):
        return False
    for name, part in expression.items():
        known = item.get(name)
        if known is None or not isinstance(part, dict) or part.get("references"):
            continue
        constant = part.get("constant_value", known)
        if isinstance(constant, str | int | float) and str(constant) != str(known):
            return False
    return True


def _place(of: Instance, path: tuple[Step, ...]) -> str:
    text = of.address
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text
