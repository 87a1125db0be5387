"""What a plan changes in what may be done: per role, user, group and resource."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial

from tandem.access.evaluator import GrantedAction
from tandem.access.report import Report
from tandem.deployment.model import Deployment
from tandem.deployment.symbols import readable
from tandem.review.model import Grant, PermissionChange
from tandem.review.permissions.cells import Cell
from tandem.review.permissions.grants import Marks, grants, words
from tandem.review.permissions.needed import Needs
from tandem.review.permissions.pairs import Pair, differing, subjects_of
from tandem.review.permissions.subjects import Source, Subject, Unknown
from tandem.review.permissions.switched import made_within, switched, switched_elsewhere, switches
from tandem.review.permissions.wideness import (
    actions_asked,
    expanded,
    wide_for_a_role,
    wide_for_callers,
    with_further_rights,
)


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
    old, new = subjects_of(before), subjects_of(after)
    others = tuple(switches(before, after))
    pairs = [
        *differing(before, after, old, new),
        *switched(others, before, after, old, new),
        *made_within(before, after, new),
    ]
    marks = _Marks(after, report, pairs)
    found = (_change(pair, marks) for pair in pairs)
    told = (*(it for it in found if it), *switched_elsewhere(others, after))
    return tuple(sorted(told, key=_order))


def _order(change: PermissionChange) -> tuple[bool, bool, str, str]:
    is_wide = any(it.wide for it in change.widening)
    return not is_wide, not change.widens, change.address, change.kind


class _Marks:
    """What is needed of what is gained, and what is wide."""

    def __init__(
        self, after: Deployment, report: Callable[[], Report] | None, pairs: list[Pair]
    ) -> None:
        self._needs = Needs(after, report)
        self._account = after.account
        self._pairs = pairs

    @cached_property
    def _actions(self) -> Mapping[str, tuple[GrantedAction, ...]]:
        """What patterns stand for: asked when the report is there, which knows nearly all."""
        gained = [
            gain.cell for it in self._pairs if it.subject.kind == "role" for gain in it.found.gained
        ]
        return expanded(actions_asked(gained), self._account)

    def of(self, pair: Pair) -> Callable[[Cell], Marks]:
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
            if needed and pair.actor is not None and pair.actor.shares:
                needed = None
            return Marks(wide if needed else with_further_rights(cell, wide), needed)

        return marks


def _change(pair: Pair, marks: _Marks) -> PermissionChange | None:
    subject, found = pair.subject, pair.found
    written: dict[str, str] = {}
    for side in (pair.before, pair.after):
        for cell in (*side.cells, *side.limits) if side else ():
            written.update(cell.written)
    said = partial(
        grants,
        written=written,
        has_principals=subject.kind != "role",
        has_resources=subject.kind != "trust",
    )
    limit = _exchanged(pair)
    free = [it for it in found.gained if limit and it.is_beyond]
    within = [it for it in found.gained if it not in free]
    gained = said(within, marks=marks.of(pair), since="no longer only")
    lost = said(found.lost, marks=lambda _: Marks(), since="now only")
    freed = said(free, marks=marks.of(pair), since="no longer only")
    lost += tuple(_beyond(limit, it) for it in freed)
    gained += _boundary(pair.after, pair.before)
    unlimited = _boundary(pair.before, pair.after) if pair.after else ()
    lost += unlimited
    unknown = tuple(dict.fromkeys(_unknown(pair)))
    if pair.actor is not None and pair.actor.is_made:
        gained, unknown = tuple(it for it in gained if it.wide), ()
    if not (gained or lost or unknown):
        return None
    unlocked = pair.stays and subject.kind == "resource" and any(it.denies for it in lost)
    about = pair.actor or subject
    hidden = [it for it in unknown if it.may_widen]
    return PermissionChange(
        address=about.address,
        name=readable(about.name),
        kind=subject.kind,
        gained=gained,
        lost=lost,
        is_new=pair.is_new,
        is_gone=pair.after is None,
        unknown=tuple(it.words for it in unknown),
        is_hidden=bool(hidden),
        is_elsewhere=bool(hidden) and all(it.is_elsewhere for it in hidden),
        widens=found.widens or bool(unlimited) or unlocked,
    )


def _boundary(having: Subject | None, other: Subject | None) -> tuple[Grant, ...]:
    """What a boundary denies that only one side has, in so many words."""
    if having is None or having.boundary is None or other is None or other.boundary:
        return ()
    everything = Grant(actions=("*",), resources=("*",))
    return (_beyond(readable(having.boundary.policy.name), everything),)


def _exchanged(pair: Pair) -> str:
    """The name of a boundary that gives way to another one; empty: none does."""
    was, will = (it.boundary if it else None for it in (pair.before, pair.after))
    return readable(was.policy.name) if was and will else ""


def _beyond(boundary: str, grant: Grant) -> Grant:
    """What a boundary denies."""
    said = (grant.condition, f"beyond the permissions boundary {boundary}")
    return replace(grant, condition=", ".join(filter(None, said)), denies=True)


def _unknown(pair: Pair) -> Iterator[Unknown]:
    """What could not be compared, and why."""
    if pair.actor is not None and pair.actor.unknown is not None:
        yield pair.actor.unknown
    said: set[str] = set()
    told = [it.likeness for it in _sources(pair.before)]
    for source in _sources(pair.after):
        if not source.is_known and source.likeness not in told:
            said.add(source.policy.address)
            why = source.why_unknown
            may_widen = pair.actor is not None or (why.may_widen and not _only_limits(source, pair))
            yield replace(why, words=f"{_called(source)} {why.words}", may_widen=may_widen)
    told = [it.likeness for it in _sources(pair.after)]
    for source in _sources(pair.before):
        is_said = source.policy.address in said or source.likeness in told
        if not (source.is_known or is_said):
            words_of = f"{_called(source)} was not known, or not as AWS takes it"
            # It may have denied something to who stays.
            yield Unknown(words_of, may_widen=pair.after is not None)
    for cell in pair.found.doubtful:
        yield Unknown(f"{words(cell)}: the apply tells whether it was so before")


def _only_limits(source: Source, pair: Pair) -> bool:
    """Whether it is a boundary where there was none."""
    had = pair.before.boundary if pair.before else None
    return had is None and pair.after is not None and source is pair.after.boundary


def _sources(subject: Subject | None) -> list[Source]:
    if subject is None:
        return []
    return [*subject.policies, *([subject.boundary] if subject.boundary else [])]


def _called(source: Source) -> str:
    policy = source.policy
    name = readable(policy.name)
    return policy.address if name in policy.address else f"{policy.address} ({name})"
