"""What AWS services must be able to do by themselves, against the policies of the resources."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tandem.access.evaluator import Decision, Evaluator, Request
from tandem.access.needs import ServiceNeed
from tandem.deployment.model import Deployment, Policy, Resource, Role
from tandem.deployment.symbols import is_known, readable
from tandem.findings import Finding


@dataclass(frozen=True)
class ServiceVerdict:
    """Something a service needs, and what IAM says to it."""

    need: ServiceNeed
    decision: Decision


def judge_services(
    deployment: Deployment, evaluator: Evaluator, needs: Sequence[ServiceNeed]
) -> list[ServiceVerdict]:
    """What IAM says to each need of a service, in their order."""
    callers = {need.principal: _caller(need.principal) for need in needs}
    addresses = dict.fromkeys(need.address for need in needs)
    policies = {address: _policy_of(deployment, address) for address in addresses}
    requests = [
        Request(
            role=callers[need.principal],
            action=need.action,
            resource=need.resource,
            context=need.context,
            resource_policy=policies[need.address],
        )
        for need in needs
    ]
    return [
        ServiceVerdict(need, decision)
        for need, decision in zip(needs, evaluator.evaluate(requests), strict=True)
    ]


def service_findings(verdicts: Sequence[ServiceVerdict]) -> Iterator[Finding]:
    """What services need and are denied: one finding for each resource and reason."""
    groups: dict[tuple[str, str, str], list[ServiceNeed]] = {}
    for verdict in verdicts:
        if verdict.decision.allowed is False:
            need = verdict.need
            groups.setdefault((need.address, need.principal, need.why), []).append(need)
    for (address, principal, why), needs in groups.items():
        actions = ", ".join(sorted({need.action for need in needs}))
        yield Finding(
            address=address,
            check="permission-missing",
            cause=f"{why}, but {principal} may not {actions} on {readable(needs[0].resource)}",
            remedy=f"allow {actions} to the service {principal} in the policy of the resource",
        )


def _caller(principal: str) -> Role:
    """A service, as somebody without policies of its own."""
    return Role(principal, principal, principal, trust=None, policies=(), boundary=None)


def _policy_of(deployment: Deployment, address: str) -> Policy | None:
    """The policy of a repository or a queue; None: it has none."""
    for repository in deployment.repositories:
        if repository.address == address:
            return repository.policy
    resource = deployment.resources.get(address)
    if resource is None or resource.type != "aws_sqs_queue":
        return None
    names = {resource.values.get(key) for key in ("url", "id")} - {None}
    for other in deployment.resources.values():
        if other.type == "aws_sqs_queue_policy" and other.values.get("queue_url") in names:
            return _policy(other)
    return _policy(resource) if resource.values.get("policy") else None


def _policy(resource: Resource) -> Policy:
    text = resource.values.get("policy")
    name = str(resource.values.get("name") or resource.address)
    if not isinstance(text, str):
        return Policy(resource.address, name, None)
    try:
        document = json.loads(text)
    except ValueError:
        document = None  # a symbol, or one in the middle of the JSON
    known = isinstance(document, dict) and (is_known(text) or "Statement" in document)
    return Policy(resource.address, name, document if known else None)
