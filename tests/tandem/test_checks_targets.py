import json

import pytest
from linked_images import ACCOUNT, REGION, Stack

TARGET = "aws_cloudwatch_event_target.base_pushed"
ROLE = "aws_iam_role.base_pushed"
UNKNOWN = "${var.unknown}"
ARN = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:shop-web"


def start_policy(**statement: object) -> str:
    start = {"Action": "codepipeline:StartPipelineExecution", "Resource": "*"}
    return json.dumps({"Statement": [{"Effect": "Allow", **start, **statement}]})


def test_target_without_role() -> None:
    stack = Stack()
    del stack.target()["role_arn"]

    assert stack.found() == {("target-without-role", TARGET)}


def test_target_whose_role_is_not_known() -> None:
    stack = Stack()
    stack.target()["role_arn"] = UNKNOWN

    assert stack.found() == set()


@pytest.mark.parametrize(
    "policy",
    [
        start_policy(Resource=f"{ARN}s"),
        start_policy(Resource="arn:aws:codepipeline:*:*:shop-base"),
        start_policy(Action="codepipeline:GetPipeline"),
        start_policy(Effect="Deny"),
        start_policy(Resource=ARN.replace(REGION, "us-east-1")),
    ],
)
def test_role_that_cannot_start_the_pipeline(policy: str) -> None:
    stack = Stack()
    stack.get("aws_iam_role_policy", "base_pushed")["policy"] = policy

    assert stack.found() == {("role-cannot-start", ROLE)}


@pytest.mark.parametrize(
    "policy",
    [
        start_policy(),
        start_policy(Resource=ARN),
        start_policy(Resource="arn:aws:codepipeline:*:*:shop-*"),
        start_policy(Action=["codepipeline:Start*", "s3:GetObject"]),
        start_policy(Action="CodePipeline:startpipelineexecution"),
        start_policy(Resource=UNKNOWN),
        start_policy(Condition={"StringEquals": {"aws:SourceAccount": "1"}}),
        json.dumps({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}),
        UNKNOWN,
    ],
)
def test_role_that_can_or_may_start_the_pipeline(policy: str) -> None:
    stack = Stack()
    stack.get("aws_iam_role_policy", "base_pushed")["policy"] = policy

    assert stack.found() == set()


def test_role_without_a_policy_cannot_start_the_pipeline() -> None:
    stack = Stack()
    stack.drop("aws_iam_role_policy", "base_pushed")
    del stack.target()["depends_on"]

    assert stack.found() == {("role-cannot-start", ROLE)}


def test_policy_that_is_attached_to_nobody_knows_whom() -> None:
    stack = Stack()
    stack.drop("aws_iam_role_policy", "base_pushed")
    attached = {"role": UNKNOWN, "policy_arn": "arn:aws:iam::aws:policy/AWSCodePipeline_FullAccess"}
    stack.add("aws_iam_role_policy_attachment", "any", attached)
    stack.target()["depends_on"] = ["aws_iam_role_policy_attachment.any"]

    assert stack.found() == set()


def test_boundary_that_does_not_allow_the_start() -> None:
    stack = Stack()
    document = json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})
    stack.add("aws_iam_policy", "boundary", {"name": "boundary", "policy": document})
    stack.get("aws_iam_role", "base_pushed")["permissions_boundary"] = (
        "${aws_iam_policy.boundary.arn}"
    )

    assert stack.found() == {("role-cannot-start", ROLE)}


@pytest.mark.parametrize(
    ("role", "service"),
    [
        ("base_pushed", "codepipeline.amazonaws.com"),
        ("web_pipeline", "codebuild.amazonaws.com"),
        ("web_build", "ec2.amazonaws.com"),
        ("web_build", "codebuild.example.com"),
    ],
)
def test_role_that_its_service_cannot_assume(role: str, service: str) -> None:
    stack = Stack()
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    stack.get("aws_iam_role", role)["assume_role_policy"] = json.dumps({"Statement": trust})

    assert stack.found() == {("role-not-assumable", f"aws_iam_role.{role}")}


def test_schedule_of_the_scheduler_needs_the_trust_of_the_scheduler() -> None:
    stack = Stack()
    target = {"arn": "${aws_codepipeline.web.arn}", "role_arn": "${aws_iam_role.base_pushed.arn}"}
    stack.add(
        "aws_scheduler_schedule",
        "nightly",
        {
            "name": "nightly",
            "schedule_expression": "rate(1 day)",
            "target": target,
            "depends_on": ["aws_iam_role_policy.base_pushed"],
        },
    )

    assert stack.found() == {("role-not-assumable", ROLE)}


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": {"Service": ["events.amazonaws.com", "scheduler.amazonaws.com"]}},
        {"Principal": {"Service": f"events.{REGION}.amazonaws.com"}},
        {"Principal": "*"},
        {"Principal": {"Service": UNKNOWN}},
        {"Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:*"},
    ],
)
def test_role_that_its_service_can_assume(statement: dict[str, object]) -> None:
    stack = Stack()
    trust = {"Effect": "Allow", "Action": ["sts:AssumeRole"], **statement}
    stack.get("aws_iam_role", "base_pushed")["assume_role_policy"] = json.dumps(
        {"Statement": [trust]}
    )

    assert stack.found() == set()


def test_role_whose_trust_is_not_known() -> None:
    stack = Stack()
    stack.get("aws_iam_role", "base_pushed")["assume_role_policy"] = UNKNOWN

    assert stack.found() == set()


@pytest.mark.parametrize(
    "arn",
    [
        "shop-web",
        "${aws_codepipeline.web.name}",
        ARN.replace(REGION, "us-east-1"),
        ARN.replace(ACCOUNT, "999999999999"),
    ],
)
def test_target_with_a_wrong_arn(arn: str) -> None:
    stack = Stack()
    stack.target()["arn"] = arn

    assert ("target-arn-wrong", TARGET) in stack.found()


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:managed-elsewhere",
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop-web",
        UNKNOWN,
    ],
)
def test_target_that_is_managed_elsewhere(arn: str) -> None:
    stack = Stack()
    twin = {**stack.target(), "arn": arn}
    stack.add("aws_cloudwatch_event_target", "elsewhere", twin)

    assert stack.found() == set()
