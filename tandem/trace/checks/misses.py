"""Rules that start a pipeline, but not on what its source sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.model import Rule
from tandem.deployment.symbols import readable
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context, bus_of
from tandem.trace.checks.samples import Source
from tandem.trace.checks.watching import all_sources, near_misses, watched
from tandem.trace.patterns import matches

_ECR_EVENTS = frozenset(
    {"ECR Image Scan", "ECR Pull Through Cache Action", "ECR Replication Action"}
)
"""https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html has them all."""


@check(
    "pattern-misses-source",
    title="The rule's pattern does not match what the pipeline's source sends",
    remedy="give the pattern the values of the source action",
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/"
    "create-cwe-ecr-source-console.html",
)
def pattern_misses_source(context: Context) -> Iterator[Problem]:
    """The rule starts the pipeline, but on events that are not those of its source.

    One wrong letter is enough, also between capital and small ones; ECR's events have an empty
    `resources`; and an event bus gets events of its own account and region.
    """
    for pipeline, source in all_sources(context):
        if watched(context, pipeline, source) is False:
            for link in near_misses(context, pipeline, source):
                if context.is_deaf(link.rule) or _is_meant(link.rule, source):
                    continue
                yield Problem(
                    link.rule.address,
                    f"{readable(source.words)} does not start {readable(pipeline.name)}: "
                    + _difference(link.rule, source),
                )


@check(
    "rule-on-other-bus",
    title="The rule is on an event bus that gets no events of AWS",
    remedy="take event_bus_name away from the rule and its targets",
    page="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html",
)
def rule_on_other_bus(context: Context) -> Iterator[Problem]:
    """AWS's services send their events to the default bus of the account, and to no other.

    Silent where a rule here sends events on to the bus, and where a policy lets others send some.
    """
    for pipeline, source in all_sources(context):
        if watched(context, pipeline, source) is False:
            for link in near_misses(context, pipeline, source):
                if context.is_deaf(link.rule):
                    yield Problem(
                        link.rule.address,
                        f"{readable(source.words)} does not start {readable(pipeline.name)}: it "
                        f"comes to the default bus, and the rule is on {bus_of(link.rule)}",
                    )


@check(
    "branch-creation-missed",
    title="The first push of a branch does not start the pipeline",
    remedy='add "referenceCreated" to detail.event of the pattern',
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/triggering.html",
    breaks=False,
)
def branch_creation_missed(context: Context) -> Iterator[Problem]:
    """CodeCommit sends `referenceCreated` for the push that creates a branch, and not an update.

    The first push to a new repository is one of these, and so is a branch that is made again.
    """
    for pipeline, source in all_sources(context):
        creation = source.creation
        links = [it for it in context.links_to(pipeline) if context.fires(it.rule, source)]
        if creation and links:
            answers = [matches(it.rule.pattern or {}, creation) for it in links]
            if all(answer is False for answer in answers):
                yield Problem(
                    links[0].rule.address,
                    f"{readable(source.words)} that creates the branch does not start "
                    f"{readable(pipeline.name)}",
                )


def _is_meant(rule: Rule, source: Source) -> bool:
    """Whether a rule waits for something else that happens to the image, as for its scan."""
    pattern = rule.pattern or {}
    kinds, detail = pattern.get("detail-type"), pattern.get("detail")
    if source.service != "aws.ecr" or not isinstance(kinds, list):
        return False
    wanted = detail.get("repository-name") if isinstance(detail, Mapping) else None
    named = {"repository-name": wanted} if wanted else {}
    return bool(_ECR_EVENTS.intersection(map(str, kinds))) and (
        matches(named, source.event["detail"]) is not False
    )


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
