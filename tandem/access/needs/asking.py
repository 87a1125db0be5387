"""Somebody who asks something of AWS: a role, in an account and a region."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from tandem.access.needs.need import Context, Need, Unclear
from tandem.deployment import Deployment, Role
from tandem.deployment.symbols import is_known

_PARTS = 6
"""Of an ARN: arn, partition, service, region, account, resource."""


class Place(NamedTuple):
    """Where a resource is, as its ARN says it."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource here."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def bucket_arn(self, name: str) -> str:
        """The ARN of a bucket, which has neither region nor account in it."""
        return f"arn:{self.partition}:s3:::{name}"


def place_of(deployment: Deployment, arn: str = "") -> Place:
    """Where a resource is; where the deployment is, if its ARN does not say it."""
    parts = arn.split(":", _PARTS - 1)
    if not is_known(arn) or len(parts) < _PARTS:
        return Place(deployment.partition, deployment.region, deployment.account)
    _, partition, _, region, account, _ = parts
    return Place(partition, region or deployment.region, account or deployment.account)


@dataclass(frozen=True)
class Asker:
    """A role at work."""

    role: Role
    place: Place
    deployment: Deployment

    def within(self, region: str | None) -> Asker:
        """The same role in another region, if one is named."""
        return replace(self, place=self.place._replace(region=region)) if region else self

    def ask(
        self,
        actions: str | Sequence[str],
        resource: str,
        why: str,
        source: str,
        *,
        context: Context | None = None,
        optional: bool = False,
        advised: bool = False,
    ) -> Iterator[Need]:
        """Ask for each of some actions on one resource, separated by spaces.

        What is advised is optional as well.
        """
        sent = {**self._context(resource), **(context or {})}
        for action in actions.split() if isinstance(actions, str) else actions:
            yield Need(
                role=self.role,
                action=action,
                resource=resource,
                context=sent,
                why=why,
                source=source,
                optional=optional or advised,
                advised=advised,
            )

    def unclear(self, actions: str, why: str) -> Unclear:
        """Say that nobody knows whether some actions, separated by spaces, are needed."""
        return Unclear(self.role, tuple(actions.split()), why)

    def _context(self, resource: str) -> Context:
        """What AWS sends with every request.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        owner = place_of(self.deployment, resource).account if resource != "*" else ""
        return {
            "aws:RequestedRegion": self.place.region,
            "aws:ResourceAccount": owner or self.place.account,
            "aws:SecureTransport": "true",
        }


def asker(deployment: Deployment, role_arn: str | None, *, at: str = "") -> Asker | None:
    """The role at work where the resource `at` is; None: it is not in the deployment."""
    role = deployment.role_of.get(role_arn or "")
    return None if role is None else Asker(role, place_of(deployment, at), deployment)
