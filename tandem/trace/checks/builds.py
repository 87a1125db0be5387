"""Builds that cannot do what their buildspec asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tandem.builds import Build
from tandem.buildspec import Buildspec, Image
from tandem.deployment.model import BuildProject
from tandem.deployment.symbols import is_known, readable, symbol, symbols_in
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context
from tandem.trace.git_filters import blocks

_NAME = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_ALWAYS_SET = re.compile(
    r"CODEBUILD_\w+|AWS_\w+|DOCKER_\w+|\w+_VERSION|HOME|PATH|PWD|USER|SHELL|HOSTNAME|LANG|TERM"
)
"""Variables that CodeBuild, its images or every shell have."""
_FATAL = re.compile(r"line \d+, column \d+: not YAML: (?!.*duplicate)|not a buildspec:")
"""A key said twice is left alone: not every reader of YAML minds."""
_CODEPIPELINE = "CODEPIPELINE"
_AWS_IMAGES = "aws/codebuild/"


@check(
    "docker-unprivileged",
    title="The build uses Docker, but is not privileged",
    remedy="set privileged_mode to true",
    page="https://docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html"
    "#troubleshooting-cannot-connect-to-docker-daemon",
)
def docker_unprivileged(context: Context) -> Iterator[Problem]:
    """The Docker daemon does not start, so `docker build` fails.

    Buildah and kaniko need no daemon.
    """
    for project, spec in _buildspecs(context):
        if (
            spec.uses_docker
            and not project.privileged
            and project.machine in ("LINUX_CONTAINER", "LINUX_GPU_CONTAINER", "ARM_CONTAINER")
            and not _may_have_daemon(project)
        ):
            yield Problem(
                project.address, "its buildspec uses Docker, and privileged_mode is not true"
            )


@check(
    "project-types-differ",
    title="Only one of the project's source and artifacts is of type CODEPIPELINE",
    remedy="set both types to CODEPIPELINE",
    page="https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectArtifacts.html",
)
def project_types_differ(context: Context) -> Iterator[Problem]:
    """The apply fails.

    A project gets its source from a pipeline and gives its output to it, or neither.
    """
    for project in context.deployment.projects:
        artifacts = _type(project.resource.values.get("artifacts"))
        source = project.source_type
        if not artifacts or not source or not (is_known(artifacts) and is_known(source)):
            continue
        if (artifacts == _CODEPIPELINE) != (source == _CODEPIPELINE):
            yield Problem(
                project.address, f"its source is of type {source}, its artifacts are {artifacts}"
            )


@check(
    "variable-missing",
    title="The build names its image with a variable that nothing sets",
    remedy="set the variable in the project's environment, or in the action's EnvironmentVariables",
    page="https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html",
)
def variable_missing(context: Context) -> Iterator[Problem]:
    """The push fails: the variable is empty, so what is pushed has no name.

    Said only where all that the build runs is seen, in one of AWS's own images.
    """
    said = set()
    for build in context.builds.in_pipelines:
        for name in sorted(_missing(build)):
            if (build.project.address, name) not in said:
                said.add((build.project.address, name))
                yield Problem(
                    build.project.address,
                    f"its buildspec pushes an image named after ${name}, which neither it nor the "
                    f'action "{build.action.name}" of {readable(build.pipeline.name)} sets',
                )


@check(
    "buildspec-broken",
    title="CodeBuild cannot read the buildspec",
    remedy="correct the buildspec",
    page="https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html",
)
def buildspec_broken(context: Context) -> Iterator[Problem]:
    """The build fails before its first command: the text is no YAML, or has no phases.

    Only a buildspec that Terraform holds can be looked at: what lies in the source is not seen.
    """
    said = set()
    for project in context.deployment.projects:
        for build in context.builds.of_project(project):
            spec = build.buildspec
            if spec is None or build.text is None or not is_known(build.text):
                continue
            for problem in filter(_FATAL.match, spec.problems):
                if (project.address, problem) not in said:
                    said.add((project.address, problem))
                    yield Problem(project.address, f"its buildspec is wrong: {readable(problem)}")


@check(
    "immutable-tag-moves",
    title="A tag is pushed at every build to a repository whose tags cannot move",
    remedy="push a tag of its own for each build, or set image_tag_mutability to MUTABLE",
    page="https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
)
def immutable_tag_moves(context: Context) -> Iterator[Problem]:
    """The first build succeeds; the second is refused by ECR, because the tag is there already."""
    said = set()
    for pipeline in context.deployment.pipelines:
        for push in context.pushes_of(pipeline):
            repository = context.deployment.repository_of.get(push.repository)
            if not repository or not repository.immutable or not push.certain:
                continue
            if is_known(push.tag) and push.tag and (repository.address, push.tag) not in said:
                said.add((repository.address, push.tag))
                yield Problem(
                    repository.address,
                    f"its tags cannot move, but every build of {readable(push.project)} pushes "
                    f"{push.tag}",
                )


def _buildspecs(context: Context) -> Iterator[tuple[BuildProject, Buildspec]]:
    """Each project once, with a buildspec that it runs."""
    for project in context.deployment.projects:
        seen = (build.buildspec for build in context.builds.of_project(project))
        spec = next(filter(None, seen), None)
        if spec:
            yield project, spec


def _may_have_daemon(project: BuildProject) -> bool:
    """Whether Docker may be found without privileges.

    https://docs.aws.amazon.com/codebuild/latest/userguide/sample-docker-server.html
    """
    return any(variable.name == "DOCKER_HOST" for variable in project.variables) or any(
        environment.get("docker_server") or not is_known(environment.get("privileged_mode"))
        for environment in blocks(project.resource.values, "environment")
    )


def _type(block: object) -> str:
    first = block[0] if isinstance(block, list) and block else block
    return str(first.get("type") or "") if isinstance(first, dict) else ""


def _missing(build: Build) -> set[str]:
    spec = build.buildspec
    if spec is None or spec.scripts or spec.problems or not build.complete:
        return set()
    if not build.project.image.startswith(_AWS_IMAGES):
        return set()
    names = {name for image in spec.pushes if image.certain for name in _needed(image)}
    return {
        name
        for name in names
        if name in spec.reads and name not in build.variables and not _ALWAYS_SET.fullmatch(name)
    }


def _needed(image: Image) -> Iterator[str]:
    """Variables without which the image has no name, or an empty tag."""
    for found in symbols_in(image.repository):
        name = _NAME.fullmatch(found)
        if name and image.repository.startswith(symbol(found)):
            yield name[1]
    tag = _NAME.fullmatch(next(symbols_in(image.tag), ""))
    if tag and image.tag == symbol(tag[0]):
        yield tag[1]
