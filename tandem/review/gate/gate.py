"""The gate: because of what a plan should not be applied without somebody who answers for it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tandem.review.changes.exposure import exposed
from tandem.review.gate.hidden_access import hidden_access
from tandem.review.gate.limits import limited, used
from tandem.review.gate.waivers import expired, unused, waived
from tandem.review.model import Change, Grant, Objection, PermissionChange, Review, Waiver
from tandem.review.reading.plan import Plan
from tandem.review.reading.reasons import REASONS
from tandem.review.wording import RULES, matters

if TYPE_CHECKING:
    from tandem.config import Review as Settings

_ORDER = tuple(RULES)
_MOST = 3
_RENAMED = "of an image in pipelines.yaml: renamed_from and repository.name"
_REPLACED = {
    REASONS["replace_because_tainted"]: "if it is whole, untaint it with terraform untaint",
    REASONS["replace_by_request"]: "plan without -replace",
    REASONS["replace_by_triggers"]: "take what triggers it out of its replace_triggered_by",
}


def gated(review: Review, plan: Plan, settings: Settings | None, *, today: datetime.date) -> Review:
    """The review with its objections, what limits allow, and a note about each idle waiver.

    Args:
        review: A review without objections.
        plan: What it is of.
        settings: `review:` of the file. None: there is no file, and no exception.
        today: The day in UTC, by which waivers expire.
    """
    waivers = [
        Waiver(it.address, it.rule, it.reason, it.expires)
        for it in (settings.waivers if settings else ())
    ]
    limits = settings.limits if settings else []
    permissions = tuple(limited(it, limits) for it in review.permissions)
    review = replace(review, permissions=permissions)
    found = [waived(it, waivers, today) for it in _objections(review, plan, settings)]
    found += expired(waivers, found, today)
    found.sort(key=lambda it: (bool(it.waiver), _ORDER.index(it.rule)))
    notes = (*review.notes, *used(permissions), *unused(waivers, found, today))
    return replace(review, objections=tuple(found), notes=notes)


def _objections(review: Review, plan: Plan, settings: Settings | None) -> Iterator[Objection]:
    yield from _lost(review)
    for link in review.links.changes:
        if link.kind == "broken":
            yield Objection(
                "link-broken",
                link.address or "",
                f"{link.words}{f' ({link.was})' if link.was else ''}",
                "mend the link, or remove both of its ends",
            )
    for change in review.permissions:
        yield from _widened(change)
    yield from exposed(plan)
    yield from hidden_access(plan, review.permissions)
    everything = settings is not None and settings.findings == "all"
    for it in review.findings:
        if it.new or everything:
            finding = it.finding
            rule = "finding-new" if it.new else "finding-known"
            yield Objection(
                rule, finding.address, finding.cause, finding.remedy, check=finding.check
            )


def _lost(review: Review) -> Iterator[Objection]:
    # What has drifted is lost already: only a review of drift is about it.
    for change in (*review.changes, *(review.drift if review.kind == "drift" else ())):
        if not change.holds_data or change.action not in ("destroy", "replace"):
            continue
        why = change.means[0] if change.means else "What it holds is lost."
        if change.action == "replace":
            yield Objection("data-replaced", change.address, why, _kept(change))
        elif review.kind == "drift":
            remedy = "find out who destroyed it, and restore what it held"
            yield Objection("data-destroyed", change.address, why, remedy)
        else:
            yield Objection("data-destroyed", change.address, why, _remedy(change, review))


def _remedy(change: Change, review: Review) -> str:
    for rename in review.renames:
        if change.address == rename.old or change.address.startswith(
            (f"{rename.old}.", f"{rename.old}[")
        ):
            block = f"add the moved block from {rename.old} to {rename.new}"
            if not rename.keeps:
                return block
            return f"{block}, and keep {_listed(rename.keeps)} ({_RENAMED})"
    if change.deposed:
        return "save what is in it first: the next apply deletes it, whatever is configured"
    return "keep it, or let Terraform forget it with a removed block that has destroy = false"


def _kept(change: Change) -> str:
    because = [it.path for it in change.attributes if it.replaces]
    if because:
        return f"leave {_listed(because)} as it is: no other value can be set in place"
    return _REPLACED.get(change.reason, "leave it in place")


def _widened(change: PermissionChange) -> Iterator[Objection]:
    beyond = [it for it in change.widening if matters(it, change) and it.limit is None]
    if not beyond:
        return
    said = "; ".join(_words(it) for it in beyond[:_MOST])
    more = len(beyond) - _MOST
    yield Objection(
        "access-widened",
        change.address,
        f"{change.name} {_gains(change)}: {said}{f'; and {more} more' if more > 0 else ''}",
        _narrowed(beyond),
    )


def _narrowed(beyond: Sequence[Grant]) -> str:
    if any(it.denies for it in beyond):
        return "keep the denial, or say in review.waivers why it may go"
    return "name what it needs and nothing else, or allow this in review.limits"


def _gains(change: PermissionChange) -> str:
    return {
        "role": "may do more",
        "trust": "may be assumed by more",
        "resource": "lets more be done with it",
    }[change.kind]


def _words(grant: Grant) -> str:
    """As in `ecr:*, on every resource`."""
    words = _listed(grant.actions)
    if grant.denies:
        words = f"no longer denied: {words}"
    if grant.but_actions:
        words += f" but {_listed(grant.but_actions)}"
    if grant.principals:
        words += f" by {_listed(grant.principals)}"
    # What is wide says so of every resource.
    if grant.resources and not (grant.wide and grant.resources == ("*",)):
        words += f" on {_listed(grant.resources)}"
    return f"{words} ({grant.wide})" if grant.wide else words


def _listed(names: Iterable[str]) -> str:
    first, more = [*names][:_MOST], len([*names]) - _MOST
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")
