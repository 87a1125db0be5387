"""What happens, and may start pipelines and builds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tandem.deployment import Deployment
from tandem.deployment.place import Place
from tandem.deployment.symbols import readable
from tandem.trace import documents

Document = Mapping[str, Any]
Change = Literal["branch", "tag", "pull request"]

GIT_PUSH = "tandem.git-push"
"""The source of a push that EventBridge never sees: see `event_of`."""


@dataclass(frozen=True)
class Event:
    """Something that may start pipelines and builds."""

    kind: Literal["git", "image", "upload", "schedule", "other"]
    words: str
    """As in `push to base-image (main)` or `push of shop/base:latest`."""
    document: Document = field(compare=False, repr=False)
    """What EventBridge gets; empty where it gets nothing, as for a push through a connection."""
    subject: str = ""
    """The git or ECR repository, the bucket, or the schedule's expression or ARN."""
    reference: str = ""
    """The branch, the tag, or the object's key. The target branch of a pull request."""
    change: Change = "branch"
    """What a git event is about."""
    action: str = ""
    """Of a pull request: `OPEN`, `UPDATED` or `CLOSED`."""
    paths: tuple[str, ...] | None = None
    """The files that a git event changes; None: not known."""
    starts: str | None = None
    """The address of the pipeline that it starts without anybody who listens."""
    how: Literal["hand", "pipeline"] = "hand"
    """By whom it starts that."""
    doubt: str = ""
    """Why it may not happen at all; empty: it does."""
    region: str = ""
    """Where it happens; empty: not in AWS, or not known."""
    bus: str = "default"
    """The event bus that gets it."""
    sent: bool = False
    """Whether EventBridge has surely got the document: it was recorded, not made up."""
    recorded: Document = field(default_factory=dict, compare=False, repr=False)
    """What EventBridge gets of it besides, where a CloudTrail trail records the call."""


def commit_pushed(deployment: Deployment, repository: str, branch: str, *, near: str = "") -> Event:
    """A push to a branch of a CodeCommit repository, in the region of the ARN `near`."""
    place = Place.of(deployment, near)
    pushed = git_pushed(repository, branch)
    return replace(
        pushed,
        words=pushed.words + place.shown(deployment),
        document=documents.commit_pushed(place, repository, branch),
        region=place.region,
    )


def pull_request_opened(
    deployment: Deployment, repository: str, branch: str, *, near: str = ""
) -> Event:
    """A new pull request of a CodeCommit repository, which starts no source action."""
    place = Place.of(deployment, near)
    return Event(
        "other",
        f"pull request to {readable(repository)} ({readable(branch)}, open)"
        + place.shown(deployment),
        documents.pull_request_opened(place, repository, branch),
        subject=repository,
        reference=branch,
        region=place.region,
    )


def git_pushed(
    repository: str,
    reference: str,
    *,
    change: Change = "branch",
    action: str = "",
    paths: tuple[str, ...] | None = None,
    shown: str = "",
    shown_paths: str = "",
) -> Event:
    """A push, or a pull request, that only a connection or a webhook tells of.

    `shown` and `shown_paths` stand for the reference and the paths in the words: the patterns that
    those are examples of.
    """
    name = readable(shown or reference)
    files = f": {shown_paths or ', '.join(paths)}" if paths else ""
    if change == "pull request":
        words = f"pull request to {readable(repository)} ({name}{files}, {action.lower()})"
    else:
        words = f"push to {readable(repository)} ({'tag ' if change == 'tag' else ''}{name}{files})"
    return Event(
        "git",
        words,
        {},
        subject=repository,
        reference=reference,
        change=change,
        action=action,
        paths=paths,
    )


def image_pushed(
    deployment: Deployment, repository: str, tag: str, *, near: str = "", doubt: str = ""
) -> Event:
    """A successful push of one tag to an ECR repository, in the region of the ARN `near`."""
    place = Place.of(deployment, near)
    return Event(
        "image",
        f"push of {readable(repository)}:{readable(tag)}{place.shown(deployment)}",
        documents.image_pushed(place, repository, tag),
        subject=repository,
        reference=tag,
        region=place.region,
        doubt=doubt,
        recorded=documents.image_put(place, repository, tag),
    )


def object_uploaded(deployment: Deployment, bucket: str, key: str, *, near: str = "") -> Event:
    """An upload of an object to a bucket in the region of the ARN `near`."""
    place = Place.of(deployment, near)
    return Event(
        "upload",
        f"upload to s3://{readable(bucket)}/{readable(key)}{place.shown(deployment)}",
        documents.object_created(place, bucket, key),
        subject=bucket,
        reference=key,
        region=place.region,
        recorded=documents.object_put(place, bucket, key),
    )


def scheduled(deployment: Deployment, expression: str, rule_arn: str) -> Event:
    """The moment that a schedule names; several rules may have the same."""
    document = documents.scheduled(Place.of(deployment, rule_arn), rule_arn)
    return Event("schedule", readable(expression), document, subject=expression)


def pipeline_succeeded(deployment: Deployment, name: str, *, near: str) -> Event:
    """The end of a run of a pipeline."""
    place = Place.of(deployment, near)
    document = documents.pipeline_succeeded(place, name)
    words = f"end of {readable(name)}{place.shown(deployment)}"
    return Event("other", words, document, subject=name, region=place.region)


def build_succeeded(deployment: Deployment, project: str, *, near: str) -> Event:
    """The end of a build."""
    place = Place.of(deployment, near)
    document = documents.build_succeeded(place, project)
    words = f"end of the build {readable(project)}{place.shown(deployment)}"
    return Event("other", words, document, subject=project, region=place.region)


def started_by_hand(name: str, address: str) -> Event:
    """A pipeline's start by a person, because nothing else starts it."""
    return Event("other", f"start of {readable(name)} by hand", {}, starts=address)


def run_by(pipeline: str, name: str, address: str) -> Event:
    """A pipeline's start by an action of another.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodePipeline.html
    """
    return Event(
        "other", f"{readable(pipeline)} runs {readable(name)}", {}, starts=address, how="pipeline"
    )


def of_rule(document: Document, *, bus: str = "default") -> Event:
    """An event of which nothing is known but its document."""
    kind, source = (str(document.get(key) or "") for key in ("detail-type", "source"))
    words = f"{readable(kind) or 'event'} of {readable(source) or 'any source'}"
    return Event("other", words, document, subject=json.dumps(document, sort_keys=True), bus=bus)


def event_of(document: object) -> Event:
    """The event that a document describes, as EventBridge delivers it.

    A push that EventBridge never sees, because a connection or a webhook tells of it, is written
    `{"source": "tandem.git-push", "detail": {"repository": "acme/web", "branch": "main"}}`. Instead
    of `branch` it may have `tag`; besides it `paths`, the changed files; and `pull-request`
    (`OPEN`, `UPDATED` or `CLOSED`) where `branch` is what the request goes to.

    Raises:
        ValueError: The document is no event; the message says what is missing.
    """
    if not isinstance(document, Mapping):
        raise ValueError("an event is a JSON object")
    source, detail = document.get("source"), document.get("detail")
    if not isinstance(source, str) or not source:
        raise ValueError('an event has a "source", as in "aws.ecr"')
    if not isinstance(detail, Mapping):
        raise ValueError('an event has a "detail": an object')
    if source == GIT_PUSH:
        return _git_event(detail)
    if not isinstance(document.get("detail-type"), str):
        raise ValueError('an event has a "detail-type", as in "ECR Image Action"')
    region = document.get("region")
    return replace(
        _known_event(document, source, detail) or of_rule(document),
        region=region if isinstance(region, str) else "",
        sent=True,
    )


def _git_event(detail: Document) -> Event:
    given = [kind for kind in ("branch", "tag") if isinstance(detail.get(kind), str)]
    repository, paths = detail.get("repository"), detail.get("paths")
    if not isinstance(repository, str) or len(given) != 1:
        raise ValueError(
            f'an event of {GIT_PUSH} has in its "detail" a "repository", and a "branch" or a "tag"'
        )
    if paths is not None and not isinstance(paths, list):
        raise ValueError('the "paths" of an event are a list')
    action = detail.get("pull-request")
    if action is not None and (action not in ("OPEN", "UPDATED", "CLOSED") or given == ["tag"]):
        raise ValueError('"pull-request" is OPEN, UPDATED or CLOSED, and goes to a "branch"')
    files = None if paths is None else tuple(map(str, paths))
    if action:
        return git_pushed(
            repository, detail["branch"], change="pull request", action=action, paths=files
        )
    if given == ["tag"]:
        return git_pushed(repository, detail["tag"], change="tag", paths=files)
    return git_pushed(repository, detail["branch"], paths=files)


def _known_event(document: Document, source: str, detail: Document) -> Event | None:
    def text(value: Any) -> str:
        return value if isinstance(value, str) else ""

    match source, document["detail-type"], detail:
        case "aws.ecr", "ECR Image Action", {"action-type": "PUSH", "result": "SUCCESS"}:
            repository, tag = text(detail.get("repository-name")), text(detail.get("image-tag"))
            words = f"push of {repository}:{tag}" if tag else f"push of {repository}, without a tag"
            return Event("image", words, document, subject=repository, reference=tag)
        case "aws.codecommit", "CodeCommit Repository State Change", {
            "event": "referenceCreated" | "referenceUpdated"
        }:
            change: Change = "tag" if detail.get("referenceType") == "tag" else "branch"
            pushed = git_pushed(
                text(detail.get("repositoryName")), text(detail.get("referenceName")), change=change
            )
            return replace(pushed, document=document)
        case "aws.s3", "Object Created", {"bucket": {"name": str(bucket)}, "object": {"key": key}}:
            words = f"upload to s3://{bucket}/{key}"
            return Event("upload", words, document, subject=bucket, reference=text(key))
        case "aws.events", "Scheduled Event", _:
            arn = next(iter(document.get("resources") or []), "")
            words = f"the schedule {text(arn).rpartition('/')[2]}"
            return Event("schedule", words, document, subject=text(arn))
    return None
