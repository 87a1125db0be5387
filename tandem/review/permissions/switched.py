"""What acts in another role than before, or in one of which the plan says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from tandem.deployment.addresses import is_data
from tandem.deployment.blocks import blocks, text
from tandem.deployment.model import Deployment, Resource, Role, Unresolved
from tandem.deployment.symbols import is_known, readable, symbol
from tandem.review.model import PermissionChange
from tandem.review.permissions.comparing import compare
from tandem.review.permissions.pairs import Actor, Pair, Subjects, maker
from tandem.review.permissions.subjects import ELSEWHERE, NOT_KNOWN, Unknown

_PROFILE = "aws_iam_instance_profile"
"""What hands a role on to instances, and names it."""
_OF_AWS = ":role/aws-service-role/"
"""Roles of services, whose policies nobody but AWS writes."""


@dataclass(frozen=True)
class _Acting:
    """What acts in a role."""

    resource: Resource
    where: str
    """What names the role, as in `service_role`."""
    said: str
    """The ARN of the role, or its name."""
    former: Resource | None
    """The resource before; None: it is made."""
    had: str | None
    """In which role it acted before; None: in none."""


def switched(
    before: Deployment | None, after: Deployment, old: Subjects, new: Subjects
) -> Iterator[Pair]:
    """Build projects, pipelines and the like that act in another role of the plan than before."""
    roles, is_made = _Roles(after), maker(after)
    former = _Roles(before)
    for it in _acting(before, after):
        role = roles.managed(it.said)
        if role is None or it.former is None:
            continue
        if role.address in {had.address for said in _said(it.former) if (had := former.of(said))}:
            continue  # under another name
        subject = new["role", role.address, ""]
        had = former.managed(it.had or "")
        other = old["role", had.address, ""] if had else None
        unknown = f"what it could do in {readable(it.had or '')} was not known"
        actor = Actor(
            address=it.resource.address,
            name=f"{_name(it.resource)} (now in the role {readable(role.name)})",
            unknown=Unknown(unknown, may_widen=False) if it.had and not other else None,
            shares=roles.actors[role.address] > 1,
        )
        yield Pair(subject, other, subject, compare(other, subject, is_made), actor=actor)


def switched_elsewhere(before: Deployment | None, after: Deployment) -> Iterator[PermissionChange]:
    """The same where the plan does not say what the other role may do."""
    roles = _Roles(after)
    found: dict[str, list[_Acting]] = {}
    for it in _acting(before, after):
        if it.former is not None and roles.managed(it.said) is None:
            found.setdefault(it.resource.address, []).append(it)
    for address, several in found.items():
        unknown = tuple(
            f"the {it.where} {readable(it.said)} {ELSEWHERE}: what it may do {NOT_KNOWN}"
            for it in several
        )
        name = _name(several[0].resource)
        yield PermissionChange(
            address, name, "role", unknown=unknown, is_hidden=True, is_elsewhere=True
        )


def made_elsewhere(before: Deployment | None, after: Deployment) -> Iterator[Unresolved]:
    """What is made and acts in a role of which the plan says nothing."""
    roles = _Roles(after)
    for it in _acting(before, after):
        if it.former is None and roles.of(it.said) is None:
            why = f"{it.said} {ELSEWHERE}: what it may do {NOT_KNOWN}"
            yield Unresolved(it.resource.address, it.where, why)


class _Roles:
    """The roles of a deployment by what others call them."""

    def __init__(self, deployment: Deployment | None) -> None:
        self._resources = deployment.resources.values() if deployment else ()
        listed = deployment.roles if deployment else ()
        self._found = {key: it for it in listed for key in (it.arn, it.name)}

    @cached_property
    def actors(self) -> Counter[str]:
        """How many resources act in each role, by the role's address."""
        found = (
            {role.address for it in _said(one) if (role := self.of(it))} for one in self._resources
        )
        return Counter(chain.from_iterable(found))

    def of(self, said: str) -> Role | None:
        return self._found.get(said)

    def managed(self, said: str) -> Role | None:
        """The role, if the plan says what it may do."""
        role = self.of(said)
        return None if role is None or is_data(role.address) else role


def _acting(before: Deployment | None, after: Deployment) -> Iterator[_Acting]:
    """What acts in a role that it did not act in before."""
    for resource in after.resources.values():
        found = dict(_roles(resource))
        if not found:
            continue
        former = before.resources.get(resource.address) if before else None
        had = dict(_roles(former)) if former else {}
        for where, said in found.items():
            if said not in had.values():
                # What names none, such as an action, acts in the role of the whole.
                own = had.get(where) or next(iter(had.values()), None)
                yield _Acting(resource, where, said, former, own)


def _said(resource: Resource) -> Iterator[str]:
    return (said for _, said in _roles(resource))


def _roles(resource: Resource) -> Iterator[tuple[str, str]]:
    """The roles of a resource, by what names them."""
    values = resource.values
    if resource.type == _PROFILE:
        if name := text(values, "role"):
            yield "role", name
        return
    if resource.type.startswith(("aws_iam_", "data.")):
        return
    for argument in values:
        if argument.endswith(("role", "role_arn")):
            said = text(values, argument) or ""
            if _is_role(said) and said != symbol(f"{resource.address}.{argument}"):
                yield argument, said
    for target in blocks(values, "target"):
        if arn := text(target, "role_arn"):
            yield "role_arn of its target", arn
    for stage in blocks(values, "stage"):
        for action in blocks(stage, "action"):
            if arn := text(action, "role_arn"):
                place = f"{text(stage, 'name')}/{text(action, 'name')}"
                yield f"role_arn of its action {place}", arn


def _is_role(said: str) -> bool:
    return _OF_AWS not in said and (":role/" in said or not is_known(said))


def _name(resource: Resource) -> str:
    return readable(text(resource.values, "name") or resource.address)
