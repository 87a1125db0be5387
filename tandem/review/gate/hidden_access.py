"""Policies that nobody can review, so that they pass no gate: sensitive, or not known yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tandem.deployment.symbols import is_known, symbols_in
from tandem.review.changes.exposure import opening
from tandem.review.model import Objection, PermissionChange
from tandem.review.permissions.subjects import NOT_KNOWN
from tandem.review.reading.plan import Plan

RULE = "access-hidden"
_SAYS_ACCESS = re.compile(
    "(?:.*_)?polic(?:y|ies)(?:_arns?|_document|_json)?|managed_policy_arns|permissions_boundary"
    "|(?:.*_)?principals?(?:_arns?|_id)?|(?:.*_)?role(?:_arns?|_name)?|(?:.*_)?iam_instance_profile"
)
"""The arguments of resources that say who may do what, or as whom something acts."""
_GIVES_ACCESS = re.compile(
    "aws_(?:iam|ram|ssoadmin|organizations|lakeformation|verifiedpermissions)_.*"
    "|aws_.*(?:_permissions?|_grants?|_access_entry|_access_policy_association|_allowed_principal)"
)
"""Types of which nearly every argument is about that."""
_GIVES_NONE = re.compile(
    "tags|tags_all|arn|id|description|name|name_prefix|path|statement_id|unique_id"
    "|.*(?:secret|password|token|_key|certificate|seed|_png).*"
)
"""Their arguments that are names, or credentials of those who have access."""
_MADE_OF = "make its policy of what the plan knows, or apply what it is made of first"
_ELSEWHERE = "read what it says where it is managed, or say it here: then this review sees it"
_OTHERS = "lifecycle_policy"
"""Types and attributes that end with it are about the age of things."""


def hidden_access(plan: Plan, permissions: Iterable[PermissionChange]) -> Iterator[Objection]:
    """An objection for each policy or grant that is new or changed, and that nobody can read."""
    found = list(_sensitive(plan))
    yield from found
    told = {it.address for it in found}
    for change in permissions:
        # Of what is made now, everything may be unknown: there was nothing that could widen.
        if change.is_hidden and not change.is_new and change.address not in told:
            yield Objection(
                RULE,
                change.address,
                f"what {change.name} may do {NOT_KNOWN}",
                _ELSEWHERE if change.is_elsewhere else _MADE_OF,
            )


def _sensitive(plan: Plan) -> Iterator[Objection]:
    for change in (*plan.changes, *(plan.drift if plan.kind == "drift" else ())):
        before, after = change.before or {}, change.after or {}
        differs = {name: value for name, value in after.items() if value != before.get(name)}
        found = list(_hidden(change.type, differs))
        known = list(_hidden(change.type, before)) if found else []
        for name in dict.fromkeys(name for name, value in found if (name, value) not in known):
            yield Objection(
                RULE,
                change.address,
                f"its {name} is sensitive, so that nobody sees whom it allows what",
                "take what is secret out of it: who may do what is none",
            )


def _hidden(of_type: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What of a resource, or of a block in it, says who may do what and is hidden."""
    gives_access = _GIVES_ACCESS.fullmatch(of_type)
    for name, value in values.items():
        if of_type.endswith(_OTHERS) or name.endswith(_OTHERS) or not _is_hidden(value):
            continue
        if (
            _SAYS_ACCESS.fullmatch(name)
            or name in opening(of_type)
            or (gives_access and not _GIVES_NONE.fullmatch(name))
        ):
            yield name, value
        elif isinstance(value, list):
            # Keys below anything else are what somebody chose, such as those of tags.
            for block in value:
                if isinstance(block, Mapping):
                    yield from _hidden(of_type, block)


def _is_hidden(value: Any) -> bool:
    return not is_known(value) and any(name.startswith("sensitive") for name in symbols_in(value))
