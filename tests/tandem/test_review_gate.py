"""The gate: what closes it, what opens it, and for how long."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from tandem.config import Review as Settings
from tandem.deployment.symbols import symbol
from tandem.findings import Finding
from tandem.review.gate.gate import gated
from tandem.review.model import (
    AttributeChange,
    Change,
    Counts,
    Grant,
    LinkChange,
    Links,
    Objection,
    PermissionChange,
    Rename,
    Review,
    ReviewFinding,
)
from tandem.review.permissions import permission_changes
from tandem.review.reading.deployments import deployments
from tandem.review.reading.plan import understand
from tandem.review.reading.reasons import REASONS
from tandem.trace.pictures.model import Graph

TODAY = datetime.date(2027, 3, 1)
REPOSITORY = "aws_ecr_repository.web"
ROLE = "aws_iam_role.build"
DESTROYED = Change(
    REPOSITORY, "aws_ecr_repository", "destroy", means=("Its images go.",), holds_data=True
)
REPLACED = replace(DESTROYED, action="replace")
EMPTY = Review("plan", "1.11.4", Counts())


def of(review: Review, plan: dict[str, Any] | None = None, **settings: Any) -> Review:
    found = TypeAdapter(Settings).validate_python(settings) if settings else None
    return gated(review, understand(plan or {}), found, today=TODAY)


def objections(review: Review, **settings: Any) -> list[tuple[str, str, str]]:
    found = of(review, **settings).objections
    return [(it.rule, it.address, it.why) for it in found]


def waiver(
    address: str = REPOSITORY, rule: str = "data-destroyed", expires: str = "2027-03-01"
) -> Any:
    return {"address": address, "rule": rule, "reason": "it is empty", "expires": expires}


def test_nothing_happens() -> None:
    assert of(EMPTY) == EMPTY
    assert of(EMPTY).passes


# What is lost


def test_data_is_destroyed_or_replaced() -> None:
    other = replace(REPLACED, address="aws_s3_bucket.it")
    found = of(replace(EMPTY, changes=(other, DESTROYED)))
    assert [(it.rule, it.address, it.why) for it in found.objections] == [
        ("data-destroyed", REPOSITORY, "Its images go."),
        ("data-replaced", "aws_s3_bucket.it", "Its images go."),
    ]
    assert not found.passes


@pytest.mark.parametrize(
    "change",
    [
        replace(DESTROYED, holds_data=False),
        replace(DESTROYED, action="forget"),
        replace(DESTROYED, action="update"),
        replace(DESTROYED, action="no-op", previous_address="aws_ecr_repository.old"),
    ],
)
def test_nothing_is_lost(change: Change) -> None:
    assert objections(replace(EMPTY, changes=(change,))) == []


def test_what_has_drifted_is_lost_already() -> None:
    assert objections(replace(EMPTY, drift=(DESTROYED,))) == []
    (found,) = of(replace(EMPTY, kind="drift", drift=(DESTROYED,))).objections
    assert found.remedy == "find out who destroyed it, and restore what it held"


@pytest.mark.parametrize(
    ("rename", "remedy"),
    [
        (
            Rename(REPOSITORY, "aws_ecr_repository.shop", True),
            "aws_ecr_repository.web to aws_ecr_repository.shop",
        ),
        (Rename("aws_ecr_repository.we", "aws_ecr_repository.x", True), None),
    ],
)
def test_a_rename_has_its_remedy(rename: Rename, remedy: str | None) -> None:
    (found,) = of(replace(EMPTY, changes=(DESTROYED,), renames=(rename,))).objections
    if remedy:
        assert found.remedy == f"add the moved block from {remedy}"
    else:
        assert "removed block" in found.remedy


def test_a_rename_alone_is_no_remedy_where_the_name_has_to_stay() -> None:
    rename = Rename(DESTROYED.address, "aws_ecr_repository.new", True, keeps=('name = "shop/web"',))
    (found,) = of(replace(EMPTY, changes=(DESTROYED,), renames=(rename,))).objections
    assert ', and keep name = "shop/web" (' in found.remedy
    assert "renamed_from" in found.remedy


def test_what_a_replacement_left_behind_cannot_be_kept() -> None:
    (found,) = of(replace(EMPTY, changes=(replace(DESTROYED, deposed=True),))).objections
    assert found.remedy.startswith("save what is in it first")


def test_a_module_that_is_renamed_has_its_remedy() -> None:
    change = replace(DESTROYED, address='module.web["a"].aws_ecr_repository.this')
    rename = Rename("module.web", "module.shop", True)
    (found,) = of(replace(EMPTY, changes=(change,), renames=(rename,))).objections
    assert found.remedy == "add the moved block from module.web to module.shop"


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        (
            replace(REPLACED, attributes=(AttributeChange("name", "a", "b", replaces=True),)),
            "leave name as it is: no other value can be set in place",
        ),
        (
            replace(REPLACED, reason=REASONS["replace_because_tainted"]),
            "if it is whole, untaint it with terraform untaint",
        ),
        (replace(REPLACED, reason=REASONS["replace_by_request"]), "plan without -replace"),
        (REPLACED, "leave it in place"),
    ],
)
def test_a_replacement_has_its_remedy(change: Change, remedy: str) -> None:
    (found,) = of(replace(EMPTY, changes=(change,))).objections
    assert found.remedy == remedy


# Links and findings


def test_a_link_breaks() -> None:
    changes = (
        LinkChange("broken", "a starts b", "the rule has no target", "aws_x.rule"),
        LinkChange("broken", "c starts d"),
        LinkChange("removed", "e starts f"),
        LinkChange("changed", "g starts h", "was"),
    )
    links = Links(Graph((), ()), Graph((), ()), changes)
    assert objections(replace(EMPTY, links=links)) == [
        ("link-broken", "aws_x.rule", "a starts b (the rule has no target)"),
        ("link-broken", "", "c starts d"),
    ]


def test_a_finding_is_new() -> None:
    new = ReviewFinding(Finding("aws_x.a", "rule-disabled", "it is off", "on"), "trace", new=True)
    old = ReviewFinding(Finding("aws_x.b", "CKV_AWS_51", "mutable", "no"), "checkov", new=False)
    review = replace(EMPTY, findings=(old, new))
    (found,) = of(review).objections
    assert found == Objection("finding-new", "aws_x.a", "it is off", "on", check="rule-disabled")
    both = of(review, findings="all").objections
    assert [(it.rule, it.check) for it in both] == [
        ("finding-new", "rule-disabled"),
        ("finding-known", "CKV_AWS_51"),
    ]


# Access


def gains(*grants: Grant, **more: Any) -> Review:
    change = PermissionChange(ROLE, "shop-build", "role", gained=grants, widens=True, **more)
    return replace(EMPTY, permissions=(change,))


PUSH = Grant(("ecr:PutImage",), ("arn:aws:ecr:eu-west-1:123456789012:repository/shop/*",))
ANY = Grant(("ecr:*",), ("*",), wide="every action of ecr on every resource")


def test_access_widens() -> None:
    assert objections(gains(PUSH, ANY)) == [
        (
            "access-widened",
            ROLE,
            "shop-build may do more: ecr:PutImage on arn:aws:ecr:eu-west-1:123456789012:"
            "repository/shop/*; ecr:* (every action of ecr on every resource)",
        )
    ]


@pytest.mark.parametrize(
    ("change", "closes"),
    [
        (gains(PUSH), True),
        (gains(replace(PUSH, needed=False)), True),
        (gains(replace(PUSH, needed=True)), False),
        (gains(replace(ANY, needed=True)), False),
        (gains(replace(PUSH, denies=True)), False),
        (gains(PUSH, is_new=True), False),
        (gains(ANY, is_new=True), True),
        (gains(replace(PUSH, needed=False), is_new=True), True),
    ],
)
def test_which_access_matters(change: Review, closes: bool) -> None:
    assert bool(objections(change)) == closes


def test_what_is_no_longer_denied() -> None:
    lost = Grant(("s3:*",), ("*",), denies=True)
    change = PermissionChange(ROLE, "shop-build", "role", lost=(PUSH, lost), widens=True)
    ((_, _, why),) = objections(replace(EMPTY, permissions=(change,)))
    assert why == "shop-build may do more: no longer denied: s3:* on *"


def test_what_is_lost_widens_nothing() -> None:
    change = PermissionChange(ROLE, "shop-build", "role", lost=(PUSH,))
    assert objections(replace(EMPTY, permissions=(change,))) == []


def test_trust_and_policies_of_resources_have_their_words() -> None:
    who = Grant(("sts:AssumeRole",), (), principals=("arn:aws:iam::999999999999:root",))
    trust = PermissionChange(ROLE, "shop-build", "trust", gained=(who,), widens=True)
    policy = replace(trust, address=REPOSITORY, name="shop/web", kind="resource")
    assert [why for _, _, why in objections(replace(EMPTY, permissions=(trust, policy)))] == [
        "shop-build may be assumed by more: sts:AssumeRole by arn:aws:iam::999999999999:root",
        "shop/web lets more be done with it: sts:AssumeRole by arn:aws:iam::999999999999:root",
    ]


def test_many_grants_are_cut() -> None:
    many = tuple(
        replace(PUSH, actions=(f"ecr:A{at}", "ecr:B", "ecr:C", "ecr:D")) for at in range(5)
    )
    ((_, _, why),) = objections(gains(*many))
    assert "ecr:A2, ecr:B, ecr:C and 1 more on" in why
    assert "ecr:A3" not in why
    assert why.endswith("; and 2 more")


def test_a_policy_that_is_sensitive() -> None:
    hidden, former = symbol("sensitive: x"), symbol("sensitive: x before")

    def entry(kind: str, before: Any, after: Any) -> dict[str, Any]:
        change = {"actions": ["update"], "before": before, "after": after}
        return {
            "address": f"{kind}.it",
            "mode": "managed",
            "type": kind,
            "name": "it",
            "change": change,
        }

    changes = [
        entry("aws_iam_role", {"assume_role_policy": former}, {"assume_role_policy": hidden}),
        entry("aws_iam_role_policy", None, {"policy": f'{{"a": "{hidden}"}}'}),
        entry("aws_iam_user", {"permissions_boundary": None}, {"permissions_boundary": hidden}),
        entry(
            "aws_sqs_queue", {"policy": hidden, "name": former}, {"policy": hidden, "name": hidden}
        ),
        entry("aws_ecr_lifecycle_policy", None, {"policy": hidden}),
        entry("aws_s3_bucket_policy", None, {"policy": symbol("aws_x.y")}),
    ]
    found = of(EMPTY, {"resource_changes": changes}).objections
    assert [(it.rule, it.address) for it in found] == [
        ("access-hidden", "aws_iam_role.it"),
        ("access-hidden", "aws_iam_role_policy.it"),
        ("access-hidden", "aws_iam_user.it"),
    ]


HIDDEN = symbol("sensitive: x")


@pytest.mark.parametrize(
    ("of_type", "after", "objects"),
    [
        ("aws_lambda_permission", {"principal": HIDDEN}, True),
        ("aws_lambda_permission", {"source_arn": HIDDEN}, True),
        ("aws_lambda_permission", {"statement_id": HIDDEN}, False),
        ("aws_kms_grant", {"operations": ["Decrypt", HIDDEN]}, True),
        ("aws_kms_grant", {"key_id": HIDDEN}, True),
        ("aws_iam_user_group_membership", {"groups": [HIDDEN], "user": "a"}, True),
        ("aws_iam_role_policy_attachment", {"role": HIDDEN}, True),
        ("aws_iam_role_policy_attachment", {"policy_arn": HIDDEN}, True),
        ("aws_iam_role", {"inline_policy": [{"name": "a", "policy": HIDDEN}]}, True),
        ("aws_iam_role", {"tags": {"role": HIDDEN}, "description": HIDDEN}, False),
        ("aws_iam_access_key", {"user": "a", "secret": HIDDEN}, False),
        ("aws_iam_access_key", {"user": HIDDEN}, True),
        ("aws_ami_launch_permission", {"account_id": HIDDEN}, True),
        ("aws_vpc_endpoint_service", {"allowed_principals": [HIDDEN]}, True),
        ("aws_codebuild_project", {"service_role": HIDDEN}, True),
        ("aws_codepipeline", {"stage": [{"action": [{"role_arn": HIDDEN}]}]}, True),
        ("aws_codepipeline", {"stage": [{"action": [{"configuration": HIDDEN}]}]}, False),
        ("aws_lambda_function", {"environment": [{"variables": {"role": HIDDEN}}]}, False),
        ("aws_lambda_function_url", {"authorization_type": HIDDEN}, True),
        ("aws_s3_bucket_acl", {"acl": HIDDEN}, True),
    ],
)
def test_what_gives_access_is_sensitive(of_type: str, after: dict[str, Any], objects: bool) -> None:
    entry = {"address": f"{of_type}.it", "mode": "managed", "type": of_type, "name": "it"}
    for before, says in ((None, objects), (after, False)):
        change = {"actions": ["update"], "before": before, "after": after}
        found = of(EMPTY, {"resource_changes": [{**entry, "change": change}]}).objections
        assert ("access-hidden" in {it.rule for it in found}) == says


def test_a_policy_that_is_not_known() -> None:
    unknown = PermissionChange(
        ROLE, "shop-build", "role", unknown=("aws_x.y is not known",), is_hidden=True
    )
    assert objections(replace(EMPTY, permissions=(unknown,))) == [
        ("access-hidden", ROLE, "what shop-build may do is not known before the apply")
    ]
    for harmless in (replace(unknown, is_new=True), replace(unknown, is_hidden=False)):
        assert objections(replace(EMPTY, permissions=(harmless,))) == []


def test_a_policy_that_is_not_known_as_permissions_say_it() -> None:
    """What the gate looks for is what is said of such a policy."""
    role = {"name": "build", "arn": "arn:aws:iam::123456789012:role/build", "id": "build"}
    role["assume_role_policy"] = '{"Version": "2012-10-17", "Statement": []}'
    allowed = {"role": "build", "name": "p", "policy": role["assume_role_policy"]}

    def resources(policy: dict[str, Any]) -> dict[str, Any]:
        both = (("aws_iam_role", role), ("aws_iam_role_policy", policy))
        return {
            "root_module": {
                "resources": [
                    {
                        "address": f"{kind}.build",
                        "mode": "managed",
                        "type": kind,
                        "name": "build",
                        "values": values,
                    }
                    for kind, values in both
                ]
            }
        }

    change = {"actions": ["update"], "before": allowed, "after": {"role": "build", "name": "p"}}
    document = {
        "format_version": "1.2",
        "planned_values": resources({"role": "build", "name": "p"}),
        "prior_state": {"values": resources(allowed)},
        "resource_changes": [
            {
                "address": "aws_iam_role_policy.build",
                "mode": "managed",
                "type": "aws_iam_role_policy",
                "name": "build",
                "change": {**change, "after_unknown": {"policy": True}},
            }
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {
                        "address": "aws_iam_role_policy.build",
                        "mode": "managed",
                        "type": "aws_iam_role_policy",
                        "name": "build",
                        "expressions": {"policy": {"references": ["data.http.it.response_body"]}},
                    }
                ]
            }
        },
    }
    at = deployments(document)
    found = permission_changes(at.before, at.after)
    assert objections(replace(EMPTY, permissions=found)) == [
        ("access-hidden", ROLE, "what build may do is not known before the apply")
    ]


# Limits


@pytest.mark.parametrize(
    ("limit", "within"),
    [
        ({"actions": ["ecr:PutImage"], "resources": ["*"]}, True),
        ({"actions": ["ECR:put*"], "resources": ["arn:aws:ecr:*:123456789012:repository/*"]}, True),
        ({"actions": ["ecr:Put?mage"], "resources": ["*"]}, True),
        ({"actions": ["ecr:Get*"], "resources": ["*"]}, False),
        ({"actions": ["*"], "resources": ["arn:aws:ecr:*:*:repository/shop/web"]}, False),
        ({"actions": ["*"], "resources": ["arn:aws:ecr:*:*:repository/shop/?"]}, False),
        ({"actions": ["*"], "resources": ["arn:aws:ecr:*:*:REPOSITORY/*"]}, False),
        ({"actions": ["*"], "resources": ["*"], "principals": ["*"]}, False),
    ],
)
def test_limits(limit: dict[str, Any], within: bool) -> None:
    assert (objections(gains(PUSH), limits=[limit]) == []) == within


def test_a_limit_has_all_of_a_grant_or_none() -> None:
    both = replace(PUSH, actions=("ecr:PutImage", "ecr:GetX"))
    one, other = ({"actions": [it], "resources": ["*"]} for it in ("ecr:PutImage", "ecr:GetX"))
    assert objections(gains(both), limits=[one, other])
    assert not objections(gains(both), limits=[{**one, "actions": ["ecr:PutImage", "ecr:G*"]}])


def test_who_is_limited_too() -> None:
    who = Grant(
        ("sts:AssumeRole",), (), principals=("arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b")
    )
    review = gains(who)
    limit = {"actions": ["*"], "resources": ["*"]}
    assert objections(review, limits=[limit])
    assert objections(review, limits=[{**limit, "principals": ["arn:aws:iam::1:role/a"]}])
    assert not objections(review, limits=[{**limit, "principals": ["arn:aws:iam::1:role/*"]}])


def test_what_a_limit_allows_is_marked_and_said() -> None:
    limits = [
        {"actions": ["s3:*"], "resources": ["*"]},
        {"actions": ["ecr:Put*"], "resources": ["*"]},
    ]
    review = gains(PUSH, replace(PUSH, actions=("ecr:PutX",), needed=True), ANY)
    found = of(review, limits=limits)
    assert [it.limit for it in found.permissions[0].gained] == [2, None, None]
    assert found.notes == (
        "limit 2 of review.limits allows 1 gain of access, marked with its number",
    )
    assert not found.passes
    assert of(review).permissions == review.permissions


def test_no_limit_has_what_is_denied_no_longer() -> None:
    lost = Grant(("s3:*",), ("*",), denies=True)
    change = PermissionChange(ROLE, "shop-build", "role", gained=(PUSH,), lost=(lost,), widens=True)
    found = of(
        replace(EMPTY, permissions=(change,)), limits=[{"actions": ["*"], "resources": ["*"]}]
    )
    (objection,) = found.objections
    assert objection.why == "shop-build may do more: no longer denied: s3:* on *"
    assert objection.remedy.startswith("keep the denial")
    assert found.permissions[0].gained[0].limit == 1


# Waivers


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        (waiver(), True),
        (waiver("*"), True),
        (waiver("aws_ecr_*"), True),
        (waiver(expires="2028-01-01"), True),
        (waiver(rule="data-replaced"), False),
        (waiver("aws_ecr_repository.we"), False),
        (waiver("aws_ecr_repository.we?"), False),
        (waiver("aws_ecr_repository_web"), False),
    ],
)
def test_a_waiver(given: Any, holds: bool) -> None:
    found = of(replace(EMPTY, changes=(DESTROYED,)), waivers=[given])
    (objection,) = found.objections
    assert found.passes == holds == (objection.waiver is not None)


def test_a_waiver_says_why_and_until_when() -> None:
    given = [waiver(expires="2027-04-01"), waiver("*", expires="2029-01-01")]
    (found,) = of(replace(EMPTY, changes=(DESTROYED,)), waivers=given).objections
    assert found.waiver is not None
    assert (found.waiver.reason, found.waiver.expires) == (
        "it is empty",
        datetime.date(2029, 1, 1),
    )


def test_a_waiver_of_a_check() -> None:
    finding = ReviewFinding(Finding("aws_x.a", "CKV_AWS_51", "c", "r"), "checkov", new=True)
    review = replace(EMPTY, findings=(finding,))
    assert of(review, waivers=[waiver("aws_x.a", "CKV_AWS_51")]).passes
    assert of(review, waivers=[waiver("aws_x.a", "finding-new")]).passes
    assert not of(review, waivers=[waiver("aws_x.a", "CKV_AWS_5")]).passes


def test_an_expired_waiver_fails() -> None:
    given = [waiver(expires="2027-02-28")]
    found = of(replace(EMPTY, changes=(DESTROYED,)), waivers=given)
    assert [(it.rule, it.address, it.why, it.remedy) for it in found.objections][1:] == [
        (
            "waiver-expired",
            REPOSITORY,
            "the waiver of data-destroyed held until 2027-02-28: it is empty",
            "remove what it is about, or let somebody answer for it anew",
        )
    ]
    assert found.objections[0].waiver is None
    (alone,) = of(EMPTY, waivers=given).objections
    assert alone.remedy == "nothing needs it any more: remove it"


def test_an_expired_waiver_cannot_be_waived() -> None:
    given = [waiver(expires="2027-02-28"), waiver("*", "data-destroyed")]
    found = of(EMPTY, waivers=given)
    assert not found.passes
    assert found.notes == ("nothing needs the waiver of data-destroyed for *: it may be removed",)


def test_an_unused_waiver_is_a_note() -> None:
    found = of(
        replace(EMPTY, notes=("a note",)),
        waivers=[waiver(), waiver("*", "CKV_AWS_1")],
    )
    assert found.passes
    assert found.notes == (
        "a note",
        f"nothing needs the waiver of data-destroyed for {REPOSITORY}: it may be removed",
        "nothing needs the waiver of CKV_AWS_1 for *: it may be removed",
    )


def test_what_is_waived_comes_last() -> None:
    link = LinkChange("broken", "a starts b", "why", "aws_x.rule")
    review = replace(
        EMPTY, changes=(DESTROYED,), links=Links(Graph((), ()), Graph((), ()), (link,))
    )
    found = of(review, waivers=[waiver()]).objections
    assert [it.rule for it in found] == ["link-broken", "data-destroyed"]
