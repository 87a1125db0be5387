"""Where in AWS something is."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.deployment.model import Deployment
from tandem.deployment.symbols import equal


@dataclass(frozen=True)
class Place:
    """An account and a region: rules of the same ones hear of what happens there."""

    account: str
    region: str
    partition: str

    @staticmethod
    def of(deployment: Deployment, near: str = "") -> Place:
        """The account and the region of an ARN; where it has none, those of the deployment."""
        parts = near.split(":")
        region, account = (parts[3], parts[4]) if len(parts) > 5 else ("", "")
        return Place(
            account or deployment.account, region or deployment.region, deployment.partition
        )

    def shown(self, deployment: Deployment) -> str:
        """As in ` in us-east-1`, where that is not the deployment's own region."""
        return f" in {self.region}" if equal(self.region, deployment.region) is False else ""
