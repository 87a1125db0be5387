"""What is gained or lost, as people read it: few lines, and what is wide marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from tandem.deployment.symbols import readable
from tandem.review.model import Grant
from tandem.review.permissions.cells import ACTIONS, CONDITIONS, PRINCIPALS, RESOURCES, Cell
from tandem.review.permissions.comparing import Gain
from tandem.review.permissions.conditions import Clause
from tandem.review.permissions.patterns import is_wild
from tandem.review.permissions.spans import Span

_Part = Literal["actions", "resources", "principals"]
_PARTS: tuple[_Part, ...] = ("actions", "resources", "principals")
_WHO_MAY = ("*", "iam:", "sts:", "organizations:", "sso")
_SECRETS = ("secretsmanager:", "kms:", "ssm:getparam")
_LITERAL = str.maketrans({"\ue010": "*", "\ue011": "?"})


@dataclass(frozen=True)
class Marks:
    """What else is to be said of a cell."""

    wide: str = ""
    needed: bool | None = None


def grants(
    gains: Sequence[Gain],
    *,
    written: Mapping[str, str],
    has_principals: bool,
    has_resources: bool,
    marks: Callable[[Cell], Marks],
    since: str,
) -> tuple[Grant, ...]:
    """Gains as grants.

    Args:
        gains: What is gained or lost.
        written: How the policies write what is compared in another form.
        has_principals: Whether it is said who may.
        has_resources: Whether it is said on what.
        marks: What else is to be said of a cell.
        since: What a condition is that the other side has: `no longer only` or `now only`.
    """
    single = [
        _grant(gain, written, has_principals, has_resources, marks(gain.cell), since)
        for gain in gains
    ]
    for part in _PARTS if len(single) > 1 else ():
        single = _merged(single, part)
    return tuple(sorted(map(_in_order, single), key=_order))


def _in_order(grant: Grant) -> Grant:
    """The same with the actions first that a reader has to look at."""
    if len(grant.actions) == 1:
        return grant
    return replace(grant, actions=tuple(sorted(grant.actions, key=_tameness)))


def _order(grant: Grant) -> tuple[bool, bool, int]:
    """What a reader has to look at comes first."""
    return not grant.wide, bool(grant.needed), min(map(_tameness, grant.actions), default=0)


def _tameness(action: str) -> int:
    """How little there is to fear of an action: who may do what, secrets, many of them, others."""
    said = action.lower()
    if said.startswith(_WHO_MAY):
        return 0
    return 1 if said.startswith(_SECRETS) else 2 if is_wild(said) else 3


def words(cell: Cell) -> str:
    """A cell in one line, as in `ecr:PutImage on arn:aws:ecr:…`."""
    said = [_said(span, cell.written) for span in cell.box[:CONDITIONS]]
    actions, resources, principals = (
        f"all but {' and '.join(but)}" if but else " and ".join(these) for these, but in said
    )
    who = "" if principals == "*" else f" by {principals}"
    asked = _condition(cell.box[CONDITIONS], "")
    return f"{actions} on {resources}{who}{f' {asked}' if asked else ''}"


def _grant(
    gain: Gain,
    written: Mapping[str, str],
    has_principals: bool,
    has_resources: bool,
    marks: Marks,
    since: str,
) -> Grant:
    actions, but_actions = _said(gain.box[ACTIONS], written)
    resources, but_resources = _said(gain.box[RESOURCES], written)
    principals, but_principals = _said(gain.box[PRINCIPALS], written)
    return Grant(
        actions=actions,
        resources=resources if has_resources else (),
        principals=principals if has_principals else (),
        condition=_condition(gain.box[CONDITIONS], since),
        denies=not gain.cell.allows,
        wide=marks.wide,
        needed=marks.needed,
        but_actions=but_actions,
        but_resources=but_resources,
        but_principals=but_principals,
    )


def _said(span: Span, written: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    def words(parts: Iterable[object]) -> tuple[str, ...]:
        return tuple(sorted(_word(str(it), written) for it in parts))

    # What is one thing only needs no exceptions: they may turn out to be the same, or not.
    is_one = bool(span.all_of) and not any(is_wild(str(it)) for it in span.all_of)
    return words(span.all_of) or ("*",), () if is_one else words(span.none_of)


def _word(part: str, written: Mapping[str, str]) -> str:
    return _plain(written.get(part, part))


@lru_cache(maxsize=65536)
def _plain(text: str) -> str:
    return readable(text.translate(_LITERAL))


def _condition(span: Span, since: str) -> str:
    asked = [it.words for it in span.all_of if isinstance(it, Clause)]
    other = [it.words for it in span.none_of if isinstance(it, Clause)]
    said = [f"if {' and '.join(sorted(asked))}"] if asked else []
    if other:
        said.append(f"{since} if {' and '.join(sorted(other))}")
    return ", ".join(said)


def _merged(found: Sequence[Grant], part: _Part) -> list[Grant]:
    """Grants that differ in one part only, as one."""
    groups: dict[tuple[object, ...], list[Grant]] = {}
    for grant in found:
        groups.setdefault(_key(grant, part), []).append(grant)
    return [
        group[0] if len(group) == 1 else replace(group[0], **_together(group, part))
        for group in groups.values()
    ]


def _key(grant: Grant, part: _Part) -> tuple[object, ...]:
    """All of a grant but one part; that too, where it is all but something."""
    said = {
        "actions": (grant.actions, grant.but_actions),
        "resources": (grant.resources, grant.but_resources),
        "principals": (grant.principals, grant.but_principals),
    }
    if not said[part][1]:
        del said[part]
    rest = (grant.condition, grant.denies, grant.wide, grant.needed)
    return (*said.items(), *rest)


def _together(group: Sequence[Grant], part: _Part) -> dict[str, Any]:
    values = (value for grant in group for value in getattr(grant, part))
    return {part: tuple(dict.fromkeys(values))}
