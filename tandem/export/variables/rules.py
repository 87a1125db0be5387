"""The rules of the settings as `validation` blocks: one for each, naming where and what it met.

Terraform may evaluate a message although the condition holds, so none may fail for null.
https://developer.hashicorp.com/terraform/language/values/variables#custom-validation-rules
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from modules.settings.types import Between, Text
from tandem.export.variables.hcl import follows, listed, literal, plain, unless_null, validation
from tandem.export.variables.shapes import (
    Attribute,
    Choice,
    Collection,
    Object,
    Rule,
    Shape,
    Single,
)

Validation = dict[str, str]


@dataclass(frozen=True)
class _Loop:
    """Where every element of a map or a list is looked at."""

    variables: str
    over: str
    shown: str
    """The expression that names an element which breaks the rule."""


def validations(name: str, variable: Attribute) -> Iterator[Validation]:
    """The rules of a variable, as its type has them."""
    yield from _attribute(name, f"var.{name}", variable, (), top=True)


def _attribute(
    path: str, value: str, attribute: Attribute, nulls: tuple[str, ...], *, top: bool = False
) -> Iterator[Validation]:
    shape = attribute.shape
    if attribute.nullable:
        nulls = (*nulls, value)
    elif attribute.required and not top and not (isinstance(shape, Single) and shape.rules):
        condition = unless_null(nulls, f"{value} != null")
        yield validation(condition, f"{path} is null: it must be given.")
        nulls = (*nulls, value)
    yield from _shape(path, value, shape, nulls)


def _shape(path: str, value: str, shape: Shape, nulls: tuple[str, ...]) -> Iterator[Validation]:
    if isinstance(shape, Object):
        for name, each in shape.attributes.items():
            yield from _attribute(f"{path}.{name}", f"{value}.{name}", each, nulls)
    elif isinstance(shape, Collection):
        yield from _collection(path, value, shape, nulls)
    else:
        for rule in shape.rules:
            met = _shown(value, nulls, number=isinstance(rule, Between))
            yield validation(
                unless_null(nulls, holds(rule, value)),
                f"{path} is {met}: it must be {plain(words(rule))}.",
            )


def _shown(value: str, nulls: tuple[str, ...], *, number: bool = False) -> str:
    if number and not nulls:
        return f"${{{value}}}"
    return f'${{try(jsonencode({value}), "null")}}' if nulls else f"${{jsonencode({value})}}"


def _collection(
    path: str, value: str, shape: Collection, nulls: tuple[str, ...]
) -> Iterator[Validation]:
    if shape.least or shape.most is not None:
        least, most = [f"length({value}) >= {shape.least}"], [f"length({value}) <= {shape.most}"]
        limits = (least if shape.least else []) + ([] if shape.most is None else most)
        number = f"${{try(length({value}), 0)}}" if nulls else f"${{length({value})}}"
        yield validation(
            unless_null(nulls, " && ".join(limits)),
            f"{path} has {number} entries: it must have {_limits(shape)}.",
        )
    if shape.type == "map":
        loop = _Loop("name", f"keys({value})", "jsonencode(name)")
        for rule in shape.keys:
            what = f"each must be {plain(words(rule))}"
            yield _every(loop, nulls, holds(rule, "name"), f"{path} has the name", what)
    element = shape.element
    names = "name, each" if shape.type == "map" else "each"
    if isinstance(element, Single):
        shown = '"${name} = ${jsonencode(each)}"' if shape.type == "map" else "jsonencode(each)"
        loop = _Loop(names, value, shown)
        for rule in element.rules:
            what = f"each must be {plain(words(rule))}"
            yield _every(loop, nulls, holds(rule, "each"), f"{path} has", what)
        if not element.rules:
            yield _every(loop, nulls, "each != null", f"{path} has", "each must be given")
    elif isinstance(element, Object) and shape.type == "map":
        loop = _Loop(names, value, '"${name} = null"')
        yield _every(loop, nulls, "each != null", f"{path} has", "each must be given")
        for name, attribute in element.attributes.items():
            yield from _in_each(path, value, name, attribute, nulls)
    else:
        raise TypeError(f"no rules for what is in {path}: {element}")


def _in_each(
    path: str, value: str, name: str, attribute: Attribute, nulls: tuple[str, ...]
) -> Iterator[Validation]:
    if not isinstance(attribute.shape, Single) or not attribute.nullable:
        raise TypeError(f"no rules for {name} of what is in {path}")
    inner = f"each.{name}"
    loop = _Loop("name, each", value, f'"${{name}}.{name} = ${{jsonencode({inner})}}"')
    for rule in attribute.shape.rules:
        condition = unless_null(("each", inner), holds(rule, inner))
        what = f"{name} must be {plain(words(rule))}"
        yield _every(loop, nulls, condition, f"{path} has", what)


def _every(
    loop: _Loop, nulls: tuple[str, ...], condition: str, before: str, what: str
) -> Validation:
    broken = offenders(loop.variables, loop.over, loop.shown, condition)
    shown = f'try({broken}, "null")' if nulls else broken
    return validation(
        unless_null(nulls, f"alltrue([for {loop.variables} in {loop.over} : {condition}])"),
        f"{before} ${{{shown}}}: {what}.",
    )


def offenders(variables: str, over: str, shown: str, condition: str) -> str:
    """The elements that break a rule, as one text."""
    return f'join(", ", [for {variables} in {over} : {shown} if !({condition})])'


def holds(rule: Rule, value: str) -> str:
    """The condition of a rule. Of the kinds of rule, only that of a text takes null."""
    if isinstance(rule, Text):
        return follows(rule, value)
    if isinstance(rule, Choice):
        return f"contains({literal(rule.values)}, {value})"
    return f"floor({value}) == {value} && {value} >= {rule.least} && {value} <= {rule.most}"


def words(rule: Rule) -> str:
    """What a value must be."""
    if isinstance(rule, Text):
        return rule.words
    if isinstance(rule, Choice):
        return listed(rule.values, "or")
    return f"a whole number from {rule.least} to {rule.most}"


def _limits(shape: Collection) -> str:
    if shape.most is None:
        return f"at least {shape.least}"
    return f"{shape.least} to {shape.most}" if shape.least else f"at most {shape.most}"
