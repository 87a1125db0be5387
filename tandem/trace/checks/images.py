"""Images: what one pipeline pushes, and another is built on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tandem.builds import PipelineBuild
from tandem.deployment.model import Action, BuildProject, Pipeline
from tandem.deployment.symbols import equal, readable, symbol
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context
from tandem.trace.following import Push

_ECR_PAGE = "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECR.html"


@check(
    "pushed-tag-unread",
    title="The build pushes other tags than the one a pipeline is built on",
    remedy="push the tag that the source action reads, or read the one that is pushed",
    page=_ECR_PAGE,
)
def pushed_tag_unread(context: Context) -> Iterator[Problem]:
    """The link never fires: what is pushed to the base's repository has another tag."""
    pushes: dict[str, list[tuple[str, Push]]] = defaultdict(list)
    used = {build.project.address for build in context.builds.in_pipelines}
    alone = [it for it in context.deployment.projects if it.address not in used]
    builders: list[Pipeline | BuildProject] = [*context.deployment.pipelines, *alone]
    for builder in builders:
        for push in context.pushes_of(builder):
            pushes[push.repository].append((builder.name, push))
    if any("put-image" in (it.buildspec or "") for it in context.deployment.projects):
        return  # which gives an image another tag
    for pipeline in context.deployment.pipelines:
        for action in _image_sources(pipeline):
            repository = action.configuration.get("RepositoryName", "")
            tag = action.configuration.get("ImageTag") or "latest"
            made = pushes.get(repository, [])
            if made and all(push.certain and equal(push.tag, tag) is False for _, push in made):
                tags = ", ".join(sorted({readable(push.tag) or "none" for _, push in made}))
                yield Problem(
                    pipeline.address,
                    f'"{action.name}" reads {readable(repository)}:{readable(tag)}, but '
                    f"{readable(made[0][0])} pushes {tags}",
                )


@check(
    "base-digest-unused",
    title="The base is read by its tag again, although its digest is at hand",
    remedy="give the build #{NAMESPACE.ImageDigest} of the source action, and build FROM that",
    page=_ECR_PAGE,
    breaks=False,
)
def base_digest_unused(context: Context) -> Iterator[Problem]:
    """The source action has found a digest, but the build reads the tag again.

    By then the tag may be another image than the one that started the pipeline.

    Said only where all builds of the pipeline are seen, and one of them builds an image.
    """
    for pipeline in context.whole_pipelines:
        builds = context.builds.of_pipeline(pipeline)
        if not builds or not all(map(_is_seen, builds)) or not any(map(_builds_image, builds)):
            continue
        if len(builds) != sum(it.provider == "CodeBuild" for it in pipeline.actions):
            continue
        for action in _image_sources(pipeline):
            if not any(_gets_digest(build, action) or _runs_in(build, action) for build in builds):
                yield Problem(
                    pipeline.address,
                    f'no build gets the digest that "{action.name}" has found, so they read the '
                    "tag again",
                )


@check(
    "loop",
    title="The pipeline starts itself",
    remedy="let the rule match the tag of the base only, or push to another repository",
    page="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-patterns-best-practices.html",
)
def loop(context: Context) -> Iterator[Problem]:
    """What it pushes starts it again, by itself or through other pipelines: builds without end."""
    for way in context.loops():
        names = " → ".join(readable(pipeline.name) for pipeline in (*way, way[0]))
        yield Problem(way[0].address, f"what it pushes starts it again: {names}")


def _image_sources(pipeline: Pipeline) -> Iterator[Action]:
    for action in pipeline.sources:
        if action.provider == "ECR" and action.configuration_known:
            yield action


def _is_seen(build: PipelineBuild) -> bool:
    return build.buildspec is not None and build.complete and not build.buildspec.scripts


def _builds_image(build: PipelineBuild) -> bool:
    commands = build.buildspec.commands if build.buildspec else ()
    return any(
        it.argv[0] in ("docker", "buildah", "podman") and _is_build(it.argv) for it in commands
    )


def _is_build(argv: tuple[str, ...]) -> bool:
    return "build" in argv[1:4] or "bud" in argv[1:4]


def _runs_in(build: PipelineBuild, source: Action) -> bool:
    """Whether the image of the source is what the build runs in, and not what it is built on."""
    name = source.configuration.get("RepositoryName", "")
    return f"/{name}:" in build.project.image or f"/{name}@" in build.project.image


def _gets_digest(build: PipelineBuild, source: Action) -> bool:
    """Whether a build gets the digest of the source action in a way that it uses."""
    spec = build.buildspec
    text = build.text or ""
    artifact = source.outputs[0] if source.outputs else ""
    inputs = build.action.inputs
    primary = build.action.configuration.get("PrimarySource") or next(iter(inputs), "")
    # The artifact holds imageDetail.json, which says the digest.
    if artifact in inputs and (
        artifact == primary or f"CODEBUILD_SRC_DIR_{artifact}" in text or "imageDetail.json" in text
    ):
        return True
    if spec is None or not source.namespace:
        return False
    given = [symbol(f"{source.namespace}.{name}") for name in ("ImageDigest", "ImageURI")]
    used = {*spec.reads, *spec.base_arguments}
    return any(
        any(it in value for it in given) and name in used for name, value in build.variables.items()
    )
