"""Users, groups, and policies of whose holders nothing is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from tandem.deployment.addresses import is_data
from tandem.deployment.blocks import document, text, texts
from tandem.deployment.managed import managed_policy
from tandem.deployment.model import Deployment, Policy, Resource
from tandem.review.permissions.subjects import Source, Subject

_NAMED = {"aws_iam_user": "user", "aws_iam_group": "group", "aws_iam_role": "role"}
_INLINE = {f"{it}_policy": kind for it, kind in _NAMED.items()}
_ATTACHED = {f"{it}_policy_attachment": kind for it, kind in _NAMED.items()}
_LISTED = {"user": "users", "group": "groups", "role": "roles"}
_Holder = tuple[str, str]
"""`user`, `group` or `role`, and the name."""
_Held = Mapping[_Holder, Sequence[Source]]
_Membership = tuple[str, str]
"""The address of what says it, and the group."""


def of_others(deployment: Deployment) -> Iterator[Subject]:
    """What users and groups may do, and those who have a policy that nobody is seen to have."""
    yield from _Others(deployment).subjects()


class _Others:
    def __init__(self, deployment: Deployment) -> None:
        types = (*_NAMED, *_INLINE, *_ATTACHED, "aws_iam_policy_attachment", "aws_iam_policy")
        wanted = {*types, "aws_iam_user_group_membership", "aws_iam_group_membership"}
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
            joined = self._memberships.get(holder[1], ()) if holder[0] == "user" else ()
            yield Subject(
                key=it.address,
                address=it.address,
                name=holder[1],
                kind="role",
                policies=(*held.get(holder, ()), *self._by_groups(joined, held)),
                boundary=self._boundary(it),
            )
        for user, joined in self._memberships.items():
            if ("user", user) not in seen:
                yield from self._member_elsewhere(user, joined, held)
        for holder, sources in held.items():
            if holder not in seen:
                for source in sources:
                    address = source.policy.address
                    yield Subject(address, address, holder[1], "role", (source,), is_elsewhere=True)
        yield from self._unattached()

    def _held(self) -> _Held:
        """Policies, by who has them."""
        found: dict[_Holder, list[Source]] = defaultdict(list)
        for resource_type, kind in _INLINE.items():
            for it in self._of_type[resource_type]:
                found[kind, _name(it, kind)].append(_policy(it))
        for resource_type, kind in _ATTACHED.items():
            for it in self._of_type[resource_type]:
                found[kind, _name(it, kind)].append(self._attached(it, "policy_arn"))
        for it in self._of_type["aws_iam_policy_attachment"]:
            for kind, argument in _LISTED.items():
                for name in texts(it.values, argument):
                    found[kind, _short(name, kind)].append(self._attached(it, "policy_arn"))
        return found

    def _attached(self, resource: Resource, attribute: str) -> Source:
        arn = text(resource.values, attribute) or ""
        self._used.add(arn)
        known = self._customer.get(arn)
        if known is not None:
            policy = Policy(resource.address, known.policy.name, known.document)
            return Source(policy, known.said, is_attached=True)
        return Source(Policy(resource.address, arn.rpartition("/")[2], managed_policy(arn)), arn)

    def _boundary(self, resource: Resource) -> Source | None:
        has = text(resource.values, "permissions_boundary")
        return self._attached(resource, "permissions_boundary") if has else None

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
            yield from held.get(("group", group), ())
            if group not in self._groups:
                said = Policy(address, f"the group {group}", None)
                yield Source(said, group, is_elsewhere=True)

    def _member_elsewhere(
        self, user: str, joined: Sequence[_Membership], held: _Held
    ) -> Iterator[Subject]:
        """What a user who is not in the plan may do as a member of groups."""
        for address in dict.fromkeys(address for address, _ in joined):
            sources = self._by_groups([it for it in joined if it[0] == address], held)
            yield Subject(
                address, address, user, "role", tuple(sources), part=user, is_elsewhere=True
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
    return Subject(resource.address, resource.address, source.policy.name, "role", (source,))


def _policy(resource: Resource) -> Source:
    said = resource.values.get("policy")
    name = str(resource.values.get("name") or resource.address)
    return Source(Policy(resource.address, name, document(said)), said)


def _name(resource: Resource, argument: str) -> str:
    return _short(str(resource.values.get(argument)), argument)


def _short(name: str, kind: str) -> str:
    """A name, which may be said by the ARN."""
    return name.rpartition("/")[2] if f":{kind}/" in name else name
