"""The configuration inside a plan, without constants that are sensitive.

https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from tandem.deployment.addresses import calls_of, within, without_keys
from tandem.review.redaction.marks import is_marked, union
from tandem.review.redaction.symbols import Hiding, Path

Json = Mapping[str, Any]
Arguments = Mapping[str, Json]
"""The expressions of each resource, by the address of its block."""
_CONSTANT = "constant_value"
_WRITE_ONLY = "_wo"
"""Arguments of which no plan has a value end with it.

https://developer.hashicorp.com/terraform/plugin/framework/resources/write-only-arguments
"""
_RUN = ("command", "inline", "script", "scripts", "source", "destination")
"""Arguments of a provisioner that say what it runs or copies."""
_CREDENTIAL = re.compile("secret|token|password|private|credential|api_?key", re.IGNORECASE)


def hide_configuration(configuration: Json, marks: Json, hiding: Hiding) -> Json:
    """The configuration without what is marked.

    Args:
        configuration: That of a plan.
        marks: What is sensitive in a resource, by the address of its block.
        hiding: What hides it.
    """
    found = dict(configuration)
    if configuration.get("provider_config"):
        found["provider_config"] = {
            name: _provider(name, provider, hiding)
            for name, provider in configuration["provider_config"].items()
        }
    if configuration.get("root_module"):
        found["root_module"] = _Module(marks, hiding).hidden(configuration["root_module"], "")
    return found


def arguments(configuration: Json) -> Arguments:
    """What is set of each resource."""
    return dict(_arguments(configuration.get("root_module") or {}, ""))


def _arguments(module: Json, address: str) -> Iterator[tuple[str, Json]]:
    for resource in module.get("resources") or []:
        yield within(address, str(resource["address"])), resource.get("expressions") or {}
    for name, call in (module.get("module_calls") or {}).items():
        yield from _arguments(call.get("module") or {}, within(address, f"module.{name}"))


def references(expression: Any, block: str) -> frozenset[str]:
    """The blocks that an expression of one refers to, in the same module."""
    module = ".".join(calls_of(block))
    return frozenset(within(module, without_keys(it)) for it in _references(expression))


def _references(expression: Any) -> Iterator[str]:
    if isinstance(expression, list):
        for each in expression:
            yield from _references(each)
    elif isinstance(expression, Mapping):
        for key, each in expression.items():
            if key == "references":
                yield from each
            elif key != _CONSTANT:
                yield from _references(each)


def _provider(name: str, provider: Json, hiding: Hiding) -> Json:
    """A provider with its region: no plan says which of its arguments are credentials."""
    expressions = provider.get("expressions") or {}
    kept = {key: each for key, each in expressions.items() if key == "region"}
    for key, each in expressions.items():
        if _CREDENTIAL.search(key):
            hide_expression(each, True, hiding, f"provider.{name}", (key,))
    return {**provider, "expressions": kept}


class _Module:
    def __init__(self, marks: Json, hiding: Hiding) -> None:
        self._marks = marks
        self._hiding = hiding

    def hidden(self, module: Json, address: str) -> Json:
        found = dict(module)
        if module.get("variables"):
            found["variables"] = {
                name: self._variable(within(address, f"var.{name}"), variable)
                for name, variable in module["variables"].items()
            }
        if module.get("outputs"):
            found["outputs"] = {
                name: self._output(within(address, f"output.{name}"), output)
                for name, output in module["outputs"].items()
            }
        if module.get("resources"):
            found["resources"] = [self._resource(address, each) for each in module["resources"]]
        if module.get("module_calls"):
            found["module_calls"] = {
                name: self._call(within(address, f"module.{name}"), call)
                for name, call in module["module_calls"].items()
            }
        return found

    def _variable(self, owner: str, variable: Json) -> Json:
        if not variable.get("sensitive") or variable.get("default") is None:
            return variable
        return {**variable, "default": self._hiding.hide(variable["default"], True, owner)}

    def _output(self, owner: str, output: Json) -> Json:
        if not output.get("sensitive"):
            return output
        hidden = hide_expression(output.get("expression"), True, self._hiding, owner)
        return {**output, "expression": hidden}

    def _resource(self, module: str, resource: Json) -> Json:
        owner = within(module, str(resource["address"]))
        marks = self._marks.get(owner)
        found = dict(resource)
        if resource.get("provisioners"):
            found["provisioners"] = list(map(_provisioner, resource["provisioners"]))
        expressions = resource.get("expressions") or {}
        written = {name: True for name in expressions if name.endswith(_WRITE_ONLY)}
        marks = union(marks, written)
        if is_marked(marks):
            found["expressions"] = hide_expression(expressions, marks, self._hiding, owner)
        return found

    def _call(self, address: str, call: Json) -> Json:
        module = call.get("module") or {}
        variables = module.get("variables") or {}
        marks = {name: True for name, it in variables.items() if it.get("sensitive")}
        expressions = call.get("expressions") or {}
        return {
            **call,
            "expressions": hide_expression(expressions, marks, self._hiding, f"{address}.var"),
            "module": self.hidden(module, address),
        }


def _provisioner(provisioner: Json) -> Json:
    """A provisioner with what it runs: no plan says with which of its constants it signs in."""
    expressions = provisioner.get("expressions") or {}
    kept = {name: each for name, each in expressions.items() if name in _RUN}
    return {"type": provisioner.get("type"), "expressions": kept}


def hide_expression(
    expression: Any, marks: Any, hiding: Hiding, owner: str, path: Path = ()
) -> Any:
    """An expression, or a block of them, without the constants that are marked."""
    if not is_marked(marks):
        return expression
    if isinstance(expression, list):
        # The blocks of a set have another order in the values than here: each may be the one.
        one = reduce(union, marks) if isinstance(marks, list) else marks
        return [
            hide_expression(each, one, hiding, owner, (*path, at))
            for at, each in enumerate(expression)
        ]
    if not isinstance(expression, Mapping):
        return expression
    if _CONSTANT in expression:
        hidden = hiding.hide(expression[_CONSTANT], marks, owner, path)
        return {**expression, _CONSTANT: hidden}
    if "references" in expression:
        return expression
    of_block = marks[0] if isinstance(marks, list) and len(marks) == 1 else marks
    return {
        key: hide_expression(
            each,
            of_block.get(key) if isinstance(of_block, Mapping) else of_block,
            hiding,
            owner,
            (*path, key),
        )
        for key, each in expression.items()
    }
