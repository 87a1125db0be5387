"""Texts and numbers may be known to Terraform only: they pass the checks and reach the JSON."""

import re
from functools import cache

import pytest
from stack import new_stack, terraform_json

from modules import (
    S3,
    Approval,
    Artifacts,
    Build,
    CodeCommit,
    Connection,
    EcsDeploy,
    ExistingRepository,
    Filters,
    ImagePipeline,
    Parameter,
    Patterns,
    Project,
    Repository,
    Secret,
    Vpc,
)
from modules._cdktf import SqsQueue, TerraformStack

TEXTS = [
    "codecommit", "branch", "connection", "repository", "connection_branch",
    "include", "exclude", "path", "s3", "key", "name", "repository_key", "existing", "artifact_key",
    "image", "dockerfile", "context", "platform", "plain", "argument", "buildspec",
    "vpc", "subnet", "security_group", "secret", "secret_key", "parameter", "parameter_key",
    "cluster", "service", "container", "task_role", "sns_topic", "message",
    "tag", "schedule", "tag_value", "permissions_boundary", "compute_type",
]  # fmt: skip
NUMBERS = [
    "keep_images", "untagged_days", "expire_days", "timeout_minutes", "queued_timeout_minutes",
    "concurrent_build_limit", "deploy_timeout_minutes", "log_retention_days",
]  # fmt: skip


def build(stack: TerraformStack) -> None:
    """A stack of which every text and every number comes from Terraform."""

    def text(name: str) -> str:
        return SqsQueue(stack, f"given_{name}").arn

    def number(name: str) -> int:
        return SqsQueue(stack, f"given_{name}").delay_seconds  # type: ignore[return-value]

    Project(
        stack,
        tags={"team": text("tag_value")},
        permissions_boundary=text("permissions_boundary"),
        artifacts=Artifacts(kms_key=text("artifact_key"), expire_days=number("expire_days")),
    )
    base = ImagePipeline(
        stack,
        "base",
        source=CodeCommit(codecommit=text("codecommit"), branch=text("branch")),
        repository=Repository(
            name=text("name"),
            kms_key=text("repository_key"),
            keep_images=number("keep_images"),
            untagged_days=number("untagged_days"),
        ),
        build=Build(
            image=text("image"),
            compute_type=text("compute_type"),  # type: ignore[arg-type]
            log_retention_days=number("log_retention_days"),  # type: ignore[arg-type]
            timeout_minutes=number("timeout_minutes"),
            queued_timeout_minutes=number("queued_timeout_minutes"),
            concurrent_build_limit=number("concurrent_build_limit"),
            vpc=Vpc(
                vpc=text("vpc"),
                subnets=[text("subnet")],
                security_groups=[text("security_group")],
            ),
            environment={
                "PLAIN": text("plain"),
                "SECRET": Secret(secret=text("secret"), kms_key=text("secret_key")),
                "PARAMETER": Parameter(parameter=text("parameter"), kms_key=text("parameter_key")),
            },
            dockerfile=text("dockerfile"),
            context=text("context"),
            arguments={"ARGUMENT": text("argument")},
            platform=text("platform"),
        ),
        tag=text("tag"),
        schedule=text("schedule"),
        approval=Approval(sns_topic=text("sns_topic"), message=text("message")),
        deploy=EcsDeploy(
            cluster=text("cluster"),
            service=text("service"),
            container=text("container"),
            timeout_minutes=number("deploy_timeout_minutes"),
            task_roles=[text("task_role")],
        ),
    )
    branches = Patterns(include=[text("include")], exclude=[text("exclude")])
    ImagePipeline(
        stack,
        "web",
        source=Connection(
            connection=text("connection"),
            repository=text("repository"),
            branch=text("connection_branch"),
            filters=Filters(branches=branches, paths=Patterns(include=[text("path")])),
        ),
        base=base.image,
        build=Build(buildspec=text("buildspec")),
        repository=ExistingRepository(existing=text("existing")),
    )
    ImagePipeline(stack, "api", source=S3(s3=text("s3"), key=text("key")))


@cache
def synthesized() -> str:
    stack = new_stack()
    build(stack)
    return terraform_json(stack)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_reaches_the_json(name: str) -> None:
    assert re.search(rf"\baws_sqs_queue\.given_{name}\.arn\b", synthesized())


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_reaches_the_json(name: str) -> None:
    assert f"${{aws_sqs_queue.given_{name}.delay_seconds}}" in synthesized()


@pytest.mark.parametrize("trace", ["TfToken", "object at 0x", r"e\+2\d\d"])
def test_no_token_is_left_over(trace: str) -> None:
    assert re.findall(rf".{{,60}}{trace}.{{,20}}", synthesized()) == []
