"""The project that builds an image and pushes it."""

from __future__ import annotations

from collections.abc import Mapping

from modules._cdktf import (
    CloudwatchLogGroup,
    CodebuildProject,
    CodebuildProjectArtifacts,
    CodebuildProjectCache,
    CodebuildProjectEnvironment,
    CodebuildProjectLogsConfig,
    CodebuildProjectLogsConfigCloudwatchLogs,
    CodebuildProjectSource,
    Construct,
)
from modules.artifacts import ArtifactStore
from modules.codebuild.buildspec import buildspec_of
from modules.codebuild.image import build_image, credentials, grant_image, machine
from modules.codebuild.log import grant_log
from modules.codebuild.network import grant_network, network
from modules.codebuild.variables import grant_variables
from modules.codebuild.variables import variables as build_variables
from modules.element import Element
from modules.expressions import (
    choose,
    equal,
    plain,
    set_blocks,
)
from modules.iam import ServiceRole
from modules.project import Project
from modules.settings import Build


class BuildProject(Element):
    """A CodeBuild project for the build stage of a pipeline, with its role and its log.

    Args:
        name: At most 150 characters.
        role_name: Name of its role, at most 64 characters.
        settings: The machine, its network and what docker is told.
        buildspec: Name of the standard buildspec, `base` or `app`, unless the settings name one.
        variables: Environment variables of the standard buildspec; None is left out.

    https://docs.aws.amazon.com/codebuild/latest/userguide/create-project.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        role_name: str,
        settings: Build,
        buildspec: str,
        variables: Mapping[str, str | None],
    ) -> None:
        super().__init__(scope, id)
        self._project = Project.of(self)
        self._artifacts = ArtifactStore.of(self)
        self.role = ServiceRole(
            self,
            "role",
            name=role_name,
            service="codebuild.amazonaws.com",
            source_arn=self._project.arn("codebuild", f"project/{name}"),
        )
        log_group = self.place(
            CloudwatchLogGroup(
                self,
                "log",
                name=f"/aws/codebuild/{name}",
                retention_in_days=settings.log_retention_days,
                tags=self._project.tags,
            )
        )
        self._artifacts.grant_read_write(self.role)
        grant_log(self.role, log_group.name)
        grant_variables(self.role, settings)
        grant_image(self.role, settings)
        grant_network(self.role, settings.vpc)
        vpc = network(settings.vpc)
        environment = build_variables(settings, variables)
        project = self.place(
            CodebuildProject(
                self,
                "project",
                name=name,
                service_role=self.role.arn,
                build_timeout=settings.timeout_minutes,
                queued_timeout=settings.queued_timeout_minutes,
                concurrent_build_limit=settings.concurrent_build_limit,
                encryption_key=self._artifacts.kms_key,
                source=CodebuildProjectSource(
                    type="CODEPIPELINE", buildspec=buildspec_of(settings, buildspec)
                ),
                artifacts=CodebuildProjectArtifacts(type="CODEPIPELINE"),
                cache=_cache(settings),
                environment=CodebuildProjectEnvironment(
                    type=machine(settings),
                    image=build_image(settings),
                    image_pull_credentials_type=credentials(settings),
                    compute_type=settings.compute_type,
                    privileged_mode=settings.privileged,
                    environment_variable=plain(environment),
                ),
                logs_config=CodebuildProjectLogsConfig(
                    cloudwatch_logs=CodebuildProjectLogsConfigCloudwatchLogs(
                        status="ENABLED", group_name=log_group.name
                    )
                ),
                vpc_config=next(iter(plain(vpc)), None),
                tags=self._project.tags,
                depends_on=[self.role.policy],
            )
        )
        set_blocks(project, "vpc_config", vpc)
        set_blocks(project, "environment_variable", environment, within="environment.")
        self.name = project.name
        self.log_group = log_group.name
        self.arn = self._project.arn("codebuild", f"project/{self.name}")


def _cache(settings: Build) -> CodebuildProjectCache:
    local = equal(settings.cache, "local")
    return CodebuildProjectCache(
        type=choose(local, "LOCAL", "NO_CACHE"),
        modes=choose(local, ["LOCAL_DOCKER_LAYER_CACHE"], None),
    )
