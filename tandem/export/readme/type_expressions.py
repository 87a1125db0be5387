"""The type of a Terraform variable, read from its expression.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SKIPPED = re.compile(r"(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\w-]+(?:\.\w+)?|[^\s"]', re.DOTALL)


@dataclass(frozen=True)
class Type:
    """A type: the parts of a collection or a tuple, or the attributes of an object."""

    name: str
    """As in Terraform: `string`, `list`, `object` and so on."""
    parts: tuple[Type, ...] = ()
    """The type of a collection's elements, or of each element of a tuple."""
    attributes: tuple[Attribute, ...] = ()
    """The attributes of an object, in the order they are written."""

    def __str__(self) -> str:
        """The type in short: an object's attributes are left out."""
        parts = ", ".join(map(str, self.parts))
        if self.name == "tuple":
            return f"tuple([{parts}])"
        return f"{self.name}({parts})" if parts else self.name


@dataclass(frozen=True)
class Attribute:
    """An attribute of an object."""

    name: str
    type: Type
    required: bool
    default: str | None
    """The expression. None: it is required, or null by default."""


def parse_type(expression: str) -> Type:
    """The type that `expression` says; ValueError if it says none."""
    reader = _Reader(expression)
    result = reader.type()
    if reader.next is not None:
        raise reader.error("the end")
    return result


def attributes_of(type_: Type, path: str = "") -> Iterator[tuple[str, Attribute]]:
    """Each attribute of the objects in a type, by its path: `vpc.subnets`.

    `[*]` stands for the elements of a collection: `environment[*].value`.
    """
    for part in type_.parts:
        yield from attributes_of(part, f"{path}[*]")
    for attribute in type_.attributes:
        inner = f"{path}.{attribute.name}" if path else attribute.name
        yield inner, attribute
        yield from attributes_of(attribute.type, inner)


class _Reader:
    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens: list[str] = []
        at = _skip(expression, 0)
        while match := _TOKEN.match(expression, at):
            self._tokens.append(match[0])
            at = _skip(expression, match.end())
        self._at = 0
        if at < len(expression):
            raise ValueError(f"a string without an end: {expression}")

    @property
    def next(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def error(self, expected: str) -> ValueError:
        return ValueError(f"expected {expected}, not {self.next}, in the type {self._expression}")

    def take(self, *expected: str) -> str:
        """The next token, which must be one of `expected`; of none, any."""
        token = self.next
        if token is None or (expected and token not in expected):
            raise self.error(" or ".join(expected) or "more")
        self._at += 1
        return token

    def skip(self, token: str) -> bool:
        """Whether the next token was `token`, which is then behind."""
        found = self.next == token
        self._at += found
        return found

    def name(self) -> str:
        if not re.fullmatch(r'"[^"\\]+"|[A-Za-z_][\w-]*', self.next or ""):
            raise self.error("a name")
        return self.take().strip('"')

    def type(self) -> Type:
        name = self.name()
        if not self.skip("("):
            return Type(name)
        if name == "object":
            result = Type(name, attributes=tuple(self.attributes()))
        elif name == "tuple":
            result = Type(name, tuple(self.elements()))
        elif name in ("list", "map", "set"):
            result = Type(name, (self.type(),))
        else:
            raise ValueError(f"{name} is no type: {self._expression}")
        self.take(")")
        return result

    def elements(self) -> Iterator[Type]:
        self.take("[")
        while not self.skip("]"):
            yield self.type()
            if self.next != "]":
                self.take(",")

    def attributes(self) -> Iterator[Attribute]:
        self.take("{")
        while not self.skip("}"):
            name = self.name()
            self.take("=", ":")
            yield self.attribute(name)
            self.skip(",")  # or the end of a line

    def attribute(self, name: str) -> Attribute:
        if self.next != "optional":
            return Attribute(name, self.type(), required=True, default=None)
        self.take()
        self.take("(")
        type_ = self.type()
        default = self.default() if self.skip(",") else ""
        self.take(")")
        return Attribute(name, type_, required=False, default=default or None)

    def default(self) -> str:
        """The expression up to the bracket that closes the call."""
        tokens: list[str] = []
        depth = 0
        while depth or self.next != ")":
            token = self.take()
            depth += {"(": 1, ")": -1}.get(token, 0)
            tokens.append(token)
        return _joined(tokens)


def _skip(expression: str, at: int) -> int:
    match = _SKIPPED.match(expression, at)
    return match.end() if match else at


def _joined(tokens: list[str]) -> str:
    """An expression on one line, with blanks where `terraform fmt` has them."""
    text = ""
    for before, token in zip(["", *tokens], tokens, strict=False):
        tight = (
            before in ("", "(", "[") or token in (")", "]", ",") or (before, token) == ("{", "}")
        )
        text += token if tight else f" {token}"
    return text.removesuffix(",")
