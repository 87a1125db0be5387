"""What the page shows of a review, in which order, and by what it is filtered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tandem.review.html.objections import Card, cards
from tandem.review.model import (
    DANGEROUS,
    Action,
    Change,
    Counts,
    Objection,
    PermissionChange,
    Review,
    ReviewFinding,
)
from tandem.review.wording import DONE, SHARED, done, is_unseen, is_wider, rest_title

_FEW = 12
"""Changes of a list that are shown open; of more the reader opens what matters."""


@dataclass(frozen=True)
class Item:
    """A change, as it stands in the page."""

    id: str
    change: Change
    is_open: bool

    @property
    def kind(self) -> str:
        """What the filter calls it."""
        return done(self.change)

    @property
    def image(self) -> str:
        """What the filter calls its image."""
        return self.change.image or SHARED


@dataclass(frozen=True)
class Group:
    """The changes of one image."""

    image: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class View:
    """A review, arranged."""

    review: Review

    @cached_property
    def counts(self) -> tuple[tuple[str, str], ...]:
        """How many of what, as in `3 to add`; without zeros."""
        return tuple(_counts(self.review.counts))

    @cached_property
    def objections(self) -> tuple[Card, ...]:
        """Why the gate is closed, then what is waived."""
        return cards(self.review.objections, lambda it: _finding(it) in self._findings)

    @cached_property
    def dangerous(self) -> tuple[Item, ...]:
        """What is destroyed or replaced."""
        return self._items("c", self.review.changes, DANGEROUS)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The other changes, by image; what has none comes last."""
        rest = self._items("r", self.review.changes, frozenset(DONE) - DANGEROUS)
        by_image: dict[str, list[Item]] = {}
        for item in rest:
            by_image.setdefault(item.image, []).append(item)
        return tuple(
            Group(image, tuple(by_image[image]))
            for image in sorted(by_image, key=lambda it: (it == SHARED, it.casefold(), it))
        )

    @cached_property
    def drift(self) -> tuple[Item, ...]:
        """What is no longer as Terraform left it."""
        return self._items("d", self.review.drift, frozenset(DONE))

    @cached_property
    def permissions(self) -> tuple[PermissionChange, ...]:
        """Those that widen, or of which nobody sees it, first; then what is new."""

        def rank(it: PermissionChange) -> int:
            return 0 if is_wider(it) else 1 if is_unseen(it) else 2 if it.is_new else 3

        return tuple(sorted(self.review.permissions, key=rank))

    @cached_property
    def findings(self) -> tuple[ReviewFinding, ...]:
        """Those that are new first."""
        return tuple(sorted(self.review.findings, key=lambda it: not it.new))

    @cached_property
    def images(self) -> tuple[str, ...]:
        """What the filter offers."""
        found = {it.image for it in (*self.review.changes, *self.review.drift) if it.image}
        return (*sorted(found, key=lambda it: (it.casefold(), it)), SHARED)

    @cached_property
    def kinds(self) -> tuple[tuple[str, int], ...]:
        """What the filter offers, and how many there are of each."""
        items = (*self.dangerous, *(it for group in self.groups for it in group.items))
        found = Counter(item.kind for item in items)
        review = self.review
        others = {
            "renames": review.renames,
            "objections": review.objections,
            "links": review.links.changes,
            "permissions": review.permissions,
            "findings": review.findings,
            "drift": review.drift,
            "outputs": review.outputs,
        }
        listed = [(kind, found[kind]) for kind in (*DONE.values(), "moved", "imported")]
        listed += [(kind, len(of)) for kind, of in others.items()]
        return tuple((kind, number) for kind, number in listed if number)

    @cached_property
    def sections(self) -> tuple[tuple[str, str, int], ...]:
        """The id, the title and how much is in it; without empty ones."""
        review, links = self.review, self.review.links
        rest = sum(len(group.items) for group in self.groups)
        drifted = [("drift", "Changed outside of Terraform", len(review.drift), False)]
        listed = (
            ("objections", "Objections", len(review.objections), False),
            *(drifted if review.kind == "drift" else []),
            ("destroyed", "Destroyed or replaced", len(self.dangerous), bool(review.renames)),
            ("links", "Links", len(links.changes), bool(links.before.nodes or links.after.nodes)),
            ("permissions", "Permissions", len(review.permissions), False),
            ("findings", "Findings", len(review.findings), False),
            ("rest", rest_title(review), rest, False),
            ("outputs", "Outputs", len(review.outputs), False),
            *([] if review.kind == "drift" else drifted),
            ("unknown", "Not looked at", len(review.not_known), False),
        )
        return tuple((name, title, many) for name, title, many, more in listed if many or more)

    def place(self, address: str | None) -> str:
        """The id of what is at an address, best of the change; empty: there is nothing."""
        return self._places.get(address or "", "")

    def change_at(self, address: str) -> str:
        """The id of the change at an address; empty: there is none."""
        return self._changes.get(address, "")

    def place_of(self, objection: Objection) -> str:
        """The id of what an objection is about."""
        at = objection.address
        if objection.check:
            return self._findings.get(_finding(objection), "") or self.place(at)
        if objection.rule == "access-widened":
            return self._permissions.get(at, "") or self.place(at)
        return self.place(at)

    def image_of_card(self, card: Card) -> str:
        """What the filter calls the image that objections are about."""
        return card.image(self.image_of, SHARED)

    def image_of(self, address: str | None) -> str:
        """What the filter calls the image of what is at an address."""
        return self._images.get(address or "", SHARED)

    @cached_property
    def _places(self) -> dict[str, str]:
        found = reversed(self._findings.items())
        findings = {address: place for (address, *_), place in found}
        return findings | self._permissions | self._changes

    @cached_property
    def _findings(self) -> dict[tuple[str, str, str], str]:
        found = (it.finding for it in self.findings)
        return {(it.address, it.check, it.cause): f"f{n}" for n, it in enumerate(found, start=1)}

    @cached_property
    def _permissions(self) -> dict[str, str]:
        return {it.address: f"p{n}" for n, it in enumerate(self.permissions, start=1)}

    @cached_property
    def _changes(self) -> dict[str, str]:
        groups = (group.items for group in self.groups)
        items = [*self.drift, *(it for of in groups for it in of), *self.dangerous]
        return {item.change.address: item.id for item in items}

    @cached_property
    def _images(self) -> dict[str, str]:
        changes = (*self.review.drift, *self.review.changes)
        return {it.address: it.image for it in changes if it.image}

    @staticmethod
    def _items(
        prefix: str, changes: Iterable[Change], actions: frozenset[Action]
    ) -> tuple[Item, ...]:
        chosen = [it for it in changes if it.action in actions]
        is_open = len(chosen) <= _FEW
        return tuple(
            Item(f"{prefix}{number}", change, is_open)
            for number, change in enumerate(chosen, start=1)
        )


def _finding(objection: Objection) -> tuple[str, str, str]:
    """What an objection has in common with the finding that it is because of."""
    return objection.address, objection.check, objection.why


def _counts(counts: Counts) -> Iterable[tuple[str, str]]:
    listed = (
        ("import", counts.importing, "to import"),
        ("add", counts.add, "to add"),
        ("change", counts.change, "to change"),
        ("destroy", counts.destroy, "to destroy"),
        ("replace", counts.replace, "replaced"),
        ("move", counts.move, "moved"),
        ("forget", counts.forget, "forgotten"),
        ("drift", counts.drift, "changed outside of Terraform"),
        ("unchanged", counts.unchanged, "unchanged"),
    )
    return ((kind, f"{number:,} {words}") for kind, number, words in listed if number)
