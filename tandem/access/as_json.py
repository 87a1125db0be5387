"""The report for machines; `docs/access.schema.json` says what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tandem.access.judging import Verdict
from tandem.access.report import Report, RoleReport
from tandem.access.services import ServiceVerdict
from tandem.access.trust import Principal
from tandem.deployment.symbols import is_known, readable

VERSION = 1
"""Of the format: it grows with what breaks a reader, not with what is added."""


def as_json(report: Report) -> dict[str, Any]:
    """The report as plain values, symbols as `<name>`."""
    document = {
        "version": VERSION,
        "roles": [_role(role) for role in report.roles],
        "services": [_service(verdict) for verdict in report.services],
        "findings": [asdict(finding) for finding in report.findings],
    }
    plain: dict[str, Any] = _readable(document)
    return plain


def _role(role: RoleReport) -> dict[str, Any]:
    return {
        "address": role.role.address,
        "name": role.role.name,
        "arn": role.role.arn,
        "assumed_by": None if role.role.trust is None else _principals(role.assumed_by),
        "used_by": sorted(role.used_by),
        "needed": [_verdict(verdict) for verdict in role.needed],
        "forbidden": [_verdict(verdict) for verdict in role.forbidden],
        "excess": [asdict(it) for it in role.excess],
        "not_judged": list(role.not_judged),
    }


def _principals(found: Sequence[Principal]) -> list[dict[str, Any]]:
    return [asdict(principal) for principal in found]


def _verdict(verdict: Verdict) -> dict[str, Any]:
    need, decision = verdict.need, verdict.decision
    action, resource = verdict.instead or (need.action, need.resource)
    return {
        "action": action,
        "resource": resource,
        "allowed": decision.allowed,
        "by": list(decision.by),
        "denied_by": list(decision.denied_by),
        "not_known": decision.why,
        "why": need.why,
        "source": need.source,
        "optional": need.optional,
    }


def _service(verdict: ServiceVerdict) -> dict[str, Any]:
    need, decision = verdict.need, verdict.decision
    return {
        "principal": need.principal,
        "address": need.address,
        "action": need.action,
        "resource": need.resource,
        "allowed": decision.allowed,
        "not_known": decision.why,
        "why": need.why,
        "source": need.source,
    }


def _readable(value: Any) -> Any:
    match value:
        case str():
            return value if is_known(value) else readable(value)
        case dict():
            return {key: _readable(item) for key, item in value.items()}
        case list() | tuple():
            return [_readable(item) for item in value]
    return value
