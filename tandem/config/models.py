"""What the file says: its keys, their types and limits, and the questions the rest asks it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic.dataclasses import dataclass

from modules.naming import DEFAULT_ARGUMENT, Names
from modules.settings import (
    S3,
    Approval,
    Artifacts,
    Build,
    CodeCommit,
    Connection,
    EcsDeploy,
    ExistingRepository,
    Repository,
)
from modules.settings.types import (
    SETTINGS,
    AccountId,
    EcrRepositoryName,
    EnvironmentName,
    ImageName,
    ImageTag,
    Mode,
    PolicyArn,
    ProjectName,
    Region,
    Retry,
    Schedule,
    Text,
    VariableName,
)
from tandem.config.kinds import by_kind
from tandem.config.problems import Problem
from tandem.config.review import Review
from tandem.config.state import State

SOURCE_KINDS = ("codecommit", "connection", "s3")


def _base_form(value: object) -> str:
    if not isinstance(value, dict):
        return "(name)"
    return "(elsewhere)" if value.keys() & {"repository", "tag"} else "(arguments)"


def _approval(value: Any) -> Any:
    return {True: {}, False: None}[value] if isinstance(value, bool) else value


TagKey = Annotated[
    str,
    Text(
        r"[\w .:/=+@\u00c0-\uffff-]{1,128}",
        "a tag's key: 1-128 letters, digits, blanks and _.:/=+-@, not beginning with aws:",
        never=r"^[aA][wW][sS]:",
    ),
]
TagValue = Annotated[
    str,
    Text(
        r"[\w .:/=+@\u00c0-\uffff-]{0,256}",
        "a tag's value: at most 256 letters, digits, blanks and _.:/=+-@",
    ),
]


@dataclass(frozen=True, config=SETTINGS)
class ExternalBase:
    """A base in an ECR repository of this account and region that is not in this file."""

    repository: EcrRepositoryName
    """Name of the repository."""
    tag: ImageTag = "latest"
    """The tag that starts a build when it moves."""


Base = Annotated[
    Annotated[ImageName, Tag("(name)")] | Annotated[ExternalBase, Tag("(elsewhere)")],
    Discriminator(lambda value: "(elsewhere)" if isinstance(value, dict) else "(name)"),
]
Source = Annotated[
    Annotated[CodeCommit, Tag("(codecommit)")]
    | Annotated[Connection, Tag("(connection)")]
    | Annotated[S3, Tag("(s3)")],
    Discriminator(
        lambda value: by_kind(value, SOURCE_KINDS),
        custom_error_type="kind",
        custom_error_message="must have one of codecommit, connection or s3",
    ),
]


@dataclass(frozen=True, config=SETTINGS)
class Deploy:
    """Where a new image is deployed."""

    ecs: EcsDeploy
    """The ECS service that gets it."""


@dataclass(frozen=True, config=SETTINGS)
class Image:
    """An image: where its source lives, what it is built from, and where it goes."""

    source: Source
    """Where the Dockerfile lives: CodeCommit, a connection (GitHub, GitLab, …) or S3."""
    base: (
        Annotated[
            Annotated[ImageName, Tag("(name)")]
            | Annotated[ExternalBase, Tag("(elsewhere)")]
            | Annotated[dict[VariableName, Base], Tag("(arguments)")],
            Discriminator(_base_form),
        ]
        | None
    ) = None
    """What it is built from: an image of this file, one elsewhere, or several by build argument."""
    repository: Annotated[
        Annotated[Repository, Tag("(new)")] | Annotated[ExistingRepository, Tag("(existing)")],
        Discriminator(lambda value: by_kind(value, ("existing",)) or "(new)"),
    ] = Field(default_factory=Repository)
    """The ECR repository it is pushed to."""
    build: Build = Field(default_factory=Build)
    """How it is built."""
    tag: ImageTag = "latest"
    """The tag that moves with every build, and starts what is built on it."""
    mode: Mode = "superseded"
    """What happens to an execution that waits when a newer one comes."""
    retry: Retry | None = None
    """What is tried once more when a stage fails. None: nothing."""
    approval: Annotated[
        Approval | None, BeforeValidator(_approval, json_schema_input_type=bool | Approval | None)
    ] = None
    """Ask a person before the deployment: `true`, or how."""
    deploy: Deploy | None = None
    """Where it is deployed. None: nowhere."""
    schedule: Schedule | None = None
    """Build it at these times too, in case an event was lost."""
    renamed_from: ImageName | None = None
    """The name it had before: its repository is kept, if `repository.name` stays what it was."""

    @property
    def bases(self) -> dict[str, str | ExternalBase]:
        """What it is built from, by build argument: an image of the file, or one elsewhere."""
        if isinstance(self.base, dict):
            return dict(self.base)
        return {DEFAULT_ARGUMENT: self.base} if self.base else {}


@dataclass(frozen=True, config=SETTINGS)
class Config:
    """The image pipelines of one account and region, in one Terraform state."""

    project: ProjectName
    """What every name of a resource begins with."""
    region: Region
    """The AWS region."""
    images: Annotated[dict[ImageName, Image], Field(min_length=1)]
    """The images, by name."""
    environment: EnvironmentName | None = None
    """Appended to the project where there are several, as in `shop-prod`: no image's name then
    begins with it, or two stacks would share names."""
    account: AccountId | None = None
    """The account, in quotes: Terraform refuses any other. None: that of the credentials."""
    tags: Annotated[dict[TagKey, TagValue], Field(max_length=40)] = Field(default_factory=dict)
    """Tags of every resource, at most 40: AWS allows 50, and adds its own."""
    state: State = "local"
    """Where Terraform's state is kept: `local`, in S3, or in HCP Terraform."""
    permissions_boundary: PolicyArn | None = None
    """ARN of the policy that bounds every role."""
    artifacts: Artifacts = Field(default_factory=Artifacts)
    """The bucket in which the pipelines pass files from stage to stage."""
    review: Review = Field(default_factory=Review)
    """How changes are reviewed."""
    warnings: list[Problem] = Field(default_factory=list, init=False, repr=False)

    @property
    def names(self) -> Names:
        """The names of its resources."""
        return Names(self.project, self.environment)

    def order(self) -> list[str]:
        """The names of the images, bases first, otherwise as in the file."""
        done: dict[str, None] = {}
        waiting = list(reversed(self.images))
        while waiting:
            name = waiting[-1]
            bases = [base for base in self.images[name].bases.values() if isinstance(base, str)]
            missing = [] if name in done else [base for base in bases if base not in done]
            if missing:
                waiting.extend(reversed(missing))
            else:
                done[waiting.pop()] = None
        return list(done)
