"""What one exported module gives to another: the outputs that are variables elsewhere."""

from __future__ import annotations

from typing import Annotated

from pydantic.dataclasses import dataclass

from modules.settings.types import SETTINGS, BucketName, KeyArn, Text, arn

BucketArn = Annotated[
    str,
    Text(
        arn("s3", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", region="", account=""),
        "a bucket's ARN, as in arn:aws:s3:::NAME",
    ),
]
QueueArn = Annotated[
    str,
    Text(
        arn("sqs", r"[\w-]{1,80}"),
        "the ARN of an SQS standard queue, as in arn:aws:sqs:REGION:ACCOUNT:NAME",
    ),
]
RepositoryArn = Annotated[
    str,
    Text(
        arn("ecr", r"repository/[a-z0-9._/-]+"),
        "an ECR repository's ARN, as in arn:aws:ecr:REGION:ACCOUNT:repository/NAME",
    ),
]
RepositoryUrl = Annotated[
    str,
    Text(
        r"\d{12}\.dkr[.-]ecr[a-z0-9.-]+/[a-z0-9._/-]+",
        "an ECR repository's URL, as in ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME",
    ),
]


@dataclass(frozen=True, config=SETTINGS)
class SharedStore:
    """An artifact store of several pipelines: `module.NAME.store` of the artifact-store module."""

    bucket: BucketName
    """Name of the bucket."""
    bucket_arn: BucketArn
    """ARN of the bucket."""
    kms_key: KeyArn | None = None
    """Key that encrypts the bucket. None: the key of S3."""


@dataclass(frozen=True, config=SETTINGS)
class SharedQueue:
    """A queue for events that could start nothing, which several modules use."""

    arn: QueueArn
    """ARN of the queue, whose policy lets EventBridge send to it."""


@dataclass(frozen=True, config=SETTINGS)
class PushedRepository:
    """The ECR repository that a build pushes to."""

    arn: RepositoryArn
    """ARN of the repository."""
    url: RepositoryUrl
    """URL of the repository, to which docker pushes."""
