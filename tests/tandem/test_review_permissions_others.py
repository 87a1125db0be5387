"""Users, groups and policies of resources: what they gain and lose."""

from __future__ import annotations

from typing import Any

import pytest
from access_samples import allow, deny
from permission_samples import (
    ACCOUNT,
    WEB,
    assumable,
    change,
    changes,
    document,
    inline,
    said,
    state,
)

from tandem.deployment import Deployment
from tandem.deployment.symbols import symbol
from tandem.review.permissions import permission_changes

PULL = {
    "Effect": "Allow",
    "Action": "ecr:BatchGetImage",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/a"},
}
OTHER = {**PULL, "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}
REPOSITORY = {"aws_ecr_repository.web": {"name": "web", "arn": WEB, "id": "web"}}
TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def with_resource(address: str, **values: Any) -> Deployment:
    return state({**REPOSITORY, address: values})


@pytest.mark.parametrize(
    ("address", "attribute", "values"),
    [
        ("aws_ecr_repository_policy.web", "policy", {"repository": "web"}),
        ("aws_ecr_registry_policy.all", "policy", {}),
        ("aws_s3_bucket_policy.a", "policy", {"bucket": "a"}),
        ("aws_kms_key.a", "policy", {"key_id": "1", "arn": "arn:k"}),
        ("aws_kms_key_policy.a", "policy", {"key_id": "1"}),
        ("aws_sqs_queue.a", "policy", {"url": "https://q", "name": "q"}),
        ("aws_sqs_queue_policy.a", "policy", {"queue_url": "https://q"}),
        ("aws_sns_topic_policy.a", "policy", {"arn": "arn:t"}),
        ("aws_secretsmanager_secret_policy.a", "policy", {"secret_arn": "arn:s"}),
        ("aws_codebuild_resource_policy.a", "policy", {"resource_arn": "arn:b"}),
        ("aws_cloudwatch_log_resource_policy.a", "policy_document", {"policy_name": "a"}),
        ("aws_opensearch_domain.a", "access_policies", {"name": "a"}),
    ],
)
def test_policies_of_resources(address: str, attribute: str, values: dict[str, Any]) -> None:
    before = with_resource(address, **{attribute: document(PULL)}, **values)
    assert permission_changes(before, before) == ()
    after = with_resource(address, **{attribute: document(PULL, OTHER)}, **values)
    found = change(before, after)
    assert (found.address, found.kind) == (address, "resource")
    assert found.gained[0].principals == ("arn:aws:iam::999999999999:root",)
    assert found.gained[0].wide == "the account 999999999999"
    assert found.widens
    assert not change(after, before).widens


def test_what_is_no_policy_of_access_is_left_alone() -> None:
    def expiring(days: int) -> Deployment:
        rules = f'{{"rules": [{{"days": {days}}}]}}'
        return with_resource("aws_ecr_lifecycle_policy.web", repository="web", policy=rules)

    assert permission_changes(expiring(1), expiring(2)) == ()
    owned = with_resource("aws_x_thing.a", security_policy='{"rules": [1]}')
    other = with_resource("aws_x_thing.a", security_policy='{"rules": [2], "Sid": "a"}')
    assert permission_changes(owned, other) == ()
    unknown = symbol("aws_ecr_lifecycle_policy.web.policy")
    after = with_resource("aws_ecr_lifecycle_policy.web", repository="web", policy=unknown)
    assert permission_changes(expiring(1), after) == ()


def topic(**values: Any) -> Deployment:
    return state({"aws_sns_topic.a": {"name": "a", **values}})


def test_a_policy_that_nobody_knows_is_said() -> None:
    unknown = symbol("aws_sns_topic.a.policy")
    before = topic(arn="arn:t", owner="1", policy=document(PULL))
    found = change(before, topic(arn="arn:t", owner="1", policy=unknown))
    assert found.unknown == ("aws_sns_topic.a (policy) is not known before the apply",)
    # Of what is made anew, AWS writes it.
    made = topic(arn="arn:t", owner=symbol("aws_sns_topic.a.owner"), policy=unknown)
    assert permission_changes(before, made) == ()
    assert permission_changes(None, made) == ()


def test_a_policy_of_its_own_that_nobody_knows_is_said_of_what_is_made_too() -> None:
    of = {"repository": "web", "policy": symbol("aws_ecr_repository_policy.web.policy")}
    after = with_resource("aws_ecr_repository_policy.web", **of)
    found = change(state(REPOSITORY), after)
    assert found.unknown == ("aws_ecr_repository_policy.web is not known before the apply",)


def bucket(**resources: Any) -> Deployment:
    mirror = {"bucket": "a", "id": "a", "policy": document(TLS)}
    return state({"aws_s3_bucket.a": mirror, **resources})


def bucket_policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"aws_s3_bucket_policy.a": {"bucket": "a", "policy": document(*statements)}}


def test_what_a_bucket_mirrors_is_said_once() -> None:
    found = change(bucket(**bucket_policy(TLS)), bucket(**bucket_policy(TLS, PULL)))
    assert found.address == "aws_s3_bucket_policy.a"


def test_a_denial_of_a_resource_that_goes_widens() -> None:
    found = change(bucket(**bucket_policy(TLS, PULL)), bucket(**bucket_policy(PULL)))
    assert [it.denies for it in found.widening] == [True]


def test_a_policy_that_goes_from_what_stays_widens() -> None:
    before = state({"aws_s3_bucket.a": {"bucket": "a", "id": "a"}, **bucket_policy(TLS)})
    found = change(before, state({"aws_s3_bucket.a": {"bucket": "a", "id": "a"}}))
    assert found.is_gone
    assert found.widens


def test_a_policy_that_goes_with_what_it_protects_is_no_matter() -> None:
    before = state({"aws_s3_bucket.a": {"bucket": "a", "id": "a"}, **bucket_policy(TLS)})
    assert permission_changes(before, state({})) == ()


def test_a_policy_that_moves_out_of_its_resource_is_the_same() -> None:
    queue = {"url": "https://q", "id": "https://q", "name": "q"}
    inside = state({"aws_sqs_queue.a": {**queue, "policy": document(PULL)}})
    apart = {"aws_sqs_queue_policy.a": {"queue_url": "https://q", "policy": document(PULL)}}
    assert permission_changes(inside, state({"aws_sqs_queue.a": queue, **apart})) == ()


def test_who_may_invoke_a_function() -> None:
    def functions(**sources: str) -> Deployment:
        function = {"function_name": "f", "arn": "arn:f", "id": "f"}
        return state(
            {"aws_lambda_function.f": function}
            | {
                f"aws_lambda_permission.{name}": {
                    "function_name": "f",
                    "principal": "events.amazonaws.com",
                    "action": "lambda:InvokeFunction",
                    "source_arn": source,
                    "statement_id": name,
                }
                for name, source in sources.items()
            }
        )

    found = change(functions(a="arn:rule/a"), functions(a="arn:rule/a", b=""))
    assert found.gained[0].principals == ("events.amazonaws.com",)
    assert found.gained[0].condition == "no longer only if aws:SourceArn ArnLike arn:rule/a"
    two = change(functions(a="arn:rule/a"), functions(a="arn:rule/a", b="arn:rule/b"))
    assert [it.condition for it in two.gained] == ["if aws:SourceArn ArnLike arn:rule/b"]
    assert two.lost == ()
    assert permission_changes(functions(a="arn:rule/a"), functions(other="arn:rule/a")) == ()


def test_who_may_use_a_key() -> None:
    def granted(*operations: str) -> Deployment:
        grant = {"key_id": "1", "grantee_principal": "arn:aws:iam::1:role/a"}
        return state({"aws_kms_grant.a": {**grant, "operations": list(operations)}})

    found = change(granted("Decrypt"), granted("Decrypt", "Encrypt"))
    assert said(found.gained) == [("kms:Encrypt", "1")]


def people(**resources: Any) -> Deployment:
    return state(
        {
            "aws_iam_user.ada": {"name": "ada"},
            "aws_iam_group.dev": {"name": "dev"},
            **resources,
        }
    )


def policy_of(kind: str, name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    return {f"aws_iam_{kind}_policy.a": {kind: name, "name": "a", "policy": document(*statements)}}


@pytest.mark.parametrize(("kind", "name"), [("user", "ada"), ("group", "dev")])
def test_users_and_groups(kind: str, name: str) -> None:
    before = people(**policy_of(kind, name, allow("s3:GetObject", WEB)))
    after = people(**policy_of(kind, name, allow("s3:GetObject", WEB), allow("iam:PassRole", WEB)))
    found = change(before, after)
    assert found.address == f"aws_iam_{kind}.{name}"
    assert said(found.gained) == [("iam:PassRole", WEB)]


def test_a_user_gains_what_the_group_may() -> None:
    policy = policy_of("group", "dev", allow("s3:GetObject", WEB))
    membership = {"aws_iam_user_group_membership.a": {"user": "ada", "groups": ["dev"]}}
    found = change(people(**policy), people(**policy, **membership))
    assert found.address == "aws_iam_user.ada"
    assert said(found.gained) == [("s3:GetObject", WEB)]
    other = {"aws_iam_group_membership.a": {"group": "dev", "users": ["ada"]}}
    assert permission_changes(people(**policy, **membership), people(**policy, **other)) == ()


def test_a_user_of_somebody_else_gains_what_the_group_may() -> None:
    policy = policy_of("group", "dev", allow("s3:GetObject", WEB))
    for address, values in (
        ("aws_iam_user_group_membership.a", {"user": "eve", "groups": ["dev"]}),
        ("aws_iam_group_membership.a", {"group": "dev", "users": ["eve"]}),
    ):
        found = change(people(**policy), people(**policy, **{address: values}))
        assert (found.address, found.name, found.is_new) == (address, "eve", False)
        assert said(found.gained) == [("s3:GetObject", WEB)]
        assert found.widens


@pytest.mark.parametrize(
    "elsewhere", [{}, {"data.aws_iam_group.admins": {"group_name": "admins", "name": "admins"}}]
)
@pytest.mark.parametrize("user", ["ada", "eve"])
def test_what_a_group_of_somebody_else_may_do_is_hidden(elsewhere: Any, user: str) -> None:
    joined = {"aws_iam_user_group_membership.a": {"user": user, "groups": ["admins"]}}
    found = change(people(**elsewhere), people(**elsewhere, **joined))
    assert found.name == user
    assert found.is_hidden
    assert found.is_elsewhere
    assert found.unknown == (
        "aws_iam_user_group_membership.a (the group admins) is managed elsewhere: "
        "what it says is not known before the apply",
    )
    other = {"aws_iam_group_membership.b": {"users": [user], "group": "admins"}}
    before, after = people(**elsewhere, **joined), people(**elsewhere, **other)
    assert permission_changes(before, before) == ()
    if user == "ada":
        assert permission_changes(before, after) == ()


def test_a_policy_for_several() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    attached = {
        "aws_iam_policy_attachment.a": {"users": ["ada"], "groups": ["dev"], "policy_arn": arn}
    }
    after = people(**attached)
    found = changes(people(), after)
    assert not [it for it in after.unresolved if it.attribute == "role"]  # it names none
    assert {address for address, _ in found} == {"aws_iam_user.ada", "aws_iam_group.dev"}
    assert {it.gained[0].wide for it in found.values()} == {"every action on every resource"}


def test_a_policy_of_a_role_that_is_not_here() -> None:
    def elsewhere(*statements: dict[str, Any]) -> Deployment:
        return state({"aws_iam_role_policy.a": inline(*statements, role="elsewhere")})

    found = change(elsewhere(allow("s3:GetObject", WEB)), elsewhere(allow("s3:*", WEB)))
    assert (found.address, found.name) == ("aws_iam_role_policy.a", "elsewhere")
    assert found.widens


def test_a_policy_that_nobody_is_seen_to_have() -> None:
    def alone(*statements: dict[str, Any]) -> dict[str, Any]:
        arn = f"arn:aws:iam::{ACCOUNT}:policy/a"
        return {"aws_iam_policy.a": {"name": "a", "arn": arn, "policy": document(*statements)}}

    before, after = alone(allow("s3:GetObject", WEB)), alone(allow("s3:*", WEB))
    found = change(state(before), state(after))
    assert (found.address, found.kind) == ("aws_iam_policy.a", "role")
    attachment = {
        "aws_iam_role.build": assumable(),
        "aws_iam_role_policy_attachment.a": {
            "role": "build",
            "policy_arn": f"arn:aws:iam::{ACCOUNT}:policy/a",
        },
    }
    found = change(state({**before, **attachment}), state({**after, **attachment}))
    assert found.address == "aws_iam_role.build"


def test_a_boundary_of_a_user() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/limits"
    limits = {
        "aws_iam_policy.limits": {"name": "limits", "arn": arn, "policy": document(deny("*"))}
    }
    may = policy_of("user", "ada", allow("s3:*"))
    user = {"name": "ada", "permissions_boundary": arn}
    before = people(**may, **limits, **{"aws_iam_user.ada": user})
    found = changes(before, people(**may, **limits))["aws_iam_user.ada", "role"]
    assert said(found.gained) == [("s3:*", "*")]


def test_a_denial_that_stays_is_no_condition_of_what_is_gained() -> None:
    public = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    found = change(bucket(**bucket_policy(TLS)), bucket(**bucket_policy(TLS, public)))
    assert [(it.actions, it.condition) for it in found.gained] == [(("s3:GetObject",), "")]
    assert not found.lost


def test_a_boundary_that_nobody_knows_takes_away_where_there_was_none() -> None:
    may = policy_of("user", "ada", allow("s3:*"))
    bounded = {"aws_iam_user.ada": {"name": "ada", "permissions_boundary": "arn:b"}}
    found = change(people(**may), people(**may, **bounded))
    assert found.unknown
    assert not found.is_hidden
    assert not found.widens
