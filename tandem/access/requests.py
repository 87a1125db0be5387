"""Calls that roles make, and what IAM says to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tandem.deployment.model import Policy, Role
from tandem.deployment.statements import statements_in
from tandem.deployment.symbols import is_known

_ATTACHES = re.compile(r"(?:^|\.)aws_iam_(?:role|\w*attachments?(?:_exclusive)?)\.")


@dataclass(frozen=True)
class Request:
    """A call that a role makes."""

    role: Role
    action: str
    """As in `ecr:PutImage`."""
    resource: str
    """An ARN; `*` where AWS has no resource type."""
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """Condition keys that AWS sends with it, besides those of every call."""
    resource_policy: Policy | None = None


@dataclass(frozen=True)
class Decision:
    """What IAM says to a request."""

    allowed: bool | None
    """None: it is not known."""
    by: tuple[str, ...] = ()
    """The statements that allow it, as in `aws_iam_role_policy.web Push`."""
    denied_by: tuple[str, ...] = ()
    """The statements that deny it; none: nothing allows it."""
    why: str = ""
    """What is not known."""


def statement_name(policy: Policy, index: int) -> str:
    """A statement for people: the policy's address and its Sid, or its number from 1.

    An address that is not the policy's own, but of what attaches it, is followed by its name.
    """
    statements = statements_in(policy.document)
    sid = statements[index].get("Sid") if index < len(statements) else None
    of = f" {policy.name}" if _ATTACHES.search(policy.address) and is_known(policy.name) else ""
    return f"{policy.address}{of} {sid or f'statement {index + 1}'}"
