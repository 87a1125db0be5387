"""When a resource exists, as a reader understands it, from its `count` or `for_each`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_LONGEST = 200
"""Characters of an expression, after which a table is no longer legible."""
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_CONTRARY = {"==": "!=", "!=": "=="}


def existence(body: Mapping[str, object], local_values: Mapping[str, object]) -> tuple[str, str]:
    """A word and an expression: `("where", "var.deploy != null")`; ("always", "") without one.

    A local value that stands alone is replaced by what it is, if that is short.
    """
    if "for_each" in body:
        return "for each of", _cut(_meaning(body["for_each"], local_values))
    if "count" not in body:
        return "always", ""
    count = _bare(body["count"])
    condition, *numbers = _choice(count) or (count,)
    word = {"1 0": "where", "0 1": "unless"}.get(" ".join(numbers))
    if word is None:
        return "count", _cut(_meaning(count, local_values))
    return word, _cut(_readable(_meaning(condition, local_values)))


def _meaning(value: object, local_values: Mapping[str, object]) -> str:
    text = _bare(value)
    if match := re.fullmatch(r"local\.(\w+)", text):
        meaning = _bare(local_values.get(match[1], text))
        return meaning if len(meaning) <= _LONGEST else text
    return text


def _bare(value: object) -> str:
    """An expression without `${}` around it, on one line."""
    text = value if isinstance(value, str) else json.dumps(value)
    if text.startswith("${") and text.endswith("}"):
        text = text[2:-1]
    return _unwrapped(" ".join(text.split()))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _readable(expression: str) -> str:
    """A condition with `&&` and `||`, for which constructs write `a ? b : false`."""
    expression = _unwrapped(expression)
    if choice := _choice(expression):
        condition, yes, no = choice
        if no == "false":
            return f"{_operand(condition, '?', '||')} && {_operand(yes, '?', '||')}"
        if yes == "true":
            return f"{_operand(condition, '?')} || {_operand(no, '?')}"
    if re.fullmatch(r"!\(_*\)", _masked(expression)):
        return _contrary(_readable(expression[2:-1]))
    return expression


def _operand(expression: str, *looser: str) -> str:
    """A part of a condition, in parentheses if one of the `looser` operators is in it."""
    text = _readable(expression)
    masked = _masked(text)
    return f"({text})" if any(operator in masked for operator in looser) else text


def _contrary(condition: str) -> str:
    if match := re.fullmatch(r'([\w.]+) (==|!=) ([\w."]+)', condition):
        return f"{match[1]} {_CONTRARY[match[2]]} {match[3]}"
    return f"!{condition}" if re.fullmatch(r"[\w.]+", condition) else f"!({condition})"


def _choice(expression: str) -> tuple[str, str, str] | None:
    """The parts of `condition ? yes : no`."""
    masked = _masked(expression)
    start = masked.find("?")
    open_ = 0
    for at in range(start, len(masked) if start >= 0 else 0):
        open_ += {"?": 1, ":": -1}.get(masked[at], 0)
        if open_ == 0:
            parts = expression[:start], expression[start + 1 : at], expression[at + 1 :]
            return parts[0].strip(), parts[1].strip(), parts[2].strip()
    return None


def _unwrapped(expression: str) -> str:
    while re.fullmatch(r"\(_*\)", _masked(expression)):
        expression = expression[1:-1].strip()
    return expression


def _masked(expression: str) -> str:
    """The expression with `_` for each character that is in a string or between brackets."""
    text = _STRING.sub(lambda match: "_" * len(match[0]), expression)
    depth = 0
    masked = ""
    for character in text:
        depth -= character in ")]}"
        masked += "_" if depth else character
        depth += character in "([{"
    return masked
