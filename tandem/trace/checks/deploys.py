"""Deployments to ECS: the files that they need, and the containers that these name.

https://docs.aws.amazon.com/codepipeline/latest/userguide/file-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from posixpath import basename

from tandem.builds import PipelineBuild
from tandem.deployment.model import Action, Pipeline
from tandem.deployment.symbols import equal, is_known, readable
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context

_FILES = "https://docs.aws.amazon.com/codepipeline/latest/userguide/file-reference.html"
_BLUE_GREEN = (
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html"
)
_DEFAULT_FILE = "imagedefinitions.json"
_NAME = (
    r"(?:(?P<name>[A-Za-z0-9_-]+)"
    r"|\$(?P<brace>\{)?(?P<variable>[A-Za-z_]\w*)(?(brace)(?::?-[^\s\"]*?)?\}))"
)
_QUOTE = r'\\?"'
_LITERAL = re.compile(
    rf"{_QUOTE}name{_QUOTE}\s*:\s*{_QUOTE}{_NAME}{_QUOTE}\s*,\s*{_QUOTE}imageUri{_QUOTE}"
)
"""A container in the text of the file, as in `{"name":"web","imageUri":…`."""
_PRINTED = re.compile(
    r'"name"\s*:\s*"%s"\s*,\s*"imageUri"\s*:\s*"%s"[^\n\']*\'\s+"?' + _NAME + r'(?="?\s)'
)
"""A container that `printf` puts into it."""


@check(
    "deploy-file-missing",
    title="The deployment does not get the file that it needs",
    remedy="name the file in artifacts.files of the buildspec, and the build's output as the input",
    page=_FILES,
)
def deploy_file_missing(context: Context) -> Iterator[Problem]:
    """An ECS deployment reads `imagedefinitions.json`, or its `FileName`, from its input artifact.

    The artifact of an ECR source holds `imageDetail.json` only, which is another file.
    """
    for pipeline, action in _deployments(context):
        wanted = action.configuration.get("FileName") or _DEFAULT_FILE
        for maker in _makers(pipeline, action):
            if maker.provider == "ECR" and maker.category == "Source":
                yield Problem(
                    pipeline.address,
                    f'"{action.name}" needs {wanted}, and the artifact of "{maker.name}" holds '
                    "imageDetail.json only",
                )
            for build in context.builds.of_pipeline(pipeline):
                if build.action is maker and _lacks_file(build, wanted):
                    yield Problem(
                        build.project.address,
                        f"its buildspec puts no {readable(wanted)} into the artifact that "
                        f'"{action.name}" of {readable(pipeline.name)} deploys',
                    )


@check(
    "container-unknown",
    title="The deployment names a container that the task definition does not have",
    remedy="use the name of a container of the task definition",
    page=_FILES,
)
def container_unknown(context: Context) -> Iterator[Problem]:
    """The deployment fails: `imagedefinitions.json` names containers of the task definition.

    Said only where both are written down.
    """
    for pipeline, action in _deployments(context):
        containers = _containers(context, action)
        if containers is None or not all(map(is_known, containers)):
            continue
        for maker in _makers(pipeline, action):
            for build in context.builds.of_pipeline(pipeline):
                names = _named(build) if build.action is maker else set()
                for name in sorted(names - set(containers)):
                    yield Problem(
                        build.project.address,
                        f'it names the container "{name}", and the task definition has '
                        f"{' and '.join(containers) or 'none'}",
                    )


@check(
    "blue-green-artifacts",
    title="A blue/green deployment lacks one of its artifacts",
    remedy="name input artifacts of the action in its configuration",
    page=_BLUE_GREEN,
)
def blue_green_artifacts(context: Context) -> Iterator[Problem]:
    """`CodeDeployToECS` names the artifacts with its AppSpec file, task definition and images.

    Each of them is an input of the action.
    """
    required = ("AppSpecTemplateArtifact", "TaskDefinitionTemplateArtifact")
    for pipeline in context.deployment.pipelines:
        for action in pipeline.actions:
            if action.provider != "CodeDeployToECS" or not action.configuration_known:
                continue
            said = action.configuration
            for key in required:
                if not said.get(key):
                    yield Problem(pipeline.address, f'"{action.name}" has no {key}')
            names = [*required, *(f"Image{number}ArtifactName" for number in range(1, 5))]
            for key in names:
                name = said.get(key)
                if name and all(equal(name, it) is False for it in action.inputs):
                    yield Problem(
                        pipeline.address,
                        f'{key} of "{action.name}" is {readable(name)}, which is none of its '
                        "input artifacts",
                    )


def _deployments(context: Context) -> Iterator[tuple[Pipeline, Action]]:
    for pipeline in context.whole_pipelines:
        for action in pipeline.actions:
            known = action.configuration_known and is_known(action.configuration.get("FileName"))
            if action.provider == "ECS" and action.category == "Deploy" and known:
                yield pipeline, action


def _makers(pipeline: Pipeline, action: Action) -> list[Action]:
    return [it for it in pipeline.actions if set(it.outputs) & set(action.inputs)]


def _lacks_file(build: PipelineBuild, wanted: str) -> bool:
    """Whether the file is certainly not in the build's artifact."""
    spec = build.buildspec
    if spec is None or spec.problems:
        return False
    patterns = [*spec.files]
    if len(build.action.outputs) > 1:
        if not spec.secondary_files:
            return False
        patterns += [it for files in spec.secondary_files.values() for it in files]
    return not any(_may_hold(pattern, wanted) for pattern in patterns)


def _may_hold(pattern: str, wanted: str) -> bool:
    if not is_known(pattern):
        return True
    return fnmatchcase(basename(wanted), basename(pattern)) or pattern.endswith(("/", "**"))


def _containers(context: Context, action: Action) -> tuple[str, ...] | None:
    """The containers of the service that is deployed to; None where they are not known."""
    said = action.configuration
    cluster, name = said.get("ClusterName", "default"), said.get("ServiceName", "")
    found = context.services.get((cluster, name), [])
    if len(found) != 1:
        return None
    wanted = found[0].task_definition
    task = context.tasks.get(wanted) or context.tasks.get(wanted.partition(":")[0])
    return task.containers if task else None


def _named(build: PipelineBuild) -> set[str]:
    """Containers that the buildspec writes into the file, where it does so in so many words."""
    text = build.text or ""
    return {
        name
        for pattern in (_LITERAL, _PRINTED)
        for found in pattern.finditer(text)
        if (name := found["name"] or _value(build, text, found["variable"]))
    }


def _value(build: PipelineBuild, text: str, variable: str) -> str | None:
    """The value of a variable that only the project or the action sets."""
    value = build.variables.get(variable)
    is_set_again = re.search(rf"\b{variable}=", text)
    known = value and not is_set_again and is_known(value)
    return value if known else None
