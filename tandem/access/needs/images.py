"""What pulling and pushing images needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tandem.access.needs.asking import Asker, Place
from tandem.access.needs.need import Need
from tandem.deployment import Deployment

_LOGIN_PAGE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html"
_PUSH_PAGE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html"
_PULL_PAGE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html"
CODEBUILD_PAGE = "https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html"
_PART = "[^./\ue000]+|\ue000[^\ue001]*\ue001"
_URI = re.compile(
    rf"(?:https?://)?(?P<account>{_PART})\.dkr\.ecr(?:-fips)?\.(?P<region>{_PART})"
    r"\.(?:amazonaws\.com(?:\.cn)?|\ue000[^\ue001]*\ue001)/(?P<name>[^:@]+)"
)
PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_ALSO = "ecr:BatchCheckLayerAvailability"


def repository_arn(deployment: Deployment, image: str) -> str | None:
    """ARN of the repository of an image, with a tag or a digest or without; None: not in ECR."""
    for text in (image, image.partition("@")[0], image.rpartition(":")[0]):
        known = deployment.repository_of.get(text)
        if known and text:
            return known.arn
    found = _URI.match(image)
    if found is None:
        return None
    place = Place(deployment.partition, found["region"], found["account"])
    return place.arn("ecr", f"repository/{found['name']}")


def log_in(asker: Asker, why: str) -> Iterator[Need]:
    """Log in to ECR, for all of its repositories at once."""
    yield from asker.ask("ecr:GetAuthorizationToken", "*", why, _LOGIN_PAGE)


def pull(asker: Asker, arn: str, why: str, *, optional: bool = False) -> Iterator[Need]:
    """Pull from a repository. A key that encrypts it is used by ECR itself.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
    """
    yield from asker.ask(PULL, arn, why, _PULL_PAGE, optional=optional)
    # Pushing and pulling are often granted in one.
    yield from asker.ask(_ALSO, arn, why, _PULL_PAGE, optional=True)


def pull_build_image(asker: Asker, arn: str, why: str) -> Iterator[Need]:
    """Pull the image that a build runs in, for which CodeBuild's page names one action more."""
    yield from asker.ask(PULL, arn, why, CODEBUILD_PAGE)
    yield from asker.ask(_ALSO, arn, why, CODEBUILD_PAGE, advised=True)


def push(asker: Asker, arn: str, why: str, *, optional: bool = False) -> Iterator[Need]:
    """Push to a repository."""
    actions = (
        "ecr:BatchCheckLayerAvailability ecr:CompleteLayerUpload ecr:InitiateLayerUpload "
        "ecr:PutImage ecr:UploadLayerPart"
    )
    yield from asker.ask(actions, arn, why, _PUSH_PAGE, optional=optional)
    # ECR's page names it for a push, CodeBuild's does not.
    also = "ecr:BatchGetImage"
    yield from asker.ask(also, arn, why, _PUSH_PAGE, optional=optional, advised=not optional)
