"""Terraform's templates, as far as they only refer to something.

What only Terraform can work out (functions, operators, conditions) becomes a symbol that is named
like the expression: two equal expressions are the same symbol.

https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from tandem.deployment.symbols import symbol

Step = str | int
"""An attribute's name or an element's key, or its number."""
Lookup = Callable[[tuple[Step, ...]], Any]
"""What a reference stands for. Raises LookupError where nobody knows."""

_REFERENCE = re.compile(r'[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\.\d+|\[\d+\]|\["[^"\\$%]*"\])*')
_STEP = re.compile(r'([A-Za-z_][\w-]*)|\[?(\d+)\]?|\["([^"]*)"\]')
_OPENING = re.compile(r'[$%]{2}\{|[$%]\{(?:([^{}"]*)\})?')
"""What stands for itself, or an expression: nearly all end at the first brace."""


def evaluate(value: Any, lookup: Lookup) -> Any:
    """A JSON value of a configuration, with each `${…}` replaced by what it stands for."""
    match value:
        case str():
            return _text(value, lookup) if "{" in value else value
        case list():
            return [evaluate(item, lookup) for item in value]
        case dict():
            return {
                (evaluate(key, lookup) if "{" in key else key): evaluate(item, lookup)
                for key, item in value.items()
                if key != "//"
            }
    return value


def _text(text: str, lookup: Lookup) -> Any:
    parts = _parts(text)
    if len(parts) == 1 and isinstance(parts[0], _Expression):
        return _referred(parts[0], lookup)
    return "".join(
        part if isinstance(part, str) else in_text(_referred(part, lookup), part.text)
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


def _referred(expression: _Expression, lookup: Lookup) -> Any:
    if expression.path:
        try:
            return lookup(expression.path)
        except LookupError:
            pass
    return symbol(expression.text)


@lru_cache(maxsize=65536)
def steps(reference: str) -> tuple[Step, ...]:
    """`a.b["c"][0]` as its steps."""
    return tuple(
        int(number) if number else name or key for name, number, key in _STEP.findall(reference)
    )


def references(value: Any) -> set[str]:
    """The references in a JSON value of a configuration, as written, also inside expressions."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "{" in item:
                found |= _references_in(item)
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += (inner for key, inner in item.items() if key != "//")
    return found


@lru_cache(maxsize=65536)
def _references_in(text: str) -> frozenset[str]:
    found = (part.references for part in _parts(text) if isinstance(part, _Expression))
    return frozenset().union(*found)


class _Expression:
    __slots__ = ("path", "references", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.references: Sequence[str] = _REFERENCE.findall(text)
        self.path = steps(text) if self.references == [text] else ()
        """The steps of what is nothing but a reference."""


_expression = lru_cache(maxsize=65536)(_Expression)


@lru_cache(maxsize=65536)  # each text is read twice: for its value, and for what it refers to
def _parts(text: str) -> tuple[str | _Expression, ...]:
    """Literal texts and expressions, in order."""
    parts: list[str | _Expression] = []
    literal = ""
    position = 0
    while found := _OPENING.search(text, position):
        literal += text[position : found.start()]
        position, inner = found.end(), found[1]
        if inner is None and found[0][1] != "{":  # $${ and %%{ stand for themselves
            literal += found[0][1:]
            continue
        if inner is None:
            end = _end(text, position)
            inner, position = text[position:end], end + 1
        if literal:
            parts.append(literal)
            literal = ""
        directive = "%" if found[0][0] == "%" else ""
        parts.append(_expression(directive + inner.strip()))
    literal += text[position:]
    if literal or not parts:
        parts.append(literal)
    return tuple(parts)


def _end(text: str, position: int) -> int:
    """Where the expression ends that begins at `position`: at its closing brace."""
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
