"""What the formats of a review call things, in the same words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal

from tandem.review.model import DANGEROUS, Action, Change, Counts, Grant, PermissionChange, Review

SHARED = "Shared, or of no image"
"""What stands in place of an image."""
DONE: Mapping[Action, str] = {
    "destroy": "destroyed",
    "replace": "replaced",
    "update": "changed",
    "create": "created",
    "forget": "forgotten",
    "read": "read",
    "no-op": "unchanged",
}
"""What has happened to a resource after the apply."""

RULES: Mapping[str, str] = {
    "data-destroyed": "Data is destroyed",
    "data-replaced": "Data is replaced",
    "link-broken": "A link breaks",
    "access-widened": "Access widens",
    "access-hidden": "Access cannot be reviewed",
    "finding-new": "New finding",
    "finding-known": "Finding",
    "waiver-expired": "A waiver has expired",
}
"""The rules of the gate, for people, the worst first; `finding-known` is on if a file says so."""

_PAGE = re.compile(r"https://[\w.-]+(?:/[\w.~%/-]*)?(?:#[\w.%-]*)?", re.ASCII)
_OTHER_LINKS = ("removed", "changed", "added", "mended")


def done(change: Change) -> str:
    """What has happened to a resource after the apply, or to its entry in the state."""
    if change.action == "no-op" and change.importing is not None:
        return "imported"
    if change.action == "no-op" and change.previous_address is not None:
        return "moved"
    return DONE[change.action]


def rest_title(review: Review) -> str:
    """What the changes are called that take nothing away."""
    is_rest = any(it.action in DANGEROUS for it in review.changes)
    return "Everything else" if is_rest else "Changes"


def verdict(review: Review) -> str:
    """Whether the gate is open, in a few words."""
    waived = sum(it.waiver is not None for it in review.objections)
    standing = len(review.objections) - waived
    if standing:
        return f"Blocked by {number_of(standing, 'objection')}"
    if waived:
        return f"Passes with {number_of(waived, 'waiver')}"
    if review.kind == "drift":
        return "Drift" if review.drift else "No drift"
    return "Passes" if review.changes or review.outputs else "Nothing changes"


def counted(review: Review) -> str:
    """The counts that decide, in the words and the order of Terraform's own line."""
    if review.kind == "drift":
        return f"{number_of(review.counts.drift, 'resource')} changed outside of Terraform"
    return planned(review.counts)


def also_counted(review: Review) -> str:
    """What Terraform's line does not say; empty: nothing."""
    counts = review.counts
    outside = counts.drift if review.kind == "plan" else 0
    said = (
        (counts.replace, "replaced"),
        (counts.move, "moved"),
        (counts.forget, "forgotten"),
        (outside, "changed outside of Terraform"),
        (counts.unchanged, "unchanged"),
    )
    return ", ".join(f"{number:,} {words}" for number, words in said if number)


def in_short(review: Review) -> Iterator[str]:
    """What the changes do, each in a few words, the most dangerous first."""
    lost = sum(it.holds_data for it in review.changes if it.action in DANGEROUS)
    links: Counter[str] = Counter(it.kind for it in review.links.changes)
    wider = sum(map(is_wider, review.permissions))
    unseen = sum(map(is_unseen, review.permissions))
    said = (
        (lost, "resource loses its data", "resources lose their data"),
        (links["broken"], "link breaks", "links break"),
        (wider, "role or policy allows more", "roles or policies allow more"),
        (unseen, "role or policy cannot be compared", "roles or policies cannot be compared"),
        (len(review.new_findings), "new finding", "new findings"),
        (len(review.renames), "thing could be moved instead", "things could be moved instead"),
    )
    for number, one, many in said:
        if number:
            yield f"{number:,} {one if number == 1 else many}"
    if other := [f"{links[it]:,} {it}" for it in _OTHER_LINKS if links[it]]:
        yield f"links: {', '.join(other)}"


def matters(grant: Grant, change: PermissionChange) -> bool:
    """Whether access that is gained has to be answered for.

    What steps need is what the change is about. What is made with its permissions had none that
    could widen: of that only what is wide, or what its steps are known not to need.
    """
    if grant.needed:
        return False
    return not change.is_new or bool(grant.wide) or grant.needed is False


def is_wider(change: PermissionChange) -> bool:
    """Whether somebody may do more that has to be answered for."""
    return any(matters(it, change) for it in change.widening)


def is_unseen(change: PermissionChange) -> bool:
    """Whether there is something that nobody can see, and that may be more than there was."""
    return bool(change.unknown) and not change.is_gone


def direction(change: PermissionChange) -> Literal["more", "other", "less"]:
    """Whether more is allowed than before, less, or both: a denial that is added is less."""
    more = bool(change.widening) or any(not it.denies for it in change.gained)
    less = any(it.denies for it in change.gained) or any(not it.denies for it in change.lost)
    if is_wider(change) or (more and not less):
        return "more"
    return "less" if less and not more else "other"


def planned(counts: Counts) -> str:
    """Terraform's line, without its `Plan:` and its full stop."""
    imported = f"{counts.importing} to import, " if counts.importing else ""
    changed = f"{counts.add} to add, {counts.change} to change, {counts.destroy} to destroy"
    return f"{imported}{changed}"


def number_of(number: int, word: str) -> str:
    """As in `1 change` and `2,000 changes`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def shortened(text: str, limit: int) -> str:
    """The text, without its middle if it is longer."""
    if len(text) <= limit:
        return text
    end = limit // 3
    return f"{text[: limit - end - 1]}…{text[-end:]}"


def is_plain_page(page: str) -> bool:
    """Whether an address is one that everybody may be led to, and nothing but an address."""
    return _PAGE.fullmatch(page) is not None
