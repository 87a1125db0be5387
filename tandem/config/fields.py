"""Which keys a place in the file may have: from the models, so that advice is never out of date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from tandem.config.models import Config
from tandem.config.nodes import Node


@cache
def fields_of(cls: type) -> dict[str, FieldInfo]:
    """The keys of a settings class, without those that no file has."""
    fields: dict[str, FieldInfo] = cls.__pydantic_fields__  # type: ignore[attr-defined]
    return {name: field for name, field in fields.items() if field.init is not False}


def members(annotation: Any) -> Iterator[Any]:
    """The types that a value may have: those of a union, without what annotates them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from members(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from members(member)
    else:
        yield annotation


def classes(annotation: Any) -> list[type]:
    """The settings classes among the types that a value may have."""
    return [cls for cls in members(annotation) if hasattr(cls, "__pydantic_fields__")]


def annotation_at(path: Sequence[str | int]) -> list[Any]:
    """The types of the value at a path of the file."""
    found: list[Any] = [Config]
    for step in path:
        found = [inner for annotation in found for inner in _inner(annotation, step)]
    return found


def _inner(annotation: Any, step: str | int) -> Iterator[Any]:
    for member in members(annotation):
        origin = get_origin(member)
        if origin is dict:
            yield get_args(member)[1]
        elif origin is list:
            yield get_args(member)[0]
        elif hasattr(member, "__pydantic_fields__"):
            field = fields_of(member).get(step) if isinstance(step, str) else None
            if field:
                yield field.annotation


def classes_at(path: Sequence[str | int], node: Node) -> list[type]:
    """The settings classes of the mapping at a path: of several, those its keys point to."""
    found = [cls for annotation in annotation_at(path) for cls in classes(annotation)]
    first = {cls: next(iter(fields_of(cls))) for cls in found}
    return [cls for cls in found if first[cls] in node.mapping] or found


def path_to(key: str, within: Sequence[type]) -> str | None:
    """Where `key` belongs below these classes, as in `build.dockerfile`."""
    for cls in within:
        for name, field in fields_of(cls).items():
            inner = classes(field.annotation)
            if any(key in fields_of(each) for each in inner):
                return f"{name}.{key}"
            if deeper := path_to(key, inner):
                return f"{name}.{deeper}"
    return None
