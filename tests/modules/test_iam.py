"""Roles: what each may do, on what, and who may assume it."""

import json
import re
from functools import cache

import pytest
from stack import ACCOUNT, CODE, CONNECTION_ARN, KEY_ARN, REGION, Permissions, Template, template

from modules import (
    S3,
    Approval,
    Artifacts,
    Build,
    CodeCommit,
    Connection,
    EcsDeploy,
    ExistingRepository,
    ImagePipeline,
    Parameter,
    Project,
    Secret,
    Vpc,
)
from modules._cdktf import TerraformStack
from modules.iam import ServiceRole, Statement, plain_in_policy

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
SERVICE_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/of-the-secret"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:releases"
TASK_ROLE = f"arn:aws:iam::{ACCOUNT}:role/web-task"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


BUCKET = f"arn:aws:s3:::shop-artifacts-{ACCOUNT}-{REGION}"
BASE, WEB, TOOLS = (arn("ecr", f"repository/{name}") for name in ("shop/base", "shop/web", "tools"))
PULL = {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
PUSH = {
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
}
KEY = {
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
}
CONNECT = {"codeconnections:UseConnection", "codestar-connections:UseConnection"}
OWNER = {"s3:GetBucketAcl", "s3:GetBucketLocation"}
ARTIFACTS: Permissions = {
    "Artifacts": ({"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"}, {f"{BUCKET}/*"}),
    "ArtifactBucket": (OWNER, {BUCKET}),
    "ArtifactKey": (KEY, {KEY_ARN}),
}
PASSED_ON: Permissions = {
    **ARTIFACTS,
    "ArtifactBucket": ({*OWNER, "s3:GetBucketVersioning"}, {BUCKET}),
}
FETCH_COMMIT = {
    "codecommit:CancelUploadArchive",
    "codecommit:GetBranch",
    "codecommit:GetCommit",
    "codecommit:GetRepository",
    "codecommit:GetUploadArchiveStatus",
    "codecommit:UploadArchive",
}


def log(project: str) -> tuple[set[str], set[str]]:
    group = arn("logs", f"log-group:/aws/codebuild/{project}")
    actions = {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}
    return actions, {group, f"{group}:*"}


def build(project: str) -> tuple[set[str], set[str]]:
    actions = {"codebuild:BatchGetBuilds", "codebuild:StartBuild"}
    return actions, {arn("codebuild", f"project/{project}")}


def start(*pipelines: str) -> Permissions:
    arns = {arn("codepipeline", f"shop-{pipeline}") for pipeline in pipelines}
    return {"Start": ({"codepipeline:StartPipelineExecution"}, arns)}


def shop(stack: TerraformStack) -> None:
    """A stack in which everything is used that needs a permission."""
    Project(stack, permissions_boundary=BOUNDARY, artifacts=Artifacts(kms_key=KEY_ARN))
    base = ImagePipeline(stack, "base", source=CodeCommit(codecommit="base", full_clone=True))
    tools = ImagePipeline(
        stack,
        "tools",
        source=S3(s3="uploads", key="tools.zip"),
        repository=ExistingRepository(existing="tools"),
    )
    ImagePipeline(
        stack,
        "web",
        source=Connection(connection=CONNECTION_ARN, repository="acme/web", full_clone=True),
        base={"BASE_IMAGE": base.image, "TOOLS": tools.image},
        build=Build(
            image=f"444455556666.dkr.ecr.us-east-1.amazonaws.com/build/node:22@sha256:{'a' * 64}",
            environment={
                "NPM": Secret(secret="shop/npm:key", kms_key=SERVICE_KEY),
                "SONAR": Secret(secret=arn("secretsmanager", "secret:sonar-AbCdEf:key::")),
                "PROXY": Parameter(parameter="/shop/proxy", kms_key=SERVICE_KEY),
                "MIRROR": Parameter(parameter=arn("ssm", "parameter/mirror")),
            },
            cache="registry",
            vpc=Vpc(
                vpc="vpc-01234567", subnets=["subnet-0123abcd"], security_groups=["sg-0123abcd"]
            ),
        ),
        approval=Approval(sns_topic=TOPIC),
        deploy=EcsDeploy(cluster="prod", service="web", container="web", task_roles=[TASK_ROLE]),
        schedule="rate(1 day)",
    )


@cache
def full() -> Template:
    return template(shop)


ROLES: dict[str, Permissions] = {
    "base_build_role": {
        **ARTIFACTS,
        "Log": log("shop-base"),
        "SourceClone": ({"codecommit:GitPull"}, {arn("codecommit", "base")}),
        "EcrLogin": ({"ecr:GetAuthorizationToken"}, {"*"}),
        "Push": (PUSH, {BASE}),
    },
    "base_pipeline_role": {
        **PASSED_ON,
        "Source": (FETCH_COMMIT, {arn("codecommit", "base")}),
        "Build": build("shop-base"),
    },
    "tools_build_role": {
        **ARTIFACTS,
        "Log": log("shop-tools"),
        "EcrLogin": ({"ecr:GetAuthorizationToken"}, {"*"}),
        "Push": (PUSH, {TOOLS}),
    },
    "tools_pipeline_role": {
        **PASSED_ON,
        "Source": ({"s3:GetObject", "s3:GetObjectVersion"}, {"arn:aws:s3:::uploads/tools.zip"}),
        "SourceBucket": (
            {*OWNER, "s3:GetBucketVersioning"},
            {"arn:aws:s3:::uploads"},
        ),
        "Build": build("shop-tools"),
    },
    "web_build_role": {
        **ARTIFACTS,
        "Log": log("shop-web"),
        "SourceClone": (CONNECT, {CONNECTION_ARN}),
        "EcrLogin": ({"ecr:GetAuthorizationToken"}, {"*"}),
        "Pull": ({"ecr:GetDownloadUrlForLayer"}, {WEB}),
        "Push": (PUSH, {WEB}),
        "PullBaseImage": (PULL, {BASE}),
        "PullTools": (PULL, {TOOLS}),
        "BuildImage": (
            {*PULL, "ecr:BatchCheckLayerAvailability"},
            {"arn:aws:ecr:us-east-1:444455556666:repository/build/node"},
        ),
        "Secrets": (
            {"secretsmanager:GetSecretValue"},
            {
                arn("secretsmanager", "secret:shop/npm-??????"),
                arn("secretsmanager", "secret:sonar-AbCdEf"),
            },
        ),
        "Parameters": (
            {"ssm:GetParameters"},
            {arn("ssm", "parameter/shop/proxy"), arn("ssm", "parameter/mirror")},
        ),
        "VariableKeys": ({"kms:Decrypt"}, {SERVICE_KEY}),
        "DescribeNetwork": (
            {
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            },
            {"*"},
        ),
        "CreateNetworkInterface": (
            {"ec2:CreateNetworkInterface"},
            {
                arn("ec2", "network-interface/*"),
                arn("ec2", "security-group/sg-0123abcd"),
                arn("ec2", "subnet/subnet-0123abcd"),
            },
        ),
        "DeleteNetworkInterface": (
            {"ec2:DeleteNetworkInterface"},
            {arn("ec2", "network-interface/*")},
        ),
        "LendNetworkInterface": (
            {"ec2:CreateNetworkInterfacePermission"},
            {arn("ec2", "network-interface/*")},
        ),
    },
    "web_pipeline_role": {
        **PASSED_ON,
        "Source": (CONNECT, {CONNECTION_ARN}),
        "DescribeBaseImage": ({"ecr:DescribeImages"}, {BASE}),
        "DescribeTools": ({"ecr:DescribeImages"}, {TOOLS}),
        "Build": build("shop-web"),
        "AskForApproval": ({"sns:Publish"}, {TOPIC}),
        "Service": (
            {"ecs:DescribeServices", "ecs:UpdateService"},
            {arn("ecs", "service/prod/web")},
        ),
        "TaskDefinition": ({"ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"}, {"*"}),
        "TagTaskDefinition": ({"ecs:TagResource"}, {arn("ecs", "task-definition/*:*")}),
        "PassTaskRoles": ({"iam:PassRole"}, {TASK_ROLE}),
    },
    "base-main-committed_role": start("base"),
    "uploads-tools-zip_role": start("tools"),
    "base-pushed_role": start("web"),
    "tools-pushed_role": start("web"),
    "web-scheduled_role": start("web"),
}


def plain(role: str) -> str:
    """The role's name without the hash of a trigger whose key has a dot."""
    return re.sub(r"zip-[0-9a-f]{8}-uploaded", "zip", role)


def test_every_role_may_do_exactly_this() -> None:
    roles = full().resources("aws_iam_role")
    assert {plain(role): full().permissions(role) for role in roles} == ROLES


ANY_RESOURCE = {
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ecr:GetAuthorizationToken",
    "ecs:DescribeTaskDefinition",
    "ecs:RegisterTaskDefinition",
}
"""Actions that AWS checks against no resource, or allows on any in its own list."""


def test_any_resource_is_allowed_only_where_aws_has_no_other() -> None:
    allowed = {
        action
        for role in full().resources("aws_iam_role")
        for actions, resources in full().permissions(role).values()
        if "*" in resources
        for action in actions
    }
    assert allowed == ANY_RESOURCE


def test_no_action_has_a_wildcard() -> None:
    actions = {
        action
        for role in full().resources("aws_iam_role")
        for actions, _ in full().permissions(role).values()
        for action in actions
    }
    assert not [action for action in actions if "*" in action]


def test_the_conditions_are_exactly_these() -> None:
    conditions = {
        (plain(role), sid): statement["Condition"]
        for role in full().resources("aws_iam_role")
        for sid, statement in full().statements(role).items()
        if "Condition" in statement
    }
    assert conditions == {
        ("web_build_role", "LendNetworkInterface"): {
            "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
            "ArnEquals": {"ec2:Subnet": [arn("ec2", "subnet/subnet-0123abcd")]},
        },
        ("web_pipeline_role", "TagTaskDefinition"): {
            "StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}
        },
        ("web_pipeline_role", "PassTaskRoles"): {
            "StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
        },
    }


TRUST = {
    "base_build_role": ("codebuild.amazonaws.com", arn("codebuild", "project/shop-base")),
    "web_pipeline_role": ("codepipeline.amazonaws.com", arn("codepipeline", "shop-web")),
    "base-pushed_role": ("events.amazonaws.com", arn("events", "rule/shop-base-pushed")),
    "web-scheduled_role": ("events.amazonaws.com", arn("events", "rule/shop-web-scheduled")),
}


@pytest.mark.parametrize("role", TRUST)
def test_a_service_assumes_a_role_for_one_resource_of_this_account(role: str) -> None:
    service, source = TRUST[role]
    trust = full().document(full().resources("aws_iam_role")[role]["assume_role_policy"])
    assert trust["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": source},
            },
        }
    ]


def test_every_role_has_the_boundary_and_the_two_conditions() -> None:
    for role in full().resources("aws_iam_role").values():
        assert role["permissions_boundary"] == BOUNDARY
        (trust,) = full().document(role["assume_role_policy"])["Statement"]
        assert set(trust["Condition"]) == {"StringEquals", "ArnLike"}
        assert "*" not in trust["Condition"]["ArnLike"]["aws:SourceArn"]


def test_there_is_no_boundary_unless_one_is_given() -> None:
    plain_stack = template(lambda stack: ImagePipeline(stack, "base", source=CODE))
    roles = plain_stack.resources("aws_iam_role").values()
    assert roles
    assert not [role for role in roles if "permissions_boundary" in role]


def test_a_build_cannot_push_to_the_repository_of_its_base() -> None:
    writing = PUSH - PULL
    for actions, resources in full().permissions("web_build_role").values():
        assert not (actions & writing and resources & {BASE, TOOLS})


FLOOR = {
    "logs:CreateLogGroup": arn("logs", "log-group:/aws/codebuild/shop-base"),
    "logs:CreateLogStream": arn("logs", "log-group:/aws/codebuild/shop-base:*"),
    "logs:PutLogEvents": arn("logs", "log-group:/aws/codebuild/shop-base:*"),
    "codecommit:GitPull": arn("codecommit", "base"),
    "s3:GetObject": f"{BUCKET}/*",
    "s3:GetObjectVersion": f"{BUCKET}/*",
    "s3:PutObject": f"{BUCKET}/*",
    "s3:GetBucketAcl": BUCKET,
    "s3:GetBucketLocation": BUCKET,
    "ecr:GetAuthorizationToken": "*",
    "ecr:BatchCheckLayerAvailability": BASE,
    "ecr:BatchGetImage": BASE,
    "ecr:CompleteLayerUpload": BASE,
    "ecr:InitiateLayerUpload": BASE,
    "ecr:PutImage": BASE,
    "ecr:UploadLayerPart": BASE,
}
"""What a build with docker and a git clone cannot do without."""


@pytest.mark.parametrize("action", FLOOR)
def test_the_build_may_do_what_it_cannot_do_without(action: str) -> None:
    allowed = full().permissions("base_build_role").values()
    assert any(action in actions and FLOOR[action] in where for actions, where in allowed)


@pytest.mark.parametrize(
    ("build", "pulls"),
    [
        (Build(), False),
        (Build(cache="local"), False),
        (Build(cache="registry"), True),
        (Build(buildspec="ci/buildspec.yml"), True),
    ],
)
def test_a_build_may_pull_its_own_image_if_it_can_want_to(build: Build, pulls: bool) -> None:
    built = template(lambda stack: ImagePipeline(stack, "web", source=CODE, build=build))
    pull = {"Pull": ({"ecr:GetDownloadUrlForLayer"}, {WEB})} if pulls else {}
    allowed = built.permissions("web_build_role")
    assert {sid: it for sid, it in allowed.items() if sid == "Pull"} == pull
    assert allowed["Push"] == (PUSH, {WEB})


# One role by itself


def role(stack: TerraformStack, **arguments: str) -> ServiceRole:
    defaults = {"name": "reader", "service": "codebuild.amazonaws.com", "source_arn": "arn:x"}
    return ServiceRole(stack, "reader", **{**defaults, **arguments})


def test_a_statement_has_each_resource_once() -> None:
    statement = Statement("Read", ["s3:GetObject", "s3:GetBucketAcl"], ["b", "a", "b"])
    assert statement.document() == {
        "Sid": "Read",
        "Effect": "Allow",
        "Action": ["s3:GetBucketAcl", "s3:GetObject"],
        "Resource": ["b", "a"],
    }


@pytest.mark.parametrize("first", [8, 9, 99])
def test_the_order_of_resources_does_not_hang_on_the_numbers_of_tokens(first: int) -> None:
    tokens = [f"${{TfToken[TOKEN.{number}]}}" for number in (first, first + 1)]
    assert Statement("Start", ["x:Start"], tokens).document()["Resource"] == tokens


def test_a_role_adds_up_what_it_is_allowed_and_says_nothing_twice() -> None:
    read, write = (Statement(sid, ["s3:GetObject"], ["a"]) for sid in ("Read", "Write"))

    def build(stack: TerraformStack) -> None:
        reader = role(stack)
        reader.allow(read)
        reader.allow(write, read)

    assert list(template(build).statements("reader")) == ["Read", "Write"]


def test_what_is_known_late_is_added_to_what_was_late_before() -> None:
    def build(stack: TerraformStack) -> None:
        reader = role(stack)
        reader.allow_late(lambda: [Statement("Read", ["s3:GetObject"], ["a"])])
        reader.allow_late(lambda: [Statement("Write", ["s3:PutObject"], ["b"])])
        reader.allow(Statement("Start", ["codebuild:StartBuild"], ["c"]))

    assert list(template(build).statements("reader")) == ["Start", "Read", "Write"]


def test_allow_only_takes_back_what_was_allowed_before() -> None:
    def build(stack: TerraformStack) -> None:
        reader = role(stack)
        reader.allow(Statement("Read", ["s3:GetObject"], ["a"]))
        reader.allow_only(Statement("Start", ["s3:PutObject"], ["b"]))

    assert template(build).permissions("reader") == {"Start": ({"s3:PutObject"}, {"b"})}


def test_the_policy_belongs_to_the_role() -> None:
    built = template(lambda stack: role(stack).allow(Statement("Read", ["s3:GetObject"], ["a"])))
    policy = built.resources("aws_iam_role_policy")["reader"]
    assert policy["role"] == "${aws_iam_role.reader.name}"
    assert json.loads(policy["policy"])["Version"] == "2012-10-17"


def test_a_name_in_a_policy_means_just_itself() -> None:
    assert plain_in_policy("a*b?c$d") == "a${*}b${?}c${$}d"
    source = S3(s3="uploads", key="all/*.zip")
    of = template(lambda stack: ImagePipeline(stack, "web", source=source))
    written = of.resources("aws_iam_role_policy")["web_pipeline_role"]["policy"]
    assert ":s3:::uploads/all/$${*}.zip" in written, "escaped for Terraform, variable for IAM"
