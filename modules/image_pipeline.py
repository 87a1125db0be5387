"""ImagePipeline: a source, a repository, a build, and perhaps bases and a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pydantic.dataclasses
from pydantic import ConfigDict

from modules._cdktf import CodepipelineStage, Construct
from modules.codebuild import BuildProject
from modules.codepipeline import Pipeline, build_action, stage
from modules.deploy import EcsDeployment, approval_stage
from modules.ecr import AnyImageRepository, ExistingImageRepository, ImageRepository
from modules.element import Element
from modules.naming import DEFAULT_ARGUMENT, artifact_name
from modules.project import Project
from modules.settings import (
    Approval,
    Build,
    EcsDeploy,
    ExistingRepository,
    Repository,
    Source,
)
from modules.settings.bases import base_problems
from modules.settings.build import action_variables
from modules.settings.types import SETTINGS, ImageName, ImageTag, Mode, Retry, Schedule
from modules.sources import (
    ACTION,
    ARTIFACT,
    SourceAction,
    base_image_action,
    base_image_trigger,
    source_action,
)
from modules.triggers import Trigger, Triggers

_BUILD_ARTIFACT = "BuildArtifact"


@dataclass(frozen=True)
class Image:
    """What another pipeline builds on: a repository, and the tag in it that links."""

    name: str
    """What the trigger is named after."""
    repository: AnyImageRepository
    tag: str
    pipeline: Pipeline | None = None
    """The pipeline that builds it. None: it is built elsewhere."""


@pydantic.dataclasses.dataclass(frozen=True, config=ConfigDict(**SETTINGS, title="ImagePipeline"))
class _Plain:
    """The arguments of an ImagePipeline that are plain values, checked all at once."""

    id: ImageName
    tag: ImageTag
    mode: Mode
    retry: Retry | None
    schedule: Schedule | None
    renamed_from: ImageName | None


class ImagePipeline(Element):
    """A pipeline that builds an image, whenever its source or one of its bases changes.

    Args:
        source: Where the Dockerfile lives.
        base: The image it is built from, another pipeline's `image`; or several, by the build
            argument that each is given to. None: its bases are no concern of the pipeline.
        repository: Where the image goes: a new repository, or an existing one.
        build: The build machine and what docker is told.
        tag: The moving tag that links to the pipelines built on this image.
        mode: What happens when an execution starts while another runs.
        retry: What is tried again when a stage fails. None: nothing.
        approval: Ask a person before the deployment.
        deploy: Where the image is deployed. None: nowhere.
        schedule: `rate(…)` or `cron(…)`: build anyway, in case an event was lost.
        renamed_from: The id it had before. Terraform then moves its repository, which keeps its
            images as long as `repository.name` is the old name.

    Raises:
        ValueError: A plain value is outside its limits, a build argument of a base is not its own,
            or there is an approval but nothing to deploy; all of a kind are named at once.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        source: Source,
        base: Image | Mapping[str, Image] | None = None,
        repository: Repository | ExistingRepository | None = None,
        build: Build | None = None,
        tag: str = "latest",
        mode: Mode = "superseded",
        retry: Retry | None = None,
        approval: Approval | None = None,
        deploy: EcsDeploy | None = None,
        schedule: str | None = None,
        renamed_from: str | None = None,
    ) -> None:
        _Plain(id=id, tag=tag, mode=mode, retry=retry, schedule=schedule, renamed_from=renamed_from)
        bases = {DEFAULT_ARGUMENT: base} if isinstance(base, Image) else dict(base or {})
        build = build or Build()
        problems = [f"base.{name}: {message}" for name, message in base_problems(bases, build)]
        if approval and not deploy:
            problems.append("approval: there is nothing to approve: add deploy, or remove it")
        if problems:
            raise ValueError("\n".join(f"{id}.{problem}" for problem in problems))
        super().__init__(scope, id)
        project = Project.of(self)
        owner = self.address
        self.repository = _repository(self, owner, repository or Repository())
        if renamed_from and isinstance(self.repository, ImageRepository):
            self.repository.moved_from(f"{owner.removesuffix(id)}{renamed_from}_repository")
        self.build = BuildProject(
            self,
            "build",
            name=project.names.build_project(owner),
            role_name=project.names.role(owner, "build"),
            settings=build,
            buildspec="app" if bases else "base",
            variables=_build_variables(
                build, bases, self.repository, tag, container=deploy.container if deploy else id
            ),
        )
        self.repository.grant_push(self.build.role)
        self.pipeline = Pipeline(
            self,
            "pipeline",
            name=project.names.pipeline(owner),
            role_name=project.names.role(owner, "pipeline"),
        )
        own = source_action(source, project)
        self.pipeline.role.allow(*own.pipeline_needs)
        self.build.role.allow(*own.build_needs)
        stages = [
            self._source_stage(own, bases),
            self._build_stage(own, bases, retry),
            *self._deploy_stages(approval, deploy, retry),
        ]
        pipeline = self.pipeline.build(stages, mode=mode, git_trigger=own.git_trigger)
        self.name = pipeline.name
        self.image = Image(owner, self.repository, tag, self.pipeline)
        triggers = Triggers.of(self)
        if own.trigger:
            triggers.start(pipeline, own.trigger, id=owner, action=ACTION)
        if schedule:
            trigger = Trigger(
                f"{owner}-scheduled", f"Builds {owner} anyway, {schedule}", schedule=schedule
            )
            triggers.start(pipeline, trigger, id=owner)
        for argument, image in bases.items():
            pushed = base_image_trigger(image.name, image.repository.name, image.tag)
            target = triggers.start(pipeline, pushed, id=owner, action=artifact_name(argument))
            if image.pipeline:
                # A new pipeline starts at once: its first push must find the rule in place.
                image.pipeline.create_after(target)

    def _source_stage(self, own: SourceAction, bases: Mapping[str, Image]) -> CodepipelineStage:
        for argument, image in bases.items():
            artifact = artifact_name(argument)
            image.repository.grant_describe(self.pipeline.role, sid=f"Describe{artifact}")
            image.repository.grant_pull(self.build.role, sid=f"Pull{artifact}")
        actions = [
            base_image_action(artifact_name(argument), image.repository.name, image.tag)
            for argument, image in bases.items()
        ]
        return stage("Source", [*actions, own.action])

    def _build_stage(
        self, own: SourceAction, bases: Mapping[str, Image], retry: Retry | None
    ) -> CodepipelineStage:
        digests = {
            argument: f"{image.repository.url}@#{{{artifact_name(argument)}.ImageDigest}}"
            for argument, image in bases.items()
        }
        revisions = {"COMMIT_ID": own.revision, **digests}
        action = build_action(
            self.build,
            self.pipeline.role,
            inputs=[ARTIFACT, *(artifact_name(argument) for argument in bases)],
            output=_BUILD_ARTIFACT,
            variables=action_variables(revisions),
        )
        return stage("Build", [action], retry=retry)

    def _deploy_stages(
        self, approval: Approval | None, deploy: EcsDeploy | None, retry: Retry | None
    ) -> list[CodepipelineStage]:
        stages = []
        if approval:
            stages.append(approval_stage(approval, self.pipeline.role))
        if deploy:
            deployment = EcsDeployment(self, "deploy", settings=deploy)
            deployment.grant_deploy(self.pipeline.role)
            stages.append(stage("Deploy", [deployment.action(_BUILD_ARTIFACT)], retry=retry))
        return stages


def _repository(
    scope: ImagePipeline, owner: str, settings: Repository | ExistingRepository
) -> AnyImageRepository:
    if isinstance(settings, ExistingRepository):
        return ExistingImageRepository(scope, "repository", name=settings.existing)
    name = settings.name or Project.of(scope).names.repository(owner)
    return ImageRepository(scope, "repository", name=name, settings=settings)


def _build_variables(
    build: Build,
    bases: Mapping[str, Image],
    repository: AnyImageRepository,
    tag: str,
    *,
    container: str,
) -> dict[str, str]:
    """The variables of the standard buildspecs; those at their defaults are left out."""
    variables = {
        "REPOSITORY_URI": repository.url,
        "IMAGE_TAG": tag,
        "CONTAINER_NAME": container,
        "BASE_IMAGES": " ".join(bases),
        "BUILD_ARGS": " ".join(build.arguments),
        "DOCKERFILE": build.dockerfile,
        "BUILD_CONTEXT": build.context,
        "PLATFORM": build.platform or "",
        "CACHE": build.cache if build.cache == "registry" else "",
    }
    return {name: value for name, value in variables.items() if value}
