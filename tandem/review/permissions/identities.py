"""Users, groups, and policies of whose holders nothing is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tandem.deployment.blocks import document, text, texts
from tandem.deployment.managed import managed_policy
from tandem.deployment.model import Deployment, Policy, Resource
from tandem.review.permissions.subjects import Source, Subject

_NAMED = {"aws_iam_user": "user", "aws_iam_group": "group", "aws_iam_role": "role"}
_INLINE = {f"{it}_policy": kind for it, kind in _NAMED.items()}
_ATTACHED = {f"{it}_policy_attachment": kind for it, kind in _NAMED.items()}
_LISTED = {"user": "users", "group": "groups", "role": "roles"}
Holder = tuple[str, str]
"""`user`, `group` or `role`, and the name."""


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
        roles = {("role", role.name) for role in self._deployment.roles}
        members = self._groups()
        seen = set(roles)
        for it in (*self._of_type["aws_iam_user"], *self._of_type["aws_iam_group"]):
            holder = _NAMED[it.type.removeprefix("data.")], str(it.values.get("name"))
            seen.add(holder)
            groups = members.get(holder[1], ()) if holder[0] == "user" else ()
            yield Subject(
                key=it.address,
                address=it.address,
                name=holder[1],
                kind="role",
                policies=tuple(
                    source
                    for each in (holder, *(("group", name) for name in groups))
                    for source in held.get(each, ())
                ),
                boundary=self._boundary(it),
            )
        for holder, sources in held.items():
            if holder not in seen:
                for source in sources:
                    address = source.policy.address
                    yield Subject(address, address, holder[1], "role", (source,), is_elsewhere=True)
        yield from self._unattached()

    def _held(self) -> dict[Holder, list[Source]]:
        """Policies, by who has them."""
        found: dict[Holder, list[Source]] = defaultdict(list)
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
            return Source(Policy(resource.address, known.policy.name, known.document), known.said)
        return Source(Policy(resource.address, arn.rpartition("/")[2], managed_policy(arn)), arn)

    def _boundary(self, resource: Resource) -> Source | None:
        has = text(resource.values, "permissions_boundary")
        return self._attached(resource, "permissions_boundary") if has else None

    def _groups(self) -> dict[str, list[str]]:
        """The groups of users."""
        found: dict[str, list[str]] = defaultdict(list)
        for it in self._of_type["aws_iam_user_group_membership"]:
            found[_name(it, "user")] += texts(it.values, "groups")
        for it in self._of_type["aws_iam_group_membership"]:
            for user in texts(it.values, "users"):
                found[user].append(_name(it, "group"))
        return found

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
