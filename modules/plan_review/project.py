"""The build project that plans: for a pull request, or to see what has drifted."""

from __future__ import annotations

import re
from collections.abc import Mapping

from modules._cdktf import (
    CloudwatchLogGroup,
    CodebuildProject,
    CodebuildProjectArtifacts,
    CodebuildProjectCache,
    CodebuildProjectEnvironment,
    CodebuildProjectLogsConfig,
    CodebuildProjectLogsConfigCloudwatchLogs,
    Construct,
)
from modules.artifacts import ArtifactStore
from modules.codebuild.buildspec import standard_buildspec
from modules.codebuild.image import build_image, credentials, grant_image, machine
from modules.codebuild.log import grant_log
from modules.codebuild.variables import grant_variables, variables
from modules.element import Element, literal
from modules.iam import ServiceRole
from modules.plan_review.access import grant_plan
from modules.plan_review.sources import grant_source, project_source
from modules.project import Project
from modules.settings import Build, Secret
from modules.settings.review import ReviewedSource
from modules.settings.state import S3State

_LOG_DAYS = 30
_TIMEOUT_MINUTES = 60
_RUNTIMES = re.compile(r" +install:.*\n +runtime-versions:\n(?: +\w+: [\d.]+\n)+")
"""The phase for what only CodeBuild's own images can choose."""


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

    https://docs.aws.amazon.com/codebuild/latest/userguide/create-project.html
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
        project = self._project = Project.of(self)
        name = project.names.build_project(id)
        store = ArtifactStore.of(self)
        self.role = ServiceRole(
            self,
            "role",
            name=project.names.role(id, "build"),
            service="codebuild.amazonaws.com",
            source_arn=project.arn("codebuild", f"project/{name}"),
        )
        log_group = self.place(
            CloudwatchLogGroup(
                self,
                "log",
                name=f"/aws/codebuild/{name}",
                retention_in_days=_LOG_DAYS,
                tags=project.tags,
            )
        )
        # Nothing here runs docker. The buildspec is not one of a source, which could change it.
        machine_of = Build(
            image=image,
            privileged=False,
            buildspec=buildspec,
            environment={} if token is None else {"TANDEM_COMMENT_TOKEN": token},
        )
        grant_log(self.role, log_group.name)
        grant_source(self.role, source)
        grant_image(self.role, machine_of)
        grant_variables(self.role, machine_of)
        store.grant_put(self.role, name)
        grant_plan(self.role, state)
        made = self.place(
            CodebuildProject(
                self,
                "project",
                name=name,
                service_role=self.role.arn,
                build_timeout=_TIMEOUT_MINUTES,
                encryption_key=store.kms_key,
                source=project_source(source, project, _buildspec(buildspec, image)),
                source_version=None if branch is None else literal(branch),
                artifacts=CodebuildProjectArtifacts(
                    type="S3",
                    location=store.bucket,
                    path=name,
                    namespace_type="BUILD_ID",
                    name="review",
                    packaging="NONE",
                ),
                cache=CodebuildProjectCache(type="NO_CACHE"),
                environment=CodebuildProjectEnvironment(
                    type=machine(machine_of),
                    image=build_image(machine_of),
                    image_pull_credentials_type=credentials(machine_of),
                    compute_type=machine_of.compute_type,
                    privileged_mode=False,
                    environment_variable=variables(machine_of, told),
                ),
                logs_config=CodebuildProjectLogsConfig(
                    cloudwatch_logs=CodebuildProjectLogsConfigCloudwatchLogs(
                        status="ENABLED", group_name=log_group.name
                    )
                ),
                tags=project.tags,
                depends_on=[self.role.policy],
            )
        )
        self.name = made.name
        self.arn = project.arn("codebuild", f"project/{made.name}")


def _buildspec(name: str, image: str | None) -> str:
    """The text of a standard buildspec, as the image can take it.

    https://docs.aws.amazon.com/codebuild/latest/userguide/runtime-versions.html
    """
    text = standard_buildspec(name)
    is_custom = image is not None and not image.startswith("aws/codebuild/")
    return _RUNTIMES.sub("", text) if is_custom else text
