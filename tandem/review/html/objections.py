"""The objections as the page shows them: what a finding explains below is not explained twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tandem.review.model import Objection


@dataclass(frozen=True)
class Card:
    """An objection, or all of a rule that findings explain."""

    objections: tuple[Objection, ...]
    is_explained: bool
    """Whether each stands among the findings, with what to do."""

    @property
    def first(self) -> Objection:
        """The objection, where it is one."""
        return self.objections[0]

    @property
    def checks(self) -> tuple[tuple[str, tuple[Objection, ...]], ...]:
        """Each check with its objections, one for each address."""
        found: dict[str, dict[str, Objection]] = {}
        for it in self.objections:
            found.setdefault(it.check, {}).setdefault(it.address, it)
        return tuple((check, tuple(by_address.values())) for check, by_address in found.items())

    def image(self, image_of: Callable[[str], str], otherwise: str) -> str:
        """The image that all of them are about."""
        images = {image_of(it.address) for it in self.objections}
        return images.pop() if len(images) == 1 else otherwise


def cards(
    objections: Iterable[Objection], is_finding: Callable[[Objection], bool]
) -> tuple[Card, ...]:
    """What closes the gate, then what findings explain, then what is waived.

    Args:
        objections: All of them.
        is_finding: Whether an objection stands among the findings too.
    """
    alone: list[Card] = []
    waived: list[Card] = []
    by_rule: dict[str, list[Objection]] = {}
    for it in objections:
        if it.waiver is not None:
            waived.append(Card((it,), is_explained=False))
        elif is_finding(it):
            by_rule.setdefault(it.rule, []).append(it)
        else:
            alone.append(Card((it,), is_explained=False))
    explained = (Card(tuple(found), is_explained=True) for found in by_rule.values())
    return (*alone, *explained, *waived)
