"""Expressions of Terraform's language, as texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from modules.settings.types import Text

_MOST_REPEATED = 1000
"""https://github.com/google/re2/wiki/Syntax"""


def literal(value: object) -> str:
    """A value of JSON as an expression."""
    return plain(json.dumps(value, ensure_ascii=False))


def plain(text: str) -> str:
    """A text in which Terraform finds nothing to evaluate."""
    return text.replace("${", "$${").replace("%{", "%%{")


def matches(pattern: str, value: str) -> str:
    """Whether a pattern is found in the value of an expression: false for null."""
    in_re2 = re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", pattern)
    return f"can(regex({literal(in_re2)}, {value}))"


def follows(rule: Text, value: str) -> str:
    """Whether the value of an expression follows a rule: false for null."""
    conditions = [matches(f"^(?:{rule.pattern})$", value)]
    if rule.shortest or rule.longest is not None:
        conditions.append(matches(_of_length(rule.shortest, rule.longest), value))
    if rule.never:
        conditions.append(f"!{matches(rule.never, value)}")
    return " && ".join(conditions)


def _of_length(shortest: int, longest: int | None) -> str:
    """The pattern of any text of so many characters."""
    if longest is None:
        return f"^(?s:.{{{shortest},}})$"
    parts = [f".{{{shortest},{min(longest, _MOST_REPEATED)}}}"]
    for done in range(_MOST_REPEATED, longest, _MOST_REPEATED):
        parts.append(f".{{0,{min(longest - done, _MOST_REPEATED)}}}")
    return f"^(?s:{''.join(parts)})$"


def unless_null(expressions: Iterable[str], condition: str) -> str:
    """A condition that holds where one of these is null, too; then it is not evaluated.

    `||` would evaluate it before Terraform 1.12.
    """
    return "".join(f"{each} == null ? true : " for each in expressions) + condition


def listed(words: Iterable[object], last: str) -> str:
    """`a, b or c`."""
    *first, end = map(str, words)
    return f"{', '.join(first)} {last} {end}" if first else end


def validation(condition: str, message: str) -> dict[str, str]:
    """A block of a variable. The message is a template, and says what to do."""
    return {"condition": f"${{{condition}}}", "error_message": message}
