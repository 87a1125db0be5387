"""What the settings classes say, in Terraform's types: the shape of a value and its defaults.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Len, MaxLen, MinLen
from pydantic import BeforeValidator, Discriminator, Strict, Tag
from pydantic.fields import FieldInfo

from modules.settings.types import Between, OrToken, Text
from tandem.config.fields import classes, fields_of
from tandem.export.variables.hcl import listed, literal

_IGNORED = (BeforeValidator, Discriminator, Strict, Tag, OrToken)
"""What says how YAML or Python is read: Terraform has types, and no shorthands."""
_NAMES = {str: "string", int: "number", bool: "bool"}


@dataclass(frozen=True)
class Choice:
    """A rule: one of some values."""

    values: tuple[str | int, ...]


Rule = Text | Between | Choice


@dataclass(frozen=True)
class Single:
    """A text, a number, or true or false; with `any`, whatever there is."""

    type: str
    rules: tuple[Rule, ...] = ()

    def __str__(self) -> str:
        return self.type


@dataclass(frozen=True)
class Collection:
    """A list, or a map, whose keys have rules too."""

    type: Literal["list", "map"]
    element: Shape
    keys: tuple[Rule, ...] = ()
    least: int = 0
    most: int | None = None

    def __str__(self) -> str:
        return f"{self.type}({self.element})"


@dataclass(frozen=True)
class Object:
    """An object; `about` says in a sentence or two what it is."""

    attributes: Mapping[str, Attribute]
    about: str = ""

    def __str__(self) -> str:
        inner = ", ".join(f"{name} = {each}" for name, each in self.attributes.items())
        return f"object({{{inner}}})"


Shape = Single | Collection | Object


@dataclass(frozen=True)
class Attribute:
    """A variable, or an attribute of an object."""

    shape: Shape
    description: str
    required: bool = False
    default: Any = None
    """In JSON. None where there is none, or null is it."""

    @property
    def nullable(self) -> bool:
        """Whether null means something."""
        return not self.required and self.default is None

    def __str__(self) -> str:
        if self.required:
            return str(self.shape)
        default = "" if self.default is None else f", {literal(self.default)}"
        return f"optional({self.shape}{default})"


def attribute(field: FieldInfo) -> Attribute:
    """What a field of a settings class becomes."""
    shape = _shape(field.annotation, field.metadata)
    description = in_words(field.description or "")
    if description.startswith("null: ") and isinstance(shape, Object):
        description = f"{shape.about} {description}"
    if field.is_required():
        return Attribute(shape, description, required=True)
    default = field.get_default(call_default_factory=True, validated_data={})
    return Attribute(shape, description, default={} if classes(type(default)) else default)


def in_words(text: str) -> str:
    """A description in the terms of Terraform, on one line."""
    return " ".join(text.replace("None: ", "null: ").split())


def settings(cls: type) -> Object:
    """The object that a settings class becomes."""
    about = in_words((cls.__doc__ or "").split("\n\n")[0])
    return Object({name: attribute(field) for name, field in fields_of(cls).items()}, about)


def merged(*kinds: type) -> Object:
    """One object for settings classes of which one is meant: each by its first field.

    What not every class requires is null if it is not given; checks say what belongs together.
    """
    objects = [settings(cls) for cls in kinds]
    found: dict[str, Attribute] = {}
    for each in objects:
        for number, (name, one) in enumerate(each.attributes.items()):
            if name in found:
                continue
            owners = [
                next(iter(other.attributes.items()))
                for other in objects
                if name in other.attributes
            ]
            with_kinds = len(owners) < len(objects) and all(key.required for _, key in owners)
            if number == 0 and one.required:
                first, rest = one.description[:2], one.description[2:]
                what = f"{first if first.isupper() else first.lower()}{rest}"
                description = f"{each.about.removesuffix('.')}: {what}"
            elif with_kinds:
                kinds_of = listed((kind for kind, _ in owners), "or")
                description = f"{one.description} Only with {kinds_of}."
            else:
                description = one.description
            found[name] = replace(one, description=description, required=False)
    kinds_first = [next(iter(each.attributes)) for each in objects]
    return Object({name: found[name] for name in [*kinds_first, *found]})


def _shape(annotation: Any, metadata: Sequence[Any] = ()) -> Shape:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(inner[0], [*inner[1:], *metadata])
    if origin in (Union, UnionType):
        members = [member for member in inner if member is not type(None)]
        if len(members) == 1:
            return _shape(members[0], metadata)
        return _union(members)
    if origin is Literal:
        return Single(_NAMES[type(inner[0])], (Choice(inner),))
    if origin in (list, dict):
        return _collection(inner, metadata)
    if classes(annotation):
        return settings(annotation)
    return Single(_NAMES[annotation], tuple(_rules(metadata)))


def _union(members: Sequence[Any]) -> Object:
    """A union of settings classes, and perhaps a text, which becomes the attribute `value`."""
    result = merged(*(cls for member in members for cls in classes(member)))
    if any(str in get_args(member) for member in members):
        value = Attribute(Single("string"), "A plain text.")
        return replace(result, attributes={"value": value, **result.attributes})
    return result


def _collection(inner: tuple[Any, ...], metadata: Sequence[Any]) -> Collection:
    least, most = 0, None
    for each in metadata:
        least = each.min_length if isinstance(each, Len | MinLen) else least
        most = each.max_length if isinstance(each, Len | MaxLen) else most
    if len(inner) == 1:
        return Collection("list", _shape(inner[0]), least=least, most=most)
    keys = _shape(inner[0])
    if not isinstance(keys, Single):
        raise TypeError(f"no text: {inner[0]}")
    return Collection("map", _shape(inner[1]), keys.rules, least, most)


def _rules(metadata: Sequence[Any]) -> Iterator[Rule]:
    for each in metadata:
        if isinstance(each, Text | Between):
            yield each
        elif not isinstance(each, _IGNORED):
            raise TypeError(f"no rule that Terraform is told: {each}")
