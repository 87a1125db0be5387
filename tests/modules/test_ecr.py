"""Image repositories: protected, forgetful, and pulled from by those who may."""

import json
from typing import Any

import pytest
from pydantic import ValidationError
from stack import ACCOUNT, CODE, KEY_ARN, REGION, Block, template

from modules import ExistingRepository, ImagePipeline, Repository


def repository(settings: Repository | None = None) -> Block:
    built = template(lambda stack: ImagePipeline(stack, "web", source=CODE, repository=settings))
    return built.resources("aws_ecr_repository")["web_repository"]


def rules(settings: Repository) -> list[Any]:
    built = template(lambda stack: ImagePipeline(stack, "web", source=CODE, repository=settings))
    lifecycle = built.resources("aws_ecr_lifecycle_policy")["web_repository"]
    assert lifecycle["repository"] == "${aws_ecr_repository.web_repository.name}"
    found: list[Any] = json.loads(lifecycle["policy"])["rules"]
    return found


def test_defaults() -> None:
    assert repository() == {
        "name": "shop/web",
        "force_delete": False,
        "image_tag_mutability": "MUTABLE",  # one tag moves, and links
        "image_scanning_configuration": {"scan_on_push": True},
        "encryption_configuration": [{"encryption_type": "AES256"}],
        "lifecycle": {"prevent_destroy": True},
    }


def test_everything_can_be_said_otherwise() -> None:
    settings = Repository(name="store/web", kms_key=KEY_ARN, scan_on_push=False, protect=False)
    assert repository(settings) == {
        "name": "store/web",
        "force_delete": False,
        "image_tag_mutability": "MUTABLE",
        "image_scanning_configuration": {"scan_on_push": False},
        "encryption_configuration": [{"encryption_type": "KMS", "kms_key": KEY_ARN}],
        "lifecycle": {"prevent_destroy": False},
    }


def test_untagged_images_go_first_and_the_newest_tagged_ones_stay() -> None:
    untagged, tagged = rules(Repository(keep_images=5, untagged_days=2))
    assert untagged["rulePriority"] < tagged["rulePriority"]
    assert untagged["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 2,
    }
    assert tagged["selection"] == {
        "tagStatus": "tagged",
        "tagPatternList": ["*"],
        "countType": "imageCountMoreThan",
        "countNumber": 5,
    }
    assert untagged["action"] == tagged["action"] == {"type": "expire"}


def test_an_existing_repository_is_looked_up_and_never_changed() -> None:
    built = template(
        lambda stack: ImagePipeline(
            stack, "web", source=CODE, repository=ExistingRepository(existing="store/web")
        )
    )
    assert built.data("aws_ecr_repository") == {"web_repository": {"name": "store/web"}}
    assert not built.resources("aws_ecr_repository")
    assert not built.resources("aws_ecr_lifecycle_policy")
    _, resources = built.permissions("web_build_role")["Push"]
    assert resources == {f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/store/web"}


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"name": "Store"}, "an ECR repository name"),
        ({"name": "a"}, "an ECR repository name"),
        ({"keep_images": 1}, "from 2 to 1000"),
        ({"untagged_days": 0}, "from 1 to"),
        ({"kms_key": "alias/shop"}, "a KMS key's ARN"),
        ({"force_delete": True}, "force_delete"),
    ],
)
def test_what_ecr_refuses_is_refused_here(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Repository(**settings)
