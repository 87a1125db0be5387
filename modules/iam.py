"""Roles and what they may do: statements, and the one role that each user of it gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from modules._cdktf import (
    Construct,
    IamRole,
    IamRolePolicy,
    IResolveContext,
    IStringProducer,
    Lazy,
    TerraformResource,
    jsii,
)
from modules.element import Element
from modules.expressions import Decision, Entries, Texts, document, each, either, where
from modules.project import Project

ANY = "*"
"""For actions that AWS checks against no resource. Every use names AWS's page."""


@dataclass(frozen=True)
class Statement:
    """Something a role is allowed to do.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html
    """

    sid: str
    """What it is for, in letters and digits."""
    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Mapping[str, Mapping[str, str | Sequence[str]]] = field(default_factory=dict)
    when: Decision = field(default=True, compare=False)
    """Whether it is made at all."""

    def document(self, effect: str = "Allow") -> dict[str, object]:
        """The statement as AWS writes it, in an order that is the same in every synthesis."""
        document: dict[str, object] = {
            "Sid": self.sid,
            "Effect": effect,
            "Action": _sorted(self.actions),
            # Not sorted: tokens would be by their numbers, which change when a stack grows.
            "Resource": _distinct(self.resources),
        }
        if self.conditions:
            document["Condition"] = self.conditions
        return document


def _sorted(actions: Sequence[Any]) -> Sequence[Any]:
    return sorted(actions) if all(isinstance(action, str) for action in actions) else actions


def _distinct(resources: Sequence[Any]) -> Sequence[Any]:
    if isinstance(resources, Texts) or not all(isinstance(item, str) for item in resources):
        return resources  # only Terraform knows
    return list(dict.fromkeys(resources))


def plain_in_policy(text: str) -> str:
    """`text` as a policy must have it to mean just that: no wildcards and no variables.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
    """
    return re.sub(r"[*?$]", lambda match: f"${{{match[0]}}}", text)


def policy(statements: Sequence[Any]) -> str:
    """A policy document as JSON."""
    return document({"Version": "2012-10-17", "Statement": list(statements)})


class Role(Element):
    """A role, and the one policy that says what it may do.

    Args:
        name: At most 64 characters.
        trust: The statements that say who may assume it.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, trust: Sequence[Mapping[str, object]]
    ) -> None:
        super().__init__(scope, id)
        project = Project.of(self)
        self._statements: list[Statement] = []
        self._repeated: list[list[Any]] = []
        self._late: list[Callable[[], Sequence[Statement]]] = []
        self._role = self.place(
            IamRole(
                self,
                "role",
                name=name,
                assume_role_policy=policy(trust),
                permissions_boundary=project.permissions_boundary,
                tags=project.tags,
            )
        )
        self.arn = self._role.arn
        self.name = self._role.name
        self.policy = self.place(
            IamRolePolicy(self, "policy", name=name, role=self._role.name, policy="")
        )
        """What depends on the role must depend on its policy: IAM attaches it separately."""

    def create_after(self, resource: TerraformResource) -> None:
        """Create the role only when `resource` exists, which its trust policy names."""
        self._role.depends_on = [
            f"{resource.terraform_resource_type}.{resource.friendly_unique_id}"
        ]

    def allow_only(self, statement: Statement) -> None:
        """Set what the role may do, in place of what it could before."""
        self._statements = [statement]
        self._write()

    def allow(self, *statements: Statement) -> None:
        """Add to what the role may do. A statement it has already is not repeated."""
        changed = False
        for statement in statements:
            if statement.when is False:
                continue
            if statement not in self._statements:
                self._statements.append(statement)
                changed = True
                continue
            index = self._statements.index(statement)
            known = self._statements[index]
            if known.when is not True:
                when = either(known.when, statement.when)
                self._statements[index] = replace(known, when=when)
                changed = True
        if changed:
            self._write()

    def allow_each(
        self,
        entries: Mapping[str, Any] | Entries[Any],
        statement: Callable[[str, Any], Statement],
    ) -> None:
        """Add a statement for each entry of a map."""
        for part in each(entries, statement):
            if isinstance(part, Statement):
                self.allow(part)
            else:
                self._repeated.append(each(entries, lambda *entry: statement(*entry).document()))
                self._write()

    def allow_late(self, statements: Callable[[], Sequence[Statement]]) -> None:
        """Add what is known only when the whole stack is there: it is asked for at synthesis."""
        self._late.append(statements)
        if len(self._late) == 1:
            self.policy.policy = Lazy.string_value(_Late(self._document, self._late))

    def _write(self) -> None:
        if not self._late:
            self.policy.policy = self._document()

    def _document(self, *more: Statement) -> str:
        return policy(
            [
                part
                for statement in (*self._statements, *more)
                for part in where(statement.when, statement.document())
            ]
            + [part for parts in self._repeated for part in parts]
        )


@jsii.implements(IStringProducer)
class _Late:
    """A policy that becomes known only while the stack grows."""

    def __init__(
        self, document: Callable[..., str], late: Sequence[Callable[[], Sequence[Statement]]]
    ) -> None:
        self._document, self._late = document, late

    def produce(self, context: IResolveContext) -> str:  # noqa: ARG002 - jsii's signature
        return self._document(*(each for statements in self._late for each in statements()))


class ServiceRole(Role):
    """A role that one service assumes for one resource, and nobody else.

    Args:
        name: At most 64 characters.
        service: Principal, as in `codebuild.amazonaws.com`.
        source_arn: ARN of the resource that the service acts for. The role can be assumed for no
            other resource and no other account (the "confused deputy").

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, service: str, source_arn: str
    ) -> None:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": Project.of(scope).account},
                "ArnLike": {"aws:SourceArn": source_arn},
            },
        }
        super().__init__(scope, id, name=name, trust=[trust])
