"""What acts in another role than before."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from permission_samples import ACCOUNT, Values, assumable, change, inline, state

from tandem.deployment import Deployment
from tandem.deployment.symbols import symbol
from tandem.review.gate.gate import gated
from tandem.review.model import Counts, PermissionChange, Review
from tandem.review.permissions import permission_changes
from tandem.review.reading.plan import understand

ROLE = f"arn:aws:iam::{ACCOUNT}:role"
ADMIN = f"{ROLE}/Admin"
KNOWN = {"aws_iam_role.build": assumable(), "data.aws_iam_role.Admin": assumable(name="Admin")}


def acting(address: str, **values: Any) -> Deployment:
    return state({**KNOWN, address: {"name": "web", **values}})


def objections(*changes: PermissionChange) -> list[tuple[str, str, str]]:
    review = Review("plan", "1.11.4", Counts(), permissions=changes)
    found = gated(review, understand({}), None, today=datetime.date(2027, 3, 1)).objections
    return [(it.rule, it.address, it.remedy) for it in found]


def approval(role: str) -> Values:
    action = {"name": "Ask", "category": "Approval", "role_arn": role}
    return {"role_arn": f"{ROLE}/build", "stage": [{"name": "Go", "action": [action]}]}


@pytest.mark.parametrize(
    ("address", "before", "after", "words"),
    [
        (
            "aws_codebuild_project.web",
            {"service_role": f"{ROLE}/build"},
            {"service_role": ADMIN},
            f"its service_role {ADMIN}",
        ),
        (
            "aws_codepipeline.web",
            {"role_arn": f"{ROLE}/build"},
            {"role_arn": symbol("data.aws_iam_role.x.arn")},
            "its role_arn <data.aws_iam_role.x.arn>",
        ),
        (
            "aws_codepipeline.web",
            approval(f"{ROLE}/build"),
            approval(ADMIN),
            f"the role_arn of its action Go/Ask {ADMIN}",
        ),
    ],
)
def test_a_role_that_the_plan_does_not_have(
    address: str, before: Values, after: Values, words: str
) -> None:
    found = change(acting(address, **before), acting(address, **after))
    assert found.unknown == (
        f"{words} is managed elsewhere: what it may do is not known before the apply",
    )
    ((rule, at, remedy),) = objections(found)
    assert (rule, at) == ("access-hidden", address)
    assert remedy.startswith("read what it says where it is managed")


def test_a_role_of_the_plan_is_compared_itself() -> None:
    address = "aws_codebuild_project.web"
    before, after = (acting(address, service_role=it) for it in (ADMIN, f"{ROLE}/build"))
    assert permission_changes(before, after) == ()
    assert permission_changes(before, before) == ()
    assert permission_changes(state(KNOWN), before) == ()  # what is made did nothing before


# What else nobody can compare


def reading(resource: str) -> Deployment:
    statement = {"Effect": "Allow", "Action": "ecr:PutImage", "Resource": resource}
    return state(
        {"aws_iam_role.build": assumable(), "aws_iam_role_policy.build": inline(statement)}
    )


def test_what_the_apply_tells_is_not_passed_before() -> None:
    unknown = symbol("data.aws_iam_policy_document.build.statement[0].resources[1]")
    found = change(reading("arn:aws:ecr:eu-west-1:123456789012:repository/cron"), reading(unknown))
    assert found.unknown[0].endswith("the apply tells whether it was so before")
    assert [it[:2] for it in objections(found)] == [("access-hidden", "aws_iam_role.build")]


def test_what_is_no_json_is_not_managed_elsewhere() -> None:
    broken = {"role": "build", "name": "build", "policy": '{"Version": broken'}
    after = state({"aws_iam_role.build": assumable(), "aws_iam_role_policy.build": broken})
    found = change(reading("*"), after)
    assert found.unknown == (
        "aws_iam_role_policy.build is not as AWS takes it: "
        "what it means is not known before the apply",
    )
    ((_, _, remedy),) = objections(found)
    assert remedy.startswith("make its policy of what the plan knows")


def test_the_policy_of_somebody_else_has_its_own_remedy() -> None:
    attached = {"role": "build", "policy_arn": f"arn:aws:iam::{ACCOUNT}:policy/theirs"}
    after = state(
        {"aws_iam_role.build": assumable(), "aws_iam_role_policy_attachment.build": attached}
    )
    found = change(state({"aws_iam_role.build": assumable()}), after)
    ((_, _, remedy),) = objections(found)
    assert remedy.startswith("read what it says where it is managed")
