"""Where an image's Dockerfile lives and what starts a build of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from modules.settings.types import (
    SETTINGS,
    Branch,
    BucketName,
    CodeCommitRepositoryName,
    ConnectionArn,
    Flag,
    FullRepositoryId,
    KeyArn,
    ObjectKey,
    Pattern,
)


@dataclass(frozen=True, config=SETTINGS)
class CodeCommit:
    """A CodeCommit repository in the account and region of the pipelines.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
    """

    codecommit: CodeCommitRepositoryName
    """Name of the repository."""
    branch: Branch = "main"
    """The branch to build: the main one, or a release branch."""
    full_clone: Flag = False
    """Give the build a git clone with history instead of a zip of the files."""


def _as_patterns(value: Any) -> Any:
    return {"include": value} if isinstance(value, list) else value


@dataclass(frozen=True, config=SETTINGS)
class Patterns:
    """Glob patterns of which one must match (`include`) and none may (`exclude`)."""

    include: Annotated[list[Pattern], Field(max_length=8)] = Field(default_factory=list)
    """At most 8 patterns, as in `release/*` or `docker/**`."""
    exclude: Annotated[list[Pattern], Field(max_length=8)] = Field(default_factory=list)
    """At most 8 patterns. They win over `include`."""

    @model_validator(mode="after")
    def _not_empty(self) -> Patterns:
        if not self.include and not self.exclude:
            raise PydanticCustomError("empty", "must name at least one pattern")
        return self


PatternsOrList = Annotated[
    Patterns,
    BeforeValidator(_as_patterns, json_schema_input_type=Patterns | list[Pattern]),
]


@dataclass(frozen=True, config=SETTINGS)
class Filters:
    """Which pushes start the pipeline: some branches (and paths in them), or some tags.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html
    """

    branches: PatternsOrList | None = None
    """Branches; a plain list is `include`. None: the source's `branch`."""
    paths: PatternsOrList | None = None
    """Changed files; a plain list is `include`."""
    tags: PatternsOrList | None = None
    """Git tags; a plain list is `include`. AWS takes either tags or branches and paths."""

    @model_validator(mode="after")
    def _one_kind(self) -> Filters:
        if self.tags and (self.branches or self.paths):
            raise PydanticCustomError(
                "filters", "AWS rejects tags together with branches or paths: keep one of them"
            )
        if not (self.tags or self.branches or self.paths):
            raise PydanticCustomError("empty", "must have branches, paths or tags")
        return self


@dataclass(frozen=True, config=SETTINGS)
class Connection:
    """A repository at GitHub, GitLab, Bitbucket or Azure DevOps, through an existing connection.

    A connection made by Terraform stays PENDING until a person consents in the console, so it is
    made once, by hand, and given by its ARN.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
    """

    connection: ConnectionArn
    """ARN of the connection; both prefixes, codestar-connections and codeconnections."""
    repository: FullRepositoryId
    """Owner and name, as in `acme/web`."""
    branch: Branch = "main"
    """The branch to build: the main one, or a release branch."""
    full_clone: Flag = False
    """Give the build a git clone with history instead of a zip of the files."""
    filters: Filters | None = None
    """Which pushes start the pipeline. None: every push to `branch`."""


@dataclass(frozen=True, config=SETTINGS)
class S3:
    """A zip in a versioned bucket that sends its events to EventBridge.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
    """

    s3: BucketName
    """Name of the bucket."""
    key: ObjectKey
    """Key of the zip."""
    kms_key: KeyArn | None = None
    """The key of your own that encrypts the bucket. None: the key of S3."""


Source = CodeCommit | Connection | S3
