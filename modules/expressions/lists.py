"""Lists of which Terraform decides some elements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from modules.expressions.decisions import given
from modules.expressions.language import Each, When, always, hcl, is_plain, repeated
from modules.expressions.values import Condition, Decision, Entries, Text, TextMap, Texts

_T = TypeVar("_T")


def where(decision: Decision, element: _T) -> list[Any]:
    """A list with the element, or without it."""
    if isinstance(decision, Condition):
        return [When(decision, element)]
    return [element] if decision else []


def each(
    entries: Mapping[str, Any] | Sequence[str] | Entries[Any],
    element: Callable[[Any, Any], _T],
    condition: Callable[[Any, Any], Decision] = always,
) -> list[Any]:
    """A list with an element for each entry of a map or a list, or for some of them."""
    if isinstance(entries, Texts):
        entries = Entries(entries.expression, Text)
    if isinstance(entries, Entries):
        return [Each(entries, element, condition)]
    pairs = entries.items() if isinstance(entries, Mapping) else enumerate(entries)
    return [element(key, value) for key, value in pairs if condition(key, value)]


def some(
    entries: Mapping[str, Any] | Entries[Any],
    condition: Callable[[Any, Any], Decision] = always,
) -> Decision:
    """Whether a map has an entry, or one of which the condition is true."""
    if not isinstance(entries, Entries):
        return any(condition(key, value) for key, value in entries.items())
    if condition is always:
        return Condition(f"length({entries.expression}) > 0")
    found = repeated(Each(entries, lambda key, _value: key, condition))
    return Condition(f"length({found}) > 0")


def joined_keys(entries: Mapping[str, Any] | Entries[Any]) -> str:
    """The keys of a map, separated by blanks."""
    if isinstance(entries, Entries):
        return Text(f'join(" ", keys({entries.expression}))')
    return " ".join(entries)


def plain(elements: Sequence[_T]) -> list[_T]:
    """The elements, if none is left to Terraform: then `set_blocks` writes them."""
    return list(elements) if all(map(is_plain, elements)) else []


def present(values: Mapping[str, str | None]) -> Any:
    """A map of texts without those that are not given."""
    given_ = {name: value for name, value in values.items() if value is not None}
    if not any(isinstance(given(value), Condition) for value in given_.values()):
        return given_
    return TextMap(f"{{for key, value in {hcl(given_)} : key => value if value != null}}")


def texts(elements: Iterable[Any]) -> list[str]:
    """A list of texts for the bindings."""
    elements = list(elements)
    return elements if all(map(is_plain, elements)) else Texts(hcl(elements))
