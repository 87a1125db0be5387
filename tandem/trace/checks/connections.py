"""Triggers of pipelines whose source is a connection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.model import Pipeline
from tandem.deployment.symbols import equal, is_known, readable
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context
from tandem.trace.git_filters import blocks

CONNECTION = "CodeStarSourceConnection"
_MOST_FILTERS = 3
"""https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GitConfiguration.html"""
_MOST_PATTERNS = 8
"""https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GitBranchFilterCriteria.html"""


@check(
    "filter-rejected",
    title="CodePipeline rejects the filters of a trigger",
    remedy="filter each push by tags, or by branches, or by branches and paths; add another push "
    "for the rest",
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html",
)
def filter_rejected(context: Context) -> Iterator[Problem]:
    """The apply fails: CodePipeline takes certain combinations of filters only.

    Tags do not go with branches or paths, a trigger has at most three filters of each kind, and a
    list has at most eight patterns.
    """
    for pipeline in context.deployment.pipelines:
        for configuration in _configurations(pipeline):
            for why in _rejected(configuration):
                yield Problem(pipeline.address, why)


@check(
    "trigger-of-nothing",
    title="The trigger is for no connection of the pipeline",
    remedy="name in source_action_name a source action whose provider is CodeStarSourceConnection",
    page="https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GitConfiguration.html",
)
def trigger_of_nothing(context: Context) -> Iterator[Problem]:
    """The apply fails: a trigger is for one source action, which fetches through a connection."""
    for pipeline in context.deployment.pipelines:
        names = [str(it.get("source_action_name") or "") for it in _configurations(pipeline)]
        for name, count in Counter(names).items():
            why = _no_connection(pipeline, name)
            if why:
                yield Problem(pipeline.address, why)
            elif count > 1 and is_known(name):
                yield Problem(
                    pipeline.address,
                    f'{count} triggers are for the source action "{name}", and one may be',
                    "put all filters into one trigger",
                )


def _configurations(pipeline: Pipeline) -> Iterator[Mapping[str, Any]]:
    for trigger in pipeline.triggers:
        yield from blocks(trigger, "git_configuration")


def _rejected(configuration: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("push", "pull_request"):
        filters = blocks(configuration, kind)
        if len(filters) > _MOST_FILTERS:
            yield f"a trigger has {len(filters)} {kind} filters, and {_MOST_FILTERS} may be"
        for each in filters:
            if blocks(each, "tags"):
                others = [it for it in ("branches", "file_paths") if blocks(each, it)]
                if others:
                    yield f"a {kind} filter has tags together with {' and '.join(others)}"
            for criteria in ("tags", "branches", "file_paths"):
                for block in blocks(each, criteria):
                    yield from _too_long(criteria, block)


def _too_long(criteria: str, block: Mapping[str, Any]) -> Iterator[str]:
    for side in ("includes", "excludes"):
        patterns = block.get(side)
        if isinstance(patterns, list | tuple) and len(patterns) > _MOST_PATTERNS:
            yield f"{criteria}.{side} has {len(patterns)} patterns, and {_MOST_PATTERNS} may be"


def _no_connection(pipeline: Pipeline, name: str) -> str | None:
    answers = [(equal(it.name, name), it) for it in pipeline.sources]
    if not answers or any(answer is None for answer, _ in answers):
        return None
    found = next((it for answer, it in answers if answer), None)
    if found is None:
        return f'a trigger is for "{readable(name)}", which is no source action of the pipeline'
    if is_known(found.provider) and found.provider != CONNECTION:
        return f'a trigger is for "{name}", whose provider is {found.provider} and no connection'
    return None
