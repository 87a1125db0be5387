"""Questions and choices: answered now, or by Terraform where a value is an expression."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from modules.expressions.language import hcl
from modules.expressions.values import Condition, Decision, Text, Texts, flag

_T = TypeVar("_T")
_PATH = re.compile(r"[\w.]+")


def given(value: object) -> Decision:
    """Whether a setting has a value."""
    if (decision := getattr(value, "given", None)) is not None:
        return cast(Decision, decision)
    if getattr(value, "nullable", False):
        return Condition(f"{value.expression} != null")  # type: ignore[attr-defined]
    return value is not None


def equal(value: str | None, other: str) -> Decision:
    """Whether a setting is a certain text."""
    if isinstance(value, Text):
        return Condition(f"{value.expression} == {hcl(other)}")
    return value == other


def true(value: Any) -> Decision:
    """Whether a setting is true."""
    expression = getattr(value, "expression", None)
    return bool(value) if expression is None else Condition(expression)


def negated(decision: Decision) -> Decision:
    """The contrary."""
    if isinstance(decision, Condition):
        value, is_given, rest = decision.expression.partition(" != null")
        simple = is_given and not rest and _PATH.fullmatch(value)
        return Condition(f"{value} == null" if simple else f"!({decision.expression})")
    return not decision


def every(*decisions: Decision) -> Decision:
    """Whether all are true. Terraform looks at each only if all before it are true."""
    if any(decision is False for decision in decisions):
        return False
    conditions = [decision for decision in decisions if isinstance(decision, Condition)]
    if not conditions:
        return True
    expression = conditions[-1].expression
    for condition in reversed(conditions[:-1]):
        # Not `&&`, which looks at both sides until Terraform 1.12.
        expression = f"{condition.expression} ? {expression} : false"
    return Condition(f"({expression})" if len(conditions) > 1 else expression)


def either(one: Decision, other: Decision) -> Decision:
    """Whether one of two is true. Terraform looks at the other only if the one is false."""
    if one is True or other is True:
        return True
    if isinstance(one, Condition) and isinstance(other, Condition):
        return Condition(f"({one.expression} ? true : {other.expression})")
    return one or other if isinstance(one, bool) else one


def choose(decision: Decision, yes: _T, no: _T) -> _T:
    """One of two values; an expression where Terraform decides."""
    if not isinstance(decision, Condition):
        return yes if decision else no
    expression = f"({decision.expression} ? {hcl(yes)} : {hcl(no)})"
    chosen: Any
    if isinstance(yes, bool):
        chosen = flag(expression)
    else:
        kind = Texts if isinstance(yes, list) else Text
        nullable = any(value is None or getattr(value, "nullable", False) for value in (yes, no))
        chosen = kind(expression, nullable=nullable)
        if no is None and given(yes) is True:
            chosen.given = decision
    return cast(_T, chosen)


def default(value: _T | None, default: _T) -> _T:
    """A setting, or its default where it is not given."""
    return cast(_T, choose(given(value), value, default))


def pick(value: str, table: Mapping[str, str]) -> str:
    """The entry of a table for a setting."""
    if isinstance(value, Text):
        return Text(f"{hcl(dict(table))}[{value.expression}]")
    return table[value]
