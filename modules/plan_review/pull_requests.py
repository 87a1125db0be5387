"""PlanReview: every pull request is planned, reviewed and commented."""

from __future__ import annotations

from modules._cdktf import CloudwatchEventTargetInputTransformer, Construct
from modules.artifacts import ArtifactStore
from modules.element import Element, literal
from modules.expressions import document
from modules.iam import Statement
from modules.plan_review.project import PlanProject
from modules.plan_review.sources import host, name, repository_arn
from modules.plan_review.starting import StartsBuild, StartsBuildByWebhook, exact
from modules.project import Project
from modules.settings import Artifacts
from modules.settings.review import ReviewedCodeCommit, ReviewedConnection, ReviewedSource
from modules.settings.state import S3State

ID = "plan_review"
"""Names everything: no image has an underscore in its name."""
_PLAN_DAYS = 14
"""As buildspecs/apply.yml says. A plan is stale as soon as something else is applied."""


class PlanReview(Element):
    """A build that plans what a pull request would change, reviews it, and comments it.

    The code of the pull request runs with the build's role. So the role can read the stack and
    its state, write comments, and nothing more; docs/iam.md has it all.

    Args:
        source: The repository with the file. A token of a connection that it names is read by the
            build, and can be read by the code of a pull request.
        state: Where the stack's state is.
        file: Path of the file in the repository.
        image: The image in which plans are made. None: Amazon Linux.
        checkov: Whether checkov looks at every plan too; each build installs it.
        keep_plans: Whether plans that pass are kept for `PlanApply`, for two weeks.

    https://docs.aws.amazon.com/codebuild/latest/userguide/webhooks.html
    """

    def __init__(
        self,
        scope: Construct,
        *,
        source: ReviewedSource,
        state: S3State,
        file: str = "pipelines.yaml",
        image: str | None = None,
        checkov: bool = False,
        keep_plans: bool = False,
    ) -> None:
        super().__init__(scope, ID, address=ID)
        self.source, self.file, self.image = source, file, image
        self.plans = self._bucket_for_plans() if keep_plans else None
        """Where plans wait for the apply; it may be read by no role of this stack."""
        self.project = PlanProject(
            self,
            ID,
            source=source,
            state=state,
            buildspec="plan",
            told={
                "TANDEM_CONFIG": file,
                "TANDEM_HOST": host(source),
                "TANDEM_REPOSITORY": name(source),
                "TANDEM_BRANCH": source.branch,
                "TANDEM_CHECKOV": "true" if checkov else None,
                "TANDEM_PLANS": None if self.plans is None else f"s3://{self.plans.bucket}",
            },
            image=image,
            token=source.token if isinstance(source, ReviewedConnection) else None,
        )
        if self.plans is not None:
            objects = f"{self.plans.bucket_arn}/*"
            self.project.role.allow(Statement("Plans", ["s3:PutObject"], [objects]))
        if isinstance(source, ReviewedCodeCommit):
            self._on_events(source)
        else:
            self._on_webhook(source)

    def _on_events(self, source: ReviewedCodeCommit) -> None:
        """https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html."""
        arn = repository_arn(source, Project.of(self))
        comment = [
            "codecommit:GetCommentsForPullRequest",
            "codecommit:PostCommentForPullRequest",
            "codecommit:UpdateComment",
        ]
        self.project.role.allow(Statement("Comment", comment, [arn]))
        StartsBuild(
            self,
            "requested",
            starts=self.project.build,
            description=f"Reviews pull requests for {literal(source.branch)} of {name(source)}",
            pattern={
                "source": ["aws.codecommit"],
                "detail-type": ["CodeCommit Pull Request State Change"],
                "resources": [arn],
                "detail": {
                    "event": ["pullRequestCreated", "pullRequestSourceBranchUpdated"],
                    "pullRequestStatus": ["Open"],
                    "destinationReference": [f"refs/heads/{literal(source.branch)}"],
                },
            },
            overrides=_commits(),
        )

    def _on_webhook(self, source: ReviewedConnection) -> None:
        """Be told of pull requests by the host.

        CodeBuild asks for a comment of somebody with write access before it builds a pull request
        of anybody else, because nothing here tells it not to.

        https://docs.aws.amazon.com/codebuild/latest/userguide/pull-request-build-policy.html
        """
        events = ["PULL_REQUEST_CREATED", "PULL_REQUEST_UPDATED"]
        if source.host != "bitbucket":  # which does not reopen them
            events.append("PULL_REQUEST_REOPENED")
        filters = {"EVENT": ", ".join(events), "BASE_REF": f"^refs/heads/{exact(source.branch)}$"}
        if source.actors:
            filters["ACTOR_ACCOUNT_ID"] = f"^(?:{'|'.join(map(exact, source.actors))})$"
        StartsBuildByWebhook(
            self,
            "webhook",
            starts=self.project.build,
            filters=filters,
            # Whoever is let in must meet a role that is not still growing.
            depends_on=[self.project.role.policy],
        )

    def _bucket_for_plans(self) -> ArtifactStore:
        """Plans hold sensitive values, and builds of images read the bucket of the artifacts.

        It is encrypted with the same key, which the role may use already.
        """
        project = Project.of(self)
        settings = Artifacts(kms_key=project.artifacts.kms_key, expire_days=_PLAN_DAYS)
        plans = ArtifactStore(self, "plans", holds="plans", settings=settings)
        project.uses("Bucket", plans.bucket_arn)
        return plans


def _commits() -> CloudwatchEventTargetInputTransformer:
    """Build the source commit, and tell the build what it is to be merged into.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html
    """
    told = {
        "TANDEM_PULL_REQUEST": "<request>",
        "TANDEM_BEFORE_COMMIT": "<before>",
        "TANDEM_AFTER_COMMIT": "<after>",
    }
    override = {
        "sourceVersion": "<after>",
        "environmentVariablesOverride": [
            {"name": name, "value": value, "type": "PLAINTEXT"} for name, value in told.items()
        ],
    }
    return CloudwatchEventTargetInputTransformer(
        input_paths={
            "after": "$.detail.sourceCommit",
            "before": "$.detail.destinationCommit",
            "request": "$.detail.pullRequestId",
        },
        input_template=document(override),
    )
