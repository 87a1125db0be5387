"""Sources whose changes start nothing, or start the pipeline twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.model import Action, Pipeline, Rule
from tandem.deployment.symbols import equal, readable
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context, Link, fires
from tandem.trace.checks.samples import Source
from tandem.trace.patterns import matches, some

_ECR_PAGE = (
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/create-cwe-ecr-source-console.html"
)


@check(
    "image-source-unwatched",
    title="No rule starts the pipeline when its base image is pushed",
    remedy="add an EventBridge rule for the push of that tag, with the pipeline as its target",
    page=_ECR_PAGE,
)
def image_source_unwatched(context: Context) -> Iterator[Problem]:
    """CodePipeline does not watch ECR: only an EventBridge rule starts a pipeline on a push.

    The console makes such a rule; Terraform does not. A schedule alone builds later, not on a push.
    """
    for pipeline, source in _sources(context):
        if source.service == "aws.ecr" and watched(context, pipeline, source) is False:
            yield from _unwatched(context, pipeline, source)


@check(
    "source-unwatched",
    title="Nothing starts the pipeline when its source changes",
    remedy="add an EventBridge rule for the change, with the pipeline as its target",
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/triggering.html",
)
def source_unwatched(context: Context) -> Iterator[Problem]:
    """The action is told not to poll, and no rule starts the pipeline either.

    Silent where another source of code starts the pipeline: some sources are fetched only.
    """
    for pipeline, source in _sources(context):
        if source.service == "aws.ecr" or polls(source.action) is not False:
            continue
        others = [it for it in context.sources(pipeline) if it is not source]
        if watched(context, pipeline, source) is False and not any(
            it.service != "aws.ecr" and _starts(context, pipeline, it) is not False for it in others
        ):
            yield from _unwatched(context, pipeline, source)
    for pipeline in context.deployment.pipelines:
        connected = [it for it in pipeline.sources if it.provider == "CodeStarSourceConnection"]
        git = [it for it in pipeline.sources if it.provider != "ECR"]
        if len(git) == 1 and connected and _ignored(pipeline, connected[0]):
            yield Problem(
                pipeline.address,
                f'pushes do not start it: the action "{connected[0].name}" has DetectChanges '
                '"false", and no trigger is for it',
                'set DetectChanges to "true", or add a trigger for the action',
            )


@check(
    "rule-disabled",
    title="The rule that would start the pipeline is disabled",
    remedy='set its state to "ENABLED"',
    page="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-enable-disable-rule.html",
)
def rule_disabled(context: Context) -> Iterator[Problem]:
    """A disabled rule gets no events, and no other rule is for the source."""
    for pipeline, source in _sources(context):
        if watched(context, pipeline, source) is False:
            for link in _disabled(context, pipeline, source):
                yield Problem(
                    link.rule.address,
                    f"it is disabled, so {readable(source.words)} does not start "
                    f"{readable(pipeline.name)}",
                )


@check(
    "pattern-misses-source",
    title="The rule's pattern does not match what the pipeline's source sends",
    remedy="give the pattern the values of the source action",
    page=_ECR_PAGE,
)
def pattern_misses_source(context: Context) -> Iterator[Problem]:
    """The rule starts the pipeline, but on events that are not those of its source.

    One wrong letter is enough, also between capital and small ones; ECR's events have an empty
    `resources`; and an event bus gets events of its own account and region.
    """
    for pipeline, source in _sources(context):
        if watched(context, pipeline, source) is False:
            for link in near_misses(context, pipeline, source):
                yield Problem(
                    link.rule.address,
                    f"{readable(source.words)} does not start {readable(pipeline.name)}: "
                    + _difference(link.rule, source),
                )


@check(
    "polled-and-watched",
    title="A change starts the pipeline twice",
    remedy='set PollForSourceChanges to "false"',
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/update-change-detection.html",
)
def polled_and_watched(context: Context) -> Iterator[Problem]:
    """The source is polled, and a rule starts the pipeline as well.

    An action for CodeCommit or S3 polls unless `PollForSourceChanges` is `"false"`.
    """
    for pipeline, source in _sources(context):
        if polls(source.action) and watched(context, pipeline, source):
            said = source.action.configuration.get("PollForSourceChanges")
            how = f"is {said}" if said else "is not said, which means true"
            yield Problem(
                pipeline.address,
                f"{readable(source.words)} starts it twice: a rule does, and PollForSourceChanges "
                f'of the action "{source.action.name}" {how}',
            )


def polls(action: Action) -> bool | None:
    """Whether CodePipeline itself looks for changes; None: that is known only after the apply."""
    if action.provider not in ("CodeCommit", "S3"):
        return False
    if not action.configuration_known:
        return None
    said = action.configuration.get("PollForSourceChanges", "true").lower()
    is_true, is_false = equal(said, "true"), equal(said, "false")
    return None if is_true is None or is_false is None else not is_false


def watched(context: Context, pipeline: Pipeline, source: Source) -> bool | None:
    """Whether a rule starts the pipeline when the source changes; None: nobody knows."""
    answer: bool | None = some(
        fires(link.rule, source) for link in context.links_to(pipeline) if link.rule.enabled
    )
    if answer is False and (
        any(
            link.rule.enabled and fires(link.rule, source) is not False
            for link in (*context.perhaps_to(pipeline), *context.to_others)
        )
        or context.has_unknown_rule(pipeline)
        or context.started_by_command
    ):
        return None
    return answer


def near_misses(context: Context, pipeline: Pipeline, source: Source) -> list[Link]:
    """Rules that are about such sources, but match none of the pipeline's."""
    return [
        link
        for link in context.links_to(pipeline)
        if link.rule.enabled
        and link.rule.pattern
        and _is_about(link.rule.pattern, source)
        and all(fires(link.rule, it) is False for it in context.sources(pipeline))
    ]


def _sources(context: Context) -> Iterator[tuple[Pipeline, Source]]:
    for pipeline in context.deployment.pipelines:
        for source in context.sources(pipeline):
            yield pipeline, source


def _unwatched(context: Context, pipeline: Pipeline, source: Source) -> Iterator[Problem]:
    if not near_misses(context, pipeline, source) and not _disabled(context, pipeline, source):
        yield Problem(
            pipeline.address,
            f'{readable(source.words)} does not start it: no rule is for its action "'
            f'{source.action.name}"',
        )


def _starts(context: Context, pipeline: Pipeline, source: Source) -> bool | None:
    return polls(source.action) or watched(context, pipeline, source)


def _disabled(context: Context, pipeline: Pipeline, source: Source) -> list[Link]:
    return [
        link
        for link in context.links_to(pipeline)
        if not link.rule.enabled and fires(link.rule, source)
    ]


def _is_about(pattern: Mapping[str, Any], source: Source) -> bool:
    said = pattern.get("source")
    if said is None:
        return True
    name = source.service.removeprefix("aws.")
    return any(isinstance(it, str) and it.lower().endswith(name) for it in said)


def _difference(rule: Rule, source: Source) -> str:
    """Which fields of the pattern do not match."""
    assert rule.pattern is not None  # noqa: S101 - a near miss has one
    wrong = [
        f"{'.'.join(path)} is {_shown(wanted)}, and {_held(source.event, path)}"
        for path, wanted in _leaves(rule.pattern)
        if not any(matches(_nested(path, wanted), event) for event in source.events)
    ]
    return "; ".join(wrong) or "its parts match, but never all of them"


def _leaves(
    pattern: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in pattern.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _nested(path: tuple[str, ...], wanted: Any) -> dict[str, Any]:
    first, *rest = path
    return {first: _nested(tuple(rest), wanted) if rest else wanted}


def _held(event: Any, path: tuple[str, ...]) -> str:
    for key in path:
        if not isinstance(event, Mapping) or key not in event:
            return "the event has none"
        event = event[key]
    return f"the event has {_shown(event)}"


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return readable(f'"{value}"' if isinstance(value, str) else str(value))


def _ignored(pipeline: Pipeline, action: Action) -> bool:
    """Whether pushes through a connection certainly start nothing."""
    if not action.configuration_known or pipeline.triggers:
        return False
    if action.configuration.get("DetectChanges", "true").lower() != "false":
        return False
    return not pipeline.resource.values.get("trigger")
