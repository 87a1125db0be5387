"""What acts in another role than before."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from permission_samples import (
    ACCOUNT,
    WEB,
    Values,
    assumable,
    change,
    inline,
    said,
    state,
)

from tandem.deployment import Deployment, Unresolved
from tandem.deployment.symbols import symbol
from tandem.review.gate.gate import gated
from tandem.review.model import Counts, PermissionChange, Review
from tandem.review.permissions import permission_changes
from tandem.review.permissions.switched import made_elsewhere
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
            f"the service_role {ADMIN}",
        ),
        (
            "aws_codepipeline.web",
            {"role_arn": f"{ROLE}/build"},
            {"role_arn": symbol("data.aws_iam_role.x.arn")},
            "the role_arn <data.aws_iam_role.x.arn>",
        ),
        (
            "aws_codepipeline.web",
            approval(f"{ROLE}/build"),
            approval(ADMIN),
            f"the role_arn of its stage Go, action Ask {ADMIN}",
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


# Another role of the plan

PROJECT = "aws_codebuild_project.web"
PULL = {"Effect": "Allow", "Action": "ecr:BatchGetImage", "Resource": WEB}
PUSH = {**PULL, "Action": "ecr:PutImage"}
READER, WRITER = f"{ROLE}/reader", f"{ROLE}/writer"
ROLES = {
    "aws_iam_role.reader": assumable(name="reader"),
    "aws_iam_role_policy.reader": inline(PULL, role="reader"),
    "aws_iam_role.writer": assumable(name="writer"),
    "aws_iam_role_policy.writer": inline(PULL, PUSH, role="writer"),
}


def working(role: str, **more: Values) -> Deployment:
    return state({**ROLES, **more, PROJECT: {"name": "web", "service_role": role}})


def test_what_acts_in_another_role_gains_what_that_one_may() -> None:
    found = change(working(READER), working(WRITER))
    assert (found.address, found.name) == (PROJECT, "web (now in the role writer)")
    assert said(found.gained) == [("ecr:PutImage", WEB)]
    assert not found.lost
    assert found.widens
    assert [it[:2] for it in objections(found)] == [("access-widened", PROJECT)]
    back = change(working(WRITER), working(READER))
    assert said(back.lost) == [("ecr:PutImage", WEB)]
    assert objections(back) == []


def test_a_profile_hands_its_role_on() -> None:
    address = "aws_iam_instance_profile.web"
    before, after = (
        state({**ROLES, address: {"name": "web", "role": it}}) for it in ("reader", "writer")
    )
    found = change(before, after)
    assert (found.address, said(found.gained)) == (address, [("ecr:PutImage", WEB)])


def test_what_acted_in_no_role_of_the_plan_gains_all_of_it() -> None:
    found = change(working(ADMIN), working(WRITER))
    assert said(found.gained) == [("ecr:BatchGetImage ecr:PutImage", WEB)]
    assert found.unknown == (f"what it could do in {ADMIN} was not known",)
    assert [it[:2] for it in objections(found)] == [("access-widened", PROJECT)]


def test_what_may_be_read_elsewhere_is_hidden_behind_no_role() -> None:
    attached = {"role": "writer", "policy_arn": f"arn:aws:iam::{ACCOUNT}:policy/theirs"}
    more = {"aws_iam_role_policy_attachment.writer": attached}
    found = change(working(READER, **more), working(WRITER, **more))
    assert [it[0] for it in objections(found)] == ["access-widened", "access-hidden"]


def test_the_same_role_is_no_other() -> None:
    renamed = {
        "aws_iam_role.reader": assumable(name="other"),
        "aws_iam_role_policy.reader": inline(PULL, role="other"),
    }
    assert permission_changes(working(READER), working(READER)) == ()
    assert permission_changes(working(READER), working(f"{ROLE}/other", **renamed)) == ()
    twin = {
        "aws_iam_role.writer": assumable(name="writer"),
        "aws_iam_role_policy.writer": inline(PULL, role="writer"),
    }
    assert permission_changes(working(READER, **twin), working(WRITER, **twin)) == ()


# Wherever the role is named

TASK = "aws_ecs_task_definition.web"


def placed(address: str, **values: Any) -> Deployment:
    return state({**ROLES, address: {"name": "web", **values}})


@pytest.mark.parametrize(
    ("address", "before", "after"),
    [
        (
            "aws_apprunner_service.web",
            {"instance_configuration": [{"instance_role_arn": READER}]},
            {"instance_configuration": [{"instance_role_arn": WRITER}]},
        ),
        (
            "aws_batch_job_definition.web",
            {"container_properties": json.dumps({"jobRoleArn": READER})},
            {"container_properties": json.dumps({"jobRoleArn": WRITER})},
        ),
        (
            "aws_rolesanywhere_profile.web",
            {"role_arns": [READER]},
            {"role_arns": [READER, WRITER]},
        ),
        (
            "aws_cognito_identity_pool_roles_attachment.web",
            {"roles": {"unauthenticated": READER}},
            {"roles": {"unauthenticated": WRITER}},
        ),
        (
            # What was the role of one thing is news to another.
            TASK,
            {"task_role_arn": READER, "execution_role_arn": WRITER},
            {"task_role_arn": WRITER, "execution_role_arn": WRITER},
        ),
        ("aws_codepipeline.web", approval(READER), approval(WRITER)),
    ],
)
def test_another_role_is_seen_wherever_it_is_named(
    address: str, before: Values, after: Values
) -> None:
    found = change(placed(address, **before), placed(address, **after))
    assert (found.address, said(found.gained)) == (address, [("ecr:PutImage", WEB)])
    assert [it[:2] for it in objections(found)] == [("access-widened", address)]


def test_roles_that_change_places_are_both_others() -> None:
    before = placed(TASK, task_role_arn=READER, execution_role_arn=WRITER)
    after = placed(TASK, task_role_arn=WRITER, execution_role_arn=READER)
    gaining, losing = sorted(permission_changes(before, after), key=lambda it: not it.gained)
    assert said(gaining.gained) == said(losing.lost) == [("ecr:PutImage", WEB)]


@pytest.mark.parametrize(
    "values",
    [
        {"tags": {"role": WRITER}},
        {"environment": [{"variables": {"ROLE_ARN": WRITER}}]},
        {"container_definitions": json.dumps([{"environment": [{"role": WRITER}]}])},
        {"container_definitions": '{"role": broken'},
        {"role": symbol('aws_thing.web["it"].role')},
        {"thing": [{"role_arn": symbol('aws_thing.web["it"].thing[0].role_arn')}]},
    ],
)
def test_what_only_mentions_a_role_does_not_act_in_it(values: Values) -> None:
    address = 'aws_thing.web["it"]'
    assert permission_changes(placed(address), placed(address, **values)) == ()


# At another address, or made


def test_what_is_made_again_at_another_address_acted_in_the_role_of_the_former() -> None:
    before, after = (
        state({**ROLES, f"aws_lambda_function.{name}": {"function_name": "web", "role": role}})
        for name, role in (("old", READER), ("new", WRITER))
    )
    found = change(before, after)
    assert (found.address, said(found.gained)) == (
        "aws_lambda_function.new",
        [("ecr:PutImage", WEB)],
    )
    assert [it[0] for it in objections(found)] == ["access-widened"]


POWERFUL = {
    "aws_iam_role_policy.writer": inline(
        PULL, {"Effect": "Allow", "Action": "*", "Resource": "*"}, role="writer"
    )
}


def test_what_is_made_in_a_powerful_role_is_said() -> None:
    before = state({**ROLES, **POWERFUL})
    after = working(WRITER, **POWERFUL, **{"aws_codebuild_project.too": {"service_role": WRITER}})
    found = change(before, after)
    assert found.address in (PROJECT, "aws_codebuild_project.too")
    assert found.name.endswith("and 1 more (made in the role writer)")
    assert said(found.gained) == [("*", "*")]
    assert [it[0] for it in objections(found)] == ["access-widened"]


def test_what_is_made_beside_others_of_its_type_may_do_no_more_than_they() -> None:
    there = {**POWERFUL, "aws_codebuild_project.too": {"service_role": WRITER}}
    assert permission_changes(state({**ROLES, **there}), working(WRITER, **there)) == ()


def test_what_is_made_in_a_role_with_policies_that_nobody_sees_is_said() -> None:
    attached = {"role": "writer", "policy_arn": f"arn:aws:iam::{ACCOUNT}:policy/theirs"}
    more = {"aws_iam_role_policy_attachment.writer": attached}
    before = state({**ROLES, **more})
    assert permission_changes(before, working(WRITER, **more)) == ()
    why = "not all of what the role writer may do is in the plan"
    found = list(made_elsewhere(before, working(WRITER, **more)))
    assert found == [Unresolved(PROJECT, "role", why)]


def test_what_is_made_did_nothing_before() -> None:
    assert permission_changes(state(ROLES), working(WRITER)) == ()
    assert permission_changes(state(ROLES), working(ADMIN)) == ()


@pytest.mark.parametrize(
    ("role", "why"),
    [
        (ADMIN, f"{ADMIN} is managed elsewhere: what it may do is not known before the apply"),
        (WRITER, None),
        (f"{ROLE}/aws-service-role/x/y", None),
    ],
)
def test_what_is_made_in_a_role_that_nobody_sees_is_said(role: str, why: str | None) -> None:
    expected = [] if why is None else [Unresolved(PROJECT, "service_role", why)]
    for before in (None, state(ROLES)):
        assert list(made_elsewhere(before, working(role))) == expected
    assert list(made_elsewhere(working(READER), working(role))) == []


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


SECRET = symbol("sensitive: aws_iam_policy.secret.policy")
SECRET_ARN = f"arn:aws:iam::{ACCOUNT}:policy/secret"


@pytest.mark.parametrize(
    "attachment",
    [
        {"aws_iam_role_policy_attachment.it": {"role": "reader", "policy_arn": SECRET_ARN}},
        {"aws_iam_user_policy_attachment.it": {"user": "eve", "policy_arn": SECRET_ARN}},
        {"aws_iam_policy_attachment.it": {"groups": ["dev"], "policy_arn": SECRET_ARN}},
    ],
)
def test_a_sensitive_policy_that_stays_is_hidden_from_who_gets_it(
    attachment: dict[str, Values],
) -> None:
    policy = {"name": "secret", "arn": SECRET_ARN, "policy": SECRET}
    there = {**ROLES, "aws_iam_policy.secret": policy, "aws_iam_group.dev": {"name": "dev"}}
    found = change(state(there), state({**there, **attachment}))
    assert found.unknown[0].endswith("is sensitive")
    assert [it[0] for it in objections(found)] == ["access-hidden"]
    assert permission_changes(state({**there, **attachment}), state({**there, **attachment})) == ()


def test_a_sensitive_policy_of_another_role_is_hidden_from_what_acts_in_it() -> None:
    secret = {"aws_iam_role_policy.writer": {"role": "writer", "name": "w", "policy": SECRET}}
    found = change(working(READER, **secret), working(WRITER, **secret))
    assert [it[0] for it in objections(found)] == ["access-hidden"]


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
