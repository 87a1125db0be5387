"""What IAM says to everything that the roles of a deployment need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tandem.access.evaluator import Decision, Evaluator, Request
from tandem.access.needs import Need
from tandem.deployment.addresses import is_data
from tandem.deployment.model import Deployment, Policy


class Verdict(NamedTuple):
    """Something a role needs, and what IAM says to it."""

    need: Need
    decision: Decision
    instead: tuple[str, str] | None = None
    """The action and the resource that does as well, where that is what is allowed."""

    @property
    def missing(self) -> bool:
        """Whether the role cannot do its work."""
        return self.decision.allowed is False and not self.need.optional


def judge(deployment: Deployment, evaluator: Evaluator, needs: Sequence[Need]) -> list[Verdict]:
    """What IAM says to each need, in their order."""
    policies = _ResourcePolicies(deployment)
    requests: list[Request] = []
    choices: list[list[tuple[str, str]]] = []
    for need in needs:
        asked = [(need.action, need.resource), *need.alternatives]
        choices.append(asked)
        requests.extend(
            Request(need.role, action, resource, need.context, policies.of(action, resource))
            for action, resource in asked
        )
    decisions = iter(evaluator.evaluate(requests))
    dark = deployment.attached_in_the_dark
    return [
        _verdict(need, [(choice, next(decisions)) for choice in asked], dark)
        for need, asked in zip(needs, choices, strict=True)
    ]


def _verdict(
    need: Need, asked: Sequence[tuple[tuple[str, str], Decision]], dark: Sequence[str]
) -> Verdict:
    for number, (choice, decision) in enumerate(asked):
        if decision.allowed:
            return Verdict(need, decision, choice if number else None)
    decision = next((it for _, it in asked if it.allowed is None), asked[0][1])
    if decision.allowed is False and not decision.denied_by:
        if is_data(need.role.address):
            decision = decision._replace(allowed=None, why="the role is managed elsewhere")
        elif dark:
            why = f"whose policy {dark[0]} is, is not known"
            decision = decision._replace(allowed=None, why=why)
    return Verdict(need, decision)


class _ResourcePolicies:
    """The resource policies of a deployment, by the ARNs of what they protect."""

    def __init__(self, deployment: Deployment) -> None:
        self._buckets = {it.arn: it.policy for it in deployment.buckets if it.policy}
        self._others: Mapping[str, Policy] = {
            it.arn: it.policy for it in deployment.repositories if it.policy
        } | {it.arn: it.policy for it in deployment.keys if it.policy}
        self._key = Policy("the key", "default", _default_key_policy(deployment))

    def of(self, action: str, resource: str) -> Policy | None:
        """The policy that decides with the role's own about a request, if there is one."""
        service = action.partition(":")[0]
        if service == "s3":
            found = (self._buckets.get(name) for name in _beginnings(resource))
            return next(filter(None, found), None)
        if service == "kms":
            return self._others.get(resource, self._key)
        return self._others.get(resource)


def _beginnings(resource: str) -> Iterator[str]:
    """An object's ARN and its bucket's, which may be a symbol with slashes in it."""
    yield resource
    for index, character in enumerate(resource):
        if character == "/":
            yield resource[:index]


def _default_key_policy(deployment: Deployment) -> Mapping[str, object]:
    """What a key has of which nothing is said: IAM policies of the account decide.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "EnableIAMPolicies",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{deployment.account}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }
