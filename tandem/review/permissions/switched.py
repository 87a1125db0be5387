"""What acts in another role than before, or is made in one that there was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from tandem.deployment.addresses import is_data
from tandem.deployment.blocks import text
from tandem.deployment.model import Deployment, Resource, Role, Unresolved
from tandem.deployment.symbols import readable
from tandem.review.changes.likeness import identity
from tandem.review.model import PermissionChange
from tandem.review.permissions.acting import Place, Roles, roles_of
from tandem.review.permissions.comparing import compare
from tandem.review.permissions.pairs import Actor, Pair, Subjects, maker
from tandem.review.permissions.subjects import ELSEWHERE, NOT_KNOWN, Unknown


@dataclass(frozen=True)
class Switch:
    """What acts in another role."""

    resource: Resource
    place: Place
    said: str
    """The ARN of the role, or its name."""
    had: tuple[str, ...]
    """In which roles it acted there before, the one that it leaves first; nothing: in none."""


def switches(before: Deployment | None, after: Deployment) -> Iterator[Switch]:
    """Build projects, pipelines and the like that act in a role that they did not act in before."""
    for resource, former in _counterparts(before, after):
        if former is None or former.values == resource.values:
            continue
        # Nearly always nothing of what changes names a role.
        changed = {
            name: value
            for name, value in resource.values.items()
            if value != former.values.get(name)
        }
        named = roles_of(replace(resource, values=changed))
        had = roles_of(former) if named else {}
        for place, names in named.items():
            was = _had(had, place)
            for said in dict.fromkeys(names):
                if said not in was:
                    left = [it for it in was if it not in names]
                    yield Switch(resource, place, said, tuple(dict.fromkeys((*left, *was))))


def switched(
    switches: Sequence[Switch],
    before: Deployment | None,
    after: Deployment,
    old: Subjects,
    new: Subjects,
) -> Iterator[Pair]:
    """What it is switched to where that is another role of the plan."""
    roles, former, is_made = _Roles(after), _Roles(before), maker(after)
    seen: set[tuple[str, str, str]] = set()
    for it in switches:
        role = roles.managed(it.said)
        if role is None:
            continue
        if role.address in {had.address for said in it.had if (had := former.of(said))}:
            continue  # under another name
        was = it.had[0] if it.had else ""
        had = former.managed(was)
        key = (it.resource.address, role.address, had.address if had else was)
        if key in seen:
            continue
        seen.add(key)
        subject = new["role", role.address, ""]
        other = old["role", had.address, ""] if had else None
        unknown = f"what it could do in {readable(was)} was not known"
        actor = Actor(
            address=it.resource.address,
            name=f"{_name(it.resource)} (now in the role {readable(role.name)})",
            unknown=Unknown(unknown, may_widen=False) if was and not other else None,
            shares=roles.actors[role.address] > 1,
        )
        yield Pair(subject, other, subject, compare(other, subject, is_made), actor=actor)


def made_within(before: Deployment | None, after: Deployment, new: Subjects) -> Iterator[Pair]:
    """What is made in a role that there was, in which nothing of its type acted."""
    is_made = maker(after)
    for role, several in _made_within(before, after):
        subject = new["role", role.address, ""]
        more = f" and {len(several) - 1:,} more" if len(several) > 1 else ""
        actor = Actor(
            address=several[0].address,
            name=f"{_name(several[0])}{more} (made in the role {readable(role.name)})",
            unknown=None,
            shares=True,
            is_made=True,
        )
        yield Pair(subject, None, subject, compare(None, subject, is_made), True, actor=actor)


def switched_elsewhere(switches: Sequence[Switch], after: Deployment) -> Iterator[PermissionChange]:
    """The same where the plan does not say what the other role may do."""
    roles = _Roles(after)
    found: dict[str, list[Switch]] = {}
    for it in switches:
        if roles.managed(it.said) is None:
            found.setdefault(it.resource.address, []).append(it)
    for address, several in found.items():
        unknown = tuple(
            f"the {readable(f'{it.place.words} {it.said}')} {ELSEWHERE}: what it may do {NOT_KNOWN}"
            for it in several
        )
        name = _name(several[0].resource)
        yield PermissionChange(
            address, name, "role", unknown=unknown, is_hidden=True, is_elsewhere=True
        )


def made_elsewhere(before: Deployment | None, after: Deployment) -> Iterator[Unresolved]:
    """What is made in a role of which the plan does not say what it may do."""
    roles = _Roles(after)
    for resource, former in _counterparts(before, after):
        for place, names in roles_of(resource).items() if former is None else ():
            for said in names:
                if roles.of(said) is None:
                    why = f"{said} {ELSEWHERE}: what it may do {NOT_KNOWN}"
                    yield Unresolved(resource.address, place.words, why)
    for role, several in _made_within(before, after):
        if any(it.document is None for it in role.policies):
            why = f"not all of what the role {role.name} may do is in the plan"
            yield from (Unresolved(it.address, "role", why) for it in several)


class _Roles:
    """The roles of a deployment by what others call them."""

    def __init__(self, deployment: Deployment | None) -> None:
        self._resources = deployment.resources.values() if deployment else ()
        listed = deployment.roles if deployment else ()
        self._found = {key: it for it in listed for key in (it.arn, it.name)}

    @cached_property
    def actors(self) -> Counter[str]:
        """How many resources act in each role, by the role's address."""
        return Counter(chain.from_iterable(map(self.acted_in, self._resources)))

    def acted_in(self, resource: Resource) -> set[str]:
        """The addresses of the roles that a resource acts in."""
        said = chain.from_iterable(roles_of(resource).values())
        return {role.address for it in said if (role := self.of(it))}

    def of(self, said: str) -> Role | None:
        return self._found.get(said)

    def managed(self, said: str) -> Role | None:
        """The role, if the plan says what it may do."""
        role = self.of(said)
        return None if role is None or is_data(role.address) else role


def _had(had: Roles, place: Place) -> Sequence[str]:
    """The roles that a place named, or others of its kind where it is new."""
    found = had.get(place)
    if found is not None or not place.inside:
        return found or ()
    alike = [said for it, names in had.items() if it.kind == place.kind for said in names]
    # What names none, such as an action, acts in the role of the whole.
    return alike or next((names for it, names in had.items() if not it.inside), ())


def _made_within(
    before: Deployment | None, after: Deployment
) -> Iterator[tuple[Role, list[Resource]]]:
    """What is made in a role that there was, in which nothing of its type acted."""
    if before is None:
        return
    roles, former = _Roles(after), _Roles(before)
    found: dict[tuple[str, str], list[Resource]] = {}
    for resource, counterpart in _counterparts(before, after):
        if counterpart is None:
            for address in sorted(roles.acted_in(resource)):
                if not is_data(address) and address in before.resources:
                    found.setdefault((resource.type, address), []).append(resource)
    if not found:
        return
    acted = {
        (it.type, address) for it in before.resources.values() for address in former.acted_in(it)
    }
    by_address = {it.address: it for it in after.roles}
    for key, several in found.items():
        if key not in acted:
            yield by_address[key[1]], several


def _counterparts(
    before: Deployment | None, after: Deployment
) -> Iterator[tuple[Resource, Resource | None]]:
    """Each resource with what it was, also at an address that is gone; None: it is made."""
    there = before.resources if before else {}
    gone = {
        (it.type, identity(it.type, it.values)): it
        for it in there.values()
        if it.address not in after.resources
    }
    for resource in after.resources.values():
        former = there.get(resource.address)
        if former is None and gone:
            name = identity(resource.type, resource.values)
            former = gone.get((resource.type, name)) if name else None
        yield resource, former


def _name(resource: Resource) -> str:
    return readable(text(resource.values, "name") or resource.address)
