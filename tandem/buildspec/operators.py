"""The operators of `${NAME…}`.

https://www.gnu.org/software/bash/manual/html_node/Shell-Parameter-Expansion.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from tandem.buildspec import parameters, patterns
from tandem.buildspec.syntax import Parameter
from tandem.deployment.symbols import is_known

Mode: TypeAlias = Literal["literal", "quoted", "split", "break"]
"""Whether the shell leaves a piece alone, splits it at its blanks, or ends a word at it."""
Piece: TypeAlias = tuple[str, Mode]


def operate(
    value: str | None,
    parameter: Parameter,
    rest: list[Piece],
    is_empty: Callable[[str], bool | None],
) -> list[Piece] | None:
    """The pieces that an expansion gives; None where nobody knows.

    Args:
        value: None where the variable is unset.
        parameter: Which operator, and its right side as written.
        rest: Its right side, expanded.
        is_empty: Whether a text is empty; None where nobody knows.
    """
    if parameter.prefix:
        known = parameter.prefix == "#" and value is not None and is_known(value)
        return [(str(len(value or "")), "split")] if known else None
    operator = parameter.operator
    if operator.strip(":") in ("-", "=", "?", "+") and operator != ":":
        return _or_default(value, operator, rest, is_empty)
    if value is None:
        return None
    result = _changed(value, parameter, rest)
    return None if result is None else [(result, "split")]


def _or_default(
    value: str | None,
    operator: str,
    rest: list[Piece],
    is_empty: Callable[[str], bool | None],
) -> list[Piece] | None:
    missing = value is None or (is_empty(value) if operator.startswith(":") else False)
    if operator.endswith("+"):
        return None if missing is None else [] if missing else rest
    if not missing and value is not None:
        return None if missing is None else [(value, "split")]
    return None if operator.endswith("?") else rest


def _changed(value: str, parameter: Parameter, rest: list[Piece]) -> str | None:
    match parameter.operator:
        case "#" | "##" | "%" | "%%":
            pattern = "".join(
                patterns.escaped(text) if mode == "quoted" else text for text, mode in rest
            )
            return parameters.trimmed(value, parameter.operator, pattern)
        case "/" | "//":
            if "$" in parameter.rest or "`" in parameter.rest:
                return None
            pattern, by = _sides(parameter.rest)
            return parameters.replaced(value, parameter.operator, pattern, by)
        case ":":
            return parameters.part(value, parameter.rest)
        case "^^" | ",," | "^" | ",":
            return None if parameter.rest else parameters.recased(value, parameter.operator)
    return None


def _sides(rest: str) -> tuple[str, str]:
    """`pattern/by` at its first slash that is not quoted."""
    at = 0
    while at < len(rest) and rest[at] != "/":
        at += 2 if rest[at] == "\\" else 1
    pattern, by = rest[:at], rest[at + 1 :]
    return pattern.replace('"', "").replace("'", ""), by.replace("\\", "").strip("\"'")
