"""Artifacts: produced before they are needed, and named so that a build finds them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tandem.deployment.model import Action, Pipeline
from tandem.deployment.symbols import equal, is_known, readable
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context

_STRUCTURE = (
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html"
)
_CODEBUILD = (
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html"
)
_MOST_INPUTS = 5
_NEEDS_INPUT = frozenset({"CodeBuild", "ECS", "CodeDeployToECS", "CodeDeploy", "S3"})
_VARIABLE = re.compile(r"[A-Za-z0-9_]+")

Order = tuple[int, int]
"""Number of the stage, and run order."""


@check(
    "artifact-not-produced",
    title="No action produces the input artifact",
    remedy="name the artifact in output_artifacts of the action that makes it",
    page=_STRUCTURE,
)
def artifact_not_produced(context: Context) -> Iterator[Problem]:
    """The apply fails: every input artifact is the output of an earlier action."""
    for pipeline in context.whole_pipelines:
        produced = _produced(pipeline)
        for _, action in _ordered(pipeline):
            for name in action.inputs:
                if all(equal(name, other) is False for other in produced):
                    yield Problem(
                        pipeline.address,
                        f'"{action.name}" takes the artifact {readable(name)}, which no action '
                        "produces",
                    )


@check(
    "artifact-produced-later",
    title="The input artifact is produced only later",
    remedy="give the action a later stage, or a higher run_order",
    page=_STRUCTURE,
)
def artifact_produced_later(context: Context) -> Iterator[Problem]:
    """The apply fails: actions of the same stage and run order run side by side."""
    for pipeline in context.whole_pipelines:
        produced = _produced(pipeline)
        for order, action in _ordered(pipeline):
            for name in action.inputs:
                makers = produced.get(name)
                if makers and all(made >= order for made, _ in makers):
                    yield Problem(
                        pipeline.address,
                        f'"{action.name}" takes the artifact {readable(name)} before '
                        f'"{makers[0][1].name}" has produced it',
                    )


@check(
    "artifact-produced-twice",
    title="Two actions produce the same artifact",
    remedy="give each output artifact a name of its own",
    page=_STRUCTURE,
)
def artifact_produced_twice(context: Context) -> Iterator[Problem]:
    """The apply fails: names of output artifacts are unique within a pipeline."""
    for pipeline in context.whole_pipelines:
        for name, makers in _produced(pipeline).items():
            if len(makers) > 1:
                actions = " and ".join(f'"{action.name}"' for _, action in makers)
                yield Problem(pipeline.address, f"{actions} produce the artifact {readable(name)}")


@check(
    "artifacts-refused",
    title="An action has too few or too many artifacts",
    remedy="give a source action one output and no input, and a build one to five inputs",
    page=_STRUCTURE,
)
def artifacts_refused(context: Context) -> Iterator[Problem]:
    """The apply fails: each kind of action takes and makes a certain number of artifacts."""
    for pipeline in context.whole_pipelines:
        for _, action in _ordered(pipeline):
            why = _wrong_number(action)
            if why:
                yield Problem(pipeline.address, f'"{action.name}" {why}')


@check(
    "primary-source-wrong",
    title="The build does not know in which of its inputs to start",
    remedy="set PrimarySource to the input artifact that holds the buildspec",
    page=_CODEBUILD,
)
def primary_source_wrong(context: Context) -> Iterator[Problem]:
    """The apply or the build fails: with several inputs, `PrimarySource` names one of them."""
    for pipeline in context.whole_pipelines:
        for _, action in _ordered(pipeline):
            if action.provider != "CodeBuild" or not action.configuration_known:
                continue
            primary = action.configuration.get("PrimarySource")
            if primary is None and len(action.inputs) > 1:
                yield Problem(
                    pipeline.address,
                    f'"{action.name}" has {len(action.inputs)} input artifacts, and no '
                    "PrimarySource",
                )
            elif primary and all(equal(primary, it) is False for it in action.inputs):
                yield Problem(
                    pipeline.address,
                    f'PrimarySource of "{action.name}" is {readable(primary)}, which is none of '
                    "its input artifacts",
                )


@check(
    "artifact-name-unreadable",
    title="The build cannot read the folder of an input artifact",
    remedy="name the artifact with letters, digits and _ only",
    page="https://docs.aws.amazon.com/codebuild/latest/userguide/sample-pipeline-multi-input-output.html",
)
def artifact_name_unreadable(context: Context) -> Iterator[Problem]:
    """The folder of a second input is in `$CODEBUILD_SRC_DIR_` and the artifact's name.

    A shell reads a variable's name as far as letters, digits and `_` go.

    Silent where the buildspec is known and does not ask for it.
    """
    for build in context.builds.in_pipelines:
        text = build.text
        primary = build.action.configuration.get("PrimarySource")
        for name in build.action.inputs:
            if name == primary or len(build.action.inputs) == 1 or not is_known(name):
                continue
            if not _VARIABLE.fullmatch(name) and (text is None or "CODEBUILD_SRC_DIR_" in text):
                yield Problem(
                    build.pipeline.address,
                    f'"{build.action.name}" gets the artifact {name}, but no shell can read '
                    f"$CODEBUILD_SRC_DIR_{name}",
                )


def _ordered(pipeline: Pipeline) -> Iterator[tuple[Order, Action]]:
    for number, stage in enumerate(pipeline.stages):
        for action in stage.actions:
            yield (number, action.run_order), action


def _produced(pipeline: Pipeline) -> dict[str, list[tuple[Order, Action]]]:
    found: dict[str, list[tuple[Order, Action]]] = defaultdict(list)
    for order, action in _ordered(pipeline):
        for name in action.outputs:
            found[name].append((order, action))
    return found


def _wrong_number(action: Action) -> str | None:
    if action.category == "Source":
        if action.inputs:
            return "is a source action, and has an input artifact"
        if action.owner == "AWS" and len(action.outputs) != 1:
            return f"is a source action, and has {len(action.outputs)} output artifacts: one is due"
    if action.owner == "AWS" and action.provider in _NEEDS_INPUT and action.category != "Source":
        if not action.inputs:
            return "has no input artifact"
        if action.provider == "CodeBuild" and len(action.inputs) > _MOST_INPUTS:
            return f"has {len(action.inputs)} input artifacts, and {_MOST_INPUTS} may be"
    return None
