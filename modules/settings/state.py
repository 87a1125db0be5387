"""Where Terraform's state is kept, as far as a construct must know it."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from modules.settings.types import SETTINGS, BucketName, Flag, KeyArn, ObjectKey, Region


@dataclass(frozen=True, config=SETTINGS)
class S3State:
    """The state in an S3 bucket that exists already.

    https://developer.hashicorp.com/terraform/language/backend/s3
    """

    bucket: BucketName
    """Name of the bucket, with versioning."""
    key: ObjectKey
    """Key of the state, as in `shop/terraform.tfstate`."""
    region: Region | None = None
    """Region of the bucket. None: that of the pipelines."""
    kms_key: KeyArn | None = None
    """Key that encrypts the state. None: the bucket's own."""
    lock: Flag = True
    """Refuse two runs at the same time, with a lock file beside the state."""
