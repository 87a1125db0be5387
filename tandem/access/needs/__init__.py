"""What every role must be able to do, and what it must not: the tables, from AWS's pages."""

from __future__ import annotations

from collections.abc import Iterable

from tandem.access.needs.builds import build_needs, build_unclear
from tandem.access.needs.forbidden import forbidden_of
from tandem.access.needs.need import Need, ServiceNeed, Unclear
from tandem.access.needs.pipelines import pipeline_needs, pipeline_unclear
from tandem.access.needs.rules import rule_needs, rule_unclear
from tandem.access.needs.services import service_needs as _service_needs
from tandem.deployment import Deployment

__all__ = ["Need", "ServiceNeed", "Unclear", "forbidden", "needs", "service_needs", "unclear"]


def needs(deployment: Deployment) -> list[Need]:
    """What the roles of a deployment must be able to do; each once."""
    return _each_once(
        need for table in (pipeline_needs, build_needs, rule_needs) for need in table(deployment)
    )


def unclear(deployment: Deployment) -> list[Unclear]:
    """What the roles of a deployment may need besides, and nobody can see."""
    found: dict[tuple[str, tuple[str, ...], str], Unclear] = {}
    for table in (pipeline_unclear, build_unclear, rule_unclear):
        for it in table(deployment):
            found.setdefault((it.role.arn, it.actions, it.why), it)
    return list(found.values())


def forbidden(deployment: Deployment) -> list[Need]:
    """What the roles of a deployment must not be able to do; at most 20 things per role."""
    return list(forbidden_of(deployment, needs(deployment), unclear(deployment)))


def service_needs(deployment: Deployment) -> list[ServiceNeed]:
    """What AWS services must be able to do without a role."""
    return list(_service_needs(deployment))


def _each_once(found: Iterable[Need]) -> list[Need]:
    """Each request once; it is needed if anything needs it, and advised if anything advises it."""
    kept: dict[tuple[object, ...], Need] = {}
    asked = list(found)
    # What is asked for together has one and the same context.
    contexts = {id(need.context): need.context for need in asked}
    sent = {
        same: tuple(sorted((key, str(value)) for key, value in context.items()))
        for same, context in contexts.items()
    }
    for need in asked:
        key = need.role.arn, need.action, need.resource, sent[id(need.context)]
        known = kept.get(key)
        if known is None or (known.optional and not need.optional):
            kept[key] = need
        elif known.optional and need.advised:
            kept[key] = known._replace(advised=True)
    return list(kept.values())
