"""Calls that roles make, and what IAM says to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tandem.deployment.model import Policy, Role
from tandem.deployment.statements import statements_in
from tandem.deployment.symbols import is_known

_ATTACHES = re.compile(r"(?:^|\.)aws_iam_(?:role|\w*attachments?(?:_exclusive)?)\.")

_NOTHING: Mapping[str, str] = {}


class Request(NamedTuple):
    """A call that a role makes."""

    role: Role
    action: str
    """As in `ecr:PutImage`."""
    resource: str
    """An ARN; `*` where AWS has no resource type."""
    context: Mapping[str, str | Sequence[str]] = _NOTHING
    """Condition keys that AWS sends with it, besides those of every call."""
    resource_policy: Policy | None = None


class Decision(NamedTuple):
    """What IAM says to a request."""

    allowed: bool | None
    """None: it is not known."""
    by: tuple[str, ...] = ()
    """The statements that allow it, as in `aws_iam_role_policy.web Push`."""
    denied_by: tuple[str, ...] = ()
    """The statements that deny it; none: nothing allows it."""
    why: str = ""
    """What is not known."""


def statement_names(policy: Policy) -> list[str]:
    """The statements of a policy for people: its address and the Sid, or the number from 1.

    An address that is not the policy's own, but of what attaches it, is followed by its name.
    """
    of = f" {policy.name}" if _ATTACHES.search(policy.address) and is_known(policy.name) else ""
    return [
        f"{policy.address}{of} {statement.get('Sid') or f'statement {number}'}"
        for number, statement in enumerate(statements_in(policy.document), 1)
    ]
