"""What has permissions, before and after, where they may differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from tandem.deployment.addresses import is_data, without_keys
from tandem.deployment.model import Deployment
from tandem.review.permissions.comparing import Comparison, compare
from tandem.review.permissions.identities import of_others, policy_of
from tandem.review.permissions.resource_policies import of_resources
from tandem.review.permissions.subjects import Kind, Subject, Unknown, of_roles

Subjects = Mapping[tuple[Kind, str, str], Subject]
"""By kind, by the address of what has the permissions, and by part."""


@dataclass(frozen=True)
class Actor:
    """What acts in another role than before, such as a build project, or is made in one."""

    address: str
    name: str
    unknown: Unknown | None
    """Of one whose former role is managed elsewhere."""
    shares: bool
    """Whether something else acts in the role: what the role needs may be what that needs."""
    is_made: bool = False
    """It did nothing before: of what it may do, only what is wide is said."""


@dataclass(frozen=True)
class Pair:
    """What is compared."""

    subject: Subject
    """After, or before where it is gone."""
    before: Subject | None
    after: Subject | None
    found: Comparison
    is_new: bool = False
    """What has the policy is made as well: it had nothing that could widen."""
    stays: bool = False
    """Of one that is gone: what had the policy is still there."""
    actor: Actor | None = None
    """What acts in the role from now on, of one that it is switched to."""


def subjects_of(deployment: Deployment | None) -> Subjects:
    """All that has permissions."""
    if deployment is None:
        return {}
    each = chain(of_roles(deployment), of_others(deployment), of_resources(deployment))
    return {(it.kind, it.key, it.part): it for it in each}


def differing(
    before: Deployment | None, after: Deployment, old: Subjects, new: Subjects
) -> Iterator[Pair]:
    """The subjects that are not the same before and after."""
    is_made = maker(after)
    gone = {_called_alike(it): key for key, it in old.items() if key not in new}
    for key, subject in new.items():
        if subject.is_default:
            continue
        other = old.get(key)
        if other is None:
            # The same role at another address, as when it is removed from a state and imported.
            other = old.get(gone.pop(_called_alike(subject), key))
        if other is None and before is not None:
            other = policy_of(before, subject.address)  # which somebody had who has it no more
        if other is not None and subject.is_elsewhere and subject.kind == "role":
            subject = subject.told_by_what_changes(other)
        elif other is not None and subject.kind == "role":
            names = other.copied | subject.copied
            subject, other = (it.without_copies(names, other) for it in (subject, other))
        if other is None or not subject.is_like(other):
            found = compare(other, subject, is_made)
            yield Pair(subject, other, subject, found, other is None and _is_new(subject, before))
    for key in gone.values():
        if key[1] in after.resources and _type(key[1]) == "aws_iam_policy":
            continue  # somebody has it now
        had = old[key]
        if had.is_elsewhere:  # only what the plan gave it goes
            left = replace(had, policies=(), boundary=None)
            yield Pair(had, had, left, compare(had, left, is_made))
            continue
        stays = key[1] in after.resources
        if key[0] == "role" or stays:  # whom a role or a resource let in that is gone, is no matter
            yield Pair(had, had, None, compare(had, None, is_made), stays=stays)


def _is_new(subject: Subject, before: Deployment | None) -> bool:
    """Whether what has the policy is made."""
    if subject.is_elsewhere:
        return False
    return before is None or subject.key not in before.resources


def _called_alike(subject: Subject) -> tuple[str, ...]:
    is_named = subject.is_elsewhere and subject.kind == "role"
    of_type = subject.key.partition(" ")[0] if is_named else _type(subject.address)
    return subject.kind, of_type, subject.name, subject.part


def _type(address: str) -> str:
    return without_keys(address).rpartition(".")[0].rpartition(".")[2]


def maker(after: Deployment) -> Callable[[str], bool]:
    """Whether a symbol names something that the apply makes, or a value that is kept secret.

    What else is not known, such as what a data source will read, may be what it was.
    """

    def is_made(name: str) -> bool:
        if name.startswith("sensitive"):
            return True
        parts = name.split(".")
        return not is_data(name) and any(
            ".".join(parts[:count]) in after.resources for count in range(2, len(parts) + 1)
        )

    return is_made
