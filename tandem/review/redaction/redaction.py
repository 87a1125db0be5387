"""A plan without its sensitive values: done first, so that nothing else ever sees one.

Terraform says which values are sensitive, but not at every place where it writes them: variables
have no marks, constants of the configuration neither, nor what a provider works out.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tandem.deployment.addresses import without_keys
from tandem.review.reading.file import as_terraform_writes
from tandem.review.redaction.configuration import arguments, hide_configuration
from tandem.review.redaction.marks import is_marked, of_resource, union
from tandem.review.redaction.near import Near
from tandem.review.redaction.public_values import public_values
from tandem.review.redaction.repeated import hide_spills
from tandem.review.redaction.secrets import Secrets, is_telling
from tandem.review.redaction.symbols import DEPOSED, Hiding

Json = Mapping[str, Any]
_OwnerOf = Callable[[Json], str]
"""Which resource something is about: by its address after the apply."""


def redact(document: Json) -> tuple[dict[str, Any], Secrets]:
    """The plan with a symbol for each sensitive value, and these values.

    The symbols of a value before and after are the same where the value is.

    Raises:
        InputError: It is not as Terraform writes it.
    """
    with as_terraform_writes():
        redaction = _Redaction(document)
        redacted = redaction.document()
        if not redaction.hiding.symbols:
            return redacted, Secrets()
        near = Near(redaction.hiding, redaction.moved, arguments(redaction.configuration))
        redacted = near.hidden(redacted)
        public = public_values(redaction.values_of_resources(), redaction.hiding) - near.copied
        secrets = {
            text: symbol
            for text, symbol in redaction.hiding.symbols.items()
            if is_telling(text) and text not in public
        }
        # Terraform lets nothing sensitive into an address. Whoever chose a secret that is part of
        # one would blot it out of the review.
        addresses = redaction.addresses()
        shown = (text for text in secrets if text not in addresses)
        return hide_spills(redacted, secrets, near.anywhere(), near.wholes), Secrets(shown)


class _Redaction:
    def __init__(self, document: Json) -> None:
        self.hiding = Hiding()
        self._given = document
        self._marks: dict[str, Any] = {}
        self.moved: dict[str, str] = {}
        """The address of what had another one before."""
        for change in self._changes():
            self._learn(change)
        for owner, resource in self.values_of_resources():
            self._add(owner, resource.get("sensitive_values"))
        self.configuration: Json = document.get("configuration") or {}
        self._root: Json = self.configuration.get("root_module") or {}

    def _changes(self) -> Iterator[Json]:
        yield from self._given.get("resource_changes") or []
        yield from self._given.get("resource_drift") or []
        for deferred in self._given.get("deferred_changes") or []:
            yield deferred["resource_change"]

    def values_of_resources(self) -> Iterator[tuple[str, Json]]:
        """Those of planned and of prior values; with those that a replacement left behind."""
        planned = self._given.get("planned_values") or {}
        prior = (self._given.get("prior_state") or {}).get("values") or {}
        for resource in _all_resources(planned.get("root_module") or {}):
            yield _owner(resource), resource
        for resource in _all_resources(prior.get("root_module") or {}):
            yield self._prior_owner(resource), resource

    def _prior_owner(self, resource: Json) -> str:
        return self.moved.get(owner := _owner(resource), owner)

    def _learn(self, change: Json) -> None:
        if change.get("previous_address"):
            self.moved[str(change["previous_address"])] = str(change["address"])
        both = change.get("change") or {}
        self._add(_owner(change), both.get("before_sensitive"), both.get("after_sensitive"))

    def _add(self, owner: str, *marks: Any) -> None:
        if any(map(is_marked, marks)):
            self._marks[owner] = of_resource(self._marks.get(owner), *marks)

    def addresses(self) -> str:
        """All addresses that a review may name."""
        found = {str(change["address"]) for change in self._changes()}
        found.update(owner for owner, _ in self.values_of_resources())
        return "\n".join((*found, *self.moved))

    def document(self) -> dict[str, Any]:
        """The plan without what Terraform says is sensitive."""
        given = self._given
        found = {key: value for key, value in given.items() if key not in _LEFT_OUT}
        # What there will be comes first: its symbols have the plain names.
        for part in ("resource_changes", "resource_drift"):
            if part in given:
                found[part] = [self._change(change) for change in given[part] or []]
        if given.get("deferred_changes"):
            found["deferred_changes"] = [
                {**each, "resource_change": self._change(each["resource_change"])}
                for each in given["deferred_changes"]
            ]
        outputs = self._sensitive_outputs()
        if given.get("action_invocations"):
            found["action_invocations"] = [
                {"address": each.get("address")} for each in given["action_invocations"]
            ]
        if given.get("output_changes"):
            found["output_changes"] = {
                name: self._output_change(name, change, name in outputs)
                for name, change in given["output_changes"].items()
            }
        if given.get("planned_values"):
            found["planned_values"] = self._values(given["planned_values"], outputs, _owner)
        prior = given.get("prior_state") or {}
        if prior.get("values"):
            found["prior_state"] = {
                **prior,
                "values": self._values(prior["values"], outputs, self._prior_owner),
            }
        if given.get("variables"):
            found["variables"] = {
                name: self._variable(name, variable)
                for name, variable in given["variables"].items()
            }
        if self.configuration:
            blocks: dict[str, Any] = {}
            for owner, marks in self._marks.items():
                block = without_keys(owner)
                blocks[block] = union(blocks.get(block), marks)
            found["configuration"] = hide_configuration(self.configuration, blocks, self.hiding)
        return found

    def _change(self, change: Json) -> Json:
        owner = _owner(change)
        marks = self._marks.get(owner)
        both = change.get("change") or {}
        if "generated_config" in both:
            both = {key: value for key, value in both.items() if key != "generated_config"}
        elif marks is None:
            return change
        hidden = {
            side: self._attributes(both[side], marks, owner)
            for side in ("after", "before")
            if side in both
        }
        return {**change, "change": {**both, **hidden}}

    def _values(self, values: Json, sensitive_outputs: set[str], owner_of: _OwnerOf) -> Json:
        found = dict(values)
        if values.get("outputs"):
            found["outputs"] = {
                name: {  # without its type, which has the keys of maps
                    "sensitive": True,
                    "value": self.hiding.hide(output["value"], True, "output", (name,)),
                }
                if name in sensitive_outputs and "value" in output
                else output
                for name, output in values["outputs"].items()
            }
        if values.get("root_module"):
            found["root_module"] = self._module(values["root_module"], owner_of)
        return found

    def _module(self, module: Json, owner_of: _OwnerOf) -> Json:
        found = dict(module)
        if module.get("resources"):
            found["resources"] = [
                self._resource(each, owner_of(each)) for each in module["resources"]
            ]
        if module.get("child_modules"):
            found["child_modules"] = [
                self._module(each, owner_of) for each in module["child_modules"]
            ]
        return found

    def _resource(self, resource: Json, owner: str) -> Json:
        marks = self._marks.get(owner)
        if marks is None or "values" not in resource:
            return resource
        return {**resource, "values": self._attributes(resource["values"], marks, owner)}

    def _attributes(self, values: Any, marks: Any, owner: str) -> Any:
        """The attributes of a resource: what they are called is no secret."""
        if marks is True and isinstance(values, Mapping):
            marks = dict.fromkeys(values, True)
        return self.hiding.hide(values, marks, owner)

    def _sensitive_outputs(self) -> set[str]:
        prior = (self._given.get("prior_state") or {}).get("values") or {}
        said = (
            self._root.get("outputs"),
            (self._given.get("planned_values") or {}).get("outputs"),
            prior.get("outputs"),
        )
        found = {name for each in said for name, it in (each or {}).items() if it.get("sensitive")}
        for name, change in (self._given.get("output_changes") or {}).items():
            if is_marked(change.get("before_sensitive")) or is_marked(
                change.get("after_sensitive")
            ):
                found.add(name)
        return found

    def _output_change(self, name: str, change: Json, sensitive: bool) -> Json:
        if not sensitive:
            return change
        hidden = {
            side: self.hiding.hide(change[side], True, "output", (name,))
            for side in ("after", "before")
            if side in change
        }
        return {**change, **hidden}

    def _variable(self, name: str, variable: Json) -> Json:
        declared = (self._root.get("variables") or {}).get(name) or {}
        if not declared.get("sensitive") or "value" not in variable:
            return variable
        return {**variable, "value": self.hiding.hide(variable["value"], True, "var", (name,))}


_LEFT_OUT = ("action_invocations", "deferred_action_invocations", "relevant_attributes")
"""Nobody asks for them, and they may hold values."""


def _owner(resource: Json) -> str:
    address = str(resource["address"])
    deposed = resource.get("deposed") or resource.get("deposed_key")
    return f"{address}{DEPOSED}" if deposed else address


def _all_resources(module: Json) -> Iterator[Json]:
    yield from module.get("resources") or []
    for child in module.get("child_modules") or []:
        yield from _all_resources(child)
