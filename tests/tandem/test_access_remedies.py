"""Whoever pastes what a finding says has mended it, on AWS as well."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from access_samples import ACCOUNT, allow, may, need
from needs_deployment import HOST, action, arn, deployment, environment, pipeline, project

from tandem.access.chosen import SUFFIX, chosen
from tandem.access.evaluator import Evaluator, Request
from tandem.access.report import access
from tandem.findings import Finding

TASKS = "arn:aws:iam::111122223333:role/tasks"


@pytest.fixture(scope="module")
def iam() -> Iterator[Evaluator]:
    with Evaluator(ACCOUNT) as running:
        yield running


@pytest.mark.parametrize(
    ("resources", "allowed"),
    [
        ("arn:aws:s3:::files/web/*", True),
        ("arn:aws:s3:::files/*", True),
        ("arn:aws:s3:::files/web/object", False),
        ("arn:aws:s3:::files/web/artifact/object", False),
        (["arn:aws:s3:::files/web/a*", "arn:aws:s3:::files/web/b"], False),
        ("arn:aws:s3:::files/web/", False),
    ],
)
def test_whoever_may_read_one_object_may_not_read_every_one(
    iam: Evaluator, resources: str | list[str], allowed: bool
) -> None:
    reading = may(allow("s3:GetObject", resources))
    every = f"arn:aws:s3:::files/web/{chosen('object')}"
    [decision] = iam.evaluate([Request(reading, "s3:GetObject", every)])
    assert decision.allowed is allowed


def test_a_bucket_of_no_known_name_may_still_be_the_one(iam: Evaluator) -> None:
    reading = may(allow("s3:GetObject", "arn:aws:s3:::\ue000a bucket\ue001/*"))
    every = f"arn:aws:s3:::files/{chosen('object')}"
    [decision] = iam.evaluate([Request(reading, "s3:GetObject", every)])
    assert decision.allowed is None
    assert decision.why == "it depends on <a bucket>"


def test_six_question_marks_are_the_end_of_a_secrets_name(iam: Evaluator) -> None:
    secret = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:token-"
    for end, allowed in (("??????", True), ("*", True), ("AbCdEf", False), ("?????", False)):
        role = may(allow("secretsmanager:GetSecretValue", f"{secret}{end}"))
        asked = need(role, "secretsmanager:GetSecretValue", f"{secret}{SUFFIX}")
        [decision] = iam.evaluate([Request(role, asked.action, asked.resource)])
        assert decision.allowed is allowed, end


COMMANDS = (
    "aws ecr get-login-password | docker login --username AWS --password-stdin $HOST",
    "docker push $HOST/shop/web:1",
    "aws s3 sync out s3://files/site --delete",
    "aws secretsmanager get-secret-value --secret-id token",
    "aws ecs describe-tasks --cluster prod --tasks 1a2b",
    f"aws ecs register-task-definition --family web --task-role-arn {TASKS}",
)
ACTIONS = (
    action("Source", "CodeCommit", configuration={"RepositoryName": "app", "BranchName": "main"}),
    action("Build", "CodeBuild", configuration={"ProjectName": "web"}, output_artifacts=["out"]),
    action("Compute", "Commands"),
    action("Deploy", "S3", configuration={"BucketName": "site", "Extract": "true"}),
    action(
        "Deploy",
        "CloudFormation",
        configuration={
            "StackName": "shop",
            "ActionMode": "CREATE_UPDATE",
            "RoleArn": "arn:aws:iam::111122223333:role/stacks",
        },
    ),
    action(
        "Invoke",
        "StepFunctions",
        configuration={"StateMachineArn": arn("states", "stateMachine:test")},
    ),
)


def granting(statements: Mapping[str, list[Any]]) -> list[Finding]:
    """What is found when the roles have these statements."""
    document = {
        role: {
            "name": "own",
            "role": f"${{aws_iam_role.{role}.id}}",
            "policy": json.dumps({"Version": "2012-10-17", "Statement": given}),
        }
        for role, given in statements.items()
    }
    named = {"name": "web", "cache": {"type": "S3", "location": "files/cache"}}
    found = deployment(
        aws_codepipeline={"web": pipeline(*ACTIONS)},
        aws_codebuild_project={
            "web": project(COMMANDS, environment=environment(HOST=HOST), **named)
        },
        aws_iam_role_policy=document,
    )
    return [it for it in access(found).findings if it.check.startswith("permission")]


def test_the_remedies_pasted_leave_nothing_missing_and_nothing_too_wide() -> None:
    own = {"build": [allow("sts:GetCallerIdentity")], "pipeline": [allow("sts:GetCallerIdentity")]}
    found = granting(own)
    assert {it.check for it in found} == {"permission-missing"}
    for finding in found:
        statement = json.loads(finding.remedy.partition(": ")[2])
        own[finding.address.rpartition(".")[2]].append(statement)
    assert granting(own) == []

    resources = {it["Resource"] for given in own.values() for it in given}
    assert {
        "arn:aws:s3:::store/web/*",
        "arn:aws:s3:::files/site/*",
        "arn:aws:s3:::files/cache/*",
        "arn:aws:s3:::site/*",
        arn("logs", "log-group:/aws/codebuild/web:log-stream:*"),
        arn("logs", "log-group:/aws/codepipeline/web:log-stream:*"),
        arn("cloudformation", "stack/shop/*"),
        arn("states", "execution:test:*"),
        arn("ecs", "task/prod/*"),
        arn("ecs", "task-definition/web:*"),
        arn("secretsmanager", "secret:token-??????"),
    } <= resources
    passed = [it for given in own.values() for it in given if "iam:PassRole" in it["Action"]]
    assert [it["Condition"]["StringEquals"] for it in passed] == [
        {"iam:PassedToService": "ecs-tasks.amazonaws.com"},
        {"iam:PassedToService": "cloudformation.amazonaws.com"},
    ]
