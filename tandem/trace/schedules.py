"""Why EventBridge would refuse the expression of a schedule."""

from __future__ import annotations

import re

_EXPRESSION = re.compile(r"(rate|cron|at)\((.*)\)", re.DOTALL)
_RATE = re.compile(r"([1-9][0-9]*) (minute|hour|day)(s?)")
_FIELDS = 6
_DAY_OF_MONTH, _DAY_OF_WEEK = 2, 4


def schedule_problem(expression: str, *, of_scheduler: bool) -> str:
    """What is wrong with an expression, in words; empty where it is taken.

    Args:
        expression: As in `rate(7 days)`, all of it known.
        of_scheduler: Whether EventBridge Scheduler reads it, which has `at` too, and minds no
            plural; else a rule does.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    found = _EXPRESSION.fullmatch(expression)
    if not found or (found[1] == "at" and not of_scheduler):
        kinds = "rate(…), cron(…) or at(…)" if of_scheduler else "rate(…) or cron(…)"
        return f"{expression} is no schedule, which is written {kinds}"
    if found[1] == "rate":
        return _rate(expression, found[2], strict=not of_scheduler)
    return _cron(expression, found[2].split()) if found[1] == "cron" else ""


def _rate(expression: str, said: str, *, strict: bool) -> str:
    rate = _RATE.fullmatch(said)
    if not rate:
        return f"{expression} is no rate, as in rate(7 days)"
    number, unit, plural = rate.groups()
    if strict and (number == "1") is bool(plural):
        right = unit if number == "1" else f"{unit}s"
        return f"{expression} is refused: write rate({number} {right})"
    return ""


def _cron(expression: str, fields: list[str]) -> str:
    if len(fields) != _FIELDS:
        return (
            f"{expression} has {len(fields)} fields, and must have {_FIELDS}: "
            "minutes, hours, day of month, month, day of week, year"
        )
    if "?" not in (fields[_DAY_OF_MONTH], fields[_DAY_OF_WEEK]):
        return f"{expression} says the day of month and the day of week: one of them must be ?"
    return ""
