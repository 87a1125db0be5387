"""Terraform's JSON as Terraform's language, which people read and which is read much faster.

Terraform parses an expression that is a JSON string again at each use: a plan of fifty modules
takes a quarter more time than one of the same modules in its language.
https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_WIDTH = 90
_ATTRIBUTES = frozenset(["configuration", "default", "input_paths", "value"])
"""Names of attributes that hold an object. Every other object is a block."""
_BLOCKS_OF_ATTRIBUTES = frozenset(["locals", "required_providers"])
"""Names of blocks in which every object is an attribute."""
_REFERENCES = frozenset(["depends_on", "from", "ignore_changes", "to"])
"""Names of attributes whose texts are no texts, but references. So is the type of a variable."""
_LABELS = {"data": 2, "output": 1, "resource": 2, "variable": 1}
"""How many labels the blocks at the top have."""
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def written(described: Mapping[str, Any]) -> str:
    """A file of Terraform's JSON in Terraform's language.

    Raises:
        OSError: There is no Terraform, which formats the text.
        subprocess.CalledProcessError: Terraform does not understand it.
    """
    text = "\n\n".join(_top(described))
    formatted = subprocess.run(
        ["terraform", "fmt", "-"],  # noqa: S607 - the Terraform on PATH, as everywhere
        input=f"{text}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return formatted.stdout


def _top(described: Mapping[str, Any]) -> Iterator[str]:
    for kind, content in described.items():
        if isinstance(content, list):
            yield from (_block(kind, each) for each in content)
        elif kind in _LABELS:
            for labels, body in _labelled(content, _LABELS[kind]):
                yield _block(" ".join([kind, *map(json.dumps, labels)]), body)
        else:
            yield _block(kind, content)


def _labelled(
    content: Mapping[str, Any], depth: int
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    for label, inner in content.items():
        if depth == 1:
            yield (label,), inner
        else:
            yield from (((label, *more), body) for more, body in _labelled(inner, depth - 1))


def _block(head: str, body: Mapping[str, Any]) -> str:
    lines = _lines(head, body)
    return f"{head} {{\n{lines}\n}}" if lines else f"{head} {{}}"


def _lines(head: str, body: Mapping[str, Any]) -> str:
    """What decides whether it is there, then the attributes, then its blocks."""
    first = [name for name in ("//", "count", "for_each", "name") if name in body]
    last = [name for name in ("tags", "lifecycle", "depends_on") if name in body]
    between = [name for name in body if name not in [*first, *last]]
    attributes: list[str] = []
    blocks: list[str] = []
    for name in [*first, *between, *last]:
        value = body[name]
        if name == "//":
            attributes += _comments(value)
        elif name == "dynamic":
            blocks += [
                _dynamic(label, each) for label, several in value.items() for each in several
            ]
        elif _is_block(name, value) and head not in _BLOCKS_OF_ATTRIBUTES:
            several = value if isinstance(value, list) else [value]
            blocks += [_block(_name(name), each) for each in several]
        else:
            is_type = name == "type" and head.startswith("variable ")
            written = _wrapped(value) if is_type else _value(name, value)
            (blocks if name == "depends_on" else attributes).append(f"{_name(name)} = {written}")
    return "\n\n".join(part for part in ("\n".join(attributes), *blocks) if part)


def _dynamic(label: str, block: Mapping[str, Any]) -> str:
    """A dynamic block, or a plain one where there is always one."""
    if block["for_each"] == [1]:
        return _block(label, block["content"])
    return _block(f"dynamic {json.dumps(label)}", block)


def _comments(content: Mapping[str, Any]) -> Iterator[str]:
    """Accepted findings, as checkov reads them."""
    for each in content["checkov"]["skip"]:
        yield f"#checkov:skip={each['id']}:{each['comment']}"


def _is_block(name: str, value: object) -> bool:
    if name in _ATTRIBUTES:
        return False
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, dict) for each in value)
    return isinstance(value, dict)


def _value(name: str, value: Any) -> str:
    if name in _REFERENCES:
        return _wrapped(value if isinstance(value, str) else _list(value, str))
    if name == "description" and "\n" in value:
        return f"<<-EOT\n{value}\nEOT"
    return _wrapped(_expression(value))


def _expression(value: Any) -> str:
    match value:
        case str():
            return _text(value)
        case dict():
            items = (f"{_name(key)} = {_expression(item)}" for key, item in value.items())
            return f"{{{', '.join(items)}}}"
        case list():
            return _list(value, _expression)
    return json.dumps(value)


def _list(values: Iterable[Any], write: Any) -> str:
    return f"[{', '.join(map(write, values))}]"


def _name(name: str) -> str:
    return name if name.replace("_", "").isalnum() and not name[0].isdigit() else json.dumps(name)


# Texts


def _text(text: str) -> str:
    """A template: an expression alone, or a text in quotes."""
    parts = list(_parts(text))
    match parts:
        case [(True, expression)]:
            return _unwrapped(expression)
    inside = (
        f"${{{part}}}" if is_expression else json.dumps(part, ensure_ascii=False)[1:-1]
        for is_expression, part in parts
    )
    return f'"{"".join(inside)}"'


def _unwrapped(expression: str) -> str:
    """An expression without the parentheses around the whole of it."""
    while expression.startswith("(") and _end(expression, 1) == len(expression) - 1:
        expression = expression[1:-1]
    return expression


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """The expressions of a template, and the texts between them."""
    start = position = 0
    while position < len(text):
        if text.startswith(("$${", "%%{"), position):
            position += 3
        elif text.startswith("${", position):
            if position > start:
                yield False, text[start:position]
            end = _end(text, position + 2)
            yield True, text[position + 2 : end]
            start = position = end + 1
        else:
            position += 1
    if start < len(text) or not text:
        yield False, text[start:]


def _end(text: str, position: int) -> int:
    """Where the bracket is closed that was opened just before a position."""
    depth = 1
    while True:
        character = text[position]
        if character == '"':
            position = _quote(text, position)
        elif character in _PAIRS:
            depth += 1
        elif character in _PAIRS.values():
            depth -= 1
            if not depth:
                return position
        position += 1


def _quote(text: str, position: int) -> int:
    """Where the quotes end that begin at a position."""
    position += 1
    while text[position] != '"':
        if text[position] == "\\":
            position += 2
        elif text.startswith(("$${", "%%{"), position):
            position += 3
        elif text.startswith("${", position):
            position = _end(text, position + 2) + 1
        else:
            position += 1
    return position


# Lines


def _wrapped(expression: str) -> str:
    """An expression over several lines where it is long: each element of a bracket on its own."""
    if len(expression) <= _WIDTH:
        return expression
    result, start, position = [], 0, 0
    while position < len(expression):
        character = expression[position]
        if character == '"':
            position = _quote(expression, position)
        elif character in _PAIRS:
            end = _end(expression, position + 1)
            inner = expression[position + 1 : end]
            result.append(expression[start : position + 1])
            result.append(_inside(inner, character) + _PAIRS[character])
            start = end + 1
            position = end
        position += 1
    return "".join([*result, expression[start:]])


def _inside(inner: str, bracket: str) -> str:
    if len(inner) + 2 <= _WIDTH or not inner:
        return inner
    elements = [inner] if inner.startswith("for ") else list(_elements(inner))
    if len(elements) == 1:
        is_bracket = bracket == "(" and inner[0] in "[{" and _end(inner, 1) == len(inner) - 1
        return _wrapped(inner) if is_bracket else f"\n{_wrapped(inner)}\n"
    comma = "" if bracket == "{" else ","
    lines = f"{comma}\n".join(_wrapped(element) for element in elements)
    return f"\n{lines}{'' if bracket == '(' else comma}\n"


def _elements(text: str) -> Iterator[str]:
    """The elements of a list, of an object, or of a call."""
    start = position = 0
    while position < len(text):
        character = text[position]
        if character == '"':
            position = _quote(text, position)
        elif character in _PAIRS:
            position = _end(text, position + 1)
        elif character == ",":
            yield text[start:position].strip()
            start = position + 1
        position += 1
    if text[start:].strip():
        yield text[start:].strip()
