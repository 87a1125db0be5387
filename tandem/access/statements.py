"""The statements of a role's policies, as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tandem.access.requests import statement_name
from tandem.deployment.model import Document, Role

_VARIABLE = re.compile(r"\$\{(?![*?$]\})[^}]*\}")


@dataclass(frozen=True)
class Statement:
    """A statement that allows or denies."""

    name: str
    """The policy's address and the Sid, as in `aws_iam_role_policy.web Push`."""
    address: str
    """Of the policy."""
    allows: bool
    actions: tuple[str, ...]
    but_actions: tuple[str, ...]
    """`NotAction`."""
    resources: tuple[str, ...]
    but_resources: tuple[str, ...]
    """`NotResource`."""
    conditions: Mapping[str, Mapping[str, Any]] = field(repr=False)
    """By operator and key."""


def statements_of(role: Role) -> Iterator[Statement]:
    """The statements of all policies of a role that are known; not of its boundary."""
    for policy in role.policies:
        for index, said in enumerate(raw_statements(policy.document)):
            yield Statement(
                name=statement_name(policy, index),
                address=policy.address,
                allows=said.get("Effect") == "Allow",
                actions=texts(said.get("Action")),
                but_actions=texts(said.get("NotAction")),
                resources=texts(said.get("Resource")),
                but_resources=texts(said.get("NotResource")),
                conditions=said.get("Condition") or {},
            )


def raw_statements(document: Document | None) -> list[Mapping[str, Any]]:
    """The statements of a document: AWS takes one alone as well as a list."""
    said = (document or {}).get("Statement") or []
    listed = said if isinstance(said, list | tuple) else [said]
    return [one for one in listed if isinstance(one, Mapping)]


def texts(value: Any) -> tuple[str, ...]:
    """A text or a list of texts, as texts."""
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def covers(pattern: str, text: str) -> bool:
    """Whether a policy's pattern of resources covers one; policy variables can be anything."""
    return pattern in (text, "*") or _glob(pattern, False).fullmatch(text) is not None


def covers_action(pattern: str, action: str) -> bool:
    """Whether a policy's pattern of actions covers an action, in whichever case."""
    return pattern == action or _glob(pattern, True).fullmatch(action) is not None


@lru_cache(maxsize=65536)
def _glob(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    parts = re.split(r"([*?])", _VARIABLE.sub("*", pattern))
    wild = {"*": ".*", "?": "."}
    expression = "".join(wild.get(part) or re.escape(part) for part in parts)
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
