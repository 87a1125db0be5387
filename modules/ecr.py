"""Image repositories: a new one, or one that is managed elsewhere."""

from __future__ import annotations

import json

from modules._cdktf import (
    Construct,
    DataAwsEcrRepository,
    EcrLifecyclePolicy,
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
    TerraformResourceLifecycle,
)
from modules.element import Element
from modules.iam import ANY, ServiceRole, Statement
from modules.project import Project
from modules.settings import Repository

_PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
"""https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html"""
_PUSH = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
]
"""https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html"""


def grant_pull(role: ServiceRole, sid: str, repository_arn: str) -> None:
    """Let `role` log in to ECR and pull from one repository."""
    role.allow(
        # GetAuthorizationToken is checked against no resource.
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
        Statement("EcrLogin", ["ecr:GetAuthorizationToken"], [ANY]),
        Statement(sid, _PULL, [repository_arn]),
    )


class AnyImageRepository(Element):
    """An ECR repository of this account and region, whoever manages it."""

    def _refer_to(self, repository: DataAwsEcrRepository | EcrRepository) -> None:
        self.name = repository.name
        self.arn = repository.arn
        self.url = repository.repository_url

    def grant_pull(self, role: ServiceRole, *, sid: str = "Pull") -> None:
        """Let `role` pull from this repository, and from no other."""
        grant_pull(role, sid, self.arn)

    def grant_push(self, role: ServiceRole) -> None:
        """Let `role` push to this repository, and to no other."""
        self.grant_pull(role)
        role.allow(Statement("Push", _PUSH, [self.arn]))

    def grant_describe(self, role: ServiceRole, *, sid: str) -> None:
        """Let `role` look up which digest a tag has.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECR.html
        """
        role.allow(Statement(sid, ["ecr:DescribeImages"], [self.arn]))


class ExistingImageRepository(AnyImageRepository):
    """An ECR repository that is managed elsewhere. It must exist when Terraform plans.

    Args:
        name: Name of the repository.
    """

    def __init__(self, scope: Construct, id: str, *, name: str) -> None:
        super().__init__(scope, id)
        self._refer_to(self.place(DataAwsEcrRepository(self, "repository", name=name)))


class ImageRepository(AnyImageRepository):
    """A new ECR repository that keeps what was built last and forgets the rest.

    Its tags can move, because one of them is the link to the pipelines built on the image;
    everything that must not move refers to a digest.

    Args:
        name: Name of the repository.
        settings: How many images are kept, encryption, protection.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """

    def __init__(self, scope: Construct, id: str, *, name: str, settings: Repository) -> None:
        super().__init__(scope, id)
        repository = self.place(
            EcrRepository(
                self,
                "repository",
                name=name,
                force_delete=False,
                image_tag_mutability="MUTABLE",
                image_scanning_configuration=EcrRepositoryImageScanningConfiguration(
                    scan_on_push=settings.scan_on_push
                ),
                encryption_configuration=[
                    EcrRepositoryEncryptionConfiguration(
                        encryption_type="KMS" if settings.kms_key else "AES256",
                        kms_key=settings.kms_key,
                    )
                ],
                lifecycle=TerraformResourceLifecycle(prevent_destroy=settings.protect),
                tags=Project.of(self).tags,
            )
        )
        self._refer_to(repository)
        lifecycle = self.place(
            EcrLifecyclePolicy(
                self, "lifecycle", repository=repository.name, policy=_lifecycle(settings)
            )
        )
        self._resources = [repository, lifecycle]

    def moved_from(self, address: str) -> None:
        """Tell Terraform the address this construct had before, so that nothing is replaced.

        https://developer.hashicorp.com/terraform/language/moved
        """
        types = [resource.terraform_resource_type for resource in self._resources]
        Project.of(self).move({f"{kind}.{address}": f"{kind}.{self.address}" for kind in types})


def _lifecycle(settings: Repository) -> str:
    untagged = {
        "rulePriority": 1,
        "description": f"Remove untagged images after {settings.untagged_days} days",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": settings.untagged_days,
        },
        "action": {"type": "expire"},
    }
    tagged = {
        "rulePriority": 2,
        "description": f"Keep the newest {settings.keep_images} tagged images",
        "selection": {
            "tagStatus": "tagged",
            "tagPatternList": ["*"],
            "countType": "imageCountMoreThan",
            "countNumber": settings.keep_images,
        },
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [untagged, tagged]})
