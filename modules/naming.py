"""Names of AWS resources: from the user's names, within each service's limits, never colliding.

Nothing here imports the bindings, so that a file can be checked without starting Node.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

ROLE_LIMIT = 64
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
PIPELINE_LIMIT = 100
"""https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html"""
BUILD_PROJECT_LIMIT = 150
"""https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html"""
RULE_LIMIT = 64
"""https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"""
QUEUE_LIMIT = 80
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""
BUCKET_LIMIT = 63
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""

DEFAULT_ARGUMENT = "BASE_IMAGE"
"""The build argument that names the base, where there is one base."""
_HASH_LENGTH = 8
_LONGEST_REGION = 15


def fit(stem: str, *, limit: int, suffix: str = "") -> str:
    """`stem + suffix` in at most `limit` characters of `[A-Za-z0-9_-]`.

    A stem that is too long, or has other characters, is cut and gets a hash of the whole of it, so
    that two different stems stay different.
    """
    room = limit - len(suffix)
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")
    if plain == stem and len(stem) <= room:
        return stem + suffix
    digest = hashlib.sha256(stem.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{plain[: room - _HASH_LENGTH - 1].rstrip('-')}-{digest}{suffix}"


@dataclass(frozen=True)
class Names:
    """The names of one project's resources in one environment."""

    project: str
    environment: str | None = None

    @property
    def prefix(self) -> str:
        """`shop`, or `shop-prod`: what every name begins with, and the name of the stack."""
        return f"{self.project}-{self.environment}" if self.environment else self.project

    def repository(self, image: str) -> str:
        """Name of the image's ECR repository, as in `shop/web`; ECR takes no upper case."""
        return f"{self.prefix}/{image.lower()}"

    def pipeline(self, image: str) -> str:
        """Name of the image's pipeline, at most 100 characters."""
        return fit(f"{self.prefix}-{image}", limit=PIPELINE_LIMIT)

    def build_project(self, image: str) -> str:
        """Name of the image's build project, at most 150 characters."""
        return fit(f"{self.prefix}-{image}", limit=BUILD_PROJECT_LIMIT)

    def role(self, owner: str, purpose: str) -> str:
        """Name of the role that `owner` (an image or a rule) has for a purpose, at most 64."""
        return fit(f"{self.prefix}-{owner}", limit=ROLE_LIMIT, suffix=f"-{purpose}")

    def rule(self, trigger: str) -> str:
        """Name of an EventBridge rule, at most 64 characters."""
        return fit(f"{self.prefix}-{trigger}", limit=RULE_LIMIT)

    def queue(self, purpose: str) -> str:
        """Name of an SQS queue, at most 80 characters."""
        return fit(self.prefix, limit=QUEUE_LIMIT, suffix=f"-{purpose}")

    def bucket(self, purpose: str, *, account: str, region: str) -> str:
        """Name of a bucket, unique in the world through the account; at most 63 characters.

        `account` (12 digits) and `region` (at most 15 characters) may be known to Terraform only.
        """
        room = BUCKET_LIMIT - len("-123456789012-") - _LONGEST_REGION
        stem = fit(self.prefix, limit=room, suffix=f"-{purpose}")
        return f"{stem}-{account}-{region}"


def artifact_name(argument: str) -> str:
    """The pipeline artifact of the base that a build argument names: `BASE_IMAGE`, `BaseImage`.

    CodeBuild makes the name part of an environment variable's, so it has no hyphen.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
    """
    artifact = getattr(argument, "artifact", None)
    if artifact is not None:
        return str(artifact)  # Terraform knows the argument, and so the artifact
    return "".join(part.capitalize() for part in argument.split("_"))
