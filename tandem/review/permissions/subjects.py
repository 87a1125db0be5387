"""Whose permissions are compared, and the policies that say what they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from tandem.access.requests import statement_names
from tandem.deployment.addresses import is_data
from tandem.deployment.model import Deployment, Document, Policy, Role
from tandem.deployment.statements import statements_in
from tandem.deployment.symbols import is_known, symbols_in
from tandem.review.permissions.cells import Cell, cells, size

ELSEWHERE = "is managed elsewhere"
NOT_KNOWN = "is not known before the apply"
_WRONG = f"is not as AWS takes it: what it means {NOT_KNOWN}"
_KEYS = frozenset(("Version", "Id", "Statement"))
_OF_STATEMENT = frozenset(
    ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource")
) | {"Condition"}
"""What else a policy says, such as in lower case, may be taken in another way than it is here.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""
Kind = Literal["role", "trust", "resource"]
_MOST = 10_000
"""Cells of a policy. AWS takes none that is so long: of 32 KB at most.

https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
"""


@dataclass(frozen=True)
class Unknown:
    """Something that cannot be compared."""

    words: str
    may_widen: bool = True
    """Whether it may be more than there was."""
    is_elsewhere: bool = False
    """Whether it may be read where it is managed."""


@dataclass(frozen=True)
class Source:
    """A policy."""

    policy: Policy
    said: object = None
    """Of one that is not known: what stands there instead. Two that are equal are the same."""
    is_elsewhere: bool = False
    """Of one that is not known: whether it is surely managed elsewhere."""
    is_attached: bool = False
    """Whether what gives it does not say it: that may change while the policy stays."""

    @property
    def document(self) -> Document | None:
        """Its document."""
        return self.policy.document

    @cached_property
    def is_known(self) -> bool:
        """Whether all of it can be compared."""
        if self.document is None:
            return False
        said = self.document.get("Statement") or []
        count = len(said) if isinstance(said, list | tuple) else 1
        found = statements_in(self.document)
        return (
            self.document.keys() <= _KEYS
            and len(found) == count
            and all(it.keys() <= _OF_STATEMENT for it in found)
            and all(it.get("Effect") in ("Allow", "Deny") for it in found)
            and size(found) <= _MOST
        )

    @property
    def why_unknown(self) -> Unknown:
        """Why it cannot be compared."""
        if self.document is not None:
            return Unknown(_WRONG)
        said = str(self.said or "")
        if next(symbols_in(said), "").startswith("sensitive"):
            # Where a sensitive policy itself changes, that is an objection of its own.
            return Unknown("is sensitive", may_widen=self.is_attached)
        if self.is_elsewhere or (said.startswith("arn:") and is_known(said)):
            return Unknown(f"{ELSEWHERE}: what it says {NOT_KNOWN}", is_elsewhere=True)
        return Unknown(_WRONG if said and is_known(said) else NOT_KNOWN)

    @property
    def likeness(self) -> object:
        """What two must have in common to be the same policy."""
        return self.document if self.document is not None else (self.policy.name, self.said)

    def cells(self) -> list[Cell]:
        """What its statements say."""
        return cells(self.document, statement_names(self.policy)) if self.is_known else []


@dataclass(frozen=True)
class Subject:
    """A role, a user or a group and what it may do; or whom a role or a resource lets in."""

    key: str
    """What it is about, which is found by it before and after: its address, or `key_of` it."""
    address: str
    """The Terraform address of what says it."""
    name: str
    kind: Kind
    policies: tuple[Source, ...]
    boundary: Source | None = None
    part: str = ""
    """Which policy of the resource it is, of one that has several."""
    is_default: bool = False
    """AWS writes it for what is made, as far as anybody can see."""
    is_elsewhere: bool = False
    """What has the policy is not in the plan: it was there before, and may do more than is seen."""
    is_policy: bool = False
    """It is a policy by itself, whoever has it."""

    @property
    def copied(self) -> frozenset[str]:
        """Names of policies that resources of their own attach.

        The provider lists these in the role as well, and a plan keeps that list as it was.
        """
        return frozenset(
            it.policy.name for it in self.policies if it.policy.address != self.address
        )

    def told_by_what_changes(self, other: Subject) -> Subject:
        """The same at the address of a policy that only one of both has, if policies tell of it."""
        if all(it.policy.address != self.address for it in self.policies or other.policies):
            return self
        mine, theirs = ([it.likeness for it in each.policies] for each in (self, other))
        only_one = [
            *(it for it in self.policies if it.likeness not in theirs),
            *(it for it in other.policies if it.likeness not in mine),
        ]
        return replace(self, address=only_one[0].policy.address) if only_one else self

    def without_copies(self, names: frozenset[str], of: Subject) -> Subject:
        """The same without what only the role lists, of policies of these names, as `of` has it."""
        if all(it.policy.address != self.address for it in self.policies):
            return self
        had = [(it.policy.name, it.likeness) for it in of.policies]
        kept = tuple(
            it
            for it in self.policies
            if it.policy.address != self.address
            or it.policy.name not in names
            or (it.policy.name, it.likeness) not in had
        )
        return replace(self, policies=kept)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """What all that is known of its policies says."""
        return tuple(cell for source in self.policies for cell in source.cells())

    @cached_property
    def limits(self) -> tuple[Cell, ...]:
        """What its boundary says."""
        return tuple(self.boundary.cells()) if self.boundary else ()

    def is_like(self, other: Subject) -> bool:
        """Whether both surely say the same."""
        mine, theirs = ([it.likeness for it in each.policies] for each in (self, other))
        if mine != theirs and not (len(mine) == len(theirs) and all(it in theirs for it in mine)):
            return False
        boundaries = (self.boundary, other.boundary)
        return len({it is None for it in boundaries}) == 1 and (
            self.boundary is None
            or other.boundary is None
            or self.boundary.likeness == other.boundary.likeness
        )


def key_of(type: str, name: str) -> str:
    """The key of what is not in the plan: its name, as others may say it at other addresses."""
    return f"{type} {name}"


def of_roles(deployment: Deployment) -> Iterator[Subject]:
    """What the roles may do, and who may assume them."""
    written = {
        it.values.get("arn"): it.values.get("policy")
        for it in deployment.resources.values()
        if it.type == "aws_iam_policy"
    }

    def source(policy: Policy) -> Source:
        if policy.document is not None or policy.address not in deployment.resources:
            return Source(policy)
        values = deployment.resources[policy.address].values
        arn, own = values.get("policy_arn"), values.get("policy")
        return Source(policy, own or written.get(arn) or arn, is_attached=own is None)

    for role in deployment.roles:
        # Of a role that is only looked up, a plan changes what it attaches and nothing else.
        is_managed = not is_data(role.address)
        yield Subject(
            key=role.address if is_managed else key_of("aws_iam_role", role.name),
            address=role.address,
            name=role.name,
            kind="role",
            policies=tuple(
                source(it) for it in role.policies if is_managed or it.address != role.address
            ),
            boundary=source(role.boundary) if role.boundary and is_managed else None,
            is_elsewhere=not is_managed,
        )
        if is_managed:
            yield Subject(
                role.address, role.address, role.name, "trust", (_trust(role, deployment),)
            )


def _trust(role: Role, deployment: Deployment) -> Source:
    said = deployment.resources[role.address].values.get("assume_role_policy")
    return Source(Policy(role.address, "trust policy", role.trust), said)
