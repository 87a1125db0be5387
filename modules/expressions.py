"""Values and decisions that are Terraform's, so that a construct is written once for both.

In an exported module a setting is an expression, as in `var.build.vpc`, and what differs is decided
when Terraform plans. Constructs ask and choose with the functions here: with values that are known
they do what Python does, with expressions they write what Terraform will do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from modules._cdktf import (
    DefaultTokenResolver,
    IAnyProducer,
    IResolvable,
    IResolveContext,
    Lazy,
    StringConcat,
    TerraformResource,
    Token,
    Tokenization,
    jsii,
)

_T = TypeVar("_T")
_PATH = re.compile(r"[\w.]+")
_TOKEN = re.compile(r"\$\{TfToken\[TOKEN\.\d+\]\}")


@dataclass(frozen=True)
class Condition:
    """Something that is true or false when Terraform plans."""

    expression: str

    def __bool__(self) -> bool:
        raise TypeError(f"only Terraform knows whether {self.expression}")


Decision = bool | Condition


class Text(str):
    """A text that Terraform knows. Python can pass it on, but not look at it."""

    __slots__ = ("expression", "nullable")
    expression: str
    nullable: bool
    """Whether it may be null, which says that the setting was not given."""

    def __new__(cls, expression: str, *, nullable: bool = False) -> Text:
        text = super().__new__(cls, Token.as_string(_resolvable(expression)))
        text.expression = expression
        text.nullable = nullable
        return text

    def __bool__(self) -> bool:
        raise TypeError(f"only Terraform knows whether {self.expression} is empty")

    def upper(self) -> Text:
        return Text(f"upper({self.expression})", nullable=self.nullable)

    def lower(self) -> Text:
        return Text(f"lower({self.expression})", nullable=self.nullable)


class Number(float):
    """A number that Terraform knows; in a text it is the text of the number."""

    __slots__ = ("expression", "nullable")
    expression: str
    nullable: bool

    def __new__(cls, expression: str, *, nullable: bool = False) -> Number:
        number = super().__new__(cls, Token.as_number(_resolvable(expression)))
        number.expression = expression
        number.nullable = nullable
        return number

    def __str__(self) -> str:
        return Text(self.expression)

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)


class Texts(list[str]):
    """A list of texts that Terraform knows."""

    __slots__ = ("expression", "nullable")

    def __init__(self, expression: str, *, nullable: bool = False) -> None:
        super().__init__(Token.as_list(_resolvable(expression)))
        self.expression = expression
        self.nullable = nullable


@dataclass(frozen=True)
class Entries(Generic[_T]):
    """A map that Terraform knows."""

    expression: str
    value: Callable[[str], _T]
    """A value of the map, from the expression for it."""
    key: Callable[[str, str], str] = lambda key, _value: Text(key)
    """A key of the map, from the expressions for the key and for the value."""

    def entry(self, key: str, value: str) -> tuple[str, _T]:
        """An entry, from the expressions for its key and its value."""
        return self.key(key, value), self.value(value)


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
    condition: Callable[[str, Any], Decision] = lambda _key, _value: True


class Block(dict[str, Any]):
    """A nested block of which Terraform decides a part."""


def flag(expression: str) -> Any:
    """A boolean that Terraform knows, as the bindings take it."""
    token = _resolvable(expression)
    object.__setattr__(token, "expression", expression)  # jsii lets nobody set an attribute
    return token


class TextMap(dict[str, str]):
    """A map of texts that Terraform knows."""

    def __init__(self, expression: str) -> None:
        super().__init__(Token.as_string_map(_resolvable(expression)))
        self.expression = expression


# Asking


def given(value: object) -> Decision:
    """Whether a setting has a value."""
    if getattr(value, "nullable", False):
        return Condition(f"{value.expression} != null")  # type: ignore[attr-defined]
    return value is not None


def equal(value: str | None, other: str) -> Decision:
    """Whether a setting is a certain text."""
    if isinstance(value, Text):
        return Condition(f"{value.expression} == {hcl(other)}")
    return value == other


def true(value: Any) -> Decision:
    """Whether a setting is true."""
    expression = getattr(value, "expression", None)
    return bool(value) if expression is None else Condition(expression)


def negated(decision: Decision) -> Decision:
    """The contrary."""
    if isinstance(decision, Condition):
        value, is_given, rest = decision.expression.partition(" != null")
        simple = is_given and not rest and _PATH.fullmatch(value)
        return Condition(f"{value} == null" if simple else f"!({decision.expression})")
    return not decision


def every(*decisions: Decision) -> Decision:
    """Whether all are true. Terraform looks at each only if all before it are true."""
    if any(decision is False for decision in decisions):
        return False
    conditions = [decision for decision in decisions if isinstance(decision, Condition)]
    if not conditions:
        return True
    expression = conditions[-1].expression
    for condition in reversed(conditions[:-1]):
        # Not `&&`, which looks at both sides until Terraform 1.12.
        expression = f"{condition.expression} ? {expression} : false"
    return Condition(f"({expression})" if len(conditions) > 1 else expression)


def either(one: Decision, other: Decision) -> Decision:
    """Whether one of two is true. Terraform looks at the other only if the one is false."""
    if one is True or other is True:
        return True
    if isinstance(one, Condition) and isinstance(other, Condition):
        return Condition(f"({one.expression} ? true : {other.expression})")
    return one or other if isinstance(one, bool) else one


def choose(decision: Decision, yes: Any, no: Any) -> Any:
    """One of two values; an expression where Terraform decides."""
    if not isinstance(decision, Condition):
        return yes if decision else no
    expression = f"({decision.expression} ? {hcl(yes)} : {hcl(no)})"
    if isinstance(yes, bool):
        return flag(expression)
    kind = Texts if isinstance(yes, list) else Text
    nullable = any(value is None or getattr(value, "nullable", False) for value in (yes, no))
    return kind(expression, nullable=nullable)


def pick(value: str, table: Mapping[str, str]) -> str:
    """The entry of a table for a setting."""
    if isinstance(value, Text):
        return Text(f"{hcl(dict(table))}[{value.expression}]")
    return table[value]


# Lists


def where(decision: Decision, element: _T) -> list[Any]:
    """A list with the element, or without it."""
    if isinstance(decision, Condition):
        return [When(decision, element)]
    return [element] if decision else []


def always(_key: object, _value: object) -> Decision:
    """Every entry of a map."""
    return True


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
    found = _for(Each(entries, lambda key, _value: key, condition))
    return Condition(f"length({found}) > 0")


def joined_keys(entries: Mapping[str, Any] | Entries[Any]) -> str:
    """The keys of a map, separated by blanks."""
    if isinstance(entries, Entries):
        return Text(f'join(" ", keys({entries.expression}))')
    return " ".join(entries)


def plain(elements: Sequence[_T]) -> list[_T]:
    """The elements, if none is left to Terraform: then `set_blocks` writes them."""
    return list(elements) if all(map(_is_plain, elements)) else []


def present(values: Mapping[str, str | None]) -> Any:
    """A map of texts without those that are not given."""
    given_ = {name: value for name, value in values.items() if value is not None}
    if not any(isinstance(given(value), Condition) for value in given_.values()):
        return given_
    return TextMap(f"{{for key, value in {hcl(given_)} : key => value if value != null}}")


def texts(elements: Iterable[Any]) -> list[str]:
    """A list of texts for the bindings."""
    elements = list(elements)
    return elements if all(map(_is_plain, elements)) else Texts(hcl(elements))


# Writing


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
        case Condition(expression=expression):
            return expression
        case None | bool() | int():
            return json.dumps(value)
        case Mapping():
            return _braces(f"{_quoted(key)} = {hcl(item)}" for key, item in value.items())
        case _ if hasattr(value, "expression"):
            return str(value.expression)
        case str():
            return _TOKEN.fullmatch(value)[0] if _TOKEN.fullmatch(value) else _quoted(value)  # type: ignore[index]
        case Sequence():
            return _list(value)
    raise TypeError(f"no expression for {value!r}")


def set_blocks(
    resource: TerraformResource, name: str, blocks: Sequence[Any], *, within: str = ""
) -> None:
    """Give a resource its nested blocks, if Terraform decides some of them."""
    if all(map(_is_plain, blocks)):
        return
    if any(isinstance(block, When | Each) for block in blocks):
        dynamic = [_dynamic(block, name) for block in blocks]
        resource.add_override(f"{within}dynamic.{name}", dynamic)
    else:
        resource.add_override(f"{within}{name}", [body(block) for block in blocks])


def _braces(items: Iterable[str]) -> str:
    return "{" + ", ".join(items) + "}"


def _list(elements: Sequence[Any]) -> str:
    if all(map(_is_plain, elements)):
        return f"[{', '.join(map(hcl, elements))}]"
    parts: list[str] = []
    plain: list[Any] = []
    for element in [*elements, None]:
        if _is_plain(element) and element is not None:
            plain.append(element)
            continue
        if plain:
            parts.append(_list(plain))
            plain = []
        if isinstance(element, When):
            parts.append(f"{element.condition.expression} ? [{hcl(element.element)}] : []")
        elif isinstance(element, Each):
            parts.append(_for(element))
    return parts[0] if len(parts) == 1 else f"concat({', '.join(parts)})"


def _for(each: Each[Any]) -> str:
    entry = each.over.entry("key", "value")
    condition = each.condition(*entry)
    suffix = f" if {condition.expression}" if isinstance(condition, Condition) else ""
    return f"[for key, value in {each.over.expression} : {hcl(each.element(*entry))}{suffix}]"


def _quoted(text: str) -> str:
    """A text in quotes; tokens become interpolations."""
    parts = re.split(f"({_TOKEN.pattern})", text)
    return (
        '"'
        + "".join(
            f"${{{part}}}" if _TOKEN.fullmatch(part) else json.dumps(part, ensure_ascii=False)[1:-1]
            for part in parts
        )
        + '"'
    )


def _is_plain(element: object) -> bool:
    return not isinstance(element, When | Each | Block)


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


def _dynamic(block: Any, name: str) -> dict[str, Any]:
    """A block as Terraform's `dynamic`, in the order of its place in the list.

    https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks
    """
    match block:
        case When(condition=condition, element=element):
            return {
                "for_each": Text(f"{condition.expression} ? [1] : []"),
                "content": body(element),
            }
        case Each(over=over, element=make):
            entry = over.entry(f"{name}.key", f"{name}.value")
            return {"for_each": Text(over.expression), "content": body(make(*entry))}
    return {"for_each": [1], "content": body(block)}


def body(block: Any) -> dict[str, Any]:
    """The attributes and the nested blocks of a block, as Terraform's JSON."""
    values = block if isinstance(block, Block) else block._values
    result: dict[str, Any] = {}
    for name, value in values.items():
        if value is None:
            continue
        if hasattr(value, "expression"):
            result[name] = Text(value.expression)
        elif isinstance(value, list) and any(isinstance(item, When | Each) for item in value):
            result.setdefault("dynamic", {})[name] = [_dynamic(item, name) for item in value]
        elif isinstance(value, Block) or hasattr(value, "_values"):
            result[name] = body(value)
        elif isinstance(value, list) and value and not isinstance(value[0], str | int):
            result[name] = [body(item) for item in value]
        else:
            result[name] = value
    return result


# Tokens


def _resolvable(expression: str) -> IResolvable:
    if _TOKEN.search(expression):
        return Lazy.any_value(_Late(expression))
    return Token.as_any(f"${{{expression}}}")


@jsii.implements(IAnyProducer)
class _Late:
    """An expression with references in it, which have their text only when a stack is written."""

    def __init__(self, expression: str) -> None:
        self._expression = expression

    def produce(self, context: IResolveContext) -> str:
        def reference(match: re.Match[str]) -> str:
            resolver = DefaultTokenResolver(StringConcat())
            resolved = Tokenization.resolve(
                match[0], preparing=False, resolver=resolver, scope=context.scope
            )
            return str(resolved).removeprefix("${").removesuffix("}")

        return f"${{{_TOKEN.sub(reference, self._expression)}}}"
