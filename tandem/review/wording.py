"""What the formats of a review call things, in the same words."""

from __future__ import annotations

from collections.abc import Mapping

from tandem.review.model import Action, Counts, Review

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
    "finding-new": "New finding",
    "waiver-expired": "A waiver has expired",
}
"""The rules of the gate, for people."""


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
    """The counts, first those of Terraform's own line, as in `3 to add, 0 to change, …`."""
    counts = review.counts
    drift = f"{number_of(counts.drift, 'resource')} changed outside of Terraform"
    if review.kind == "drift":
        return f"{drift}, {counts.unchanged:,} as it left them"
    added = (
        (counts.replace, "replaced"),
        (counts.move, "moved"),
        (counts.forget, "forgotten"),
        (counts.unchanged, "unchanged"),
    )
    more = [f"{number:,} {word}" for number, word in added if number]
    more += [drift] if counts.drift else []
    return " ".join([planned(counts), *([f"({', '.join(more)})"] if more else [])])


def planned(counts: Counts) -> str:
    """Terraform's line, without its `Plan:` and its full stop."""
    imported = f"{counts.importing} to import, " if counts.importing else ""
    changed = f"{counts.add} to add, {counts.change} to change, {counts.destroy} to destroy"
    return f"{imported}{changed}"


def number_of(number: int, word: str) -> str:
    """As in `1 change` and `2,000 changes`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
