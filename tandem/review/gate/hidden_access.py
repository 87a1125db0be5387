"""Policies that nobody can review, so that they pass no gate: sensitive, or not known yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tandem.deployment.symbols import symbols_in
from tandem.review.model import Objection, PermissionChange
from tandem.review.permissions.subjects import AS_BEFORE, ELSEWHERE, NOT_KNOWN
from tandem.review.reading.plan import Plan, ResourceChange

RULE = "access-hidden"
_SAYS_ACCESS = re.compile(
    "(?:.*_)?policy(?:_arn|_document|_json)?|managed_policy_arns|permissions_boundary"
)
"""The attributes of resources that say who may do what."""
_MADE_OF = "make its policy of what the plan knows, or apply what it is made of first"
_ELSEWHERE = "read what it says where it is managed, or say it here: then this review sees it"
_OTHERS = "lifecycle_policy"
"""Types and attributes that end with it are about the age of things."""


def hidden_access(plan: Plan, permissions: Iterable[PermissionChange]) -> Iterator[Objection]:
    """An objection for each policy that is new or changed, and that nobody can read."""
    found = list(_sensitive(plan))
    yield from found
    told = {it.address for it in found}
    for change in permissions:
        # Of what is made now, everything may be unknown: there was nothing that could widen.
        if change.is_new or change.address in told:
            continue
        hidden = [it for it in change.unknown if it.endswith((NOT_KNOWN, AS_BEFORE))]
        if hidden:
            yield Objection(
                RULE,
                change.address,
                f"what {change.name} may do {NOT_KNOWN}",
                _ELSEWHERE if all(ELSEWHERE in it for it in hidden) else _MADE_OF,
            )


def _sensitive(plan: Plan) -> Iterator[Objection]:
    for change in (*plan.changes, *(plan.drift if plan.kind == "drift" else ())):
        for name, value in (change.after or {}).items():
            if (
                _is_hidden(value)
                and _SAYS_ACCESS.fullmatch(name)
                and not change.type.endswith(_OTHERS)
                and not name.endswith(_OTHERS)
                and not _is_as_it_was(change, name)
            ):
                yield Objection(
                    RULE,
                    change.address,
                    f"its {name} is sensitive, so that nobody sees whom it allows what",
                    "take what is secret out of it: who may do what is none",
                )


def _is_hidden(value: Any) -> bool:
    return any(name.startswith("sensitive") for name in symbols_in(value))


def _is_as_it_was(change: ResourceChange, name: str) -> bool:
    return (change.before or {}).get(name) == (change.after or {}).get(name)
