"""What the changes do: to the gate, to the links, and what is found, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tandem.review.markdown.changes import details
from tandem.review.markdown.escaping import code, link, prose
from tandem.review.markdown.fitting import Part, Section
from tandem.review.model import LinkChange, Objection, Review, ReviewFinding
from tandem.review.picture import change_picture
from tandem.review.wording import RULES, number_of

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
        *(Part(_objection(it), "objection") for it in standing),
        *(Part(_waived(it), "waived objection", frame) for it in waived),
    ]
    if parts:
        yield Section("### Before this can be merged" if standing else "### Waived", tuple(parts))


def _objection(it: Objection) -> str:
    about = f" {code(it.check)}" if it.check else ""
    rule = RULES.get(it.rule)
    name = f"**{rule}**" if rule else f"**{prose(it.rule)}**"
    where = f"{code(it.address)} " if it.address else ""
    return f"- {name}{about}: {prose(it.why)}<br>{where}→ {prose(it.remedy)}"


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


def findings(review: Review) -> Iterator[Section]:
    """What is wrong with the planned result: first what was not there before."""
    new, known = review.new_findings, [it for it in review.findings if not it.new]
    frame = details(f"{number_of(len(known), 'finding')} that this plan does not bring")
    parts = [
        *(Part(_finding(it), "finding") for it in new),
        *(Part(_finding(it), "known finding", frame) for it in known),
    ]
    if parts:
        yield Section("### New findings" if new else "### Findings", tuple(parts))


def _finding(it: ReviewFinding) -> str:
    found = it.finding
    page = link("more", it.page)
    return (
        f"- **{code(found.check)}** {code(found.address)}<br>"
        f"{prose(found.cause)} → {prose(found.remedy)}{page}"
    )
