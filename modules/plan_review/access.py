"""What a role needs to plan a stack whose state is in S3, and to change nothing."""

from __future__ import annotations

from modules.element import literal, types_in
from modules.iam import Role, Statement, plain_in_policy
from modules.plan_review.reads import read_statements
from modules.project import Project
from modules.settings.state import S3State

_WORKSPACES = "env:/"
"""Where Terraform looks for workspaces, even if there are none.

https://developer.hashicorp.com/terraform/language/backend/s3#workspace_key_prefix
"""


def grant_plan(role: Role, state: S3State | None) -> None:
    """Let `role` plan the stack that it is in: read its resources and its state.

    Which resources that are is asked for when the stack is complete. It may write nothing, not
    even the lock of the state, so plans are made with `-lock=false`: whoever can hold the lock, or
    remove it, holds up applies or lets two run at the same time. It may read no object of a bucket
    but the state.

    Args:
        role: The role.
        state: The state in S3. None: it is elsewhere, and the role needs no right to it.

    https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required
    """
    project = Project.of(role)
    if state is not None:
        role.allow(*_state(project, state))
    role.allow_late(lambda: read_statements(project, types_in(project.stack)))


def _state(project: Project, state: S3State) -> list[Statement]:
    bucket = project.bucket_arn(state.bucket)
    key = literal(plain_in_policy(state.key))
    statements = [
        Statement("State", ["s3:GetObject"], [f"{bucket}/{key}"]),
        Statement(
            "Workspaces",
            ["s3:ListBucket"],
            [bucket],
            {"StringEquals": {"s3:prefix": _WORKSPACES}},
        ),
    ]
    if state.kms_key is not None:
        region = state.region or project.region
        through_s3 = {"kms:ViaService": f"s3.{region}.{project.dns_suffix}"}
        statements.append(
            Statement("StateKey", ["kms:Decrypt"], [state.kms_key], {"StringEquals": through_s3})
        )
    return statements
