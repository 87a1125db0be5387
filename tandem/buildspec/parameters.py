"""What `${NAME…}` does to a value, as far as the value is known.

https://www.gnu.org/software/bash/manual/html_node/Shell-Parameter-Expansion.html
"""

from __future__ import annotations

import re

from tandem.buildspec.patterns import anywhere, whole
from tandem.deployment.symbols import is_known, symbol, symbols_in

_SYMBOL_BEGIN = symbol("")[0]
_LONGEST = 2_000
"""Characters beyond which a value is not worked on: no name of an image is as long."""


def trimmed(value: str, operator: str, pattern: str) -> str | None:
    """`${value#pattern}`, `##`, `%` and `%%`; None where the outcome is not known."""
    if not is_known(pattern):
        return None
    if not is_known(value):
        return _trimmed_in_known_part(value, operator, pattern)
    if len(value) > _LONGEST:
        return None
    cuts = range(len(value) + 1)
    fits = whole(pattern).fullmatch
    if operator.startswith("#"):
        order = cuts[::-1] if operator == "##" else cuts
        return next((value[cut:] for cut in order if fits(value[:cut])), value)
    order = cuts if operator == "%%" else cuts[::-1]
    return next((value[:cut] for cut in order if fits(value[cut:])), value)


def _trimmed_in_known_part(value: str, operator: str, pattern: str) -> str | None:
    """The common cases in which the cut lies in the known end or beginning of a value."""
    separator = pattern.strip("*")
    if len(separator) != 1 or re.search(r"[?\[\]\\]", pattern):
        return None
    begin = value.index(_SYMBOL_BEGIN)
    last = list(symbols_in(value))[-1]
    head, tail = value[:begin], value[value.rindex(symbol(last)) + len(symbol(last)) :]
    match operator:
        case "##" if pattern == f"*{separator}" and separator in tail:
            return tail.rpartition(separator)[2]
        case "#" if pattern == f"*{separator}" and separator in head:
            return value[head.index(separator) + 1 :]
        case "%%" if pattern == f"{separator}*" and separator in head:
            return head.partition(separator)[0]
        case "%" if pattern == f"{separator}*" and separator in tail:
            return value[: len(value) - len(tail) + tail.rindex(separator)]
    return None


def replaced(value: str, operator: str, pattern: str, by: str) -> str | None:
    """`${value/pattern/by}` and `//`; None where the outcome is not known."""
    if not (is_known(value) and is_known(pattern)) or len(value) > _LONGEST:
        return None
    anchor = pattern[:1] if operator == "/" and pattern[:1] in ("#", "%") else ""
    pattern = pattern[len(anchor) :]
    if not pattern:
        return {"#": by + value, "%": value + by}.get(anchor, value)
    expression = anywhere(pattern)
    if expression is None:
        return None
    if anchor == "#":
        found = expression.match(value)
        return by + value[found.end() :] if found else value
    if anchor == "%":
        found = next((m for m in expression.finditer(value) if m.end() == len(value)), None)
        return value[: found.start()] + by if found else value
    return expression.sub(lambda _: by, value, count=0 if operator == "//" else 1)


def part(value: str, rest: str) -> str | None:
    """`${value:offset:length}`; None where the outcome is not known."""
    numbers = re.fullmatch(r"\s*(\d+|\s-\d+|\(-\d+\))\s*(?::\s*(-?\d+)\s*)?", rest)
    if numbers is None or not is_known(value):
        return None
    offset = int(numbers[1].strip("() "))
    if offset < 0:
        offset = max(0, len(value) + offset)
    if numbers[2] is None:
        return value[offset:]
    length = int(numbers[2])
    return value[offset : offset + length] if length >= 0 else value[offset:length]


def recased(value: str, operator: str) -> str | None:
    """`${value^^}`, `,,`, `^` and `,`; None where the outcome is not known."""
    if not is_known(value):
        return None
    match operator:
        case "^^":
            return value.upper()
        case ",,":
            return value.lower()
        case "^":
            return value[:1].upper() + value[1:]
    return value[:1].lower() + value[1:]
