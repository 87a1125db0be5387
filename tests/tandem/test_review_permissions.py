"""What roles gain and lose, by what their policies mean."""

from __future__ import annotations

from typing import Any

import pytest
from access_samples import allow, deny
from permission_samples import (
    ACCOUNT,
    BASE,
    CODEBUILD,
    WEB,
    assumable,
    change,
    changes,
    document,
    inline,
    said,
    state,
    with_policy,
)

from tandem.deployment import Deployment
from tandem.deployment.symbols import symbol
from tandem.review.permissions import permission_changes, subjects

PUSH = allow(["ecr:PutImage", "ecr:InitiateLayerUpload"], WEB)
TRUSTED = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": CODEBUILD}
IF_HERE = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_what_stays_the_same_is_no_change() -> None:
    assert permission_changes(with_policy(PUSH), with_policy(PUSH)) == ()


@pytest.mark.parametrize(
    "other",
    [
        [allow(["ecr:initiatelayerupload", "ECR:PutImage"], [WEB])],
        [allow("ecr:PutImage", WEB), allow("ecr:InitiateLayerUpload", [WEB, WEB])],
        [{**PUSH, "Sid": "Push"}, allow("ecr:Put*", f"{WEB}"), deny("s3:*", Condition={})][:1],
    ],
)
def test_another_writing_is_no_change(other: list[Any]) -> None:
    assert permission_changes(with_policy(PUSH), with_policy(*other)) == ()


def test_an_action_is_gained_and_another_lost() -> None:
    found = change(
        with_policy(allow("ecr:PutImage", WEB)), with_policy(allow("ecr:BatchGetImage", WEB))
    )
    assert said(found.gained) == [("ecr:BatchGetImage", WEB)]
    assert said(found.lost) == [("ecr:PutImage", WEB)]
    assert found.widens
    assert (found.is_new, found.is_gone, found.unknown) == (False, False, ())


def test_what_another_statement_still_allows_is_not_lost() -> None:
    before = with_policy(allow("ecr:PutImage", WEB), allow("ecr:*", WEB))
    assert permission_changes(before, with_policy(allow("ecr:*", WEB))) == ()


def test_narrowing_is_a_loss_of_the_rest_and_widens_nothing() -> None:
    found = change(with_policy(allow("ecr:*", WEB)), with_policy(allow("ecr:Put*", WEB)))
    assert said(found.lost) == [("ecr:*", WEB)]
    assert found.lost[0].but_actions == ("ecr:Put*",)
    assert not found.gained
    assert not found.widens
    assert found.widening == ()


def test_a_star_is_gained_and_marked() -> None:
    before = with_policy(allow("ecr:PutImage", WEB))
    found = change(before, with_policy(allow(["ecr:PutImage", "ecr:*"], "*")))
    assert said(found.gained) == [("ecr:*", "*")]
    assert found.gained[0].wide == "every action of ecr on every resource"


def test_a_star_that_aws_asks_for_is_not_wide() -> None:
    found = change(
        with_policy(), with_policy(allow(["ecr:GetAuthorizationToken", "ecr:PutImage"], "*"))
    )
    wide = {it.actions: it.wide for it in found.gained}
    assert wide == {("ecr:GetAuthorizationToken",): "", ("ecr:PutImage",): "on every resource"}


def test_all_but_some_actions() -> None:
    statement = {"Effect": "Allow", "NotAction": ["iam:*", "kms:*"], "Resource": WEB}
    found = change(with_policy(allow("s3:*", WEB)), with_policy(statement))
    assert found.gained[0].actions == ("*",)
    assert found.gained[0].but_actions == ("iam:*", "kms:*", "s3:*")
    assert found.gained[0].wide == "every action but those that are named"
    back = change(with_policy(statement), with_policy(allow("ecr:*", WEB)))
    assert not back.gained


def test_what_several_statements_allow_together_is_no_gain() -> None:
    rest = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    both = with_policy(rest, allow("iam:*"))
    found = change(both, with_policy(allow("*"), deny("s3:*", BASE)))
    assert [it.denies for it in found.gained] == [True]
    assert not found.widens


def test_all_but_some_resources() -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": WEB}
    found = change(with_policy(allow("s3:GetObject", BASE)), with_policy(statement))
    assert found.gained[0].but_resources == (BASE, WEB)
    assert found.gained[0].wide == "on every resource but those that are named"


def test_a_condition_that_is_dropped_widens() -> None:
    before = with_policy(allow("s3:GetObject", WEB, Condition=IF_HERE))
    found = change(before, with_policy(allow("s3:GetObject", WEB)))
    assert found.gained[0].condition == (
        f"no longer only if aws:SourceAccount StringEquals {ACCOUNT}"
    )
    back = change(with_policy(allow("s3:GetObject", WEB)), before)
    assert back.lost[0].condition == f"now only if aws:SourceAccount StringEquals {ACCOUNT}"
    assert not back.widens


def test_a_denial_that_is_dropped_widens_what_is_allowed() -> None:
    before = with_policy(allow("s3:*", WEB), deny("s3:DeleteObject", WEB))
    found = change(before, with_policy(allow("s3:*", WEB)))
    assert not found.gained
    assert found.lost[0].denies
    assert found.widens
    assert found.widening == found.lost


def test_a_denial_of_what_nothing_allows_can_go() -> None:
    before = with_policy(allow("ecr:PutImage", WEB), deny("s3:DeleteObject", WEB))
    found = change(before, with_policy(allow("ecr:PutImage", WEB)))
    assert found.lost[0].denies
    assert not found.widens


def test_a_denial_that_is_added_widens_nothing() -> None:
    found = change(
        with_policy(allow("s3:*", WEB)), with_policy(allow("s3:*", WEB), deny("s3:Delete*", WEB))
    )
    assert found.gained[0].denies
    assert not found.widens


def test_what_is_denied_as_well_is_no_gain() -> None:
    after = with_policy(PUSH, allow("s3:DeleteObject", WEB), deny("s3:*"))
    before = with_policy(PUSH, deny("s3:*"))
    assert permission_changes(before, after) == ()


def bounded(boundary: str | None, *statements: dict[str, Any]) -> Deployment:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/limits"
    return state(
        {
            "aws_iam_role.build": assumable(permissions_boundary=arn if boundary else None),
            "aws_iam_role_policy.build": inline(*(statements or (allow("s3:*", "*"),))),
            "aws_iam_policy.limits": {
                "name": "limits",
                "arn": arn,
                "policy": boundary or document(allow("s3:Get*")),
            },
        }
    )


def test_a_boundary_that_goes_widens() -> None:
    found = changes(bounded(document(allow("s3:Get*"))), bounded(None))[
        "aws_iam_role.build", "role"
    ]
    assert found.gained[0].actions == ("s3:*",)
    assert found.gained[0].but_actions == ("s3:Get*",)
    assert found.lost[0].denies
    assert found.lost[0].condition == "beyond the permissions boundary limits"
    assert found.widens


def test_a_boundary_that_goes_widens_even_where_it_bounds_nothing_today() -> None:
    harmless = allow("s3:GetObject", WEB)
    before = bounded(document(allow("s3:Get*")), harmless)
    found = changes(before, bounded(None, harmless))["aws_iam_role.build", "role"]
    assert not found.gained
    assert found.widens


def test_a_boundary_that_comes_takes_away() -> None:
    found = changes(bounded(None), bounded(document(allow("s3:Get*"))))[
        "aws_iam_role.build", "role"
    ]
    assert not found.widens
    assert said(found.lost) == [("s3:*", "*")]


def test_a_boundary_that_lets_more_through() -> None:
    before, after = document(allow("s3:Get*")), document(allow("s3:*"), deny("s3:Delete*"))
    found = changes(bounded(before), bounded(after))["aws_iam_role.build", "role"]
    assert said(found.widening) == [("s3:*", "*")]
    # As with a boundary that goes: no limit allows what it refused.
    assert found.lost[0].denies
    assert found.lost[0].condition == "beyond the permissions boundary limits"


def test_a_boundary_that_nobody_knows_hides_no_gain() -> None:
    unknown = symbol("aws_iam_policy.limits.policy")
    known, more = document(allow("s3:*")), [allow("s3:*"), allow("iam:*")]
    comes = changes(bounded(known), bounded(unknown, *more))["aws_iam_role.build", "role"]
    assert said(comes.widening) == [("iam:*", "*")]
    assert comes.unknown
    goes = changes(bounded(unknown), bounded(None))["aws_iam_role.build", "role"]
    assert said(goes.gained) == [("s3:*", "*")]
    stays = bounded(unknown, *more)
    assert said(changes(bounded(unknown), stays)["aws_iam_role.build", "role"].gained) == [
        ("iam:*", "*")
    ]


def test_managed_policies_are_known() -> None:
    def attached(*names: str) -> Deployment:
        resources = {
            f"aws_iam_role_policy_attachment.{name}": {
                "role": "build",
                "policy_arn": f"arn:aws:iam::aws:policy/{name}",
            }
            for name in names
        }
        return state({"aws_iam_role.build": assumable(), **resources})

    read, power = "AmazonEC2ContainerRegistryReadOnly", "AmazonEC2ContainerRegistryPowerUser"
    found = change(attached(read), attached(power))
    actions = {action for it in found.gained for action in it.actions}
    assert "ecr:PutImage" in actions
    assert "ecr:BatchGetImage" not in actions
    unknown = change(attached(read), attached(read, "SomethingNew"))
    assert unknown.unknown == (
        "aws_iam_role_policy_attachment.SomethingNew is managed elsewhere: "
        "what it says is not known before the apply",
    )
    assert not unknown.gained


def test_a_policy_of_the_account_that_nobody_knows() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/a"

    def attached(text: str) -> Deployment:
        return state(
            {
                "aws_iam_role.build": assumable(),
                "aws_iam_policy.a": {"name": "a", "arn": arn, "policy": text},
                "aws_iam_role_policy_attachment.a": {"role": "build", "policy_arn": arn},
            }
        )

    found = change(attached(document(PUSH)), attached(symbol("aws_iam_policy.a.policy")))
    assert found.unknown == ("aws_iam_role_policy_attachment.a is not known before the apply",)


def test_a_role_at_another_address_is_compared_with_itself() -> None:
    def named(role: str, *statements: dict[str, Any]) -> Deployment:
        return state(
            {f"aws_iam_role.{role}": assumable(), "aws_iam_role_policy.build": inline(*statements)}
        )

    # Forgotten at one address and imported at another.
    assert permission_changes(named("old", PUSH), named("new", PUSH)) == ()
    found = change(named("old", PUSH), named("new", allow("s3:GetObject", WEB)))
    assert found.address == "aws_iam_role.new"
    assert not found.is_new


def test_roles_come_and_go() -> None:
    found = changes(None, with_policy(PUSH))
    assert found["aws_iam_role.build", "role"].is_new
    assert found["aws_iam_role.build", "trust"].gained[0].principals == ("codebuild.amazonaws.com",)
    gone = change(with_policy(PUSH), state({}))
    assert gone.is_gone
    assert not gone.widens
    assert said(gone.lost) == [("ecr:PutImage ecr:InitiateLayerUpload", WEB)]


def test_a_role_that_is_looked_up_changes_by_what_is_attached_here() -> None:
    looked_up = {"data.aws_iam_role.ops": assumable(name="ops")}
    assert permission_changes(state({}), state(looked_up)) == ()
    attached = {"aws_iam_role_policy.a": inline(PUSH, role="ops")}
    found = change(state(looked_up), state({**looked_up, **attached}))
    assert (found.address, found.unknown) == ("data.aws_iam_role.ops", ())
    assert found.widens


def trusted(*statements: dict[str, Any]) -> Deployment:
    return state({"aws_iam_role.build": assumable(*statements)})


@pytest.mark.parametrize(
    ("principal", "condition", "wide"),
    [
        ({"AWS": "arn:aws:iam::999999999999:root"}, None, "the account 999999999999"),
        ({"AWS": "999999999999"}, None, "the account 999999999999"),
        ("*", None, "anybody"),
        ({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, ""),
        ({"Service": "lambda.amazonaws.com"}, None, ""),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy"}, None, ""),
        ({"Federated": "token.actions.githubusercontent.com"}, None,
         "whomever token.actions.githubusercontent.com lets in"),
        ({"Federated": "token.actions.githubusercontent.com"},
         {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:us/web:*"}}, ""),
    ],
)  # fmt: skip
def test_a_principal_that_is_let_in(principal: Any, condition: Any, wide: str) -> None:
    # The account is known from the role's ARN only where something of a service is there too.
    repository = {"aws_ecr_repository.web": {"name": "web", "arn": WEB}}
    more = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    if condition:
        more["Condition"] = condition
    roles = [{"aws_iam_role.build": assumable(*it)} for it in ((TRUSTED,), (TRUSTED, more))]
    found = change(*(state({**repository, **it}) for it in roles))
    assert found.kind == "trust"
    assert found.widens
    assert len(found.gained) == 1
    assert found.gained[0].wide == wide
    assert found.gained[0].resources == ()


def test_one_role_instead_of_its_account_is_no_gain() -> None:
    def by(arn: str) -> Deployment:
        return trusted({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": arn}})

    found = change(by("arn:aws:iam::999999999999:root"), by("arn:aws:iam::999999999999:role/ci"))
    assert not found.widens
    assert change(
        by("arn:aws:iam::999999999999:role/ci"), by("arn:aws:iam::999999999999:root")
    ).widens


def test_a_policy_that_nobody_knows_is_said() -> None:
    def said_by(text: str) -> Deployment:
        return state(
            {
                "aws_iam_role.build": assumable(),
                "aws_iam_role_policy.build": {"role": "build", "name": "build", "policy": text},
            }
        )

    unknown = said_by(symbol("aws_iam_role_policy.build.policy"))
    found = change(with_policy(PUSH), unknown)
    assert found.unknown == ("aws_iam_role_policy.build is not known before the apply",)
    assert said(found.lost) == []
    secret = said_by(symbol("sensitive: aws_iam_role_policy.build.policy"))
    assert permission_changes(secret, secret) == ()
    other = said_by(symbol("sensitive: aws_iam_role_policy.build.policy before"))
    assert change(other, secret).unknown == ("aws_iam_role_policy.build is sensitive",)
    gone = change(secret, with_policy(PUSH))
    assert gone.unknown == ("aws_iam_role_policy.build was not known, or not as AWS takes it",)
    assert gone.is_hidden  # it may have denied something


@pytest.mark.parametrize(
    "strange",
    [
        {"Effect": symbol("data.a.b.c"), "Action": "s3:*", "Resource": "*"},
        symbol("data.a.b.c"),
        allow([f"s3:Get{it}" for it in range(200)], [f"arn:{it}" for it in range(200)]),
    ],
)
def test_what_no_policy_says_is_not_compared(strange: Any) -> None:
    found = change(with_policy(PUSH), with_policy(PUSH, strange))
    assert found.unknown == (
        "aws_iam_role_policy.build is not as AWS takes it: "
        "what it means is not known before the apply",
    )
    assert (found.gained, found.lost) == ((), ())


def test_what_may_be_the_same_is_said_and_no_gain() -> None:
    read = symbol("data.aws_ecr_repository.web.arn")
    found = change(
        with_policy(allow("ecr:PutImage", WEB)), with_policy(allow("ecr:PutImage", read))
    )
    assert found.unknown == (
        "ecr:PutImage on <data.aws_ecr_repository.web.arn>: "
        "the apply tells whether it was so before",
    )
    assert (found.gained, found.lost, found.widens) == ((), (), False)


def test_what_is_read_may_be_the_same_though_it_is_in_the_plan() -> None:
    lookup = {"data.aws_ecr_repository.web": {"name": "web"}}
    after = state(
        {
            **lookup,
            "aws_iam_role.build": assumable(),
            "aws_iam_role_policy.build": inline(
                allow("ecr:PutImage", symbol("data.aws_ecr_repository.web.arn"))
            ),
        }
    )
    assert not change(with_policy(allow("ecr:PutImage", WEB)), after).gained


def test_what_is_secret_is_another_thing_where_it_differs() -> None:
    secret = "sensitive: aws_s3_bucket.a.bucket"
    before = with_policy(allow("s3:GetObject", f"arn:aws:s3:::{symbol(f'{secret} before')}/*"))
    found = change(before, with_policy(allow("s3:GetObject", f"arn:aws:s3:::{symbol(secret)}/*")))
    assert said(found.gained) == [("s3:GetObject", f"arn:aws:s3:::<{secret}>/*")]


def test_what_is_read_besides_what_was_there_is_a_gain() -> None:
    read = symbol("data.aws_ecr_repository.web.arn")
    found = change(
        with_policy(allow("ecr:PutImage", WEB)), with_policy(allow("ecr:PutImage", [WEB, read]))
    )
    assert said(found.gained) == [("ecr:PutImage", "<data.aws_ecr_repository.web.arn>")]
    assert found.gained[0].but_resources == ()
    assert found.widens


def test_what_the_apply_makes_was_not_there() -> None:
    key = {"aws_kms_key.new": {"description": "of images"}}
    made = symbol("aws_kms_key.new.arn")
    after = state(
        {
            **key,
            "aws_iam_role.build": assumable(),
            "aws_iam_role_policy.build": inline(allow("kms:Decrypt", made)),
        }
    )
    found = changes(with_policy(allow("kms:Decrypt", "arn:aws:kms:x")), after)
    role = found["aws_iam_role.build", "role"]
    assert said(role.gained) == [("kms:Decrypt", "<aws_kms_key.new.arn>")]
    assert said(role.lost) == [("kms:Decrypt", "arn:aws:kms:x")]


def test_what_the_provider_lists_in_the_role_is_no_policy_of_its_own() -> None:
    def listed(of: dict[str, Any] | None, *statements: dict[str, Any]) -> Deployment:
        copy = [{"name": "build", "policy": document(PUSH)}]
        policy = {"aws_iam_role_policy.build": inline(*statements)} if statements else {}
        return state({"aws_iam_role.build": assumable(inline_policy=copy, **(of or {})), **policy})

    lost = change(listed(None, PUSH), listed(None, allow("s3:GetObject", WEB)))
    assert [it.actions for it in lost.lost] == [("ecr:PutImage", "ecr:InitiateLayerUpload")]
    gone = change(listed(None, PUSH), listed(None))
    assert said(gone.lost) == [("ecr:PutImage ecr:InitiateLayerUpload", WEB)]


def test_what_is_wide_comes_first() -> None:
    def two(*statements: dict[str, Any]) -> Deployment:
        return state(
            {
                "aws_iam_role.a": assumable(name="a"),
                "aws_iam_role_policy.a": inline(PUSH, *statements[:1], role="a"),
                "aws_iam_role.b": assumable(name="b"),
                "aws_iam_role_policy.b": inline(PUSH, *statements[1:], role="b"),
            }
        )

    found = permission_changes(two(), two(allow("s3:GetObject", WEB), allow("*")))
    assert [it.address for it in found] == ["aws_iam_role.b", "aws_iam_role.a"]
    assert found[0].gained[0].wide == "every action on every resource"


def test_what_has_to_be_looked_at_comes_first_in_a_role() -> None:
    found = change(with_policy(), with_policy(allow("s3:GetObject", WEB), allow("s3:Put*", "*")))
    assert [bool(it.wide) for it in found.gained] == [True, False]


def many(count: int, *, resource: str) -> Deployment:
    resources: dict[str, Any] = {}
    for number in range(count):
        name = f"role{number}"
        resources[f"aws_iam_role.{name}"] = assumable(name=name)
        statements = [allow(["ecr:PutImage", f"s3:Get{it}"], f"{resource}/{it}") for it in range(5)]
        resources[f"aws_iam_role_policy.{name}"] = inline(*statements, role=name)
    return state(resources)


def test_what_stays_the_same_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = many(20, resource=WEB), many(20, resource=WEB)
    monkeypatch.setattr(subjects, "cells", lambda *_: pytest.fail("it is taken apart"))
    assert permission_changes(before, after) == ()


def test_much_that_changes_is_not_too_much() -> None:
    before = with_policy(*(allow("s3:GetObject", f"{WEB}/{it}/*") for it in range(60)))
    after = with_policy(*(allow("s3:*", f"{WEB}/{it}/a*") for it in range(60)))
    assert change(before, after).widens


def test_many_actions_on_many_resources_are_not_too_much() -> None:
    actions = [f"s3:Get{it}" for it in range(20)]
    before, after = (
        with_policy(allow(actions, [f"arn:aws:s3:::{name}{it}/*" for it in range(20)]))
        for name in ("old", "new")
    )
    found = change(before, after)
    assert (len(found.gained), len(found.lost)) == (1, 1)
