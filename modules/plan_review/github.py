"""GithubPlanRole: a workflow of GitHub Actions plans pull requests, without a stored secret."""

from __future__ import annotations

from modules._cdktf import Construct, IamOpenidConnectProvider
from modules.element import Element
from modules.iam import Role, Statement
from modules.plan_review.access import grant_plan
from modules.project import Project
from modules.settings.review import GithubPlans
from modules.settings.state import S3State

ID = "github_plan"
_ISSUER = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"


class GithubPlanRole(Element):
    """A role that workflows for pull requests of one repository take, and that changes nothing.

    GitHub gives a token to no pull request of a fork. A workflow for anything else, such as a push
    to a branch, has another subject, and does not get the role.

    Args:
        settings: The repository, and the account's provider for GitHub's tokens.
        state: Where the stack's state is. None: not in S3.

    https://docs.github.com/actions/concepts/security/openid-connect
    """

    def __init__(
        self, scope: Construct, *, settings: GithubPlans, state: S3State | None = None
    ) -> None:
        super().__init__(scope, ID, address=ID)
        project = Project.of(self)
        provider = f"arn:{project.partition}:iam::{project.account}:oidc-provider/{_ISSUER}"
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": settings.provider or provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{_ISSUER}:aud": _AUDIENCE,
                    f"{_ISSUER}:sub": f"repo:{settings.repository}:pull_request",
                },
            },
        }
        self.role = Role(self, "role", name=project.names.role(ID, "plan"), trust=[trust])
        grant_plan(self.role, state)
        if settings.plans is not None:
            plans = f"{project.bucket_arn(settings.plans)}/plans/*"
            self.role.allow(Statement("Plans", ["s3:PutObject"], [plans]))
        if settings.provider is None:
            made = self.place(
                IamOpenidConnectProvider(
                    self,
                    "provider",
                    url=f"https://{_ISSUER}",
                    client_id_list=[_AUDIENCE],
                    tags=project.tags,
                )
            )
            self.role.create_after(made)
