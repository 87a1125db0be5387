"""What a plan changes in what may be done: per role, user, group and resource."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from tandem.access.report import Report
from tandem.deployment.addresses import is_data, without_keys
from tandem.deployment.model import Deployment
from tandem.deployment.symbols import readable
from tandem.review.model import Grant, PermissionChange
from tandem.review.permissions.cells import Cell
from tandem.review.permissions.comparing import Comparison, compare
from tandem.review.permissions.grants import Marks, grants, words
from tandem.review.permissions.identities import of_others, policy_of
from tandem.review.permissions.needed import Needs
from tandem.review.permissions.resource_policies import of_resources
from tandem.review.permissions.subjects import AS_BEFORE, Source, Subject, of_roles
from tandem.review.permissions.switched import switched
from tandem.review.permissions.wideness import (
    actions_asked,
    expanded,
    wide_for_a_role,
    wide_for_callers,
    with_further_rights,
)

_Key = tuple[str, str, str]


@dataclass(frozen=True)
class _Pair:
    subject: Subject
    """After, or before where it is gone."""
    before: Subject | None
    after: Subject | None
    found: Comparison
    is_new: bool = False
    """What has the policy is made as well: it had nothing that could widen."""
    stays: bool = False
    """Of one that is gone: what had the policy is still there."""


def permission_changes(
    before: Deployment | None,
    after: Deployment,
    *,
    report: Callable[[], Report] | None = None,
) -> tuple[PermissionChange, ...]:
    """What roles, users, groups and policies of resources gain and lose.

    Args:
        before: What there is, with the addresses that it will have; None: nothing yet.
        after: What there will be.
        report: Gives what `tandem access` says of `after`, which knows what is needed; None: nobody
            does.
    """
    pairs = list(_pairs(before, after))
    marks = _Marks(after, report, pairs)
    found = (_change(pair, marks) for pair in pairs)
    told = (*(it for it in found if it), *switched(before, after))
    return tuple(sorted(told, key=_order))


def _order(change: PermissionChange) -> tuple[bool, bool, str, str]:
    is_wide = any(it.wide for it in change.widening)
    return not is_wide, not change.widens, change.address, change.kind


def _subjects(deployment: Deployment | None) -> dict[_Key, Subject]:
    if deployment is None:
        return {}
    found: dict[_Key, Subject] = {}
    each = chain(of_roles(deployment), of_others(deployment), of_resources(deployment))
    for it in each:
        found[it.kind, it.key, it.part] = it
    return found


def _pairs(before: Deployment | None, after: Deployment) -> Iterator[_Pair]:
    """The subjects that are not the same before and after."""
    old, new = _subjects(before), _subjects(after)
    is_made = _maker(after)
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
        if other is not None and subject.kind == "role":
            names = other.copied | subject.copied
            subject, other = (it.without_copies(names, other) for it in (subject, other))
        if other is None or not subject.is_like(other):
            found = compare(other, subject, is_made)
            yield _Pair(subject, other, subject, found, other is None and _is_new(subject, before))
    for key in gone.values():
        stays = key[1] in after.resources or _type(old[key].key).endswith("_policy")
        if key[0] == "role" or stays:  # whom a role or a resource let in that is gone, is no matter
            found = compare(old[key], None, is_made)
            yield _Pair(old[key], old[key], None, found, stays=stays)


def _is_new(subject: Subject, before: Deployment | None) -> bool:
    """Whether what has the policy is made."""
    if subject.is_elsewhere or is_data(subject.key):
        return False
    return before is None or subject.key not in before.resources


def _called_alike(subject: Subject) -> tuple[str, ...]:
    return subject.kind, _type(subject.address), subject.name, subject.part


def _type(address: str) -> str:
    return without_keys(address).rpartition(".")[0].rpartition(".")[2]


def _maker(after: Deployment) -> Callable[[str], bool]:
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


class _Marks:
    """What is needed of what is gained, and what is wide."""

    def __init__(
        self, after: Deployment, report: Callable[[], Report] | None, pairs: list[_Pair]
    ) -> None:
        self._needs = Needs(after, report)
        self._account = after.account
        gained = [
            gain.cell for it in pairs if it.subject.kind == "role" for gain in it.found.gained
        ]
        self._actions = expanded(actions_asked(gained), after.account)

    def of(self, pair: _Pair) -> Callable[[Cell], Marks]:
        """What is said of each cell that is gained."""
        subject, had = pair.subject, pair.found.had
        found = self._needs.roles.get(subject.address)
        needs = [it.need for it in found.needed] if found else []

        def marks(cell: Cell) -> Marks:
            if subject.kind != "role":
                wide = wide_for_callers(cell, self._account)
                return Marks(wide, self._needs.of(subject, cell, had, is_wide=bool(wide)))
            wide = wide_for_a_role(cell, needs, self._actions)
            needed = self._needs.of(subject, cell, had, is_wide=bool(wide))
            return Marks(wide if needed else with_further_rights(cell, wide), needed)

        return marks


def _change(pair: _Pair, marks: _Marks) -> PermissionChange | None:
    subject, found = pair.subject, pair.found
    written: dict[str, str] = {}
    for side in (pair.before, pair.after):
        for cell in (*side.cells, *side.limits) if side else ():
            written.update(cell.written)
    gained = grants(
        found.gained,
        written=written,
        has_principals=subject.kind != "role",
        has_resources=subject.kind != "trust",
        marks=marks.of(pair),
        since="no longer only",
    )
    lost = grants(
        found.lost,
        written=written,
        has_principals=subject.kind != "role",
        has_resources=subject.kind != "trust",
        marks=lambda _: Marks(),
        since="now only",
    )
    gained += _boundary(pair.after, pair.before)
    unlimited = _boundary(pair.before, pair.after) if pair.after else ()
    lost += unlimited
    unknown = tuple(dict.fromkeys(_unknown(pair)))
    if not (gained or lost or unknown):
        return None
    unlocked = pair.stays and subject.kind == "resource" and any(it.denies for it in lost)
    return PermissionChange(
        address=subject.address,
        name=readable(subject.name),
        kind=subject.kind,
        gained=gained,
        lost=lost,
        is_new=pair.is_new,
        is_gone=pair.after is None,
        unknown=unknown,
        widens=found.widens or bool(unlimited) or unlocked,
    )


def _boundary(having: Subject | None, other: Subject | None) -> tuple[Grant, ...]:
    """What a boundary denies that only one side has, in so many words."""
    if having is None or having.boundary is None or other is None or other.boundary:
        return ()
    name = readable(having.boundary.policy.name)
    beyond = f"beyond the permissions boundary {name}"
    return (Grant(actions=("*",), resources=("*",), condition=beyond, denies=True),)


def _unknown(pair: _Pair) -> Iterator[str]:
    """What could not be compared, and why."""
    said: set[str] = set()
    told = [it.likeness for it in _sources(pair.before)]
    for source in _sources(pair.after):
        if not source.is_known and source.likeness not in told:
            said.add(source.policy.address)
            yield f"{_called(source)} {source.why_unknown}"
    told = [it.likeness for it in _sources(pair.after)]
    for source in _sources(pair.before):
        is_said = source.policy.address in said or source.likeness in told
        if not (source.is_known or is_said):
            yield f"{_called(source)} was not known, or not as AWS takes it"
    for cell in pair.found.doubtful:
        yield f"{words(cell)}: {AS_BEFORE}"


def _sources(subject: Subject | None) -> list[Source]:
    if subject is None:
        return []
    return [*subject.policies, *([subject.boundary] if subject.boundary else [])]


def _called(source: Source) -> str:
    policy = source.policy
    name = readable(policy.name)
    return policy.address if name in policy.address else f"{policy.address} ({name})"
