"""The log of a build."""

from __future__ import annotations

from modules.iam import ServiceRole, Statement
from modules.project import Project


def grant_log(role: ServiceRole, log_group: str) -> None:
    """Let CodeBuild write the log of a build."""
    arn = Project.of(role).arn("logs", f"log-group:{log_group}")
    role.allow(
        Statement(
            "Log",
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            [arn, f"{arn}:*"],
        )
    )
