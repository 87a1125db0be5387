"""Where images and artifacts are kept, and for how long."""

from __future__ import annotations

from typing import Annotated

from pydantic.dataclasses import dataclass

from modules.settings.types import SETTINGS, Between, EcrRepositoryName, Flag, KeyArn

Days = Annotated[int, Between(1, 36_500)]


@dataclass(frozen=True, config=SETTINGS)
class Repository:
    """A new ECR repository.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """

    name: EcrRepositoryName | None = None
    """None: the project and the image, as in `shop/web`."""
    keep_images: Annotated[int, Between(2, 1000)] = 30
    """Newest tagged images to keep: more than are built while one waits or may come back."""
    untagged_days: Days = 7
    """Days after which an image without a tag is removed."""
    scan_on_push: Flag = True
    """Look for known vulnerabilities in every pushed image."""
    kms_key: KeyArn | None = None
    """Key that encrypts the images; a later change replaces the repository. None: AES-256."""
    protect: Flag = True
    """Refuse any plan that destroys the repository, and its images with it."""


@dataclass(frozen=True, config=SETTINGS)
class ExistingRepository:
    """An ECR repository of this account and region that is managed elsewhere."""

    existing: EcrRepositoryName
    """Name of the repository."""


@dataclass(frozen=True, config=SETTINGS)
class Artifacts:
    """The bucket in which the pipelines of a stack pass files from stage to stage.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts.html#concepts-artifacts
    """

    kms_key: KeyArn | None = None
    """Key that encrypts the bucket. None: the key of S3."""
    expire_days: Days = 30
    """Days after which an artifact is removed."""
