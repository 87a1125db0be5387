"""Events that changes of a source really send, and others that are close to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tandem.deployment.model import Action, Deployment, Pipeline
from tandem.deployment.place import Place
from tandem.trace import documents

Document = Mapping[str, Any]

OTHER = "another-than-yours-0"
"""A name that nobody has."""


@dataclass(frozen=True)
class Near:
    """An event that is not the one, and must not start the pipeline."""

    words: str
    """As in `pushes of other tags`."""
    document: Document = field(repr=False)


@dataclass(frozen=True)
class Source:
    """What a source action watches, as events."""

    action: Action
    words: str
    """As in `a push of shop/base:latest`."""
    events: tuple[Document, ...] = field(repr=False)
    """What EventBridge may get of a change: of the service itself first, then of CloudTrail."""
    near: tuple[Near, ...] = field(repr=False)
    """Variations of the first event."""
    creation: Document | None = field(repr=False)
    """What is sent when the branch is created; None: there is no such thing."""
    revisions: Mapping[str, str]
    """The revisions that the first event names, by their type."""

    @property
    def event(self) -> Document:
        """What the service itself sends of a change."""
        return self.events[0]

    @property
    def key(self) -> tuple[str, str, str]:
        """The same for all sources that the same events are about."""
        return self.words, str(self.event["account"]), str(self.event["region"])

    @property
    def service(self) -> str:
        """As in `aws.ecr`."""
        return str(self.event["source"])


def source_of(action: Action, pipeline: Pipeline, deployment: Deployment) -> Source | None:
    """The events of a source action; None where EventBridge has none, or the action is odd."""
    said = action.configuration
    here = _place(action, pipeline, deployment)
    match action.provider:
        case "ECR" if said.get("RepositoryName"):
            return _ecr(action, said["RepositoryName"], said.get("ImageTag") or "latest", here)
        case "CodeCommit" if said.get("RepositoryName") and said.get("BranchName"):
            return _codecommit(action, said["RepositoryName"], said["BranchName"], here)
        case "S3" if said.get("S3Bucket") and said.get("S3ObjectKey"):
            return _s3(action, said["S3Bucket"], said["S3ObjectKey"], here)
    return None


def changed(document: Document, *path: str, to: Any) -> dict[str, Any]:
    """The event with one field changed."""
    first, *rest = path
    return {**document, first: changed(document[first], *rest, to=to) if rest else to}


def _place(action: Action, pipeline: Pipeline, deployment: Deployment) -> Place:
    """Where the source is: events stay in their account and region."""
    place = Place.of(deployment, pipeline.arn)
    return replace(place, region=action.region) if action.region else place


def _everywhere(event: Document) -> tuple[Near, ...]:
    return (
        Near("events that others than AWS send", changed(event, "source", to="custom.application")),
        Near("events of every type", changed(event, "detail-type", to=OTHER)),
    )


def _ecr(action: Action, repository: str, tag: str, here: Place) -> Source:
    event = documents.image_pushed(here, repository, tag)
    replicated = changed(event, "detail-type", to="ECR Replication Action")

    def near(words: str, field: str, to: str) -> Near:
        return Near(words, changed(event, "detail", field, to=to))

    return Source(
        action=action,
        words=f"a push of {repository}:{tag}",
        events=(
            event,
            changed(replicated, "detail", "action-type", to="REPLICATE"),
            documents.image_put(here, repository, tag),
        ),
        near=(
            near("pushes to other repositories", "repository-name", OTHER),
            *(
                near("pushes of other tags", "image-tag", other)
                for other in (OTHER, f"{tag}-{OTHER}", f"{OTHER}-{tag}")
            ),
            near("deletions", "action-type", "DELETE"),
            near("failed pushes", "result", "FAILURE"),
            *_everywhere(event),
        ),
        creation=None,
        revisions={"IMAGE_DIGEST": documents.DIGEST},
    )


def _codecommit(action: Action, repository: str, branch: str, here: Place) -> Source:
    event = documents.commit_pushed(here, repository, branch)
    elsewhere = documents.commit_pushed(here, OTHER, branch)
    tagged = changed(event, "detail", "referenceType", to="tag")
    return Source(
        action=action,
        words=f"a push to {repository} ({branch})",
        events=(event,),
        near=(
            Near("pushes to other repositories", elsewhere),
            Near("pushes to other branches", documents.commit_pushed(here, repository, OTHER)),
            Near(
                "git tags named as the branch",
                changed(tagged, "detail", "referenceFullName", to=f"refs/tags/{branch}"),
            ),
            Near(
                "the deletion of the branch",
                changed(event, "detail", "event", to="referenceDeleted"),
            ),
            *_everywhere(event),
        ),
        creation=changed(event, "detail", "event", to="referenceCreated"),
        revisions={"COMMIT_ID": documents.COMMIT},
    )


def _s3(action: Action, bucket: str, key: str, here: Place) -> Source:
    event = documents.object_created(here, bucket, key)
    put = documents.object_put(here, bucket, key)
    calls = ("PutObject", "CompleteMultipartUpload", "CopyObject")
    return Source(
        action=action,
        words=f"an upload of {key} to {bucket}",
        events=(event, *(changed(put, "detail", "eventName", to=name) for name in calls)),
        near=(
            Near("uploads to other buckets", documents.object_created(here, OTHER, key)),
            Near("uploads of other objects", documents.object_created(here, bucket, OTHER)),
            Near("deletions", changed(event, "detail-type", to="Object Deleted")),
            *_everywhere(event),
        ),
        creation=None,
        revisions={"S3_OBJECT_VERSION_ID": documents.OBJECT_VERSION, "S3_OBJECT_KEY": key},
    )
