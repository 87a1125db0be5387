"""A build that runs a standard buildspec in the repository with the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from modules._cdktf import (
    CloudwatchLogGroup,
    CodebuildProject,
    CodebuildProjectArtifacts,
    CodebuildProjectCache,
    CodebuildProjectEnvironment,
    CodebuildProjectLogsConfig,
    CodebuildProjectLogsConfigCloudwatchLogs,
    TerraformResource,
)
from modules.codebuild.buildspec import standard_buildspec
from modules.codebuild.image import build_image, credentials
from modules.codebuild.image import machine as machine_type
from modules.codebuild.variables import variables
from modules.element import Element, literal
from modules.plan_review.sources import project_source
from modules.project import Project
from modules.settings import Build, Secret
from modules.settings.review import ReviewedSource

_LOG_DAYS = 30
_RUNTIMES = re.compile(r" +install:.*\n +runtime-versions:\n(?: +\w+: [\d.]+\n)+")
"""The phase for what only CodeBuild's own images can choose."""


def machine_of(buildspec: str, image: str | None, token: Secret | None = None) -> Build:
    """Where a standard buildspec runs, which is not one of a source: that could change it."""
    return Build(
        image=image,
        privileged=False,  # nothing here runs docker
        buildspec=buildspec,
        environment={} if token is None else {"TANDEM_COMMENT_TOKEN": token},
    )


class RepositoryBuild(Element):
    """A CodeBuild project of the repository with the file, and its log.

    Args:
        name: Its name.
        source: The repository.
        role: ARN of its role.
        machine: Where it runs, and the name of the standard buildspec.
        told: Environment variables of the buildspec; None is left out.
        branch: The branch to build where nothing else is said. None: what starts a build says it.
        artifacts: Where what the buildspec makes is put. None: it makes nothing.
        artifact_key: ARN of the key for that. None: the key of S3.
        timeout_minutes: After which it is stopped.
        depends_on: What must be there before it.

    https://docs.aws.amazon.com/codebuild/latest/userguide/create-project.html
    """

    def __init__(
        self,
        scope: Element,
        id: str,
        *,
        name: str,
        source: ReviewedSource,
        role: str,
        machine: Build,
        told: Mapping[str, str | None],
        branch: str | None = None,
        artifacts: CodebuildProjectArtifacts | None = None,
        artifact_key: str | None = None,
        timeout_minutes: int = 60,
        depends_on: Sequence[TerraformResource] = (),
    ) -> None:
        super().__init__(scope, id, address=scope.address)
        project = Project.of(self)
        log_group = self.place(
            CloudwatchLogGroup(
                self,
                "log",
                name=f"/aws/codebuild/{name}",
                retention_in_days=_LOG_DAYS,
                tags=project.tags,
            )
        )
        made = self.place(
            CodebuildProject(
                self,
                "project",
                name=name,
                service_role=role,
                build_timeout=timeout_minutes,
                encryption_key=artifact_key,
                source=project_source(source, project, _buildspec(machine)),
                source_version=None if branch is None else literal(branch),
                artifacts=artifacts or CodebuildProjectArtifacts(type="NO_ARTIFACTS"),
                cache=CodebuildProjectCache(type="NO_CACHE"),
                environment=CodebuildProjectEnvironment(
                    type=machine_type(machine),
                    image=build_image(machine),
                    image_pull_credentials_type=credentials(machine),
                    compute_type=machine.compute_type,
                    privileged_mode=False,
                    environment_variable=variables(machine, told),
                ),
                logs_config=CodebuildProjectLogsConfig(
                    cloudwatch_logs=CodebuildProjectLogsConfigCloudwatchLogs(
                        status="ENABLED", group_name=log_group.name
                    )
                ),
                tags=project.tags,
                depends_on=list(depends_on) or None,
            )
        )
        self.log = log_group.name
        self.name = made.name
        self.arn = project.arn("codebuild", f"project/{made.name}")


def _buildspec(machine: Build) -> str:
    """The text of a standard buildspec, as the image can take it.

    https://docs.aws.amazon.com/codebuild/latest/userguide/runtime-versions.html
    """
    text = standard_buildspec(str(machine.buildspec))
    is_custom = machine.image is not None and not machine.image.startswith("aws/codebuild/")
    return _RUNTIMES.sub("", text) if is_custom else text
