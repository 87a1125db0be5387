"""Image repositories: a new one, or one that is managed elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

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
from modules.expressions import (
    Decision,
    Text,
    choose,
    default,
    document,
    every,
    given,
    hcl,
    negated,
)
from modules.iam import ANY, ServiceRole, Statement
from modules.project import Project
from modules.settings import Repository
from modules.symbols import AnyRepository

_DOWNLOAD = "ecr:GetDownloadUrlForLayer"
_PULL = ["ecr:BatchGetImage", _DOWNLOAD]
"""https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html"""
_PUSH = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
]
"""https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html"""


def grant_push(role: ServiceRole, repository_arn: str, *, pulls: Decision = False) -> None:
    """Let `role` log in to ECR and push to one repository; if it `pulls`, pull from it as well."""
    role.allow(
        login_statement(),
        Statement("Push", _PUSH, [repository_arn]),
        # The rest of a pull is part of a push.
        Statement("Pull", [_DOWNLOAD], [repository_arn], when=pulls),
    )


def login_statement(*, when: Decision = True) -> Statement:
    """What a role needs to log in to ECR, which is checked against no resource.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
    """
    return Statement("EcrLogin", ["ecr:GetAuthorizationToken"], [ANY], when=when)


def pull_statement(sid: str, repository_arn: str) -> Statement:
    """What a role that is logged in to ECR needs to pull from one repository."""
    return Statement(sid, _PULL, [repository_arn])


def describe_statement(sid: str, repository_arn: str) -> Statement:
    """What a role needs to look up which digest a tag has.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECR.html
    """
    return Statement(sid, ["ecr:DescribeImages"], [repository_arn])


@dataclass(frozen=True)
class RepositoryReference:
    """A repository by what Terraform knows of it."""

    name: str
    arn: str
    url: str

    @classmethod
    def of_account(cls, project: Project, name: str) -> RepositoryReference:
        """A repository of this account and region, which may be made by the same plan."""
        host = f"{project.account}.dkr.ecr.{project.region}.{project.dns_suffix}"
        return cls(name, project.arn("ecr", f"repository/{name}"), f"{host}/{name}")


class AnyImageRepository(Element):
    """An ECR repository of this account and region, whoever manages it."""

    name: str
    arn: str
    url: str

    def grant_pull(self, role: ServiceRole, *, sid: str = "Pull") -> None:
        """Let `role` pull from this repository, and from no other."""
        role.allow(login_statement(), pull_statement(sid, self.arn))

    def grant_push(self, role: ServiceRole, *, pulls: Decision = False) -> None:
        """Let `role` push to this repository, and to no other; if it `pulls`, pull from it too."""
        grant_push(role, self.arn, pulls=pulls)


class ExistingImageRepository(AnyImageRepository):
    """An ECR repository that is managed elsewhere. It must exist when Terraform plans.

    Args:
        name: Name of the repository.
    """

    def __init__(self, scope: Construct, id: str, *, name: str) -> None:
        super().__init__(scope, id)
        project = Project.of(self)
        project.uses("ExistingRepositories", project.arn("ecr", f"repository/{name}"))
        repository = self.place(DataAwsEcrRepository(self, "repository", name=name))
        self.name, self.arn = repository.name, repository.arn
        self.url = repository.repository_url


class ImageRepository(AnyImageRepository):
    """A new ECR repository that keeps what was built last and forgets the rest.

    Its tags can move, because one of them is the link to the pipelines built on the image;
    everything that must not move refers to a digest.

    Args:
        name: Name of the repository.
        settings: How many images are kept, encryption, protection.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: Repository,
        exists: Decision = True,
    ) -> None:
        super().__init__(scope, id, exists=exists)
        project = Project.of(self)
        project.uses("Repositories", project.arn("ecr", f"repository/{name}"))
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
                        encryption_type=choose(given(settings.kms_key), "KMS", "AES256"),
                        kms_key=settings.kms_key,
                    )
                ],
                lifecycle=TerraformResourceLifecycle(prevent_destroy=settings.protect),
                tags=project.tags,
            )
        )
        reference = RepositoryReference.of_account(project, repository.name)
        self.name, self.arn, self.url = reference.name, reference.arn, reference.url
        lifecycle = self.place(
            EcrLifecyclePolicy(self, "lifecycle", repository=self.name, policy=_lifecycle(settings))
        )
        self._resources = [repository, lifecycle]

    def moved_from(self, address: str) -> None:
        """Tell Terraform the address this construct had before, so that nothing is replaced.

        https://developer.hashicorp.com/terraform/language/moved
        """
        types = [resource.terraform_resource_type for resource in self._resources]
        Project.of(self).move({f"{kind}.{address}": f"{kind}.{self.address}" for kind in types})


class EitherImageRepository(AnyImageRepository):
    """A new repository, protected or not, or an existing one, as Terraform decides.

    Whether Terraform refuses to destroy a resource cannot be an expression, so there are two.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, settings: AnyRepository) -> None:
        super().__init__(scope, id)
        name = default(settings.name, name)
        is_existing = given(settings.existing)
        is_new = negated(is_existing)

        def new(id: str, settings: Repository, *, exists: Decision) -> ImageRepository:
            return ImageRepository(self, id, name=name, settings=settings, exists=exists)

        protected = new("protected", settings.protected, exists=every(is_new, settings.protect))
        unprotected = new(
            "unprotected", settings.unprotected, exists=every(is_new, negated(settings.protect))
        )
        made = choose(settings.protect, protected.name, unprotected.name)
        self.name = self.local("repository_name", default(settings.existing, made))
        reference = RepositoryReference.of_account(Project.of(self), self.name)
        self.arn = self.local("repository_arn", Text(hcl(reference.arn)))
        self.url = self.local("repository_url", Text(hcl(reference.url)))


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
    return document({"rules": [untagged, tagged]})
