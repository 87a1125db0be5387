"""Who may do what, in Markdown: what is gained and lost as a diff."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from tandem.review.markdown.changes import details
from tandem.review.markdown.escaping import code, fenced, prose
from tandem.review.markdown.fitting import Part, Section
from tandem.review.model import Grant, PermissionChange, Review
from tandem.review.wording import direction, is_unseen, is_wider

_MOST = 12
"""Statements of one change, and names of one list; more are counted."""
_WIDTH = 90
"""Characters of a line before its resources get lines of their own."""
_WORDS = {
    "role": ("may do", "more", "other things", "less"),
    "trust": ("may be assumed by", "more", "others", "fewer"),
    "resource": ("lets others do", "more", "other things", "less"),
}
_ASSUME = ("sts:AssumeRole",)


def permissions(review: Review) -> Iterator[Section]:
    """Who may do more than is needed, then the others, then the roles that are new or gone."""
    marked = [it for it in review.permissions if _is_marked(it)]
    found = [it for it in review.permissions if not _is_marked(it)]
    others = [it for it in found if not (it.is_new or it.is_gone)]
    parts = [
        *(Part(_change(it), "permission change") for it in marked + others),
        *_folded([it for it in found if it.is_new], "New"),
        *_folded([it for it in found if it.is_gone and not it.is_new], "Gone"),
    ]
    if parts:
        yield Section("### Permissions", tuple(parts))


def _folded(found: Sequence[PermissionChange], how: str) -> Iterator[Part]:
    frame = details(f"{how} roles and policies: {len(found):,}")
    yield from (Part(_change(it), "permission change", frame) for it in found)


def _change(it: PermissionChange) -> str:
    grants = [("+", grant) for grant in it.gained] + [("-", grant) for grant in it.lost]
    lines = [line for sign, grant in grants[:_MOST] for line in _grant(sign, grant)]
    if len(grants) > _MOST:
        lines.append(f"@@ … and {len(grants) - _MOST:,} more, left out here @@")
    unknown = [f"- Not known: {prose(why)}" for why in it.unknown[:_MOST]]
    if len(it.unknown) > _MOST:
        unknown.append(f"- … and {len(it.unknown) - _MOST:,} more that is not known")
    shown = [fenced("diff", lines)] if lines else []
    return "\n".join(["", f"{_title(it)} · {code(it.address)}", "", *shown, *unknown])


def _title(it: PermissionChange) -> str:
    sign = "⚠️ " if _is_marked(it) else ""
    return f"{sign}**{code(it.name)} {_how(it)}**"


def _is_marked(it: PermissionChange) -> bool:
    """Whether somebody has to look at it: it allows more, or nobody sees what it allows."""
    return is_wider(it) or is_unseen(it)


def _how(it: PermissionChange) -> str:
    if it.is_gone:
        return "is gone"
    verb, more, other, less = _WORDS[it.kind]
    if not it.gained and not it.lost:
        return "is new and cannot be reviewed" if it.is_new else "cannot be compared"
    if it.is_new:
        return f"is new and {verb}"
    return f"{verb} {({'more': more, 'other': other, 'less': less})[direction(it)]}"


def _grant(sign: str, grant: Grant) -> Iterator[str]:
    who = _names(grant.principals, grant.but_principals)
    what = _names(grant.actions, grant.but_actions)
    if grant.actions == _ASSUME and who and not grant.denies:
        what, who = who, ""
    begin = f"{sign} {'Deny ' if grant.denies else ''}{what}"
    where = _names(grant.resources, grant.but_resources)
    rest = [f"on {where}"] if where else []
    rest += [f"for {who}"] if who else []
    rest += [grant.condition] if grant.condition else []
    line = " ".join([begin, *rest])
    if len(line) <= _WIDTH:
        yield line
    else:
        if len(grant.resources) > 1:
            rest[0:1] = _lines(grant)
        for number, one in enumerate([begin, *(f"{sign}   {it}" for it in rest)]):
            yield from _wrapped(one, f"{sign}{' ' * (6 if number else 4)}")
    if sign == "+" and (said := _remark(grant)):
        yield f"!   {said}"
    if sign == "-" and grant.denies:
        yield "!   no longer denied"


def _wrapped(line: str, indent: str) -> list[str]:
    """The line in lines that need no scrolling; no name is broken."""
    begin = line[: len(line) - len(line[1:].lstrip())]
    if len(begin) < len(line) <= _WIDTH and line.isprintable():
        return [line.rstrip()]  # nearly all
    return textwrap.wrap(
        line[len(begin) :],
        _WIDTH,
        initial_indent=begin,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(grant: Grant) -> Iterator[str]:
    for number, resource in enumerate(grant.resources[:_MOST]):
        yield f"{'  ' if number else 'on'} {resource}"
    if len(grant.resources) > _MOST:
        yield f"   and {len(grant.resources) - _MOST:,} more"
    if grant.but_resources:
        yield f"but not {_names(grant.but_resources)}"


def _remark(grant: Grant) -> str:
    unneeded = "no step needs it" if grant.needed is False else ""
    limit = f"limit {grant.limit} of review.limits allows it" if grant.limit else ""
    return "; ".join(filter(None, (grant.wide, unneeded, limit)))


def _names(names: Sequence[str], but: Sequence[str] = ()) -> str:
    more = f" and {len(names) - _MOST:,} more" if len(names) > _MOST else ""
    without = f" but not {_names(but)}" if but else ""
    return f"{', '.join(names[:_MOST])}{more}{without}"
