"""What happens to an image after it was built: approval and deployment."""

from __future__ import annotations

from typing import Annotated

from pydantic.dataclasses import dataclass

from modules.settings.types import SETTINGS, Between, NonEmpty, RoleArn, Text, TopicArn

EcsName = Annotated[str, Text(r"[\w-]{1,255}", "an ECS name: 1-255 letters, digits, '_' and '-'")]


@dataclass(frozen=True, config=SETTINGS)
class EcsDeploy:
    """A rolling deployment to an ECS service.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html
    """

    cluster: EcsName
    """Name of the cluster."""
    service: EcsName
    """Name of the service."""
    container: EcsName
    """The container in the task definition that gets the new image."""
    timeout_minutes: Annotated[int, Between(1, 60)] = 60
    """Minutes until the deployment counts as failed."""
    task_roles: list[RoleArn] | None = None
    """The task's roles, which the deployment passes on. None: read from the running service."""


@dataclass(frozen=True, config=SETTINGS)
class Approval:
    """A person's yes before the deployment, within seven days.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
    """

    sns_topic: TopicArn | None = None
    """The topic that is told when an approval is waiting."""
    message: NonEmpty | None = None
    """What the person is told."""
