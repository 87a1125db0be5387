"""Findings of what roles cannot do and must, or can do and must not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tandem.access.chosen import as_pattern
from tandem.access.judging import Verdict
from tandem.access.managed import instead
from tandem.access.needs import Need
from tandem.access.wildcards import Wide
from tandem.deployment.model import Role
from tandem.deployment.symbols import readable
from tandem.findings import Finding

_PASSED = "iam:PassedToService"


def missing(role: Role, verdicts: Sequence[Verdict]) -> Iterator[Finding]:
    """What a role needs and is denied: one finding for each resource and reason."""
    groups: dict[tuple[str, str, tuple[str, ...], str], list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.missing:
            need, passed = verdict.need, str(verdict.need.context.get(_PASSED))
            key = need.resource, need.why, verdict.decision.denied_by, passed
            groups.setdefault(key, []).append(verdict)
    for (resource, why, denied_by, _), group in groups.items():
        actions = sorted({verdict.need.action for verdict in group})
        by = f", denied by {_listed(denied_by)}" if denied_by else ""
        yield Finding(
            address=role.address,
            check="permission-missing",
            cause=f"{why}, but the role may not {_listed(actions)} on {readable(resource)}{by}",
            remedy=_allowing(denied_by, actions, group[0].need),
        )


def too_wide(
    role: Role, verdicts: Sequence[Verdict], theirs: Mapping[str, str]
) -> Iterator[Finding]:
    """What a role must not do and may: one finding for each reason and statement.

    `theirs`: the names of AWS's policies by those of their statements.
    """
    groups: dict[tuple[str, tuple[str, ...]], list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.decision.allowed:
            groups.setdefault((verdict.need.why, verdict.decision.by), []).append(verdict)
    for (why, by), group in groups.items():
        actions = sorted({verdict.need.action for verdict in group})
        resources = sorted({readable(verdict.need.resource) for verdict in group})
        yield Finding(
            address=role.address,
            check="permission-too-wide",
            cause=f"{why}, if it wants to: {_listed(by)} allows {_listed(actions)} "
            f"on {_listed(resources)}",
            remedy=instead(by, theirs)
            or f"let {_listed(by)} name only the actions and resources that are needed",
        )


def any_resource(found: Sequence[Wide], theirs: Mapping[str, str]) -> Iterator[Finding]:
    """Statements about every resource of a kind; `theirs` as above."""
    for one in found:
        all_there_is = "every resource" if one.resource == "*" else readable(one.resource)
        yield Finding(
            address=one.statement.address,
            check="permission-any-resource",
            cause=f"{one.statement.name} allows {_listed(one.actions)} on {all_there_is}, "
            "though AWS checks it against named resources",
            remedy=instead([one.statement.name], theirs)
            or "name the ARNs that are meant as the Resource of the statement",
        )


def _allowing(denied_by: Sequence[str], actions: Sequence[str], need: Need) -> str:
    if denied_by:
        return f"except this from {_listed(denied_by)}"
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": as_pattern(need.resource),
    }
    if _PASSED in need.context:
        statement["Condition"] = {"StringEquals": {_PASSED: need.context[_PASSED]}}
    return f"add to a policy of the role: {json.dumps(statement)}"


_SHOWN = 6
"""Names in a line; of more the number is said."""


def _listed(names: Sequence[str]) -> str:
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return ", ".join(names)
