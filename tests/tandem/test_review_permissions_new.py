"""What is new: only what is made with its permissions had nothing that could widen."""

from __future__ import annotations

import pytest
from access_samples import allow
from permission_samples import ACCOUNT, WEB, Values, assumable, change, changes, document, state

from tandem.deployment import Deployment
from tandem.deployment.symbols import symbol

WHO = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/a"}
SAID = document({"Effect": "Allow", "Principal": WHO, "Action": "*", "Resource": "*"})
MAY = document(allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/Admin"))
REPOSITORY = {"aws_ecr_repository.web": {"name": "web", "arn": WEB, "id": "web"}}
FUNCTION = {"aws_lambda_function.f": {"function_name": "f", "arn": "arn:f"}}
USER = {"aws_iam_user.bob": {"name": "bob"}}
OPENED: list[tuple[dict[str, Values], str, Values]] = [
    (REPOSITORY, "aws_ecr_repository_policy.it", {"repository": "web", "policy": SAID}),
    (
        FUNCTION,
        "aws_lambda_permission.it",
        {"function_name": "f", "action": "lambda:InvokeFunction", "principal": "999999999999"},
    ),
    (USER, "aws_iam_user_policy.it", {"user": "bob", "name": "p", "policy": MAY}),
    (
        {"aws_cloudwatch_event_bus.b": {"name": "b", "arn": "arn:b"}},
        "aws_cloudwatch_event_bus_policy.it",
        {"event_bus_name": "b", "policy": SAID},
    ),
]


@pytest.mark.parametrize(("owner", "address", "values"), OPENED)
def test_a_policy_of_what_is_made_is_new(
    owner: dict[str, Values], address: str, values: Values
) -> None:
    made = state({**owner, address: values})
    for before in (None, state({"aws_sqs_queue.q": {"name": "q"}})):
        found = changes(before, made)
        assert {it.is_new for it in found.values()} == {True}


@pytest.mark.parametrize(("owner", "address", "values"), OPENED)
def test_a_policy_of_what_is_there_is_not(
    owner: dict[str, Values], address: str, values: Values
) -> None:
    found = change(state(owner), state({**owner, address: values}))
    assert (found.is_new, found.widens) == (False, True)


@pytest.mark.parametrize(
    ("address", "values"),
    [
        *((address, values) for _, address, values in OPENED),
        ("aws_ecr_registry_policy.it", {"policy": SAID}),
        ("aws_secretsmanager_secret_policy.it", {"secret_arn": "arn:s", "policy": SAID}),
        ("aws_iam_role_policy.it", {"role": "deployer", "name": "p", "policy": MAY}),
    ],
)
def test_what_the_plan_does_not_have_was_there_before(address: str, values: Values) -> None:
    for before in (None, state({"aws_sqs_queue.q": {"name": "q"}})):
        found = change(before, state({address: values}))
        assert (found.is_new, found.widens) == (False, True)


def test_a_policy_that_nobody_knows_of_what_is_there_is_not_new() -> None:
    address = "aws_ecr_repository_policy.it"
    unknown = {"repository": "web", "policy": symbol(f"{address}.policy")}
    found = change(state(REPOSITORY), state({**REPOSITORY, address: unknown}))
    assert not found.is_new
    assert found.unknown == (f"{address} is not known before the apply",)


def test_a_policy_that_nobody_has_any_more_is_not_new() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/p"

    def attached(*roles: str) -> Deployment:
        return state(
            {
                "aws_iam_role.build": assumable(),
                "aws_iam_policy.p": {"name": "p", "arn": arn, "policy": MAY},
                **{
                    f"aws_iam_role_policy_attachment.{it}": {"role": it, "policy_arn": arn}
                    for it in roles
                },
            }
        )

    found = changes(attached("build"), attached())
    assert list(found) == [("aws_iam_role.build", "role")]
    assert found["aws_iam_role.build", "role"].lost
    again = change(attached(), attached("build"))
    assert (again.address, again.lost) == ("aws_iam_role.build", ())
    assert again.gained


def test_a_grant_of_a_key_hides_no_policy_of_it() -> None:
    grant = {"key_id": "1", "grantee_principal": WHO["AWS"], "operations": ["Decrypt"]}

    def key(policy: str) -> Deployment:
        values = {"key_id": "1", "arn": "arn:k", "policy": policy}
        return state({"aws_kms_key.k": values, "aws_kms_grant.g": grant})

    assert change(key(document()), key(SAID)).address == "aws_kms_key.k"
