"""PlanApply: after the merge, what was reviewed is applied."""

from __future__ import annotations

from modules._cdktf import CloudwatchEventTargetInputTransformer, Construct
from modules.element import Element, literal
from modules.expressions import document
from modules.plan_review.build import RepositoryBuild, machine_of
from modules.plan_review.pull_requests import PlanReview
from modules.plan_review.sources import name, repository_arn
from modules.plan_review.starting import StartsBuild, StartsBuildByWebhook, exact
from modules.project import Project
from modules.settings.review import ReviewedCodeCommit

ID = "plan_apply"


class PlanApply(Element):
    """A build that applies, at every push to the branch, the plan that was reviewed for it.

    It applies nothing else: see docs/review-builds.md for what it refuses. It has no limit of
    concurrent builds, at which CodeBuild would drop a push: the lock of the state makes them wait.

    Args:
        review: The review of that branch's pull requests, which keeps plans.
        role: ARN of the role that applies, of yours: only you know what it must change. CodeBuild
            must be able to assume it; docs/review-builds.md says what else it needs.

    Raises:
        ValueError: The review keeps no plans.

    https://developer.hashicorp.com/terraform/cli/commands/apply#saved-plan-mode
    """

    def __init__(self, scope: Construct, *, review: PlanReview, role: str) -> None:
        if review.plans is None:
            raise ValueError("PlanApply: the review keeps no plans; pass it keep_plans=True")
        super().__init__(scope, ID, address=ID)
        self.build = RepositoryBuild(
            self,
            "build",
            name=Project.of(self).names.build_project(ID),
            source=review.source,
            role=role,
            machine=machine_of("apply", review.image),
            told={
                "TANDEM_CONFIG": review.file,
                "TANDEM_PLANS": f"s3://{review.plans.bucket}",
                "TANDEM_REVIEW": review.project.build.name,
            },
            branch=review.source.branch,
            timeout_minutes=120,
        )
        if isinstance(review.source, ReviewedCodeCommit):
            self._on_events(review.source)
        else:
            filters = {"EVENT": "PUSH", "HEAD_REF": f"^refs/heads/{exact(review.source.branch)}$"}
            StartsBuildByWebhook(self, "webhook", starts=self.build, filters=filters)

    def _on_events(self, source: ReviewedCodeCommit) -> None:
        """https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html."""
        branch = literal(source.branch)
        StartsBuild(
            self,
            "merged",
            starts=self.build,
            description=f"Applies what was reviewed and merged into {branch} of {name(source)}",
            pattern={
                "source": ["aws.codecommit"],
                "detail-type": ["CodeCommit Repository State Change"],
                "resources": [repository_arn(source, Project.of(self))],
                "detail": {
                    "event": ["referenceUpdated"],
                    "referenceType": ["branch"],
                    "referenceName": [branch],
                },
            },
            overrides=CloudwatchEventTargetInputTransformer(
                input_paths={"commit": "$.detail.commitId"},
                input_template=document({"sourceVersion": "<commit>"}),
            ),
        )
