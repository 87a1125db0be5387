"""The pipeline itself: its stages, how executions share it, and the role it runs with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modules._cdktf import (
    Codepipeline,
    CodepipelineStage,
    CodepipelineStageAction,
    CodepipelineStageOnFailure,
    CodepipelineStageOnFailureRetryConfiguration,
    Construct,
    IListProducer,
    IResolveContext,
    Lazy,
    TerraformResource,
    jsii,
)
from modules.artifacts import ArtifactStore
from modules.codebuild import BuildProject
from modules.element import Element
from modules.expressions import Block, given, plain, set_blocks, where
from modules.iam import ServiceRole, Statement
from modules.project import Project
from modules.settings.types import Mode, Retry


class Pipeline(Element):
    """A pipeline of type V2, which alone can be started with an exact revision.

    Its role exists first, so that what the stages need can be granted; `build` makes the pipeline.

    Args:
        name: At most 100 characters.
        role_name: Name of its role, at most 64 characters.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-types.html
    """

    def __init__(self, scope: Construct, id: str, *, name: str, role_name: str) -> None:
        super().__init__(scope, id)
        self._name = name
        self._prerequisites = _Prerequisites()
        self.role = ServiceRole(
            self,
            "role",
            name=role_name,
            service="codepipeline.amazonaws.com",
            source_arn=Project.of(self).arn("codepipeline", name),
        )

    def build(
        self,
        stages: Sequence[Any],
        *,
        mode: Mode,
        git_triggers: Sequence[Any],
    ) -> Codepipeline:
        """Make the pipeline, once all is granted to its role."""
        store = ArtifactStore.of(self)
        store.grant_pass_through(self.role)
        stores = [store.block]
        self._pipeline = self.place(
            Codepipeline(
                self,
                "pipeline",
                name=self._name,
                pipeline_type="V2",
                execution_mode=mode.upper(),
                role_arn=self.role.arn,
                artifact_store=plain(stores),
                stage=plain(stages),
                trigger=plain(git_triggers) or None,
                tags=Project.of(self).tags,
                depends_on=[self.role.policy],
            )
        )
        for block, blocks in (
            ("artifact_store", stores),
            ("stage", stages),
            ("trigger", git_triggers),
        ):
            set_blocks(self._pipeline, block, blocks)
        return self._pipeline

    def create_after(self, resource: TerraformResource) -> None:
        """Create the pipeline, which starts at once, only when `resource` exists."""
        if not self._prerequisites.addresses:
            self._prerequisites.add(self.role.policy)
            self._pipeline.depends_on = Lazy.list_value(self._prerequisites)
        self._prerequisites.add(resource)


@jsii.implements(IListProducer)
class _Prerequisites:
    """Addresses that become known only while the stack grows; asked for once, at synthesis."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def add(self, resource: TerraformResource) -> None:
        self.addresses.append(f"{resource.terraform_resource_type}.{resource.friendly_unique_id}")

    def produce(self, context: IResolveContext) -> list[str]:  # noqa: ARG002 - jsii's signature
        return self.addresses


def stage(
    name: str, actions: Sequence[Any], *, retry: Retry | None = None
) -> CodepipelineStage | Block:
    """A stage that, when it fails, is retried once or not at all."""
    on_failure = []
    if retry is not None:
        retried = CodepipelineStageOnFailureRetryConfiguration(retry_mode=retry.upper())
        block = CodepipelineStageOnFailure(result="RETRY", retry_configuration=retried)
        on_failure = where(given(retry), block)
    if plain(actions) == actions and plain(on_failure) == on_failure:
        return CodepipelineStage(name=name, action=actions, on_failure=next(iter(on_failure), None))
    return Block(name=name, action=actions, on_failure=on_failure)


def build_action(
    project: BuildProject,
    role: ServiceRole,
    *,
    source: str,
    inputs: list[str],
    output: str,
    variables: str,
) -> CodepipelineStageAction:
    """The action that runs a build project.

    Args:
        project: What to run.
        role: The pipeline's role, which is allowed to run it.
        source: The input artifact that the build starts in: its primary source.
        inputs: Names of all input artifacts.
        output: Name of the output artifact.
        variables: Environment variables of this execution, as JSON.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
    """
    role.allow(
        Statement("Build", ["codebuild:BatchGetBuilds", "codebuild:StartBuild"], [project.arn])
    )
    return CodepipelineStageAction(
        name="Build",
        namespace="Build",
        category="Build",
        owner="AWS",
        provider="CodeBuild",
        version="1",
        run_order=1,
        input_artifacts=inputs,
        output_artifacts=[output],
        configuration={
            "ProjectName": project.name,
            "PrimarySource": source,
            "EnvironmentVariables": variables,
        },
    )
