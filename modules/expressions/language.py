"""Terraform's language: values as expressions, and as documents that Terraform writes.

https://developer.hashicorp.com/terraform/language/expressions
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeVar

from modules.expressions.values import TOKEN, Condition, Decision, Entries, Text, Texts

_T = TypeVar("_T")


def always(_key: object, _value: object) -> Decision:
    """Every entry of a map."""
    return True


@dataclass(frozen=True)
class When(Generic[_T]):
    """An element of a list that is there when Terraform decides so."""

    condition: Condition
    element: _T


@dataclass(frozen=True)
class Each(Generic[_T]):
    """Elements of a list, one for each entry of a map that Terraform knows."""

    over: Entries[Any]
    element: Callable[[str, Any], _T]
    """The element for an entry, from its key and its value."""
    condition: Callable[[str, Any], Decision] = always


class Block(dict[str, Any]):
    """A nested block of which Terraform decides a part."""


def document(value: Any, separators: tuple[str, str] | None = None) -> str:
    """The JSON text of a value: written now, or by Terraform where it decides a part."""
    if _decided(value):
        return json.dumps(value, separators=separators)
    return Text(f"jsonencode({hcl(value)})")


def hcl(value: Any) -> str:
    """A value as an expression of Terraform's language.

    https://developer.hashicorp.com/terraform/language/expressions/types
    """
    match value:
        case _ if hasattr(value, "expression"):
            return str(value.expression)
        case None | bool() | int():
            return json.dumps(value)
        case Mapping():
            entries = (f"{_key(key)} = {hcl(item)}" for key, item in value.items())
            return f"{{{', '.join(entries)}}}"
        case str():
            return value if TOKEN.fullmatch(value) else _quoted(value)
        case Sequence():
            return _list(value)
    raise TypeError(f"no expression for {value!r}")


def repeated(each: Each[Any]) -> str:
    """An expression for the list of the elements."""
    entry = each.over.entry("key", "value")
    condition = each.condition(*entry)
    suffix = f" if {condition.expression}" if isinstance(condition, Condition) else ""
    return f"[for key, value in {each.over.expression} : {hcl(each.element(*entry))}{suffix}]"


def is_plain(element: object) -> bool:
    """Whether nothing of an element of a list is left to Terraform but single values."""
    return not isinstance(element, When | Each | Block)


def _list(elements: Sequence[Any]) -> str:
    parts: list[str] = []
    for plain, group in groupby(elements, is_plain):
        if plain:
            parts.append(f"[{', '.join(map(hcl, group))}]")
        else:
            parts += map(_undecided, group)
    if len(parts) > 1:
        return f"concat({', '.join(parts)})"
    return parts[0] if parts else "[]"


def _undecided(element: When[Any] | Each[Any]) -> str:
    if isinstance(element, Each):
        return repeated(element)
    return f"{element.condition.expression} ? [{hcl(element.element)}] : []"


def _key(key: str) -> str:
    return key if key.isidentifier() else _quoted(key)


def _quoted(text: str) -> str:
    """A text in quotes; tokens become interpolations."""
    parts = re.split(f"({TOKEN.pattern})", text)
    inside = (
        f"${{{part}}}" if TOKEN.fullmatch(part) else json.dumps(part, ensure_ascii=False)[1:-1]
        for part in parts
    )
    return f'"{"".join(inside)}"'


def _decided(value: Any) -> bool:
    """Whether nothing of a value is left to Terraform but single texts."""
    match value:
        case Mapping():
            return all(map(_decided, value.values()))
        case str():
            return not isinstance(value, Text)
        case When() | Each():
            return False
        case Sequence():
            return not isinstance(value, Texts) and all(map(_decided, value))
    return not hasattr(value, "expression")
