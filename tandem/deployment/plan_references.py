"""What an argument of HCL is whose value a plan does not know, from what it refers to.

A plan has no expressions of HCL, only the references in them, and nothing at all of locals. But an
argument that is nothing but an ARN or a name is an attribute of what it refers to. Of several
references it is the only one that is not known either: else the argument would be known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.deployment.addresses import without_keys
from tandem.deployment.expressions import Step, steps
from tandem.deployment.plan_configuration import PlanConfiguration, references_of, resource_of
from tandem.deployment.world import Instance, World

IMPLIED: Mapping[str, str] = {
    "arn": "arn",
    "bucket": "bucket",
    "cluster": "arn",
    "encryption_key": "arn",
    "encryption_key.id": "arn",
    "event_bus_name": "name",
    "kms_key": "arn",
    "location": "bucket",
    "permissions_boundary": "arn",
    "policy_arn": "arn",
    "role": "name",
    "role_arn": "arn",
    "rule": "name",
    "service_role": "arn",
    "task_definition": "arn",
}
"""Arguments that are nothing but an ARN or a name, and the attribute that they are of something."""
_DOCUMENTS = ("policy", "assume_role_policy")


class PlanReferences:
    """The references of one plan."""

    def __init__(
        self,
        world: World,
        configuration: PlanConfiguration,
        unknown: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._world = world
        self._configuration = configuration
        self._unknown = unknown

    def alone(self, module: str, of: Instance | None, argument: str, found: list[str]) -> Any:
        """The value of an argument, as in `role_arn` or `encryption_key.id`.

        Args:
            module: Where the references mean something.
            of: The instance that has the argument; None: it was passed from another module.
            argument: Its name, with that of its block.
            found: What it refers to.

        Raises:
            LookupError: It may be more than one thing, or more than an attribute of one.
        """
        open_ = [it for it in found if not self._is_known(module, steps(it))]
        if len(open_) != 1:
            raise LookupError(argument)
        path = steps(open_[0])
        name = argument.rpartition(".")[2]
        attribute = IMPLIED.get(argument, IMPLIED.get(name))
        is_document = path[0] == "data" and path[-1] == "json"
        if attribute is None and not (name in _DOCUMENTS and is_document):
            raise LookupError(argument)
        if path[0] == "module":
            return self._output(module, argument, path)
        if path[0] == "var":
            parent, passed = self._passed(module, path)
            return self.alone(parent, None, argument, passed)
        instances, rest = self._meant(module, path)
        if (of is not None and "each.key" in found) or "count.index" in found:
            instances = [it for it in instances if of is not None and it.key == of.key]
        if len(instances) != 1:
            raise LookupError(argument)
        return self._world.follow(instances[0], rest or (attribute or "json",))

    def _meant(
        self, module: str, path: tuple[Step, ...]
    ) -> tuple[list[Instance], tuple[Step, ...]]:
        """The instances that a reference may mean, and what it wants of them."""
        kind, name, rest = resource_of(path)
        instances = self._world.instances_named(module, kind, name)
        if rest and any(it.key is not None for it in instances):
            return [it for it in instances if it.key == rest[0]], rest[1:]
        if rest and isinstance(rest[0], int):  # a key of which there is no instance
            return instances, rest[1:]
        return instances, rest

    def _is_known(self, module: str, path: tuple[Step, ...]) -> bool:
        """Whether what a reference means is known, or does not exist, in this plan."""
        match path:
            case ("each", "key") | ("count" | "path" | "terraform", *_):
                return True
            case ("each" | "local" | "self", *_):
                return False
            case ("var", *_):
                try:
                    parent, passed = self._passed(module, path)
                except LookupError:
                    return True  # of the root, or a default
                return all(self._is_known(parent, steps(it)) for it in passed)
            case ("module", *_):
                called, output = self._configuration.output(module, path)
                return all(self._is_known(called, steps(it)) for it in references_of(output))
        instances, rest = self._meant(module, path)
        return all(
            bool(rest) and not self._unknown.get(it.address, {}).get(str(rest[0]))
            for it in instances
        )

    def _output(self, module: str, argument: str, path: tuple[Step, ...]) -> Any:
        """The value of an argument that is an output of another module."""
        called, output = self._configuration.output(module, path)
        if len(path) > 3:  # a part of it, or that of one of several instances
            raise LookupError(path)
        return self.alone(called, None, argument, references_of(output))

    def _passed(self, module: str, path: tuple[Step, ...]) -> tuple[str, list[str]]:
        """The module that calls `module`, and what it passes as a variable refers to."""
        parent, _, call = module.rpartition("module.")
        parent = parent.removesuffix(".")
        calls = self._configuration.module(parent).get("module_calls", {})
        expression = calls[without_keys(call)]["expressions"][path[1]]
        found = references_of(expression)
        if len(path) > 2 and found:
            raise LookupError(path)  # a part of what is passed, and nobody knows which
        return parent, found
