"""What is wide: whom conditions really pin, and what leads to further rights."""

from __future__ import annotations

from typing import Any

import pytest
from access_samples import allow
from hypothesis import given
from hypothesis import strategies as st
from permission_samples import ACCOUNT, WEB, assumable, change, changes, document, inline, state

from tandem.deployment import Deployment
from tandem.deployment.symbols import symbol
from tandem.review.model import PermissionChange
from tandem.review.permissions.conditions import clauses
from tandem.review.permissions.pinning import pins, pins_subject
from tandem.review.wording import is_wider

OTHER = "999999999999"
TOPIC = "arn:aws:sns:eu-west-1:{}:images"
REPOSITORY = {"aws_ecr_repository.web": {"name": "web", "arn": WEB, "id": "web"}}
"""By which the account is known."""


def letting_in(principal: Any, condition: Any, *, known: bool = True) -> str:
    """Why whom a policy of a queue lets in is wide."""
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "sqs:SendMessage",
        "Resource": "*",
        **({"Condition": condition} if condition else {}),
    }
    others = REPOSITORY if known else {}

    def queue(*statements: Any) -> Deployment:
        values = {"queue_url": "https://q", "policy": document(*statements)}
        return state({**others, "aws_sqs_queue_policy.q": values})

    (found,) = change(queue(), queue(statement)).gained
    return found.wide


@pytest.mark.parametrize(
    ("operator", "key", "value", "wide"),
    [
        ("StringEquals", "aws:PrincipalOrgID", "o-1", ""),
        ("StringEquals", "aws:PrincipalOrgID", ["o-1", "o-2"], ""),
        ("StringLike", "aws:PrincipalOrgID", "o-*", "anybody"),
        ("StringLike", "aws:PrincipalOrgID", ["o-1", "*"], "anybody"),
        ("StringNotEquals", "aws:PrincipalOrgID", "o-1", "anybody"),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1", "anybody"),
        ("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-1", "anybody"),
        ("Null", "aws:PrincipalOrgID", "false", "anybody"),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-2/*", ""),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-*/r-2/*", "anybody"),
        ("StringEquals", "aws:SourceAccount", ACCOUNT, ""),
        ("StringEquals", "aws:SourceAccount", symbol("data.aws_x.y.account_id"), ""),
        ("StringEquals", "aws:SourceAccount", "${aws:PrincipalAccount}", "anybody"),
        ("StringLike", "aws:SourceAccount", "*", "anybody"),
        ("StringEquals", "aws:PrincipalAccount", OTHER, f"the account {OTHER}"),
        ("StringEquals", "kms:CallerAccount", ACCOUNT, ""),
        ("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com", "anybody"),
        ("Bool", "aws:ViaAWSService", "true", "anybody"),
        ("Bool", "aws:PrincipalIsAWSService", "true", "anybody"),
        ("StringEquals", "aws:PrincipalTag/team", "web", "anybody"),
        ("ArnLike", "aws:SourceArn", TOPIC.format(ACCOUNT), ""),
        ("ArnLike", "aws:SourceArn", TOPIC.format(OTHER), f"the account {OTHER}"),
        ("ArnLike", "aws:SourceArn", f"arn:aws:sns:*:{ACCOUNT}:*", ""),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:images", "anybody"),
        ("ArnLike", "aws:SourceArn", "arn:aws:*", "anybody"),
        ("ArnEquals", "aws:SourceArn", "arn:aws:*", "anybody"),
        ("ArnNotLike", "aws:SourceArn", TOPIC.format(ACCOUNT), "anybody"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::images", ""),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::im*", "anybody"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::images/*", ""),
        ("ArnLike", "aws:SourceArn", "arn:aws:route53:::hostedzone/*", "anybody"),
        ("ArnLike", "aws:SourceArn", symbol("aws_sns_topic.a.arn"), ""),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*", ""),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/deploy", "anybody"),
        ("StringEquals", "aws:SourceVpce", "vpce-1", ""),
        ("StringLike", "aws:SourceVpce", "vpce-*", "anybody"),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", ""),
        ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "0.0.0.0/1"], "anybody"),
        ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", "anybody"),
        ("Bool", "aws:SecureTransport", "true", "anybody"),
    ],
)  # fmt: skip
def test_a_condition_silences_only_where_it_pins(
    operator: str, key: str, value: Any, wide: str
) -> None:
    assert letting_in("*", {operator: {key: value}}) == wide


def test_one_condition_that_pins_is_enough() -> None:
    loose = {"Bool": {"aws:SecureTransport": "true"}}
    own = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    other = {"ArnLike": {"aws:SourceArn": TOPIC.format(OTHER)}}
    assert letting_in("*", {**loose, **other}) == f"the account {OTHER}"
    assert letting_in("*", {**loose, **own, **other}) == ""


def test_all_but_somebody_is_as_wide_as_anybody() -> None:
    statement = {
        "Effect": "Allow",
        "NotPrincipal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    pinned = {**statement, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}

    def made(it: Any) -> str:
        values = {"queue_url": "https://q", "policy": document(it)}
        return change(None, state({"aws_sqs_queue_policy.q": values})).gained[0].wide

    assert made(statement) == "everybody but those that are named"
    assert made(pinned) == ""


def test_an_account_that_may_be_another_is_another() -> None:
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert letting_in(principal, None) == ""
    assert letting_in(principal, None, known=False) == f"the account {ACCOUNT}"


@pytest.mark.parametrize(
    ("operator", "value", "is_pinned"),
    [
        ("StringEquals", "repo:us/web:ref:refs/heads/main", True),
        ("StringLike", "repo:us/web:*", True),
        ("StringLike", "repo:us/*", True),
        ("StringLike", "repo:us*", False),
        ("StringLike", "repo:*", False),
        ("StringLike", "repo:*/web:ref:refs/heads/main", False),
        ("StringLike", "*", False),
        ("StringLike", ["repo:us/web:*", "*"], False),
        ("StringNotEquals", "repo:us/web:*", False),
        ("StringLikeIfExists", "repo:us/web:*", False),
        ("ForAllValues:StringLike", "repo:us/web:*", False),
        ("StringLike", "organization:us:project:*", True),
        ("StringLike", "organization:*", False),
        ("StringEquals", "system:serviceaccount:shop:web", True),
        ("StringLike", "system:serviceaccount:shop:*", True),
        ("StringLike", "system:serviceaccount:*:*", False),
        ("StringLike", "system:serviceaccount:*:web", False),
        ("StringLike", "system:serviceaccount*", False),
        ("StringLike", "system:*", False),
        ("StringLike", "{a-b}:*", True),
        ("StringLike", f"repo:{symbol('var.repository')}:*", True),
    ],
)
def test_a_subject_is_asked_for(operator: str, value: Any, is_pinned: bool) -> None:
    (found,) = clauses({operator: {"token.actions.githubusercontent.com:sub": value}})
    assert pins_subject(found) == is_pinned
    wide = letting_in({"Federated": "token"}, {operator: {"token:sub": value}})
    assert wide == ("" if is_pinned else "whomever token lets in")


# Whatever else a value says, it pins nobody where a star may stand for a stranger's name.

STRANGERS = (
    ("aws:SourceAccount", "", OTHER, ""),
    ("aws:SourceArn", "arn:aws:sns:eu-west-1:", OTHER, ":images"),
    ("aws:PrincipalOrgID", "", "o-stranger", ""),
    ("idp:sub", "repo:", "strangers", "/web:ref:refs/heads/main"),
)


@given(
    st.sampled_from(STRANGERS),
    st.sampled_from(["", "ForAllValues:", "ForAnyValue:"]),
    st.sampled_from(["StringLike", "ArnLike", "ArnEquals", "StringNotLike"]),
    st.sampled_from(["", "IfExists"]),
    st.data(),
)
def test_what_takes_a_stranger_does_not_pin(
    stranger: tuple[str, str, str, str], of_set: str, operator: str, suffix: str, data: Any
) -> None:
    key, before, name, after = stranger
    kept = (before + name)[: data.draw(st.integers(0, len(before + name) - 1))]
    rest = after[data.draw(st.integers(0, len(after))) :]
    values = [before + name + after, f"{kept}*{rest}"]
    (found,) = clauses({f"{of_set}{operator}{suffix}": {key: values}})
    assert not pins(found)
    assert not pins_subject(found)


# What leads to further rights


def new_role(*statements: Any) -> PermissionChange:
    after = state(
        {
            **REPOSITORY,
            "aws_iam_role.build": assumable(),
            "aws_iam_role_policy.build": inline(*statements),
        }
    )
    return changes(state(REPOSITORY), after)["aws_iam_role.build", "role"]


@pytest.mark.parametrize(
    ("action", "wide"),
    [
        ("iam:PassRole", "a way to further rights"),
        ("sts:AssumeRole", "a way to further rights"),
        ("iam:PutRolePolicy", "a way to further rights"),
        ("iam:Attach*", "a way to further rights"),
        ("IAM:createaccesskey", "a way to further rights"),
        ("iam:UpdateAssumeRolePolicy", "a way to further rights"),
        ("iam:CreateServiceSpecificCredential", "a way to further rights"),
        ("iam:UploadSSHPublicKey", "a way to further rights"),
        ("iam:UpdateSAMLProvider", "a way to further rights"),
        ("iam:AddClientIDToOpenIDConnectProvider", "a way to further rights"),
        ("iam:DeleteRolePolicy", "a way to further rights"),
        ("iam:DetachRolePolicy", "a way to further rights"),
        ("iam:DeleteUserPermissionsBoundary", "a way to further rights"),
        ("iam:RemoveUserFromGroup", "a way to further rights"),
        ("sso:CreateAccountAssignment", "a way to further rights"),
        ("eks:CreateAccessEntry", "a way to further rights"),
        ("rolesanywhere:UpdateTrustAnchor", "a way to further rights"),
        ("lakeformation:GrantPermissions", "a way to further rights"),
        ("ram:AssociateResourceShare", "a way to further rights"),
        ("iam:*", "every action of iam"),
        ("iam:GetRole", ""),
        ("sts:GetCallerIdentity", ""),
        ("sts:AssumeRoleWithSAML", ""),
    ],
)
def test_a_new_role_gets_further_rights(action: str, wide: str) -> None:
    on = f"arn:aws:iam::{ACCOUNT}:role/admin"
    found = new_role(allow(action, on))
    (grant,) = found.gained
    assert grant.wide == wide
    assert is_wider(found) == bool(wide)


def test_what_is_on_every_resource_says_so_as_well() -> None:
    (found,) = new_role(allow("iam:PassRole", "*")).gained
    assert found.wide == "on every resource, a way to further rights"


def test_a_denial_leads_nowhere() -> None:
    denial = {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}
    (found,) = new_role(denial).gained
    assert found.wide == ""
