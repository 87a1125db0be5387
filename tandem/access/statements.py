"""The statements of a role's policies, as they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tandem.access.requests import statement_names
from tandem.deployment.model import Role
from tandem.deployment.statements import statements_in, texts


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
        said_in = statements_in(policy.document)
        for name, said in zip(statement_names(policy), said_in, strict=True):
            yield Statement(
                name=name,
                address=policy.address,
                allows=said.get("Effect") == "Allow",
                actions=texts(said.get("Action")),
                but_actions=texts(said.get("NotAction")),
                resources=texts(said.get("Resource")),
                but_resources=texts(said.get("NotResource")),
                conditions=said.get("Condition") or {},
            )
