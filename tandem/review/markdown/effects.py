"""What the changes do: to the gate, to the links, and what is found, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from tandem.review.links.picture import change_picture
from tandem.review.markdown.changes import details
from tandem.review.markdown.escaping import code, link, prose
from tandem.review.markdown.fitting import Frame, Part, Section
from tandem.review.model import LinkChange, Objection, Review, ReviewFinding
from tandem.review.wording import RULES, number_of

_TOGETHER = 10
"""Addresses or names in one line."""
_SIGNS: Mapping[str, str] = {
    "broken": "❌ **broken**",
    "removed": "\N{HEAVY MINUS SIGN} removed",
    "added": "\N{HEAVY PLUS SIGN} added",
    "changed": "✏️ changed",
    "mended": "✅ mended",
}


def objections(review: Review) -> Iterator[Section]:
    """Why the gate is closed, and what somebody has waived."""
    standing = [it for it in review.objections if it.waiver is None]
    waived = [it for it in review.objections if it.waiver is not None]
    frame = details(f"{number_of(len(waived), 'objection')} waived")
    parts = [
        *_objections([it for it in standing if not it.check]),
        *_because_of_findings([it for it in standing if it.check]),
        *(Part(_waived(it), "waived objection", frame) for it in waived),
    ]
    if parts:
        # What has drifted is there already: nothing waits for it to be merged.
        blocked = "Objections" if review.kind == "drift" else "Before this can be merged"
        yield Section(f"### {blocked if standing else 'Waived'}", tuple(parts), rank=0)


def _objections(found: Sequence[Objection]) -> Iterator[Part]:
    """One for all that are the same in everything but the address."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for it in found:
        alike.setdefault((it.rule, it.why, it.remedy), []).append(it.address)
    for (rule, why, remedy), addresses in alike.items():
        name = _name(rule)
        for at in range(0, len(addresses), _TOGETHER):
            some = addresses[at : at + _TOGETHER]
            where = ", ".join(code(it) for it in some if it)
            text = f"- **{name}**: {prose(why)}<br>{where}{' ' * bool(where)}→ {prose(remedy)}"
            brief = f"- **{name}**: {where or prose(why)}"
            yield Part(text, "objection", count=len(some), brief=brief)


def _because_of_findings(found: Sequence[Objection]) -> Iterator[Part]:
    """The names of the checks: each finding says below what to do, if there is room for it."""
    for rule, alike in groupby(found, key=lambda it: it.rule):
        checks = Counter(it.check for it in alike)
        named = [f"{code(check)}{f' ({n:,})' if n > 1 else ''}" for check, n in checks.items()]
        more = f" and {len(named) - _TOGETHER:,} more" if len(named) > _TOGETHER else ""
        name = f"{_name(rule)}{'s' * (checks.total() > 1)}"
        said = f"{', '.join(named[:_TOGETHER])}{more}"
        text = f"- **{name}**: {said}; what to do stands with each finding"
        yield Part(text, "objection", count=checks.total())


def _name(rule: str) -> str:
    return RULES.get(rule) or prose(rule)


def _waived(it: Objection) -> str:
    waiver = it.waiver
    assert waiver is not None  # noqa: S101
    until = f"until {waiver.expires.isoformat()}: {prose(waiver.reason)}"
    return f"- {code(it.rule)} {code(it.address)}: {prose(it.why)}<br>Waived {until}"


def links(review: Review) -> Iterator[Section]:
    """What starts what, before and after."""
    found = review.links.changes
    if not found:
        return
    drawn = change_picture(review.links)
    parts = [Part(_link(it), "link") for it in found]
    if drawn:
        parts.insert(0, Part(f"\n```mermaid\n{drawn}```\n", "picture", can_miss=True))
    yield Section("### What starts what", tuple(parts))


def _link(it: LinkChange) -> str:
    was = {"broken": "", "changed": "before: ", "removed": "instead: "}.get(it.kind, "")
    why = f" ({was}{prose(it.was)})" if it.was else ""
    return f"- {_SIGNS[it.kind]}: {prose(it.words)}{why}"


def new_findings(review: Review) -> Iterator[Section]:
    """What is wrong with the planned result, and was not before."""
    if found := review.new_findings:
        yield Section("### New findings", tuple(_finding(it, "finding") for it in found))


def known_findings(review: Review) -> Iterator[Section]:
    """What was wrong before, and still is."""
    found = [it for it in review.findings if not it.new]
    frame = details(f"{number_of(len(found), 'finding')} that this plan does not bring")
    parts = tuple(_finding(it, "known finding", frame) for it in found)
    if parts:
        yield Section("### Found before", parts, rank=2)


def _finding(it: ReviewFinding, what: str, frame: Frame | None = None) -> Part:
    found = it.finding
    page = link("more", it.page)
    brief = f"- **{code(found.check)}** {code(found.address)}"
    text = f"{brief}<br>{prose(found.cause)} → {prose(found.remedy)}{page}"
    return Part(text, what, frame, brief=brief)
