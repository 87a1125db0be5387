"""Input transformers: the pipeline starts with exactly the revision that fired the rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.model import Pipeline
from tandem.deployment.symbols import equal, is_known, readable
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context, Link
from tandem.trace.checks.samples import Source
from tandem.trace.patterns import matches
from tandem.trace.transformer import given

_PAGE = "https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html"
_TYPES: Mapping[str, tuple[str, ...]] = {
    "ECR": ("IMAGE_DIGEST",),
    "CodeCommit": ("COMMIT_ID",),
    "CodeStarSourceConnection": ("COMMIT_ID",),
    "S3": ("S3_OBJECT_VERSION_ID", "S3_OBJECT_KEY"),
}
_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_-]+)>")
_KEYS = ("actionName", "revisionType", "revisionValue")


@check(
    "revision-on-v1",
    title="A pipeline of type V1 is started with a revision",
    remedy='set pipeline_type to "V2"',
    page=_PAGE,
)
def revision_on_v1(context: Context) -> Iterator[Problem]:
    """Only pipelines of type V2 take `sourceRevisions`; Terraform's default is V1."""
    for link, pipeline in _transformed(context):
        if pipeline.type == "V1":
            yield Problem(
                pipeline.address,
                f"it is of type V1, and {link.target.address} starts it with a revision",
            )


@check(
    "revision-of-nothing",
    title="The revision is for no source action of the pipeline",
    remedy="name the source action in actionName, and the type of revision that it takes",
    page=_PAGE,
)
def revision_of_nothing(context: Context) -> Iterator[Problem]:
    """The start is refused: `actionName` is no source action, or takes no such `revisionType`.

    ECR takes `IMAGE_DIGEST`; CodeCommit and connections `COMMIT_ID`; S3 `S3_OBJECT_VERSION_ID` and
    `S3_OBJECT_KEY`.
    """
    for link, pipeline in _transformed(context):
        for revision in _revisions(link, _any_event(context, link, pipeline)):
            why = _refused(revision, pipeline)
            if why:
                yield Problem(link.target.address, why)


@check(
    "revision-not-in-event",
    title="The event does not hold the revision where the target looks for it",
    remedy="correct the path: $.detail.image-digest, $.detail.commitId, or "
    "$.detail.object.version-id",
    page="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html",
)
def revision_not_in_event(context: Context) -> Iterator[Problem]:
    """The start is refused, because what it gets is no revision of the source."""
    for link, pipeline in _transformed(context):
        target = link.target
        missing = set(_PLACEHOLDER.findall(target.input_template or "")) - set(target.input_paths)
        if missing:
            names = " and ".join(f"<{name}>" for name in sorted(missing))
            yield Problem(target.address, f"its template has {names}, and no path says what it is")
            continue
        for source in context.sources(pipeline):
            if link.rule.pattern and matches(link.rule.pattern, source.event):
                yield from _other_values(link, source)


@check(
    "revision-unpinned",
    title="The pipeline starts with whatever is newest by then",
    remedy="add an input transformer with the sourceRevisions, as the other targets have",
    page=_PAGE,
    breaks=False,
)
def revision_unpinned(context: Context) -> Iterator[Problem]:
    """The event names the revision that fired it, and the target does not pass it on.

    Said only where other targets of the same Terraform do.
    """
    if not any(_revisions(*it) for it in _with_events(context)):
        return
    for link, pipeline in _linked(context):
        if pipeline.type != "V2" or link.target.input is not None:
            continue
        fired = [it for it in context.sources(pipeline) if context.fires(link.rule, it)]
        if fired and not _revisions(link, fired[0].event) and _is_readable(link):
            yield Problem(
                link.target.address,
                f"it starts {readable(pipeline.name)} with what is newest by then, and not with "
                "the revision that fired it",
            )


def _linked(context: Context) -> Iterator[tuple[Link, Pipeline]]:
    for pipeline in context.deployment.pipelines:
        for link in context.links_to(pipeline):
            yield link, pipeline


def _transformed(context: Context) -> Iterator[tuple[Link, Pipeline]]:
    for link, pipeline in _linked(context):
        if "sourceRevisions" in (link.target.input_template or ""):
            yield link, pipeline


def _with_events(context: Context) -> Iterator[tuple[Link, Mapping[str, Any]]]:
    for link, pipeline in _transformed(context):
        yield link, _any_event(context, link, pipeline)


def _is_readable(link: Link) -> bool:
    return is_known(link.target.input_template)


def _any_event(context: Context, link: Link, pipeline: Pipeline) -> Mapping[str, Any]:
    """An event for the template: one that fires the rule, if there is one."""
    sources = context.sources(pipeline)
    fired = [it for it in sources if context.fires(link.rule, it)] or sources
    return fired[0].event if fired else {}


def _revisions(link: Link, event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    payload, _ = given(link.target, event, link.rule)
    said = payload.get("sourceRevisions") if isinstance(payload, Mapping) else None
    return [it for it in said or [] if isinstance(it, Mapping)] if isinstance(said, list) else []


def _refused(revision: Mapping[str, Any], pipeline: Pipeline) -> str | None:
    missing = [key for key in _KEYS if not isinstance(revision.get(key), str)]
    if missing:
        return f"its sourceRevisions have no {' and no '.join(missing)}"
    name, kind = str(revision["actionName"]), str(revision["revisionType"])
    answers = {it.name: equal(it.name, name) for it in pipeline.sources}
    if pipeline.sources and all(answer is False for answer in answers.values()):
        return (
            f'it gives a revision to "{readable(name)}", and the source actions of '
            f"{readable(pipeline.name)} are {', '.join(answers)}"
        )
    for action in pipeline.sources:
        taken = _TYPES.get(action.provider)
        if answers[action.name] and taken and is_known(kind) and kind not in taken:
            return f'it gives {kind} to "{name}", and {action.provider} takes {" or ".join(taken)}'
    return None


def _other_values(link: Link, source: Source) -> Iterator[Problem]:
    for revision in _revisions(link, source.event):
        expected = source.revisions.get(str(revision.get("revisionType")))
        value = revision.get("revisionValue")
        if revision.get("actionName") != source.action.name or expected is None:
            continue
        if "revisionValue" in revision and value != expected and _comes_from_event(link):
            paths = ", ".join(link.target.input_paths.values())
            yield Problem(
                link.target.address,
                f"on {readable(source.words)} it finds no {revision['revisionType']} at {paths}",
            )


def _comes_from_event(link: Link) -> bool:
    return bool(_PLACEHOLDER.search(link.target.input_template or "")) and all(
        map(is_known, link.target.input_paths.values())
    )
