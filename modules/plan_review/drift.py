"""DriftReview: what was changed past Terraform is told to a topic."""

from __future__ import annotations

from modules._cdktf import Construct, SnsTopic
from modules.element import Element
from modules.iam import Statement
from modules.plan_review.project import PlanProject
from modules.plan_review.sources import name
from modules.plan_review.starting import StartsBuild
from modules.project import Project
from modules.settings.review import ReviewedSource
from modules.settings.state import S3State

ID = "drift_review"


class DriftReview(Element):
    """A build that compares what exists with the state, now and then, and tells what differs.

    Args:
        source: The repository with the file; its branch is what is compared.
        state: Where the stack's state is.
        schedule: `rate(…)` or `cron(…)`.
        notify: ARN of the SNS topic that is told. None: one is made. If a KMS key of yours encrypts
            it, the key's policy must let the build's role use it: the role has no right to keys.
        file: Path of the file in the repository.
        image: The image in which plans are made. None: Amazon Linux.

    https://developer.hashicorp.com/terraform/cli/commands/plan#refresh-only
    """

    def __init__(
        self,
        scope: Construct,
        *,
        source: ReviewedSource,
        state: S3State,
        schedule: str,
        notify: str | None = None,
        file: str = "pipelines.yaml",
        image: str | None = None,
    ) -> None:
        super().__init__(scope, ID, address=ID)
        self.topic = _topic(self) if notify is None else notify
        """ARN of the topic."""
        self.project = PlanProject(
            self,
            ID,
            source=source,
            state=state,
            buildspec="drift",
            told={
                "TANDEM_CONFIG": file,
                "TANDEM_NAME": Project.of(self).names.prefix,
                "TANDEM_TOPIC": self.topic,
            },
            image=image,
            branch=source.branch,
        )
        self.project.role.allow(Statement("Notify", ["sns:Publish"], [self.topic]))
        StartsBuild(
            self,
            "scheduled",
            starts=self.project.build,
            description=f"Looks for drift from {name(source)}, {schedule}",
            schedule=schedule,
        )


def _topic(scope: DriftReview) -> str:
    """A topic, encrypted with SNS's own key, with which roles of the account may publish.

    https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
    """
    project = Project.of(scope)
    topic = scope.place(
        SnsTopic(
            scope,
            "topic",
            name=project.names.rule("drift"),
            kms_master_key_id="alias/aws/sns",
            tags=project.tags,
        )
    )
    return project.arn("sns", topic.name)
