"""Which pull requests are reviewed, and where: the repository that holds what is planned."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from modules.settings.build import Secret
from modules.settings.types import (
    SETTINGS,
    Branch,
    BucketName,
    CodeCommitRepositoryName,
    ConnectionArn,
    FullRepositoryId,
    Text,
    arn,
)

Host = Literal["github", "gitlab", "bitbucket"]
ActorId = Annotated[
    str,
    Text(
        r"[A-Za-z0-9{}:_-]{1,100}",
        "the id of a user, in quotes: a number at GitHub and GitLab, {UUID} at Bitbucket",
    ),
]
GithubRepository = Annotated[
    str,
    Text(
        r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}",
        'owner and name, as in "acme/pipelines"',
    ),
]
OidcProviderArn = Annotated[
    str,
    Text(
        arn("iam", r"oidc-provider/[\w./-]+", region=""),
        "an OIDC provider's ARN, as in "
        "arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com",
    ),
]


@dataclass(frozen=True, config=SETTINGS)
class ReviewedCodeCommit:
    """A CodeCommit repository of this account and region, whose pull requests are reviewed.

    https://docs.aws.amazon.com/codecommit/latest/userguide/pull-requests.html
    """

    codecommit: CodeCommitRepositoryName
    """Name of the repository: a clone of this one, with the file in it."""
    branch: Branch = "main"
    """The branch that pull requests are for, and that drift is measured against."""


@dataclass(frozen=True, config=SETTINGS)
class ReviewedConnection:
    """A repository at GitHub, GitLab.com or Bitbucket, whose pull requests are reviewed.

    https://docs.aws.amazon.com/codebuild/latest/userguide/webhooks.html
    """

    connection: ConnectionArn
    """ARN of the connection through which CodeBuild gets the code and hears of pull requests."""
    repository: FullRepositoryId
    """Owner and name, as in `acme/pipelines`: a clone of this repository, with the file in it."""
    branch: Branch = "main"
    """The branch that pull requests are for, and that drift is measured against."""
    host: Host = "github"
    """Where the connection leads to. Servers of your own are not reviewed here."""
    actors: Annotated[list[ActorId], Field(max_length=100)] = Field(default_factory=list)
    """Ids of the users whose pull requests are planned. Empty: everybody's that CodeBuild lets
    through, which asks somebody with write access to comment before it builds a stranger's."""
    token: Secret | None = None
    """A token that may write comments. None: the status of the build says it all.

    The code of a pull request can read it: let it write comments in this repository, and no more.
    """


@dataclass(frozen=True, config=SETTINGS)
class GithubPlans:
    """A role with which workflows of GitHub Actions plan pull requests, without a stored secret.

    https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
    """

    repository: GithubRepository
    """Owner and name of the only repository whose pull requests get it, as in `acme/pipelines`."""
    provider: OidcProviderArn | None = None
    """The account's provider for GitHub's tokens; it can have only one. None: one is made."""
    plans: BucketName | None = None
    """Bucket in which the workflow keeps reviewed plans, below `plans/`, for the apply after the
    merge. None: it keeps none. Whoever can have a pull request planned can write there."""


ReviewedSource = ReviewedCodeCommit | ReviewedConnection
