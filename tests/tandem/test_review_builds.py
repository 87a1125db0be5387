"""What trace and access see of builds that plan and comment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tandem.access.chosen import as_pattern
from tandem.access.needs import needs, unclear
from tandem.deployment import Deployment, understand
from tandem.trace.report import as_json, trace

ACCOUNT = "123456789012"
PIPELINES = f"arn:aws:codecommit:eu-west-1:{ACCOUNT}:pipelines"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "codebuild.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def deployment(*commands: str, artifacts: Any = None, pattern: Any = None) -> Deployment:
    """A build project alone, or one that a rule starts."""
    spec = {"version": 0.2, "phases": {"build": {"commands": list(commands)}}}
    project = {
        "name": "plan",
        "service_role": "${aws_iam_role.plan.arn}",
        "artifacts": artifacts or {"type": "NO_ARTIFACTS"},
        "source": {"type": "NO_SOURCE", "buildspec": json.dumps(spec)},
        "environment": {
            "environment_variable": [{"name": "TANDEM_REPOSITORY", "value": "pipelines"}],
        },
    }
    resources: dict[str, Any] = {
        "aws_codebuild_project": {"plan": project},
        "aws_iam_role": {"plan": {"name": "plan", "assume_role_policy": json.dumps(TRUST)}},
    }
    if pattern:
        target = {
            "rule": "${aws_cloudwatch_event_rule.plan.name}",
            "arn": "${aws_codebuild_project.plan.arn}",
            "role_arn": "${aws_iam_role.plan.arn}",
        }
        rule = {"name": "plan", "event_pattern": json.dumps(pattern)}
        resources["aws_cloudwatch_event_rule"] = {"plan": rule}
        resources["aws_cloudwatch_event_target"] = {"plan": target}
    provider = {"aws": [{"region": "eu-west-1", "allowed_account_ids": [ACCOUNT]}]}
    return understand({"provider": provider, "resource": resources})


def asked(found: Deployment, service: str) -> dict[str, str]:
    return {
        need.action: need.resource for need in needs(found) if need.action.startswith(f"{service}:")
    }


def test_a_comment_at_codecommit_needs_the_pull_requests_of_its_repository() -> None:
    found = deployment("python -m tandem comment review.md --codecommit")
    assert asked(found, "codecommit") == {
        "codecommit:GetCommentsForPullRequest": PIPELINES,
        "codecommit:PostCommentForPullRequest": PIPELINES,
        "codecommit:UpdateComment": PIPELINES,
    }
    assert not any(need.optional for need in needs(found) if "Comment" in need.action)


@pytest.mark.parametrize(
    "command",
    ["python -m tandem comment review.md --github", "python -m tandem review plan.json"],
)
def test_other_commands_of_tandem_need_nothing_of_codecommit(command: str) -> None:
    assert asked(deployment(command), "codecommit") == {}


@pytest.mark.parametrize(
    ("command", "is_unclear"),
    [
        ("terraform -chdir=infra plan -out=tfplan", True),
        ("terraform init", True),
        ("tofu apply tfplan", True),
        ("terraform show -json tfplan", False),
        ("terraform fmt -check", False),
        ("terraform -version", False),
    ],
)
def test_what_terraform_needs_is_not_seen(command: str, is_unclear: bool) -> None:
    said = [it for it in unclear(deployment(command)) if "not seen here" in it.why]
    assert [it.actions for it in said] == ([("*",)] if is_unclear else [])


@pytest.mark.parametrize(
    ("artifacts", "key"),
    [
        ({}, "plan"),
        ({"name": "out.zip", "packaging": "ZIP"}, "out.zip"),
        ({"path": "/reviews/", "name": "review"}, "reviews/review"),
        ({"name": "review", "namespace_type": "BUILD_ID"}, "*/review"),
        (
            {"path": "p", "name": "r", "namespace_type": "BUILD_ID", "packaging": "NONE"},
            "p/*/r/*",
        ),
    ],
)
def test_where_files_of_a_build_go(artifacts: dict[str, str], key: str) -> None:
    found = deployment("make", artifacts={"type": "S3", "location": "files", **artifacts})
    assert as_pattern(asked(found, "s3")["s3:PutObject"]) == f"arn:aws:s3:::files/{key}"


def test_a_pull_request_of_codecommit_starts_its_build() -> None:
    pattern = {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Pull Request State Change"],
        "resources": [PIPELINES],
        "detail": {
            "event": ["pullRequestCreated", "pullRequestSourceBranchUpdated"],
            "destinationReference": ["refs/heads/main"],
        },
    }
    (chain,) = as_json(trace(deployment("make", pattern=pattern)))["chains"]
    assert chain["event"] == "pull request to pipelines (main, open)"
    assert [start["name"] for start in chain["starts"]] == ["plan"]


def test_a_pattern_that_no_pull_request_has_starts_nothing() -> None:
    pattern = {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Pull Request State Change"],
        "resources": [PIPELINES],
        "detail": {"pullRequestStatus": ["OPEN"]},  # it is `Open`
    }
    found = as_json(trace(deployment("make", pattern=pattern)))["chains"]
    assert not any(chain["event"].startswith("pull request") for chain in found)
