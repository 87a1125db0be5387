"""The machine of a build, and the image it starts in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from modules.ecr import login_statement
from modules.element import literal
from modules.expressions import Condition, Decision, Text, choose, default, hcl, pick
from modules.iam import ServiceRole, Statement
from modules.project import Project
from modules.settings import Build
from modules.settings.types import is_token

_MACHINES = {"x86_64": "LINUX_CONTAINER", "arm64": "ARM_CONTAINER"}
_STANDARD_IMAGES = {
    "x86_64": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
    "arm64": "aws/codebuild/amazonlinux-aarch64-standard:3.0",
}
"""https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html"""
_ECR_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"
    r"/(?P<repository>[^:@]+)(?:[:@].+)?"
)

_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
"""What CodeBuild asks for, which is more than ECR does.

https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html
"""


def machine(settings: Build) -> str:
    """The type of the machine, as CodeBuild calls it."""
    return pick(settings.architecture, _MACHINES)


def build_image(settings: Build) -> str:
    """The image that a build starts in: Amazon Linux, unless the settings name one."""
    standard = pick(settings.architecture, _STANDARD_IMAGES)
    return literal(default(settings.image, standard))


def credentials(settings: Build) -> str:
    """Who pulls the image: only one in ECR needs the role of the project."""
    in_ecr, _ = _in_ecr(settings.image)
    return choose(in_ecr, "SERVICE_ROLE", "CODEBUILD")


def grant_image(role: ServiceRole, settings: Build) -> None:
    """Let `role` pull the image, if that is in ECR."""
    in_ecr, image = _in_ecr(settings.image)
    arn = (
        f"arn:{Project.of(role).partition}:ecr:{image['region']}:{image['account']}"
        f":repository/{image['repository']}"
    )
    role.allow(
        login_statement(when=in_ecr),
        Statement("BuildImage", _PULL, [arn], when=in_ecr),
    )


def _in_ecr(image: str | None) -> tuple[Decision, Mapping[str, str]]:
    """Whether an image is in ECR, and then its account, region and repository."""
    names = _ECR_IMAGE.groupindex
    if image is not None and is_token(image):
        parts = f"regex({hcl(f'^(?:{_ECR_IMAGE.pattern})$')}, {hcl(image)})"
        return Condition(f"can({parts})"), {name: Text(f"{parts}.{name}") for name in names}
    found = _ECR_IMAGE.fullmatch(image or "")
    return found is not None, found.groupdict() if found else dict.fromkeys(names, "")
