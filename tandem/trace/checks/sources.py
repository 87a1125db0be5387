"""Sources whose changes start nothing, or start the pipeline twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tandem.deployment.addresses import is_data
from tandem.deployment.model import Action, Bucket, Pipeline
from tandem.deployment.symbols import equal, is_known, readable
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context, fires
from tandem.trace.checks.samples import Source
from tandem.trace.checks.watching import (
    all_sources,
    disabled_rules,
    is_started_otherwise,
    near_misses,
    polls,
    watched,
)

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
    for pipeline, source in all_sources(context):
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

    Silent where another source of code, or another pipeline, starts it: some sources are fetched
    only.
    """
    for pipeline, source in all_sources(context):
        if source.service == "aws.ecr" or polls(source.action) is not False:
            continue
        if is_started_otherwise(context, pipeline):
            continue
        others = [it for it in context.sources(pipeline) if it is not source]
        if watched(context, pipeline, source) is False and not any(
            it.service != "aws.ecr" and _starts(context, pipeline, it) is not False for it in others
        ):
            yield from _unwatched(context, pipeline, source)
    for pipeline in context.deployment.pipelines:
        connected = [it for it in pipeline.sources if it.provider == "CodeStarSourceConnection"]
        git = [it for it in pipeline.sources if it.provider != "ECR"]
        if len(git) != 1 or is_started_otherwise(context, pipeline):
            continue
        if (
            connected
            and _ignored(pipeline, connected[0])
            and not any(link.rule.schedule for link in context.links_to(pipeline))
        ):
            yield Problem(
                pipeline.address,
                f'pushes do not start it: the action "{connected[0].name}" has DetectChanges '
                '"false", and no trigger is for it',
                'set DetectChanges to "true", or add a trigger for the action',
            )
        if len(git) == 1 and _is_deaf_to_github(context, pipeline, git[0]):
            yield Problem(
                pipeline.address,
                f'pushes do not start it: the action "{git[0].name}" has PollForSourceChanges '
                '"false", and no webhook is for it',
                "add an aws_codepipeline_webhook for the action, or use a connection",
            )


@check(
    "rule-disabled",
    title="The rule that would start the pipeline is disabled",
    remedy='set its state to "ENABLED"',
    page="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-delete-rule.html",
)
def rule_disabled(context: Context) -> Iterator[Problem]:
    """A disabled rule gets no events, and no other rule is for the source."""
    for pipeline, source in all_sources(context):
        if watched(context, pipeline, source) is False:
            for link in disabled_rules(context, pipeline, source):
                yield Problem(
                    link.rule.address,
                    f"it is disabled, so {readable(source.words)} does not start "
                    f"{readable(pipeline.name)}",
                )


@check(
    "polled-and-watched",
    title="A change starts the pipeline twice",
    remedy='set PollForSourceChanges to "false"',
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/update-change-detection.html",
    breaks=False,
)
def polled_and_watched(context: Context) -> Iterator[Problem]:
    """The source is polled, and a rule starts the pipeline as well.

    An action for CodeCommit or S3 polls unless `PollForSourceChanges` is `"false"`.
    """
    for pipeline, source in all_sources(context):
        if polls(source.action) and watched(context, pipeline, source):
            said = source.action.configuration.get("PollForSourceChanges")
            how = f"is {said}" if said else "is not said, which means true"
            yield Problem(
                pipeline.address,
                f"{readable(source.words)} starts it twice: a rule does, and PollForSourceChanges "
                f'of the action "{source.action.name}" {how}',
            )


@check(
    "bucket-sends-no-events",
    title="The bucket does not tell EventBridge of uploads",
    remedy="add aws_s3_bucket_notification with eventbridge = true for the bucket",
    page="https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html",
)
def bucket_sends_no_events(context: Context) -> Iterator[Problem]:
    """A rule waits for `Object Created`, which a bucket sends only when it is told to."""
    for pipeline, source in all_sources(context):
        bucket = context.deployment.bucket_of.get(source.action.configuration.get("S3Bucket", ""))
        if source.service != "aws.s3" or bucket is None or is_data(bucket.address):
            continue
        if bucket.sends_events or not _only_by_service(context, pipeline, source):
            continue
        yield Problem(
            bucket.address,
            f"it sends no events to EventBridge, so {readable(source.words)} does not start "
            f"{readable(pipeline.name)}",
        )


@check(
    "bucket-unversioned",
    title="The bucket of the source keeps no versions",
    remedy='add aws_s3_bucket_versioning with the status "Enabled" for the bucket',
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html",
)
def bucket_unversioned(context: Context) -> Iterator[Problem]:
    """The source action fails: CodePipeline reads an object by its version.

    Silent where the bucket is not described here, or a versioning whose bucket or status is not
    known.
    """
    said = set()
    for pipeline in context.deployment.pipelines:
        for action in pipeline.sources:
            bucket = context.deployment.bucket_of.get(action.configuration.get("S3Bucket", ""))
            if action.provider != "S3" or bucket is None or is_data(bucket.address):
                continue
            if bucket.versioned or bucket.address in said or _may_be_versioned(context, bucket):
                continue
            said.add(bucket.address)
            yield Problem(
                bucket.address,
                f'its versioning is not enabled, and "{action.name}" of {readable(pipeline.name)} '
                "reads it",
            )


def _may_be_versioned(context: Context, bucket: Bucket) -> bool:
    """Whether what is not known decides."""
    resource = context.deployment.resources.get(bucket.address)
    own = resource.values.get("versioning") if resource else None
    beside = [
        it.values
        for it in context.deployment.resources.values()
        if it.type == "aws_s3_bucket_versioning"
        and equal(str(it.values.get("bucket")), bucket.name) is not False
    ]
    return not is_known(own) or any(not is_known(dict(it)) for it in beside)


def _only_by_service(context: Context, pipeline: Pipeline, source: Source) -> bool:
    """Whether rules wait for the event of S3 itself, and none for that of a trail."""
    rules = [it.rule for it in context.links_to(pipeline) if it.rule.enabled and it.rule.pattern]
    recorded = replace(source, events=source.events[1:])
    itself = replace(source, events=source.events[:1])
    return any(fires(it, itself) for it in rules) and all(
        fires(it, recorded) is False for it in rules
    )


def _unwatched(context: Context, pipeline: Pipeline, source: Source) -> Iterator[Problem]:
    if not near_misses(context, pipeline, source) and not disabled_rules(context, pipeline, source):
        yield Problem(
            pipeline.address,
            f'{readable(source.words)} does not start it: no rule is for its action "'
            f'{source.action.name}"',
        )


def _starts(context: Context, pipeline: Pipeline, source: Source) -> bool | None:
    return polls(source.action) or watched(context, pipeline, source)


def _is_deaf_to_github(context: Context, pipeline: Pipeline, action: Action) -> bool:
    """Whether pushes through GitHub version 1, by token, certainly start nothing.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/appendix-github-oauth.html
    """
    said = action.configuration.get("PollForSourceChanges", "true")
    if action.provider != "GitHub" or action.owner != "ThirdParty" or said.lower() != "false":
        return False
    hooks = [
        it.values
        for it in context.deployment.resources.values()
        if it.type == "aws_codepipeline_webhook"
    ]
    return not any(
        equal(str(it.get("target_pipeline")), pipeline.name) is not False
        and equal(str(it.get("target_action")), action.name) is not False
        for it in hooks
    ) and not any(link.rule.schedule for link in context.links_to(pipeline))


def _ignored(pipeline: Pipeline, action: Action) -> bool:
    """Whether pushes through a connection certainly start nothing."""
    if not action.configuration_known or pipeline.triggers:
        return False
    if action.configuration.get("DetectChanges", "true").lower() != "false":
        return False
    return not pipeline.resource.values.get("trigger")
