"""A review as a comment in a pull request, in GitHub's Markdown.

https://github.github.com/gfm/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tandem.review.markdown.changes import attribute, destroyed, details, others, part
from tandem.review.markdown.effects import known_findings, links, new_findings, objections
from tandem.review.markdown.escaping import code, prose
from tandem.review.markdown.fitting import Cut, Part, Rank, Section, fit
from tandem.review.markdown.permissions import permissions
from tandem.review.model import Review
from tandem.review.wording import also_counted, counted, in_short, number_of, verdict

__all__ = ["LIMIT", "SHORTEST", "markdown"]

LIMIT = 65_000
"""Characters of a comment: GitHub takes 65,536, and who posts it may add a line."""
SHORTEST = 2_000
"""With less there is no room to say what is left out."""
_MOST_IMAGES, _LONGEST_IMAGE = 8, 40
"""In the lines above everything else."""


def markdown(review: Review, *, limit: int = LIMIT) -> str:
    """The review, the most important first.

    Args:
        review: What to show.
        limit: Characters it may have, 2,000 or more. CodeCommit takes 10,240, Bitbucket 32,768.

    Raises:
        ValueError: The limit leaves no room to say anything.
    """
    if limit < SHORTEST:
        raise ValueError(f"limit: {limit} characters are too few; use {SHORTEST} or more")
    head, sections = list(_head(review)), list(_sections(review))
    room = limit - len("\n\n".join(head)) - 3
    said: list[str] = []
    while True:
        before = sum(len(it) + 2 for it in said)
        texts, cuts = fit(sections, room - before)
        said = list(_said(cuts))
        # To say what is cut takes room too, whereupon more may be cut.
        if sum(len(it) + 2 for it in said) <= before:
            return "\n\n".join([*head, *said, *texts]) + "\n"


def _head(review: Review) -> Iterator[str]:
    yield f"## {_sign(review)} {verdict(review)} · {counted(review)}"
    if short := list(in_short(review)):
        yield f"**{' · '.join(short)}**"
    images = sorted({it.image for it in review.changes if it.image}, key=str.casefold)
    shown = [code(it, _LONGEST_IMAGE) for it in images[:_MOST_IMAGES]]
    more = [f"{len(images) - _MOST_IMAGES:,} more"] if len(images) > _MOST_IMAGES else []
    about = f"Images: {', '.join([*shown, *more])}. " if images else ""
    also = f"Also {said}. " if (said := also_counted(review)) else ""
    yield f"{about}{also}Terraform {code(review.terraform_version, _LONGEST_IMAGE)}."


def _sign(review: Review) -> str:
    if not review.passes:
        return "⛔"
    return "⚠️" if review.drift and review.kind == "drift" else "✅"


def _said(cuts: Sequence[Cut]) -> Iterator[str]:
    out = [f"{it.left_out:,} of {number_of(it.all_of, it.what)}" for it in cuts if it.left_out]
    brief = [f"{number_of(it.in_brief, it.what)}" for it in cuts if it.in_brief]
    said = [f"Not shown here: {', '.join(out)}."] if out else []
    said += [f"Shown in one line: {', '.join(brief)}."] if brief else []
    if said:
        yield (
            f"> ✂️ **Shortened to fit in a comment.** {' '.join(said)} "
            "All of it is in the page and the JSON that `tandem review` writes."
        )


def _sections(review: Review) -> Iterator[Section]:
    yield from _list("**First of all:**", "note", review.notes)
    yield from objections(review)
    if review.kind == "drift":
        yield from _drift(review)
    yield from destroyed(review)
    yield from links(review)
    yield from map(_titled, permissions(review))
    yield from new_findings(review)
    yield from others(review)
    yield from _outputs(review)
    if review.kind == "plan":
        yield from _drift(review)
    yield from known_findings(review)
    yield from _list("### Not known", "open question", review.not_known, rank=2)


def _drift(review: Review) -> Iterator[Section]:
    if review.drift:
        parts = tuple(part(it, "drifted resource") for it in review.drift)
        rank: Rank = 1 if review.kind == "drift" else 2
        yield Section("### Changed outside of Terraform", parts, rank)


def _titled(section: Section) -> Section:
    """The section with what each part begins with in its place where room is short."""
    titles = (part.text.strip("\n").split("\n", 1)[0] for part in section.parts)
    parts = (
        replace(part, brief=f"- {title}") for part, title in zip(section.parts, titles, strict=True)
    )
    return replace(section, parts=tuple(parts))


def _outputs(review: Review) -> Iterator[Section]:
    frame = details(number_of(len(review.outputs), "output"))
    if review.outputs:
        parts = tuple(Part(attribute(it), "output", frame) for it in review.outputs)
        yield Section("### Outputs", parts, rank=2)


def _list(heading: str, what: str, lines: Sequence[str], *, rank: Rank = 1) -> Iterator[Section]:
    if lines:
        yield Section(heading, tuple(Part(f"- {prose(line)}", what) for line in lines), rank)
