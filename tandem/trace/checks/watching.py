"""Whether a change of a source starts its pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.model import Action, Pipeline
from tandem.deployment.statements import texts
from tandem.deployment.symbols import equal
from tandem.trace.checks.context import Context, Link
from tandem.trace.checks.samples import Source
from tandem.trace.patterns import some


def all_sources(context: Context) -> Iterator[tuple[Pipeline, Source]]:
    """Every source of every pipeline of which EventBridge tells."""
    for pipeline in context.deployment.pipelines:
        for source in context.sources(pipeline):
            yield pipeline, source


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
        context.fires(link.rule, source) for link in context.links_to(pipeline) if link.rule.enabled
    )
    if answer is False and (
        any(
            link.rule.enabled and context.fires(link.rule, source) is not False
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
        and all(context.fires(link.rule, it) is False for it in context.sources(pipeline))
    ]


def is_started_otherwise(context: Context, pipeline: Pipeline) -> bool:
    """Whether something starts the pipeline that is no change of its sources.

    Another pipeline, a command of a build, or a rule for other events.
    """
    return (
        context.started_by_command
        or any(equal(name, pipeline.name) is not False for name in context.invoked)
        or any(
            link.rule.enabled
            and link.rule.pattern
            and not any(_is_about(link.rule.pattern, it) for it in context.sources(pipeline))
            and not _is_of_sources(link.rule.pattern)
            for link in context.links_to(pipeline)
        )
    )


def _is_of_sources(pattern: Mapping[str, Any]) -> bool:
    return any(it.endswith(("ecr", "codecommit", "s3")) for it in texts(pattern.get("source")))


def disabled_rules(context: Context, pipeline: Pipeline, source: Source) -> list[Link]:
    """Rules that would start the pipeline, if they were enabled."""
    return [
        link
        for link in context.links_to(pipeline)
        if not link.rule.enabled and context.fires(link.rule, source)
    ]


def _is_about(pattern: Mapping[str, Any], source: Source) -> bool:
    said = pattern.get("source")
    if said is None:
        return True
    name = source.service.removeprefix("aws.")
    return any(it.lower().endswith(name) for it in texts(said))
