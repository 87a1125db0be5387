"""Why EventBridge would refuse an event pattern.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tandem.deployment.symbols import is_known, replace_symbols
from tandem.trace.patterns import OPERATORS, OR, is_alternatives

LONGEST_PATTERN = 2048
"""In characters. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""

_SIGNS = ("<", "<=", "=", ">=", ">")
_NEGATABLE = ("prefix", "suffix", "equals-ignore-case", "wildcard")
_LARGEST_NUMBER = 5_000_000_000


def problems(pattern: Any) -> list[str]:
    """What AWS rejects in a pattern, in words; empty where it takes it."""
    if not isinstance(pattern, Mapping):
        return ["the pattern is not an object"]
    found = list(_object(pattern, ()))
    # What is known now is the least that it will hold.
    text = replace_symbols(json.dumps(pattern, ensure_ascii=False, separators=(",", ":")), _nothing)
    if len(text) > LONGEST_PATTERN:
        found.append(f"the pattern has {len(text)} characters, and {LONGEST_PATTERN} is the limit")
    return found


def _nothing(_name: str) -> str:
    return ""


def _object(pattern: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    if not pattern:
        yield f"{_at(path)} is empty"
    for key, value in pattern.items():
        here = (*path, key)
        if key == OR and is_alternatives(value):
            for alternative in value:
                yield from _object(alternative, here)
        elif isinstance(value, Mapping):
            yield from _object(value, here)
        elif not isinstance(value, list | tuple):
            yield f"{_at(here)} is {_shown(value)}, and must be a list, as in [{_shown(value)}]"
        elif not value:
            yield f"{_at(here)} is an empty list"
        else:
            for item in value:
                yield from _value(item, here)


def _value(item: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(item, list | tuple):
        yield f"{_at(path)} has a list in its list"
    if not isinstance(item, Mapping):
        return
    if len(item) != 1:
        yield f"{_at(path)} has an object with {len(item)} keys, and must have one: the operator"
        return
    name, operand = next(iter(item.items()))
    if name not in OPERATORS:
        yield f"{_at(path)} has no operator named {_shown(name)}; there are {', '.join(OPERATORS)}"
    elif not _OPERANDS[name](operand):
        yield f"{_at(path)}: {_shown(operand)} is nothing for the operator {name}"


def _text(operand: Any) -> bool:
    return isinstance(operand, str)


def _text_or_ignoring_case(operand: Any) -> bool:
    if isinstance(operand, Mapping):
        return list(operand) == ["equals-ignore-case"] and _text(operand["equals-ignore-case"])
    return _text(operand)


def _wildcard(operand: Any) -> bool:
    if not isinstance(operand, str):
        return False
    plain = operand.replace("\\\\", "").replace("\\*", "")
    return "**" not in plain and "\\" not in plain


def _anything_but(operand: Any) -> bool:
    if isinstance(operand, Mapping):
        name, inner = next(iter(operand.items()), ("", None))
        items = inner if isinstance(inner, list) else [inner]
        known = len(operand) == 1 and name in _NEGATABLE and bool(items)
        return known and all(_OPERANDS[name](item) for item in items)
    items = list(operand) if isinstance(operand, list | tuple) else [operand]
    texts = all(isinstance(item, str) for item in items)
    return bool(items) and (texts or all(_is_number(item) for item in items))


def _numeric(operand: Any) -> bool:
    if not isinstance(operand, Sequence) or isinstance(operand, str):
        return False
    signs, limits = operand[::2], operand[1::2]
    if len(signs) != len(limits) or len(signs) not in (1, 2):
        return False
    if not all(_is_number(limit) and abs(limit) <= _LARGEST_NUMBER for limit in limits):
        return False
    if not all(sign in _SIGNS for sign in signs):
        return False
    if len(signs) == 1:
        return True
    return signs[0] in (">", ">=") and signs[1] in ("<", "<=") and bool(limits[0] < limits[1])


def _cidr(operand: Any) -> bool:
    if not isinstance(operand, str):
        return False
    try:
        return not is_known(operand) or bool(ipaddress.ip_network(operand, strict=False))
    except ValueError:
        return False


def _boolean(operand: Any) -> bool:
    return isinstance(operand, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_OPERANDS: Mapping[str, Callable[[Any], bool]] = {
    "prefix": _text_or_ignoring_case,
    "suffix": _text_or_ignoring_case,
    "equals-ignore-case": _text,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
    "exists": _boolean,
}


def _at(path: tuple[str, ...]) -> str:
    return ".".join(path) if path else "the pattern"


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
