"""The build project that plans: for a pull request, or to see what has drifted."""

from __future__ import annotations

from collections.abc import Mapping

from modules._cdktf import CodebuildProjectArtifacts, Construct
from modules.artifacts import ArtifactStore
from modules.codebuild.image import grant_image
from modules.codebuild.log import grant_log
from modules.codebuild.variables import grant_variables
from modules.element import Element
from modules.iam import ServiceRole
from modules.plan_review.access import grant_plan
from modules.plan_review.build import RepositoryBuild, machine_of
from modules.plan_review.sources import grant_source
from modules.project import Project
from modules.settings import Secret
from modules.settings.review import ReviewedSource
from modules.settings.state import S3State


class PlanProject(Element):
    """A CodeBuild project that may read a stack and its state, and change nothing.

    It puts what its buildspec makes into a folder of the artifact bucket, from which it cannot
    read.

    Args:
        id: Names it, its role and its log: no image has such an id.
        source: The repository with the file.
        state: Where the stack's state is.
        buildspec: Name of the standard buildspec, `plan` or `drift`.
        told: Environment variables of the buildspec; None is left out.
        image: The image in which plans are made. None: Amazon Linux.
        branch: The branch to plan where nothing else is said. None: what starts a build says it.
        token: What the buildspec gets as TANDEM_COMMENT_TOKEN. None: nothing.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        source: ReviewedSource,
        state: S3State,
        buildspec: str,
        told: Mapping[str, str | None],
        image: str | None = None,
        branch: str | None = None,
        token: Secret | None = None,
    ) -> None:
        super().__init__(scope, id, address=id)
        project = Project.of(self)
        name = project.names.build_project(id)
        store = ArtifactStore.of(self)
        self.role = ServiceRole(
            self,
            "role",
            name=project.names.role(id, "build"),
            service="codebuild.amazonaws.com",
            source_arn=project.arn("codebuild", f"project/{name}"),
        )
        machine = machine_of(buildspec, image, token)
        self.build = RepositoryBuild(
            self,
            "build",
            name=name,
            source=source,
            role=self.role.arn,
            machine=machine,
            told=told,
            branch=branch,
            artifacts=CodebuildProjectArtifacts(
                type="S3",
                location=store.bucket,
                path=name,
                namespace_type="BUILD_ID",
                name="review",
                packaging="NONE",
            ),
            artifact_key=store.kms_key,
            depends_on=[self.role.policy],
        )
        grant_log(self.role, self.build.log)
        grant_source(self.role, source)
        grant_image(self.role, machine)
        grant_variables(self.role, machine)
        store.grant_put(self.role, name)
        grant_plan(self.role, state)
