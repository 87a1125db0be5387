"""Rules that match too much, nothing at all, or that EventBridge refuses; and their targets."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.addresses import is_data
from tandem.deployment.model import Rule
from tandem.deployment.symbols import is_known, readable
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context
from tandem.trace.checks.samples import Source
from tandem.trace.pattern_problems import problems
from tandem.trace.patterns import matches, some
from tandem.trace.schedules import schedule_problem

TARGETS_PER_RULE = 5
"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""

_KNOWN_EVENTS: Mapping[str, Mapping[str, Any]] = {
    "ECR Image Action": {
        "source": "aws.ecr",
        "detail": {"action-type": ("PUSH", "DELETE"), "result": ("SUCCESS", "FAILURE")},
    },
    "CodeCommit Repository State Change": {
        "source": "aws.codecommit",
        "detail": {
            "event": ("referenceCreated", "referenceUpdated", "referenceDeleted"),
            "referenceType": ("branch", "tag"),
        },
    },
}
"""Events of which AWS documents all values that these fields have."""


@check(
    "pattern-too-wide",
    title="The rule matches more than the source of the pipeline",
    remedy="say in the pattern what tells the change of the source from them",
    page="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-patterns-best-practices.html",
    breaks=False,
)
def pattern_too_wide(context: Context) -> Iterator[Problem]:
    """The pipeline is started by events that are no change of its source.

    It builds for nothing, or builds again and again: a push of a cache is a push as well, and so
    is the app's own where it shares the repository of its base. Tags and branches that the pattern
    lists by name beside the source's own count as meant.
    """
    found: dict[str, dict[str, Source]] = defaultdict(dict)
    seen = set()
    for pipeline in context.deployment.pipelines:
        for link in context.links_to(pipeline):
            rule = link.rule
            for source in context.sources(pipeline):
                if (rule.address, source.key) in seen:
                    continue
                seen.add((rule.address, source.key))
                if rule.pattern and matches(rule.pattern, source.event):
                    for words in _near(context, rule, source):
                        found[rule.address].setdefault(words, source)
    for address, near in found.items():
        source = next(iter(near.values()))
        yield Problem(
            address,
            f"it is for {readable(source.words)}, but it matches {_and(list(near))} as well",
        )


@check(
    "pattern-never-matches",
    title="No event can match the pattern",
    remedy="write the values as AWS's page has them",
    page="https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html",
)
def pattern_never_matches(context: Context) -> Iterator[Problem]:
    """The pattern asks for what the service never sends: a typo, or a capital letter too many.

    ECR's events of images have an empty `resources`: the repository is in their `detail`.
    """
    for rule in context.deployment.rules:
        if rule.pattern and not _misses_source(context, rule):
            for why in _impossible(rule.pattern):
                yield Problem(rule.address, why)


@check(
    "pattern-rejected",
    title="EventBridge refuses the rule",
    remedy="correct the pattern",
    page="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html",
)
def pattern_rejected(context: Context) -> Iterator[Problem]:
    """The apply fails: the pattern is no JSON object of lists, or the schedule is wrongly written.

    A rule with neither is refused too. The cron expressions of AWS have six fields, of which one of
    the two for days is `?`; and a rule's rate is `1 day`, but `2 days`.
    """
    for rule in context.deployment.rules:
        if rule.schedule and is_known(rule.schedule) and not is_data(rule.address):
            of_scheduler = rule.service.startswith("scheduler")
            wrong = schedule_problem(rule.schedule, of_scheduler=of_scheduler)
            if wrong:
                yield Problem(rule.address, wrong, "correct the schedule expression")
        resource = context.deployment.resources.get(rule.address)
        said = resource.values.get("event_pattern") if resource else None
        if not rule.pattern_known:
            if isinstance(said, str) and is_known(said) and not _is_object(said):
                yield Problem(rule.address, "the pattern is no JSON object")
        elif rule.pattern is not None:
            for why in problems(rule.pattern):
                yield Problem(rule.address, readable(why))
        elif rule.schedule is None and resource and not is_data(rule.address):
            yield Problem(
                rule.address,
                "it has neither an event pattern nor a schedule",
                "give it event_pattern or schedule_expression",
            )


@check(
    "rule-without-target",
    title="The rule starts nothing",
    remedy="add a target: the pipeline, with a role that may start it",
    page="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html",
)
def rule_without_target(context: Context) -> Iterator[Problem]:
    """Events match, and nothing happens."""
    if any(it.attribute == "rule" for it in context.deployment.unresolved):
        return
    for rule in context.deployment.rules:
        if rule.enabled and not rule.targets and not is_data(rule.address):
            yield Problem(rule.address, "it has no target, so it starts nothing")


@check(
    "too-many-targets",
    title="The rule has more than five targets",
    remedy="add another rule with the same pattern for the rest",
    page="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
)
def too_many_targets(context: Context) -> Iterator[Problem]:
    """EventBridge takes five targets a rule: the sixth fails the apply."""
    for rule in context.deployment.rules:
        if len(rule.targets) > TARGETS_PER_RULE:
            yield Problem(
                rule.address, f"it has {len(rule.targets)} targets, and {TARGETS_PER_RULE} may be"
            )


def _near(context: Context, rule: Rule, source: Source) -> Iterator[str]:
    assert rule.pattern is not None  # noqa: S101 - the caller has looked
    said = set()
    for near in source.near:
        if near.words not in said and matches(rule.pattern, near.document):
            said.add(near.words)
            yield near.words
    if "account" not in rule.pattern and context.names_account:
        yield "events of other accounts, unlike other rules here"
    other = {**source.event, "account": "000000000000"}
    if context.gets_events_of_others and matches(rule.pattern, other):
        yield "events of other accounts, which may send them to the bus"


def _misses_source(context: Context, rule: Rule) -> bool:
    """Whether the rule is told elsewhere that it does not match its pipeline's source."""
    for target in rule.targets:
        pipeline = context.deployment.pipeline_of.get(target.arn)
        if pipeline and any(
            context.fires(rule, source) is False
            and source.service in (rule.pattern or {}).get("source", [source.service])
            for source in context.sources(pipeline)
        ):
            return True
    return False


def _impossible(pattern: Mapping[str, Any]) -> Iterator[str]:
    kinds = pattern.get("detail-type")
    if not isinstance(kinds, list) or not all(isinstance(it, str) for it in kinds):
        return
    for kind in kinds:
        for known in _KNOWN_EVENTS:
            if kind.lower() == known.lower() and kind != known and len(kinds) == 1:
                yield f'detail-type is "{kind}", and AWS writes "{known}"'
    if len(kinds) == 1 and kinds[0] in _KNOWN_EVENTS:
        yield from _impossible_details(pattern, kinds[0])


def _impossible_details(pattern: Mapping[str, Any], kind: str) -> Iterator[str]:
    event = _KNOWN_EVENTS[kind]
    said = pattern.get("source")
    if said is not None and matches({"source": said}, event) is False:
        yield f'no event "{kind}" is from {json.dumps(said)}: its source is {event["source"]}'
    wanted = {"resources": pattern["resources"]} if pattern.get("resources") else {}
    if kind == "ECR Image Action" and matches(wanted, {"resources": []}) is False:
        yield "it asks for resources, and these events have none"
    details = pattern.get("detail")
    for field, values in event["detail"].items():
        if isinstance(details, Mapping) and isinstance(details.get(field), list):
            wanted = {field: details[field]}
            if some(matches(wanted, {field: value}) for value in values) is False:
                yield (
                    f"detail.{field} is {readable(json.dumps(details[field]))}, "
                    f"and AWS sends {' or '.join(values)}"
                )


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _and(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
