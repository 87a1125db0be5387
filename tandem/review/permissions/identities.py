"""Users, groups, and policies of whose holders nothing is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from tandem.deployment.addresses import is_data
from tandem.deployment.blocks import block, document, text, texts
from tandem.deployment.managed import managed_policy
from tandem.deployment.model import Deployment, Policy, Resource
from tandem.review.permissions.subjects import Source, Subject, key_of

_SET = "aws_ssoadmin_permission_set"
_ARN_OF_SET = "permission_set_arn"
_NAMED = {
    "aws_iam_user": "user",
    "aws_iam_group": "group",
    "aws_iam_role": "role",
    _SET: _ARN_OF_SET,
}
_TYPES = {kind: of_type for of_type, kind in _NAMED.items()}
_INLINE = {
    "aws_iam_user_policy": "policy",
    "aws_iam_group_policy": "policy",
    "aws_iam_role_policy": "policy",
    "aws_ssoadmin_permission_set_inline_policy": "inline_policy",
}
_ATTACHED = {
    "aws_iam_user_policy_attachment": "policy_arn",
    "aws_iam_group_policy_attachment": "policy_arn",
    "aws_iam_role_policy_attachment": "policy_arn",
    "aws_ssoadmin_managed_policy_attachment": "managed_policy_arn",
}
_REFERRED = "aws_ssoadmin_customer_managed_policy_attachment"
_LIMITED = "aws_ssoadmin_permissions_boundary_attachment"
_LISTED = {"user": "users", "group": "groups", "role": "roles"}
_Holder = tuple[str, str]
"""The argument by which a policy's resource names who has it, and the name."""
_Held = Mapping[_Holder, Sequence[Source]]
_Membership = tuple[str, str]
"""The address of what says it, and the group."""


def of_others(deployment: Deployment) -> Iterator[Subject]:
    """What users and groups may do, and those who have a policy that nobody is seen to have."""
    yield from _Others(deployment).subjects()


class _Others:
    def __init__(self, deployment: Deployment) -> None:
        types = (*_NAMED, *_INLINE, *_ATTACHED, _REFERRED, _LIMITED)
        policies = ("aws_iam_policy_attachment", "aws_iam_policy")
        members = ("aws_iam_user_group_membership", "aws_iam_group_membership")
        wanted = {*types, *policies, *members}
        self._deployment = deployment
        self._of_type: dict[str, list[Resource]] = defaultdict(list)
        for resource in deployment.resources.values():
            kind = resource.type.removeprefix("data.")
            if kind in wanted:
                self._of_type[kind].append(resource)
        self._customer = {
            str(it.values.get("arn")): _policy(it) for it in self._of_type["aws_iam_policy"]
        }
        self._used: set[str] = set()
        """ARNs of policies that somebody is seen to have."""

    def subjects(self) -> Iterator[Subject]:
        held = self._held()
        seen = {("role", role.name) for role in self._deployment.roles}
        for it in (*self._of_type["aws_iam_user"], *self._of_type["aws_iam_group"]):
            holder = _NAMED[it.type.removeprefix("data.")], str(it.values.get("name"))
            seen.add(holder)
            yield self._subject(holder, held, it, self._boundary(it))
        limits = dict(self._limits())
        for it in self._of_type[_SET]:
            holder = _ARN_OF_SET, str(it.values.get("arn"))
            seen.add(holder)
            yield self._subject(holder, held, it, limits.get(holder))
        members = (("user", it) for it in self._memberships)
        for holder in dict.fromkeys((*held, *members, *limits)):
            if holder not in seen:
                yield self._subject(holder, held, None, limits.get(holder))
        yield from self._listing()
        yield from self._unattached()

    def _subject(
        self, holder: _Holder, held: _Held, it: Resource | None, boundary: Source | None
    ) -> Subject:
        """What somebody may do; `it` is None: who is named and is not in the plan."""
        kind, name = holder
        joined = self._memberships.get(name, ()) if kind == "user" else ()
        policies = (*held.get(holder, ()), *self._by_groups(joined, held))
        is_elsewhere = it is None or is_data(it.address)
        told = [source.policy.address for source in (*policies, boundary) if source]
        address = it.address if it else next(iter(told), joined[0][0] if joined else name)
        return Subject(
            key=key_of(_TYPES[kind], name) if it is None or is_elsewhere else it.address,
            address=address,
            name=str((it.values.get("name") if it else None) or name),
            kind="role",
            policies=policies,
            boundary=boundary,
            is_elsewhere=is_elsewhere,
        )

    def _held(self) -> _Held:
        """Policies, by who has them."""
        found: dict[_Holder, list[Source]] = defaultdict(list)
        for resource_type, attribute in _INLINE.items():
            for it in self._of_type[resource_type]:
                found[_holder(it)].append(_policy(it, attribute))
        for resource_type, attribute in _ATTACHED.items():
            for it in self._of_type[resource_type]:
                found[_holder(it)].append(self._attached(it, text(it.values, attribute)))
        for it in self._of_type[_REFERRED]:
            found[_holder(it)].append(_referred(it, it.values))
        for it in self._of_type["aws_iam_policy_attachment"]:
            for kind, argument in _LISTED.items():
                for name in texts(it.values, argument):
                    source = self._attached(it, text(it.values, "policy_arn"))
                    found[kind, _short(name, kind)].append(source)
        return found

    def _limits(self) -> Iterator[tuple[_Holder, Source]]:
        """Boundaries of permission sets."""
        for it in self._of_type[_LIMITED]:
            said = block(it.values, "permissions_boundary")
            arn = text(said, "managed_policy_arn")
            yield _holder(it), self._attached(it, arn) if arn else _referred(it, said)

    def _attached(self, resource: Resource, arn: str | None) -> Source:
        arn = arn or ""
        self._used.add(arn)
        known = self._customer.get(arn)
        if known is not None:
            policy = Policy(resource.address, known.policy.name, known.document)
            return Source(policy, known.said, is_attached=True)
        return Source(Policy(resource.address, arn.rpartition("/")[2], managed_policy(arn)), arn)

    def _boundary(self, resource: Resource) -> Source | None:
        arn = text(resource.values, "permissions_boundary")
        # That of somebody who is only looked up, a plan does not change.
        return self._attached(resource, arn) if arn and not is_data(resource.address) else None

    @cached_property
    def _memberships(self) -> Mapping[str, list[_Membership]]:
        """By user: what makes the user a member of which groups."""
        found: dict[str, list[_Membership]] = defaultdict(list)
        for it in self._of_type["aws_iam_user_group_membership"]:
            found[_name(it, "user")] += [(it.address, name) for name in texts(it.values, "groups")]
        for it in self._of_type["aws_iam_group_membership"]:
            for user in texts(it.values, "users"):
                found[user].append((it.address, _name(it, "group")))
        return found

    @cached_property
    def _groups(self) -> frozenset[str]:
        """The names of the groups of which the plan says all that they may do."""
        listed = self._of_type["aws_iam_group"]
        return frozenset(str(it.values.get("name")) for it in listed if not is_data(it.address))

    def _by_groups(self, joined: Sequence[_Membership], held: _Held) -> Iterator[Source]:
        """What somebody may do as a member of groups."""
        for address, group in joined:
            for it in held.get(("group", group), ()):
                yield replace(it, policy=replace(it.policy, address=address))
            if group not in self._groups:
                said = Policy(address, f"the group {group}", None)
                yield Source(said, group, is_elsewhere=True)

    def _listing(self) -> Iterator[Subject]:
        """What lists policies itself, of whatever type, such as `awscc_iam_role`."""
        for resource in self._deployment.resources.values():
            if resource.type.startswith(("aws_iam_", "data.")):
                continue
            for argument in resource.values:
                if argument.endswith("policy_arns"):
                    yield Subject(
                        key=resource.address,
                        address=resource.address,
                        name=text(resource.values, "name") or resource.address,
                        kind="role",
                        policies=tuple(
                            self._attached(resource, it) for it in texts(resource.values, argument)
                        ),
                        part=argument,
                    )

    def _unattached(self) -> Iterator[Subject]:
        """Policies that others may have attached elsewhere."""
        for role in self._of_type["aws_iam_role"]:
            self._used |= {*texts(role.values, "managed_policy_arns")}
            self._used.add(text(role.values, "permissions_boundary") or "")
        for it in self._of_type["aws_iam_policy"]:
            if not it.type.startswith("data.") and str(it.values.get("arn")) not in self._used:
                yield _itself(it)


def policy_of(deployment: Deployment, address: str) -> Subject | None:
    """A policy by itself, whoever has it; None: there is none at this address."""
    found = deployment.resources.get(address)
    return _itself(found) if found is not None and found.type == "aws_iam_policy" else None


def _itself(resource: Resource) -> Subject:
    source = _policy(resource)
    address, name = resource.address, source.policy.name
    return Subject(address, address, name, "role", (source,), is_policy=True)


def _policy(resource: Resource, attribute: str = "policy") -> Source:
    said = resource.values.get(attribute)
    name = str(resource.values.get("name") or resource.address)
    return Source(Policy(resource.address, name, document(said)), said)


def _referred(resource: Resource, values: Mapping[str, Any]) -> Source:
    """A policy of each account where a permission set is used, by its name."""
    said = block(values, "customer_managed_policy_reference")
    path, name = text(said, "path") or "/", text(said, "name") or ""
    return Source(Policy(resource.address, name, None), f"{path}{name}", is_elsewhere=True)


def _holder(resource: Resource) -> _Holder:
    """Who has the policy that a resource gives to one."""
    kind = next(it for it in _NAMED.values() if it in resource.values)
    return kind, _name(resource, kind)


def _name(resource: Resource, argument: str) -> str:
    return _short(str(resource.values.get(argument)), argument)


def _short(name: str, kind: str) -> str:
    """A name, which may be said by the ARN."""
    return name.rpartition("/")[2] if f":{kind}/" in name else name
