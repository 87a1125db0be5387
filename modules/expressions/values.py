"""Values that only Terraform knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from modules._cdktf import (
    DefaultTokenResolver,
    IAnyProducer,
    IResolvable,
    IResolveContext,
    Lazy,
    StringConcat,
    Token,
    Tokenization,
    jsii,
)

_T = TypeVar("_T")
TOKEN = re.compile(r"\$\{TfToken\[TOKEN\.\d+\]\}")
"""A reference of CDKTF inside a text."""


@dataclass(frozen=True)
class Condition:
    """Something that is true or false when Terraform plans."""

    expression: str

    def __bool__(self) -> bool:
        raise TypeError(f"only Terraform knows whether {self.expression}")


Decision = bool | Condition


class Text(str):
    """A text that Terraform knows. Python can pass it on, but not look at it."""

    expression: str
    nullable: bool
    """Whether it may be null, which says that the setting was not given."""
    given: Decision | None = None
    """When it is not null, where that is known."""

    def __new__(cls, expression: str, *, nullable: bool = False) -> Self:
        """Make the text that an expression gives."""
        text = super().__new__(cls, Token.as_string(_resolvable(expression)))
        text.expression = expression
        text.nullable = nullable
        return text

    def __bool__(self) -> bool:
        raise TypeError(f"only Terraform knows whether {self.expression} is empty")

    def upper(self) -> Text:
        """Return the text in upper case."""
        return Text(f"upper({self.expression})", nullable=self.nullable)


class Number(float):
    """A number that Terraform knows; in a text it is the text of the number."""

    expression: str
    nullable: bool

    def __new__(cls, expression: str, *, nullable: bool = False) -> Self:
        """Make the number that an expression gives."""
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


class TextMap(dict[str, str]):
    """A map of texts that Terraform knows."""

    def __init__(self, expression: str) -> None:
        super().__init__(Token.as_string_map(_resolvable(expression)))
        self.expression = expression


def flag(expression: str) -> Any:
    """A boolean that Terraform knows, as the bindings take it."""
    token = _resolvable(expression)
    object.__setattr__(token, "expression", expression)  # jsii lets nobody set an attribute
    return token


def _resolvable(expression: str) -> IResolvable:
    if TOKEN.search(expression):
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

        return f"${{{TOKEN.sub(reference, self._expression)}}}"
