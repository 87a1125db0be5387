"""What is asked of AWS in somebody's name, and what is not known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tandem.deployment import Role

Context = Mapping[str, str | list[str]]
"""Condition keys that AWS sends with a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""


class Need(NamedTuple):
    """Something that a role must be able to do; of the negative table, that it must not."""

    role: Role
    action: str
    """As in `ecr:PutImage`."""
    resource: str
    """ARN, which may hold symbols; `*` where AWS checks the action against no resource."""
    context: Context
    why: str
    """What for, in a few words: `Build pushes shop/web`."""
    source: str
    """The page of AWS that says so."""
    optional: bool = False
    """It is accepted when it is granted, and not missed when it is not."""
    advised: bool = False
    """It is optional, but AWS's page lists it among the least: worth a word where it is missing,
    and no alarm, because the step is known to work without it."""
    alternatives: tuple[tuple[str, str], ...] = ()
    """Other pairs of action and resource of which any one does as well."""


@dataclass(frozen=True)
class ServiceNeed:
    """Something that an AWS service must be able to do by itself: a resource policy decides."""

    principal: str
    """As in `events.amazonaws.com`."""
    action: str
    resource: str
    address: str
    """Of the resource whose policy decides."""
    context: Context = field(repr=False)
    why: str
    source: str


@dataclass(frozen=True)
class Unclear:
    """Something that may need more of a role than can be seen in the Terraform."""

    role: Role = field(repr=False)
    actions: tuple[str, ...]
    """Patterns of actions of which nobody can say whether they are needed, as in `kms:Decrypt`."""
    why: str
