"""Policies of those who are not in the plan: who gains by them, and who loses a denial."""

from __future__ import annotations

from typing import Any

import pytest
from access_samples import allow, deny
from permission_samples import assumable, change, document, state

from tandem.deployment import Deployment
from tandem.deployment.symbols import symbol
from tandem.review.permissions import permission_changes

ANYBODY = {"Effect": "Allow", "Action": "ecr:BatchGetImage", "Principal": "*"}
TLS = {**ANYBODY, "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-"


def inlined(argument: str, **statements: dict[str, Any]) -> dict[str, Any]:
    (name, statement), *_ = statements.items()
    return {argument: name, "name": "a", "policy": document(statement)}


@pytest.mark.parametrize(
    ("address", "before", "after"),
    [
        (
            "aws_iam_policy_attachment.a",
            {argument: ["ops"], "policy_arn": ADMIN},
            {argument: ["ops", "ci"], "policy_arn": ADMIN},
        )
        for argument in ("roles", "users", "groups")
    ]
    + [
        (
            f"aws_iam_{kind}_policy_attachment.a",
            {kind: "ops", "policy_arn": ADMIN},
            {kind: "ci", "policy_arn": ADMIN},
        )
        for kind in ("role", "user", "group")
    ]
    + [
        (
            f"aws_iam_{kind}_policy.a",
            inlined(kind, ops=allow("iam:*")),
            inlined(kind, ci=allow("iam:*")),
        )
        for kind in ("role", "user", "group")
    ]
    + [
        (
            "aws_ssoadmin_managed_policy_attachment.a",
            {"permission_set_arn": f"{SET}ops", "managed_policy_arn": ADMIN},
            {"permission_set_arn": f"{SET}ci", "managed_policy_arn": ADMIN},
        ),
        (
            "aws_ssoadmin_permission_set_inline_policy.a",
            {"permission_set_arn": f"{SET}ci", "inline_policy": document(allow("s3:Get*"))},
            {"permission_set_arn": f"{SET}ci", "inline_policy": document(allow("iam:*"))},
        ),
    ],
)
def test_a_policy_for_somebody_else_who_is_not_here(
    address: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    found = permission_changes(state({address: before}), state({address: after}))
    (gains,) = [it for it in found if it.widens]
    assert (gains.address, gains.name.removeprefix(SET), gains.is_new) == (address, "ci", False)
    assert all(it.wide for it in gains.gained)
    assert not any(it.is_gone for it in found)


def test_a_policy_that_another_resource_attaches_is_the_same() -> None:
    attached = {"role": "ops", "policy_arn": ADMIN}
    before = state({"aws_iam_role_policy_attachment.a": attached})
    looked_up = {"data.aws_iam_role.ops": assumable(name="ops")}
    after = state({"aws_iam_role_policy_attachment.b": attached, **looked_up})
    assert permission_changes(before, after) == ()
    both = state({f"aws_iam_role_policy_attachment.{it}": attached for it in "ab"})
    assert permission_changes(before, both) == ()


def test_a_role_that_is_looked_up_by_another_name_is_another_one() -> None:
    def named(name: str) -> Deployment:
        attached = {"role": name, "policy_arn": ADMIN}
        return state(
            {
                "data.aws_iam_role.a": assumable(name=name),
                "aws_iam_role_policy_attachment.a": attached,
            }
        )

    (gains,) = [it for it in permission_changes(named("ops"), named("ci")) if it.widens]
    assert gains.name == "ci"


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("aws_s3_bucket_policy.a", "bucket"),
        ("aws_ecr_repository_policy.a", "repository"),
        ("aws_sqs_queue_policy.a", "queue_url"),
    ],
)
def test_a_policy_of_another_resource_that_is_not_here(address: str, target: str) -> None:
    anybody = document(ANYBODY)
    before, after = (
        state({address: {target: it, "policy": anybody}}) for it in ("website", "payroll")
    )
    (gains,) = [it for it in permission_changes(before, after) if it.widens]
    assert (gains.address, gains.name, gains.is_new) == (address, "payroll", False)
    assert gains.gained[0].wide == "anybody"


NO, LESS = document(deny("*")), document(deny("s3:*"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"aws_iam_user_policy.a": {"user": "ann", "policy": NO}}, {}),
        (
            {"aws_iam_role_policy.a": {"role": "ann", "policy": NO}},
            {"aws_iam_role_policy.a": {"role": "ann", "policy": LESS}},
        ),
        (
            {
                "aws_iam_role_policy_attachment.a": {
                    "role": "ann",
                    "policy_arn": "arn:aws:iam::aws:policy/AWSDenyAll",
                }
            },
            {},
        ),
        (
            {"aws_iam_policy.a": {"name": "ann", "arn": "arn:p", "policy": NO}},
            {"aws_iam_policy.a": {"name": "ann", "arn": "arn:p", "policy": LESS}},
        ),
        ({"aws_s3_bucket_policy.a": {"bucket": "ann", "policy": document(TLS)}}, {}),
    ],
)
def test_a_denial_that_goes_from_who_is_not_here_widens(before: Any, after: Any) -> None:
    found = change(state(before), state(after))
    assert (found.name, found.is_gone, found.widens) == ("ann", False, True)
    assert [it.denies for it in found.widening] == [True]


@pytest.mark.parametrize(
    "policy",
    [
        '{"statement": [{"effect": "Allow", "action": "*", "resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "action": "s3:Get*", "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Action": "s3:Get*", "Resource": "*"}]}',
        '{"Statement": [], "\\u0053tatement": []}',
    ],
)
def test_a_policy_that_may_be_read_in_two_ways_is_hidden(policy: str) -> None:
    for address, values in (
        ("aws_iam_role_policy.a", {"role": "ci"}),
        ("aws_s3_bucket_policy.a", {"bucket": "ci"}),
    ):
        before = state({address: {**values, "policy": document(allow("s3:Get*"))}})
        assert change(before, state({address: {**values, "policy": policy}})).is_hidden


def test_what_lists_policies_itself() -> None:
    def listing(*arns: str) -> Deployment:
        return state({"awscc_iam_role.a": {"name": "a", "managed_policy_arns": list(arns)}})

    found = change(listing(), listing(ADMIN))
    assert found.widens
    assert found.gained[0].wide == "every action on every resource"
    assert not change(listing(ADMIN), listing()).widens


def test_a_boundary_of_a_permission_set() -> None:
    of = {"permission_set_arn": f"{SET}ci"}
    inline_policy = {"inline_policy": document(allow("s3:*")), **of}
    may = {"aws_ssoadmin_permission_set_inline_policy.a": inline_policy}
    said = {"customer_managed_policy_reference": [{"name": "limits", "path": "/"}]}
    limits = {"permissions_boundary": [said], **of}
    bounded = {"aws_ssoadmin_permissions_boundary_attachment.a": limits}
    assert change(state({**may, **bounded}), state(may)).widens
    assert not change(state(may), state({**may, **bounded})).is_hidden
    here = {"aws_ssoadmin_permission_set.ci": {"name": "ci", "arn": f"{SET}ci"}}
    found = change(state(here), state({**here, **may}))
    assert (found.address, found.name) == ("aws_ssoadmin_permission_set.ci", "ci")


def test_a_role_that_is_looked_up_in_the_apply_and_gains_nothing_is_no_matter() -> None:
    looked_up = {"data.aws_iam_role.a": assumable(permissions_boundary=symbol("data.aws_x.a.b"))}
    assert permission_changes(state({}), state(looked_up)) == ()
