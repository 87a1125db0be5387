"""Terraform's templates, as far as they only refer to something.

What only Terraform can work out (functions, operators, conditions) becomes a symbol that is named
like the expression: two equal expressions are the same symbol.

https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from tandem.deployment.symbols import symbol

Step = str | int
"""An attribute's name or an element's key, or its number."""
Lookup = Callable[[tuple[Step, ...]], Any]
"""What a reference stands for. Raises LookupError where nobody knows."""

_REFERENCE = re.compile(r'[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\.\d+|\[\d+\]|\["[^"\\$%]*"\])*')
_STEP = re.compile(r'([A-Za-z_][\w-]*)|\[?(\d+)\]?|\["([^"]*)"\]')
_NESTED = re.compile(r'[{"]')
_INTERESTING = re.compile(r"[$%]\{|[$%]{2}\{")


def evaluate(value: Any, lookup: Lookup) -> Any:
    """A JSON value of a configuration, with each `${…}` replaced by what it stands for."""
    match value:
        case str():
            return _text(value, lookup) if "{" in value else value
        case list():
            return [evaluate(item, lookup) for item in value]
        case dict():
            return {
                evaluate(key, lookup): evaluate(item, lookup)
                for key, item in value.items()
                if key != "//"
            }
    return value


def _text(text: str, lookup: Lookup) -> Any:
    parts = _parts(text)
    if len(parts) == 1 and isinstance(parts[0], _Expression):
        return _referred(parts[0].text, lookup)
    return "".join(
        in_text(_referred(part.text, lookup), part.text) if isinstance(part, _Expression) else part
        for part in parts
    )


def in_text(value: Any, expression: str) -> str:
    """A value as Terraform writes it into a text."""
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
    return symbol(expression)


def _referred(expression: str, lookup: Lookup) -> Any:
    if _REFERENCE.fullmatch(expression):
        try:
            return lookup(steps(expression))
        except LookupError:
            pass
    return symbol(expression)


@lru_cache(maxsize=65536)
def steps(reference: str) -> tuple[Step, ...]:
    """`a.b["c"][0]` as its steps."""
    return tuple(
        int(number) if number else name or key for name, number, key in _STEP.findall(reference)
    )


def references(value: Any) -> Iterator[str]:
    """The references in a JSON value of a configuration, as written, also inside expressions."""
    match value:
        case str():
            if "{" in value:
                for part in _parts(value):
                    if isinstance(part, _Expression):
                        yield from _REFERENCE.findall(part.text)
        case list():
            for item in value:
                yield from references(item)
        case dict():
            for key, item in value.items():
                if key != "//":
                    yield from references(item)


class _Expression:
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


@lru_cache(maxsize=65536)  # each text is read twice: for its value, and for what it refers to
def _parts(text: str) -> tuple[str | _Expression, ...]:
    """Literal texts and expressions, in order."""
    parts: list[str | _Expression] = []
    literal = ""
    position = 0
    while found := _INTERESTING.search(text, position):
        literal += text[position : found.start()]
        position = found.end()
        opening = found[0]
        if len(opening) == 3:  # $${ and %%{ stand for themselves
            literal += opening[1:]
            continue
        end = _end(text, position)
        if literal:
            parts.append(literal)
            literal = ""
        directive = "%" if opening == "%{" else ""
        parts.append(_Expression(directive + text[position:end].strip()))
        position = end + 1
    literal += text[position:]
    if literal or not parts:
        parts.append(literal)
    return tuple(parts)


def _end(text: str, position: int) -> int:
    """Where the expression ends that begins at `position`: at its closing brace."""
    first = text.find("}", position)
    if first >= 0 and not _NESTED.search(text, position, first):
        return first  # nearly all of them
    depth = 0
    quoted = False
    while position < len(text):
        character = text[position]
        if quoted and character == "\\":
            position += 1
        elif character == '"':
            quoted = not quoted
        elif not quoted and character == "{":
            depth += 1
        elif not quoted and character == "}":
            if not depth:
                return position
            depth -= 1
        position += 1
    return len(text)
