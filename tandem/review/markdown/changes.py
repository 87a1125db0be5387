"""Changes of resources, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from tandem.deployment.symbols import printable
from tandem.review.changes.differences import LATER_WORDS
from tandem.review.changes.texts import SAME, SPELLED
from tandem.review.markdown.escaping import (
    LONGEST_VALUE,
    code,
    fenced,
    inside_html,
    prose,
)
from tandem.review.markdown.fitting import Frame, More, Part, Section
from tandem.review.model import DANGEROUS, AttributeChange, Change, Rename, Review
from tandem.review.redaction.secrets import HIDDEN
from tandem.review.wording import SHARED, done, number_of, rest_title

_MOST_ATTRIBUTES = 25
_MOST_LINES = 60
"""Of one change; more are counted."""
_WORDS = {SAME, SPELLED, HIDDEN, LATER_WORDS}
"""What stands in place of a value."""
_SETTING = "further argument"
_FEW = 8
"""Changes that are shown without a click."""


def destroyed(review: Review) -> Iterator[Section]:
    """What is destroyed or replaced, and what could be moved instead."""
    found = [it for it in review.changes if it.action in DANGEROUS]
    found.sort(key=lambda it: not it.holds_data)
    without_data = sum(not it.holds_data for it in found)
    folded = details(f"{without_data:,} that hold no data") if len(found) > _FEW else None
    if found:
        yield Section(
            "### Destroyed or replaced",
            tuple(part(it, "change", None if it.holds_data else folded) for it in found),
        )
    blocks = ["\n" * (at > 0) + _moved(it) for at, it in enumerate(review.renames)]
    if blocks:
        # No line of a block begins with what a name says, so that none can end the fence.
        frame = Frame("```hcl", "```")
        yield Section(
            "### Renamed?\n\nThese look like the same thing under another name. Terraform keeps "
            "them if this is added to the configuration:",
            tuple(Part(text, "proposed `moved` block", frame) for text in blocks),
        )


def _moved(it: Rename) -> str:
    said = replace(it, old=printable(it.old), new=printable(it.new))
    keeps = [f"# keep {printable(one)}, or it is replaced all the same\n" for one in it.keeps]
    differs = f"# {', '.join(map(printable, it.differs))} would then change in place\n"
    return f"{differs if it.differs else ''}{''.join(keeps)}{said.block}"


def others(review: Review) -> Iterator[Section]:
    """What else changes, image by image, the most dangerous first."""
    by_image: dict[str, list[Change]] = {}
    for it in review.changes:
        if it.action not in DANGEROUS:
            by_image.setdefault(it.image, []).append(it)
    few = sum(map(len, by_image.values())) <= _FEW
    parts = [
        part(it, "change", frame)
        for image, found in by_image.items()
        for frame in [details(_summary(image, found, alone=set(by_image) == {""}), is_open=few)]
        for it in found
    ]
    if parts:
        yield Section(f"### {rest_title(review)}, by image", tuple(parts), rank=2)


def _summary(image: str, found: Sequence[Change], *, alone: bool) -> str:
    """How many of what; of which image, unless nothing is of one."""
    counts: dict[str, int] = {}
    for it in found:
        counts[done(it)] = counts.get(done(it), 0) + 1
    said = ", ".join(f"{number:,} {what}" for what, number in counts.items())
    return said if alone else f"{inside_html(image) if image else SHARED}: {said}"


def details(summary: str, *, is_open: bool = False) -> Frame:
    """Something to be opened with a click; `summary` is HTML."""
    begin = "<details open>" if is_open else "<details>"
    return Frame(f"{begin}<summary>{summary}</summary>\n", "\n</details>")


def part(it: Change, what: str, frame: Frame | None = None) -> Part:
    """A change; in brief what happens to which resource."""
    text = _change(it)
    first, *below = text.split("\n", 1)
    return Part(text, what, frame, brief=first if below else "", more=_settings(it))


def _settings(it: Change) -> More | None:
    """What else is set of a resource that is created, to be opened with a click."""
    if not it.settings:
        return None
    return More(_SETTING, len(it.settings), partial(_listed_settings, it))


def _listed_settings(it: Change) -> str:
    frame = details(number_of(len(it.settings), _SETTING))
    listed = "\n".join(attribute(one, alone=True) for one in it.settings[:_MOST_ATTRIBUTES])
    more = len(it.settings) - _MOST_ATTRIBUTES
    listed += f"\n- … and {more:,} more, left out here" if more > 0 else ""
    return _indented(f"- {frame.begin}\n{_indented(listed)}\n{_indented(frame.end)}")


def _change(it: Change) -> str:
    """A change as an item of a list, with what it consists of below."""
    lines = [f"- {code(it.address)} {_what(it)}", *(f"  - {prose(why)}" for why in it.means)]
    attributes = sorted(it.attributes, key=lambda one: not one.replaces)
    alone = it.action in ("create", "destroy")
    lines += [_indented(attribute(one, alone=alone)) for one in attributes[:_MOST_ATTRIBUTES]]
    more = len(attributes) - _MOST_ATTRIBUTES
    if more > 0:
        lines.append(f"  - … and {more:,} more attributes, left out here")
    return "\n".join(lines)


def _what(it: Change) -> str:
    happens = done(it)
    said = f"is **{happens}**" if it.action in DANGEROUS else happens
    said += " (a leftover of a replacement that failed)" if it.deposed else ""
    if it.previous_address is not None:
        said += f"{_also('moved', happens)} from {code(it.previous_address)}"
    if it.importing is not None:
        said += f"{_also('imported', happens)} as {code(it.importing)}"
    return f"{said}: {prose(it.reason)}" if it.reason else said


def _also(what: str, said: str) -> str:
    return "" if what == said else f", {what}"


def attribute(it: AttributeChange, *, alone: bool = False) -> str:
    """An attribute as an item of a list: as it is, and as it will be; `alone` if it has one."""
    because = " **(replaces it)**" if it.replaces else ""
    if it.diff:
        shown = it.diff[:_MOST_LINES]
        more = len(it.diff) - len(shown)
        cut = [f"@@ … and {more:,} more lines, left out here @@"] if more > 0 else []
        text = fenced("diff", [*shown, *cut])
        if it.old is None:  # all of it is new, and more than there is to compare
            folded = details(inside_html(it.new or ""))
            text = f"{folded.begin}\n{text}\n{folded.end}"
        return f"- {code(it.path)}{because}\n{_indented(text)}"
    return f"- {code(it.path)}: {_values(it.old, it.new, alone=alone)}{because}"


def _values(old: str | None, new: str | None, *, alone: bool) -> str:
    if old is None or new is None or old == new:
        how = "" if alone or old == new else " (new)" if old is None else " (removed)"
        return f"{_value(old if new is None else new)}{how}"
    return f"{_value(old)} → {_value(new)}"


def _value(text: str | None) -> str:
    return prose(text) if text in _WORDS else code(text or "", LONGEST_VALUE)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else line for line in text.split("\n"))
