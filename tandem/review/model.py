"""What a review says of a plan, in texts for people: without symbols, and nothing sensitive.

Terms are Terraform's: https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Literal

from tandem.findings import Finding
from tandem.trace.pictures.model import Graph

Action = Literal["create", "read", "update", "replace", "destroy", "forget", "no-op"]
"""`replace` is both orders of destroy and create; `no-op` may still be a move or an import."""
DANGEROUS: frozenset[Action] = frozenset(("destroy", "replace"))
"""What takes away something that is there."""

Source = Literal["trace", "access", "checkov"]
"""What found something."""


@dataclass(frozen=True)
class AttributeChange:
    """An attribute, as it is and as it will be."""

    path: str
    """As in `tags.team` or `stage["Build"].action["Build"].configuration.ProjectName`; of what a
    provisioner runs as in `provisioner[0].local-exec.command`."""
    old: str | None
    """A text of one line; None: it is not there."""
    new: str | None
    """The same; `(known after apply)`, or what it will be made of, where nobody knows it yet."""
    replaces: bool = False
    """Whether Terraform replaces the resource because of it."""
    diff: tuple[str, ...] = ()
    """Of texts of several lines, buildspecs and JSON: a unified diff without its header; of
    new ones all."""


@dataclass(frozen=True)
class Change:
    """What happens to one resource."""

    address: str
    type: str
    action: Action
    previous_address: str | None = None
    """Where it was, of a resource that is moved."""
    reason: str = ""
    """Why Terraform does it, as in `its configuration is gone`; empty: what is changed says it."""
    importing: str | None = None
    """The id with which it is imported."""
    deposed: bool = False
    """A leftover of a replacement that failed: no resource of its own."""
    attributes: tuple[AttributeChange, ...] = ()
    """Nothing for `create` and `destroy` but what a reader needs to know them by."""
    settings: tuple[AttributeChange, ...] = ()
    """Of `create`: what else is set, as far as it is known."""
    means: tuple[str, ...] = ()
    """What that means here, in sentences, as in `its images are deleted`."""
    holds_data: bool = False
    """Whether something is lost that no apply brings back."""
    image: str = ""
    """The image whose pipeline it is part of; empty: what several share, or none."""
    rank: int = 0
    """How dangerous it is: the greatest comes first."""


@dataclass(frozen=True)
class Counts:
    """As Terraform counts: a replacement is added and destroyed."""

    add: int = 0
    change: int = 0
    destroy: int = 0
    importing: int = 0
    move: int = 0
    forget: int = 0
    replace: int = 0
    """Of those that are added and destroyed."""
    unchanged: int = 0
    drift: int = 0
    """Resources that are no longer as Terraform left them."""


@dataclass(frozen=True)
class Rename:
    """A resource that is destroyed and created although it could be moved."""

    old: str
    new: str
    certain: bool
    """Whether nothing else could be meant."""
    differs: tuple[str, ...] = ()
    """Attributes that would change in place."""
    keeps: tuple[str, ...] = ()
    """Arguments that have to stay, as in `name = "shop/web"`; with another it is replaced still."""

    @property
    def block(self) -> str:
        """The `moved` block to add."""
        return f"moved {{\n  from = {self.old}\n  to   = {self.new}\n}}"


@dataclass(frozen=True)
class LinkChange:
    """A link that is added, removed, broken, mended, or that changes."""

    kind: Literal["added", "removed", "broken", "mended", "changed"]
    words: str
    """As in `push of shop/base:latest starts shop-web`."""
    was: str = ""
    """Of one that changes: what it was, as in `rule, digest`; of one that does not work why."""
    address: str | None = None
    """Where Terraform says it."""


@dataclass(frozen=True)
class Links:
    """What starts what, before and after."""

    before: Graph
    after: Graph
    changes: tuple[LinkChange, ...] = ()


@dataclass(frozen=True)
class Grant:
    """Something that a role or a resource's policy allows, or denies."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...] = ()
    """Of trust policies and policies of resources: who."""
    condition: str = ""
    """In words, as in `if aws:SourceAccount StringEquals 123456789012`."""
    denies: bool = False
    wide: str = ""
    """Why it is marked, as in `on every resource`; empty: it is not."""
    needed: bool | None = None
    """Whether the role's steps need it; None: nobody knows."""
    limit: int | None = None
    """Which of `review.limits`, from 1, lets it be gained; None: none has to."""
    but_actions: tuple[str, ...] = ()
    """What the actions seem to cover and is not meant, as in `s3:*` but `s3:Get*`."""
    but_resources: tuple[str, ...] = ()
    """The same of the resources."""
    but_principals: tuple[str, ...] = ()
    """The same of the principals."""


@dataclass(frozen=True)
class PermissionChange:
    """What a role, or a resource's policy, gains and loses."""

    address: str
    name: str
    kind: Literal["role", "trust", "resource"]
    """What a role may do; who may assume it; what a policy of a resource lets others do."""
    gained: tuple[Grant, ...] = ()
    lost: tuple[Grant, ...] = ()
    is_new: bool = False
    """The role or the resource is created, or nobody knows what it was allowed before."""
    is_gone: bool = False
    unknown: tuple[str, ...] = ()
    """What could not be compared, and why."""
    is_hidden: bool = False
    """Whether something of that may be more than there was."""
    is_elsewhere: bool = False
    """Whether all of it that may be is said where it is managed."""
    widens: bool = False
    """Whether it may do something that it could not do before."""

    @property
    def widening(self) -> tuple[Grant, ...]:
        """What is gained that allows, and what is no longer denied; nothing: it does not widen."""
        allowed = (it for it in self.gained if not it.denies)
        return (*allowed, *(it for it in self.lost if it.denies)) if self.widens else ()


@dataclass(frozen=True)
class ReviewFinding:
    """A finding about the planned result."""

    finding: Finding
    source: Source
    new: bool
    """Whether it was not there before."""
    page: str = ""
    """Where it is explained."""


@dataclass(frozen=True)
class Waiver:
    """An exception from the gate that somebody answers for."""

    address: str
    """The Terraform address; `*` stands for any characters."""
    rule: str
    """The rule of the gate, or the id of a check."""
    reason: str
    expires: datetime.date
    """The last day on which it holds."""


@dataclass(frozen=True)
class Objection:
    """Something because of which the gate is closed, or would be without a waiver."""

    rule: str
    """As in `data-destroyed`: docs/review.md lists them."""
    address: str
    why: str
    remedy: str
    check: str = ""
    """Of the rule `finding-new`: the id of the check."""
    waiver: Waiver | None = None
    """The waiver because of which it does not count."""


@dataclass(frozen=True)
class Review:
    """A review."""

    kind: Literal["plan", "drift"]
    """`drift`: of a plan with -refresh-only."""
    terraform_version: str
    counts: Counts
    changes: tuple[Change, ...] = ()
    """The most dangerous first; without those that nothing happens to."""
    drift: tuple[Change, ...] = ()
    outputs: tuple[AttributeChange, ...] = ()
    renames: tuple[Rename, ...] = ()
    links: Links = field(default_factory=lambda: Links(Graph((), ()), Graph((), ())))
    permissions: tuple[PermissionChange, ...] = ()
    findings: tuple[ReviewFinding, ...] = ()
    objections: tuple[Objection, ...] = ()
    not_known: tuple[str, ...] = ()
    """What could not be looked at, and why, in lines."""
    notes: tuple[str, ...] = ()
    """What a reader should know beforehand, as in `the plan is incomplete: it has -target`."""

    @property
    def passes(self) -> bool:
        """Whether the gate is open."""
        return all(objection.waiver for objection in self.objections)

    @property
    def new_findings(self) -> tuple[ReviewFinding, ...]:
        """The findings that are new."""
        return tuple(it for it in self.findings if it.new)
