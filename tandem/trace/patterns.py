"""EventBridge event patterns: whether one matches an event, and why AWS would refuse it.

Answers are True, False, or None where they depend on a value that is not known yet. Patterns and
events are plain JSON: dictionaries and lists, and nothing that is like them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeGuard

from tandem.deployment.symbols import equal, is_known, symbol

Answer = bool | None

OR = "$or"
_ANYTHING = symbol("anything")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}


def matches(pattern: Mapping[str, Any], event: Any) -> Answer:
    """Whether an event has all that a pattern asks for."""
    return every(_field(key, wanted, event) for key, wanted in pattern.items())


def every(answers: Iterable[Answer]) -> Answer:
    """Whether all are true."""
    result: Answer = True
    for answer in answers:
        if answer is False:
            return False
        result = result and answer
    return result


def some(answers: Iterable[Answer]) -> Answer:
    """Whether one is true."""
    result: Answer = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            result = None
    return result


def negated(answer: Answer) -> Answer:
    """The opposite, where it is known."""
    return None if answer is None else not answer


def _field(key: str, wanted: Any, event: Any) -> Answer:
    if key == OR and is_alternatives(wanted):
        return some(matches(alternative, event) for alternative in wanted)
    value = event.get(key) if isinstance(event, dict) else None
    if isinstance(wanted, dict):
        # Of a list of objects, one object must have all that is asked for.
        return some(matches(wanted, item) for item in (value if _is_list(value) else [value]))
    if isinstance(value, str) and _is_list(wanted) and value in wanted:
        return True  # nearly all that match
    present = isinstance(event, dict) and key in event
    leaves = list(_leaves(value)) if present else []
    return some(_alternative(item, leaves) for item in wanted) if _is_list(wanted) else False


def is_alternatives(value: Any) -> bool:
    """Whether what `$or` holds makes it an operator, and not the name of a field."""
    return (
        _is_list(value)
        and len(value) > 1
        and all(isinstance(item, dict) and item for item in value)
        and not any(key in OPERATORS for item in value for key in item)
    )


def _leaves(value: Any) -> Iterable[Any]:
    """What a field holds: an object is no value of its field, and an empty list is none."""
    if _is_list(value):
        for item in value:
            yield from _leaves(item)
    elif not isinstance(value, dict):
        yield value


def _alternative(wanted: Any, leaves: Sequence[Any]) -> Answer:
    if not isinstance(wanted, dict):
        return some(_is(wanted, leaf) for leaf in leaves)
    if "exists" in wanted:
        return bool(leaves) is bool(wanted["exists"])
    for name, operand in wanted.items():
        if name in OPERATORS:
            return some(OPERATORS[name](operand, leaf) for leaf in leaves)
    return False


def _is(wanted: Any, value: Any) -> Answer:
    if isinstance(wanted, str) and isinstance(value, str):
        return equal(wanted, value)
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    if _is_number(wanted) and not is_known(value):
        return None
    return not isinstance(wanted, str) and type(value) is not str and bool(wanted == value)


def _ignoring_case(wanted: Any, value: Any) -> Answer:
    if not (isinstance(wanted, str) and isinstance(value, str)):
        return False
    return equal(wanted, value) or equal(wanted.casefold(), value.casefold())


def _prefix(wanted: Any, value: Any) -> Answer:
    return _part(wanted, value, str.startswith, lambda text: text + _ANYTHING)


def _suffix(wanted: Any, value: Any) -> Answer:
    return _part(wanted, value, str.endswith, lambda text: _ANYTHING + text)


def _part(
    wanted: Any, value: Any, holds: Callable[[str, str], bool], widened: Callable[[str], str]
) -> Answer:
    if isinstance(wanted, dict) and isinstance(value, str):
        folded = str(wanted.get("equals-ignore-case", "")).casefold()
        return _part(folded, value.casefold(), holds, widened)
    if not (isinstance(wanted, str) and isinstance(value, str)):
        return False
    if holds(value, wanted):
        return True
    if is_known(wanted) and is_known(value):
        return False
    return None if equal(widened(wanted), value) is not False else False


def _wildcard(wanted: Any, value: Any) -> Answer:
    if not (isinstance(wanted, str) and isinstance(value, str)):
        return False
    parts = re.findall(r"\\.|\*|[^\\*]+|\\$", wanted)
    if is_known(wanted) and is_known(value):
        regex = "".join(".*" if part == "*" else re.escape(_unescaped(part)) for part in parts)
        return re.fullmatch(regex, value, re.DOTALL) is not None
    text = "".join(_ANYTHING if part == "*" else _unescaped(part) for part in parts)
    return equal(text, value) if "*" not in parts or equal(text, value) is False else None


def _unescaped(part: str) -> str:
    return part[1:] if len(part) == 2 and part[0] == "\\" else part


def _anything_but(wanted: Any, value: Any) -> Answer:
    if isinstance(wanted, dict):
        name, operand = next(iter(wanted.items()), ("", None))
        test = OPERATORS.get(name)
        operands = operand if _is_list(operand) else [operand]
        return test is not None and negated(some(test(item, value) for item in operands))
    refused = wanted if _is_list(wanted) else [wanted]
    return negated(some(_is(item, value) for item in refused))


def _numeric(wanted: Any, value: Any) -> Answer:
    if isinstance(value, str):
        return None if not is_known(value) else False
    if not (_is_number(value) and _is_list(wanted)):
        return False
    pairs = list(zip(wanted[::2], wanted[1::2], strict=False))
    return bool(pairs) and all(
        sign in _COMPARISONS and _is_number(limit) and _COMPARISONS[sign](value, limit)
        for sign, limit in pairs
    )


def _cidr(wanted: Any, value: Any) -> Answer:
    if not is_known(wanted) or not is_known(value):
        return None
    try:
        return ipaddress.ip_address(str(value)) in ipaddress.ip_network(str(wanted), strict=False)
    except ValueError:
        return False


def _no_leaf(_wanted: Any, _value: Any) -> Answer:
    return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, list | tuple)


OPERATORS: Mapping[str, Callable[[Any, Any], Answer]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _ignoring_case,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
    "exists": _no_leaf,  # asked of the field, not of one of its values
}
"""What a pattern may ask of a value, by name."""
