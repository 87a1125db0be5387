"""ImagePipeline: a source, a repository, a build, and perhaps bases and a deployment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pydantic.dataclasses
from pydantic import ConfigDict

from modules._cdktf import Codepipeline, CodepipelineStageAction, Construct
from modules.bases import Bases, Image, each_with_resources
from modules.codebuild import BuildProject, pulls_its_image, standard_variables
from modules.codepipeline import Pipeline, build_action, stage
from modules.deploy import EcsDeployment, approval_stage
from modules.ecr import (
    AnyImageRepository,
    EitherImageRepository,
    ExistingImageRepository,
    ImageRepository,
    describe_statement,
    pull_statement,
)
from modules.element import Element
from modules.expressions import (
    Entries,
    Text,
    choose,
    document,
    each,
    given,
    some,
    texts,
    where,
)
from modules.iam import Statement
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
from modules.settings.build import action_variable
from modules.settings.types import SETTINGS, ImageName, ImageTag, Mode, Retry, Schedule
from modules.sources import (
    ACTION,
    ARTIFACT,
    SourceAction,
    base_image_action,
    base_image_trigger,
    source_action,
)
from modules.symbols import AnyRepository, AnySource
from modules.triggers import Trigger, Triggers

_BUILD_ARTIFACT = "BuildArtifact"


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
        address: What the addresses of its resources begin with. None: the path of ids.

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
        source: Source | AnySource,
        base: Image | Bases | None = None,
        repository: Repository | ExistingRepository | AnyRepository | None = None,
        build: Build | None = None,
        tag: str = "latest",
        mode: Mode = "superseded",
        retry: Retry | None = None,
        approval: Approval | None = None,
        deploy: EcsDeploy | None = None,
        schedule: str | None = None,
        renamed_from: str | None = None,
        address: str | None = None,
    ) -> None:
        if not isinstance(tag, Text):  # else the variables of the module are checked
            _Plain(
                id=id,
                tag=tag,
                mode=mode,
                retry=retry,
                schedule=schedule,
                renamed_from=renamed_from,
            )
        bases = {DEFAULT_ARGUMENT: base} if isinstance(base, Image) else base or {}
        build = build or Build()
        problems = (
            []
            if isinstance(bases, Entries)
            else [f"base.{name}: {message}" for name, message in base_problems(bases, build)]
        )
        if approval is not None and deploy is None:
            problems.append("approval: there is nothing to approve: add deploy, or remove it")
        if problems:
            raise ValueError("\n".join(f"{id}.{problem}" for problem in problems))
        super().__init__(scope, id, address=address)
        project = Project.of(self)
        owner = self.address
        name = self._name = id if owner else project.names.prefix
        self.repository = _repository(self, owner, repository or Repository())
        if renamed_from and isinstance(self.repository, ImageRepository):
            self.repository.moved_from(f"{owner.removesuffix(id)}{renamed_from}_repository")
        self.build = BuildProject(
            self,
            "build",
            name=project.names.build_project(owner),
            role_name=project.names.role(owner, "build"),
            settings=build,
            buildspec=choose(some(bases), "app", "base"),
            variables=standard_variables(
                build,
                bases=bases,
                repository_url=self.repository.url,
                tag=tag,
                container=name if deploy is None else choose(given(deploy), deploy.container, name),
            ),
        )
        self.repository.grant_push(self.build.role, pulls=pulls_its_image(build))
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
        pipeline = self.pipeline.build(stages, mode=mode, git_triggers=own.git_triggers)
        self.name = pipeline.name
        self.arn = project.arn("codepipeline", self.name)
        self.image = Image(owner, self.repository, tag, self.pipeline)
        self.dead_letters = Triggers.of(self).dead_letters
        self._start(pipeline, own, bases, schedule)

    def _source_stage(self, own: SourceAction, bases: Bases) -> Any:
        def describe(argument: str, image: Image) -> Statement:
            return describe_statement(f"Describe{artifact_name(argument)}", image.repository.arn)

        def pull(argument: str, image: Image) -> Statement:
            return pull_statement(f"Pull{artifact_name(argument)}", image.repository.arn)

        def action(argument: str, image: Image) -> CodepipelineStageAction:
            return base_image_action(artifact_name(argument), image.repository.name, image.tag)

        self.pipeline.role.allow_each(bases, describe)
        self.build.role.allow_each(bases, pull)
        return stage("Source", [*each(bases, action), own.action])

    def _build_stage(self, own: SourceAction, bases: Bases, retry: Retry | None) -> Any:
        def digest(argument: str, image: Image) -> dict[str, str]:
            reference = f"{image.repository.url}@#{{{artifact_name(argument)}.ImageDigest}}"
            return action_variable(argument, reference)

        variables = [action_variable("COMMIT_ID", own.revision), *each(bases, digest)]
        action = build_action(
            self.build,
            self.pipeline.role,
            source=ARTIFACT,
            inputs=texts([ARTIFACT, *each(bases, lambda argument, _: artifact_name(argument))]),
            output=_BUILD_ARTIFACT,
            variables=document(variables, (",", ":")),
        )
        return stage("Build", [action], retry=retry)

    def _deploy_stages(
        self, approval: Approval | None, deploy: EcsDeploy | None, retry: Retry | None
    ) -> list[Any]:
        stages = []
        if approval is not None:
            stages += where(given(approval), approval_stage(approval, self.pipeline.role))
        if deploy is not None:
            deployment = EcsDeployment(self, "deploy", settings=deploy)
            deployment.grant_deploy(self.pipeline.role)
            deploying = stage("Deploy", [deployment.action(_BUILD_ARTIFACT)], retry=retry)
            stages += where(given(deploy), deploying)
        return stages

    def _start(
        self,
        pipeline: Codepipeline,
        own: SourceAction,
        bases: Bases,
        schedule: str | None,
    ) -> None:
        """Let the source, the bases and the schedule start the pipeline."""
        owner = self.address
        triggers = Triggers.of(self)
        for trigger in own.triggers:
            triggers.start(pipeline, trigger, id=owner, action=ACTION)
        if schedule is not None:
            trigger = Trigger(
                f"{owner}-scheduled" if owner else "scheduled",
                f"Builds {self._name} anyway, {schedule}",
                schedule=schedule,
                exists=given(schedule),
            )
            triggers.start(pipeline, trigger, id=owner)
        for argument, image, exists in each_with_resources(bases):
            pushed = base_image_trigger(image.name, image.repository.name, image.tag)
            if isinstance(exists, Entries):
                pushed = replace(pushed, exists=exists, rule_name=getattr(argument, "rule", None))
            target = triggers.start(pipeline, pushed, id=owner, action=artifact_name(argument))
            if image.pipeline:
                # A new pipeline starts at once: its first push must find the rule in place.
                image.pipeline.create_after(target)


def _repository(
    scope: ImagePipeline,
    owner: str,
    settings: Repository | ExistingRepository | AnyRepository,
) -> AnyImageRepository:
    if isinstance(settings, AnyRepository):
        name = Project.of(scope).names.repository(owner)
        return EitherImageRepository(scope, "repository", name=name, settings=settings)
    if isinstance(settings, ExistingRepository):
        return ExistingImageRepository(scope, "repository", name=settings.existing)
    name = settings.name or Project.of(scope).names.repository(owner)
    return ImageRepository(scope, "repository", name=name, settings=settings)
