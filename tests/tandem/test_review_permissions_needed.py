"""Which of what roles gain their steps need."""

from __future__ import annotations

from typing import Any

import pytest
from access_samples import allow
from needs_deployment import HOST, action, arn, deployment, pipeline, project, role_arn
from permission_samples import change, changes, document

from tandem.access.report import access
from tandem.deployment import Deployment
from tandem.review.model import Grant, PermissionChange

PUSH = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
]
WEB = arn("ecr", "repository/shop/web")
LOG = arn("logs", "log-group:/aws/codebuild/web")
SIGN_IN = f"aws ecr get-login-password | docker login -u AWS --password-stdin {HOST}"
LOG_IN = allow("ecr:GetAuthorizationToken")
WRITE = allow(["logs:CreateLogStream", "logs:PutLogEvents"], [LOG, f"{LOG}:*"])


def building(*statements: Any, **resources: Any) -> Deployment:
    return deployment(
        aws_codebuild_project={"web": project([SIGN_IN, f"docker push {HOST}/shop/web:latest"])},
        aws_ecr_repository={"web": {"name": "shop/web"}, "api": {"name": "shop/api"}},
        aws_iam_role={"build": {"name": "build", "assume_role_policy": TRUST}},
        aws_iam_role_policy={"build": policy(*statements)} if statements else {},
        **resources,
    )


def policy(*statements: Any) -> dict[str, Any]:
    return {"name": "build", "role": "${aws_iam_role.build.name}", "policy": document(*statements)}


TRUST = document(
    {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "codebuild.amazonaws.com"},
    }
)


def gained(before: Deployment | None, after: Deployment) -> PermissionChange:
    found = changes(before, after, report=lambda: access(after))
    return found["aws_iam_role.build", "role"]


def needed(found: PermissionChange) -> dict[str, bool | None]:
    def words(grant: Grant) -> str:
        return f"{' '.join(grant.actions)} on {' '.join(grant.resources)}"

    return {words(it): it.needed for it in found.gained}


def test_what_the_steps_need_is_needed() -> None:
    found = gained(building(LOG_IN), building(LOG_IN, allow(PUSH, WEB), WRITE))
    assert set(needed(found).values()) == {True}


def test_what_aws_asks_for_on_a_star_is_needed() -> None:
    found = gained(building(allow(PUSH, WEB)), building(allow(PUSH, WEB), LOG_IN))
    assert needed(found) == {"ecr:GetAuthorizationToken on *": True}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("ecr:DeleteRepository", WEB), False),
        (allow("ecr:*", WEB), False),
        (allow(PUSH, arn("ecr", "repository/shop/*")), None),
        (allow(PUSH, arn("ecr", "repository/shop/api")), False),
        (allow(PUSH, "*"), None),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": WEB}, None),
    ],
)
def test_what_goes_beyond_is_not(statement: Any, expected: bool | None) -> None:
    enough = [LOG_IN, allow(PUSH, WEB), WRITE]
    found = gained(building(*enough), building(*enough, statement))
    assert set(needed(found).values()) == {expected}


def test_what_would_be_needed_but_is_there_is_no_reason_for_more() -> None:
    one = allow("logs:PutLogEvents", f"{LOG}:log-stream:*")
    found = gained(building(one), building(one, allow("logs:PutLogEvents", f"{LOG}:*")))
    assert set(needed(found).values()) == {None}


def test_nobody_knows_what_is_needed_without_a_look() -> None:
    found = changes(building(LOG_IN), building(LOG_IN, allow(PUSH, WEB)))
    assert found["aws_iam_role.build", "role"].gained[0].needed is None


def test_the_service_that_uses_a_role_has_to_be_let_in() -> None:
    after = building(LOG_IN)
    found = changes(None, after, report=lambda: access(after))["aws_iam_role.build", "trust"]
    assert found.gained[0].needed is True


def test_what_aws_lists_on_a_star_is_needed_though_it_is_needed_on_a_name() -> None:
    deploys = action("Deploy", "ECS", configuration={"ClusterName": "prod", "ServiceName": "web"})

    def deploying(*statements: Any) -> Deployment:
        service = {"name": "web", "cluster": "prod", "task_definition": "web:1"}
        document_of = policy(*statements) | {"role": "${aws_iam_role.pipeline.name}"}
        return deployment(
            aws_codepipeline={"web": pipeline(deploys)},
            aws_ecs_service={"web": service},
            aws_iam_role_policy={"pipeline": document_of},
        )

    before = deploying(allow("ecs:DescribeServices", "*"))
    after = deploying(allow(["ecs:DescribeServices", "ecs:RegisterTaskDefinition"], "*"))
    found = changes(before, after, report=lambda: access(after))["aws_iam_role.pipeline", "role"]
    assert needed(found) == {"ecs:RegisterTaskDefinition on *": True}


def let_in(principal: Any, asked: str) -> Deployment:
    statement = {"Effect": "Allow", "Principal": principal, "Action": asked}
    return building(
        LOG_IN,
        aws_ecr_repository_policy={
            "web": {"repository": "shop/web", "policy": document(statement)}
        },
    )


@pytest.mark.parametrize(
    ("principal", "asked", "expected"),
    [
        ({"AWS": role_arn("build")}, "ecr:PutImage", True),
        ({"AWS": role_arn("build")}, "ecr:DeleteRepository", None),
        ({"AWS": role_arn("other")}, "ecr:PutImage", None),
        ({"AWS": "111122223333"}, "ecr:*", True),
        ({"AWS": "999999999999"}, "ecr:PutImage", None),
    ],
)
def test_whom_a_repository_has_to_let_in(principal: Any, asked: str, expected: bool | None) -> None:
    after = let_in(principal, asked)
    found = change(building(LOG_IN), after, report=lambda: access(after))
    assert found.address == "aws_ecr_repository_policy.web"
    assert found.gained[0].needed is expected


# What was allowed under a condition


def trusting(asked: str = "sts:AssumeRole", **condition: Any) -> Deployment:
    statement = {
        "Effect": "Allow",
        "Action": asked,
        "Principal": {"Service": "codebuild.amazonaws.com"},
        "Condition": condition,
    }
    return deployment(
        aws_codebuild_project={"web": project([SIGN_IN])},
        aws_iam_role={"build": {"name": "build", "assume_role_policy": document(statement)}},
        aws_iam_role_policy={"build": policy(LOG_IN)},
    )


OURS = {"aws:SourceAccount": "111122223333"}
PROJECT = {"aws:SourceArn": arn("codebuild", "project/web")}


@pytest.mark.parametrize(
    "after",
    [
        trusting(),
        trusting(StringEquals=OURS),
        trusting(StringEquals=OURS, ArnLike={"aws:SourceArn": "*"}),
        trusting(StringLike={"aws:SourceAccount": "*"}, ArnLike=PROJECT),
        trusting(StringEqualsIfExists=OURS, ArnLikeIfExists=PROJECT),
        trusting(
            StringEquals={"aws:SourceAccount": ["111122223333", "666666666666"]}, ArnLike=PROJECT
        ),
        trusting("sts:*", StringEquals=OURS, ArnLike=PROJECT),
    ],
)
def test_a_service_that_is_let_in_already_needs_no_more(after: Deployment) -> None:
    before = trusting(StringEquals=OURS, ArnLike=PROJECT)
    found = changes(before, after, report=lambda: access(after))["aws_iam_role.build", "trust"]
    assert [it.needed for it in found.gained] == [None]


@pytest.mark.parametrize("asked", ["ecr:PutImage", "ecr:Put*"])
def test_what_was_allowed_under_a_condition_is_not_needed_without_it(asked: str) -> None:
    strict = allow(PUSH, WEB, Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})
    after = building(LOG_IN, WRITE, allow([*PUSH[:3], asked, PUSH[4]], WEB))
    assert set(needed(gained(building(LOG_IN, WRITE, strict), after)).values()) <= {None, False}


def test_a_condition_on_something_else_is_no_matter() -> None:
    other = allow("s3:GetObject", WEB, Condition={"Bool": {"aws:SecureTransport": "true"}})
    found = gained(building(LOG_IN, other), building(LOG_IN, other, allow(PUSH, WEB)))
    assert set(needed(found).values()) == {True}


@pytest.mark.parametrize(("others", "expected"), [(0, {True}), (1, {None})])
def test_what_a_role_is_needed_for_is_not_what_everybody_in_it_needs(
    others: int, expected: set[bool | None]
) -> None:
    commands = [SIGN_IN, f"docker push {HOST}/shop/web:latest"]

    def acting(role: str) -> Deployment:
        also = {f"web{it}": {**project(commands), "name": f"web{it}"} for it in range(others)}
        own = {**project(commands), "service_role": f"${{aws_iam_role.{role}.arn}}"}
        return deployment(
            aws_codebuild_project={"it": {**own, "name": "it"}, **also},
            aws_ecr_repository={"web": {"name": "shop/web"}},
            aws_iam_role={
                name: {"name": name, "assume_role_policy": TRUST} for name in ("build", "former")
            },
            aws_iam_role_policy={"build": policy(LOG_IN, allow(PUSH, WEB))},
        )

    before, after = acting("former"), acting("build")
    found = change(before, after, report=lambda: access(after))
    assert found.name == "it (now in the role build)"
    assert set(needed(found).values()) == expected
