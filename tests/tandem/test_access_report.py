"""What is found in the roles of a deployment, what is only listed, and how it is said."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from access_samples import (
    ACCOUNT,
    BASE,
    BUILD,
    CODEBUILD,
    FROM_HERE,
    REGISTRY,
    WEB,
    allow,
    deny,
    deployment,
    may,
    need,
    policy,
    project,
    role,
    trusting,
)
from jsonschema import Draft202012Validator
from rich.console import Console

from tandem.access.as_json import as_json
from tandem.access.catalogue import CHECKS
from tandem.access.evaluator import Evaluator
from tandem.access.needs import Need, ServiceNeed, Unclear
from tandem.access.rendering import show
from tandem.access.report import Report, examine
from tandem.deployment.managed import managed_policy
from tandem.deployment.model import Bucket, Deployment, Key, Policy, Resource, Role, Unresolved
from tandem.deployment.symbols import symbol

ROOT = Path(__file__).parents[2]
POLICY = "aws_iam_role_policy.build"
PUSH = "ecr:PutImage"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"


@pytest.fixture(scope="module")
def iam() -> Iterator[Evaluator]:
    with Evaluator(ACCOUNT) as running:
        yield running


def report(
    iam: Evaluator,
    *needed: Need,
    roles: Sequence[Role] = (),
    not_allowed: Sequence[Need] = (),
    unclear: Sequence[Unclear] = (),
    services: Sequence[ServiceNeed] = (),
    **more: Any,
) -> Report:
    found = {id(it.role): it.role for it in (*needed, *not_allowed)}
    return examine(
        deployment(*(roles or found.values()), **more),
        iam,
        needed=needed,
        not_allowed=not_allowed,
        open_questions=unclear,
        of_services=services,
    )


def checks(found: Report) -> list[str]:
    return [finding.check for finding in found.findings]


# permission-missing


def test_what_is_needed_and_allowed_is_no_finding(iam: Evaluator) -> None:
    pushing = may(allow(PUSH, WEB, Sid="Push"))
    found = report(iam, need(pushing, PUSH, WEB))
    assert not found.findings
    assert found.roles[0].needed[0].decision.by == (f"{POLICY} Push",)


def test_what_is_missing_is_one_finding_for_each_resource(iam: Evaluator) -> None:
    reading = may(allow("ecr:BatchGetImage", WEB))
    actions = PUSH, "ecr:InitiateLayerUpload", "ecr:BatchGetImage"
    found = report(
        iam,
        *(need(reading, action, WEB, "build pushes shop/web") for action in actions),
        need(reading, PUSH, BASE, "build pushes shop/base"),
    )
    assert checks(found) == ["permission-missing"] * 2
    of_web = found.findings[1]
    assert of_web.address == BUILD
    assert of_web.cause == (
        f"build pushes shop/web, but the role may not ecr:InitiateLayerUpload, {PUSH} on {WEB}"
    )
    statement = json.loads(of_web.remedy.partition(": ")[2])
    assert statement == allow(["ecr:InitiateLayerUpload", PUSH], WEB)
    mended = may(allow("ecr:BatchGetImage", WEB), statement, allow(PUSH, BASE))
    again = (need(mended, action, WEB) for action in actions)
    assert not report(iam, *again, need(mended, PUSH, BASE)).findings


def test_what_denies_is_named(iam: Evaluator) -> None:
    guarded = may(allow("ecr:*", WEB), deny(PUSH, WEB, Sid="Frozen"))
    [finding] = report(iam, need(guarded, PUSH, WEB)).findings
    assert finding.cause.endswith(f"denied by {POLICY} Frozen")
    assert finding.remedy == f"except this from {POLICY} Frozen"


def test_what_is_optional_is_not_missed(iam: Evaluator) -> None:
    bare = may(allow("s3:GetObject", "arn:aws:s3:::a/b"))
    found = report(iam, need(bare, PUSH, WEB, optional=True))
    assert not found.findings
    assert not found.roles[0].not_judged


def test_an_alternative_does_as_well(iam: Evaluator) -> None:
    new, old = (
        (f"{service}:UseConnection", f"arn:aws:{service}:eu-west-1:{ACCOUNT}:connection/1")
        for service in ("codeconnections", "codestar-connections")
    )
    either = need(may(allow(old[0], old[1])), *new, alternatives=(old,))
    found = report(iam, either)
    assert not found.findings
    assert found.roles[0].needed[0].instead == old
    assert not found.roles[0].excess
    neither = need(may(allow("s3:ListBucket", "arn:aws:s3:::a")), *new, alternatives=(old,))
    assert checks(report(iam, neither)) == ["permission-missing"]


def test_policies_of_buckets_and_keys_are_found(iam: Evaluator) -> None:
    def bucket(*statements: dict[str, Any]) -> Bucket:
        own = policy("aws_s3_bucket_policy.store", *statements)
        return Bucket("aws_s3_bucket.store", "store", "arn:aws:s3:::store", own, True, False)

    reading = may(allow("s3:GetObject", "arn:aws:s3:::store/*"))
    asked = need(reading, "s3:GetObject", "arn:aws:s3:::store/web/x")
    closed = bucket({**deny("s3:*", "arn:aws:s3:::store/*"), "Principal": "*"})
    assert not report(iam, asked).findings
    assert checks(report(iam, asked, buckets=(closed,))) == ["permission-missing"]

    decrypting = need(may(allow("kms:Decrypt", KEY)), "kms:Decrypt", KEY)
    assert not report(iam, decrypting).findings
    assert not report(iam, decrypting, keys=(Key("aws_kms_key.a", KEY, None),)).findings
    other = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}
    own = policy("aws_kms_key.a", {**allow("kms:*"), "Principal": other})
    locked = report(iam, decrypting, keys=(Key("aws_kms_key.a", KEY, own),))
    assert checks(locked) == ["permission-missing"]


def test_services_need_the_policy_of_the_resource(iam: Evaluator) -> None:
    arn = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:dead"
    rule = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/pushed"
    sending = ServiceNeed(
        principal="events.amazonaws.com",
        action="sqs:SendMessage",
        resource=arn,
        address="aws_sqs_queue.dead",
        context={"aws:SourceArn": rule, "aws:SourceAccount": ACCOUNT},
        why="pushed keeps events that it could not deliver",
        source="https://docs.aws.amazon.com/",
    )

    def with_policy(*statements: dict[str, Any]) -> Report:
        text = json.dumps({"Version": "2012-10-17", "Statement": statements})
        values = {"arn": arn, "url": "u", **({"policy": text} if statements else {})}
        queue = Resource("aws_sqs_queue.dead", "aws_sqs_queue", values)
        return report(iam, services=[sending], resources={queue.address: queue})

    events = {"Principal": {"Service": "events.amazonaws.com"}}
    one_rule = {"Condition": {"ArnLike": {"aws:SourceArn": rule}}}
    assert not with_policy({**allow("sqs:SendMessage", arn), **events, **one_rule}).findings
    [finding] = with_policy().findings
    assert (finding.address, finding.check) == ("aws_sqs_queue.dead", "permission-missing")
    other = {"Condition": {"ArnLike": {"aws:SourceArn": f"{rule}-other"}}}
    wrong = with_policy({**allow("sqs:SendMessage", arn), **events, **other})
    assert checks(wrong) == ["permission-missing"]

    separate = Resource(
        "aws_sqs_queue_policy.dead",
        "aws_sqs_queue_policy",
        {"queue_url": "u", "policy": json.dumps(policy("", allow("*") | events).document)},
    )
    queue = Resource("aws_sqs_queue.dead", "aws_sqs_queue", {"arn": arn, "url": "u"})
    both = {it.address: it for it in (queue, separate)}
    assert not report(iam, services=[sending], resources=both).findings


# permission-too-wide


def test_what_must_not_be_and_is_allowed_is_found(iam: Evaluator) -> None:
    wide = may(allow([PUSH, "ecr:BatchDeleteImage"], [WEB, BASE], Sid="Push"))
    why = "it pushes to another image's repository"
    [finding] = report(iam, not_allowed=[need(wide, PUSH, BASE, why)]).findings
    assert (finding.address, finding.check) == (BUILD, "permission-too-wide")
    assert finding.cause == f"{why}, if it wants to: {POLICY} Push allows {PUSH} on {BASE}"
    assert not report(iam, not_allowed=[need(may(allow(PUSH, WEB)), PUSH, BASE, why)]).findings


# permission-any-resource

TASKS = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:cluster/prod"


@pytest.mark.parametrize(
    "statement",
    [
        allow(PUSH),
        allow("ecr:*"),
        allow("*"),
        allow(PUSH, f"{REGISTRY}/*"),
        allow(PUSH, "arn:aws:ecr:*:*:*"),
        allow("s3:GetObject", "arn:aws:s3:::*"),
        allow("s3:GetObject", "arn:aws:s3:::*/*"),
        allow(["ecr:GetAuthorizationToken", PUSH]),
        allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "x"}}),
        allow("codepipeline:StartPipelineExecution", "arn:aws:codepipeline:eu-west-1:1:*"),
        allow("logs:PutLogEvents", "arn:aws:logs:*:*:*"),
        allow("logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:*"),
    ],
)
def test_a_wildcard_that_aws_does_not_force(iam: Evaluator, statement: dict[str, Any]) -> None:
    [finding] = report(iam, roles=[may(statement)]).findings
    assert (finding.address, finding.check) == (POLICY, "permission-any-resource")


@pytest.mark.parametrize(
    "statement",
    [
        allow("ecr:GetAuthorizationToken"),
        allow("ec2:DescribeSubnets"),
        allow(["ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"]),
        allow("ecs:ListTasks", Condition={"ArnEquals": {"ecs:cluster": TASKS}}),
        allow(PUSH, Condition={"StringEquals": {"aws:ResourceTag/team": "shop"}}),
        allow(PUSH, f"{REGISTRY}/shop/*"),
        allow(PUSH, "arn:aws:ecr:*:*:repository/shop"),
        allow("s3:GetObject", "arn:aws:s3:::shop-artifacts/*"),
        allow("s3:GetObject", "arn:aws:s3:::codepipeline-eu-west-1-*"),
        allow("ecs:DescribeTasks", f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task/prod/*"),
        allow("ec2:CreateNetworkInterface", "arn:aws:ec2:eu-west-1:1:network-interface/*"),
        allow("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/codebuild/web:*"),
        deny("*"),
    ],
)
def test_a_wildcard_that_has_to_be(iam: Evaluator, statement: dict[str, Any]) -> None:
    assert not report(iam, roles=[may(statement)]).findings


def test_a_wildcard_is_forced_where_the_need_has_one_or_no_name_is_known(iam: Evaluator) -> None:
    listing = may(allow("ecs:ListTasks"))
    assert checks(report(iam, roles=[listing])) == ["permission-any-resource"]
    assert not report(iam, need(listing, "ecs:ListTasks", "*")).findings
    families = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition"
    tagging = may(allow("ecs:TagResource", f"{families}/*:*"))
    assert checks(report(iam, roles=[tagging])) == ["permission-any-resource"]
    unnamed = need(tagging, "ecs:TagResource", f"{families}/{symbol('family')}:1")
    assert not report(iam, unnamed).findings


# Excess


def test_what_nothing_needs_is_listed_and_no_finding(iam: Evaluator) -> None:
    statement = allow([PUSH, "ecr:DeleteRepository"], [WEB, BASE], Sid="Push")
    found = report(iam, need(may(statement), PUSH, WEB))
    assert not found.findings
    actions, resource = found.roles[0].excess
    assert (actions.actions, actions.resources) == (("ecr:DeleteRepository",), (WEB, BASE))
    assert (resource.actions, resource.resources) == ((PUSH,), (BASE,))
    assert actions.statement == f"{POLICY} Push"


def test_of_a_pattern_the_actions_that_are_not_needed_are_listed(iam: Evaluator) -> None:
    found = report(iam, need(may(allow("ecr:*LayerUpload", WEB)), "ecr:CompleteLayerUpload", WEB))
    [excess] = found.roles[0].excess
    assert excess.actions == ("ecr:InitiateLayerUpload",)


def test_what_is_granted_for_other_kinds_of_resources_is_not_listed(iam: Evaluator) -> None:
    bucket = "arn:aws:s3:::store"
    both = may(allow(["s3:GetObject", "s3:GetBucketAcl"], [bucket, f"{bucket}/*"]))
    needed = need(both, "s3:GetObject", f"{bucket}/x"), need(both, "s3:GetBucketAcl", bucket)
    assert not report(iam, *needed).roles[0].excess


def test_policy_variables_are_what_is_needed(iam: Evaluator) -> None:
    own, other = ("arn:aws:s3:::store/" + name for name in ("${aws:PrincipalAccount}/*", "other/*"))
    reading = may(allow("s3:GetObject", [own, other]))
    found = report(iam, need(reading, "s3:GetObject", f"arn:aws:s3:::store/{ACCOUNT}/x"))
    assert [it.resources for it in found.roles[0].excess] == [(other,)]


def test_what_may_be_needed_is_not_listed(iam: Evaluator) -> None:
    optional = may(allow([PUSH, "ecr:DescribeImages"], WEB))
    wanted = need(optional, PUSH, WEB), need(optional, "ecr:DescribeImages", WEB, optional=True)
    assert not report(iam, *wanted).roles[0].excess
    unsure = may(allow([PUSH, "kms:Decrypt"], [WEB, KEY]))
    question = Unclear(unsure, ("kms:*",), "which key it is, is not known")
    found = report(iam, need(unsure, PUSH, WEB), unclear=[question]).roles[0]
    assert "kms:Decrypt" not in {action for it in found.excess for action in it.actions}
    assert found.not_judged == ("kms:*: which key it is, is not known",)


def test_what_is_unclear_is_not_called_superfluous_where_it_is_needed_elsewhere(
    iam: Evaluator,
) -> None:
    other = KEY.replace("key/1", "key/2")
    decrypting = may(allow("kms:Decrypt", [KEY, other]), allow("kms:*", f"{other}*"))
    asked = need(decrypting, "kms:Decrypt", KEY)
    question = Unclear(decrypting, ("kms:Decrypt",), "which key it is, is not known")
    superfluous = {
        (action, it.resources)
        for it in report(iam, asked, unclear=[question]).roles[0].excess
        for action in it.actions
    }
    assert ("kms:ScheduleKeyDeletion", (f"{other}*",)) in superfluous
    assert {action for action, _ in superfluous} & {"kms:Decrypt", "kms:*"} == set()
    assert "kms:Decrypt" in {it.actions[0] for it in report(iam, asked).roles[0].excess}
    but = may({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})
    question = Unclear(but, ("kms:Decrypt",), "which key it is, is not known")
    assert not report(iam, need(but, PUSH, WEB), unclear=[question]).roles[0].excess


# Trust


def test_a_service_that_says_for_whom_it_works_is_asked(iam: Evaluator) -> None:
    def found(**conditions: Any) -> list[str]:
        trust = trusting({"Service": "codebuild.amazonaws.com"}, **conditions)
        return checks(report(iam, roles=[role(trust=trust)]))

    assert found() == ["trust-without-condition"]
    assert found(StringEquals={"aws:PrincipalOrgID": "o-1"}) == ["trust-without-condition"]
    assert not found(StringEquals={"AWS:SourceAccount": ACCOUNT})
    assert not found(ArnLike={"aws:SourceArn": "arn:aws:codebuild:*:*:project/build"})


def test_a_service_that_does_not_is_not_asked(iam: Evaluator) -> None:
    trust = trusting({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]})
    assert not report(iam, roles=[role(trust=trust)]).findings


@pytest.mark.parametrize(
    ("principal", "conditions", "wide"),
    [
        ("*", {}, True),
        ({"AWS": "*"}, {}, True),
        ({"AWS": "*"}, {"StringEquals": {"sts:ExternalId": "x"}}, True),
        ({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"AWS": "arn:aws:iam::999988887777:root"}, {}, True),
        ({"AWS": "999988887777"}, {}, True),
        (
            {"AWS": "arn:aws:iam::999988887777:root"},
            {"StringEquals": {"sts:ExternalId": "x"}},
            False,
        ),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/deployer"}, {}, False),
        ({"AWS": "AROAEXAMPLEOFADELETEDROLE"}, {}, False),
        ({"AWS": f"arn:aws:iam::{symbol('other account')}:root"}, {}, False),
        ({"Federated": "token.actions.githubusercontent.com"}, {}, False),
    ],
)
def test_others_than_the_account(
    iam: Evaluator, principal: Any, conditions: dict[str, Any], wide: bool
) -> None:
    found = report(iam, roles=[role(trust=trusting(principal, **conditions))])
    assert checks(found) == ["trust-too-wide"] * wide


def test_services_that_do_not_use_the_role(iam: Evaluator) -> None:
    services = {"Service": ["codebuild.amazonaws.com", "ec2.amazonaws.com"]}
    shared = role(trust=trusting(services, **FROM_HERE))
    [finding] = report(iam, roles=[shared], projects=(project(shared),)).findings
    assert finding.check == "trust-too-wide"
    assert finding.cause.startswith("ec2.amazonaws.com may assume the role, which only codebuild")
    # Somebody else uses it: who knows what it is.
    other = Resource("aws_glue_job.x", "aws_glue_job", {"role_arn": shared.arn})
    elsewhere = {other.address: other}
    assert not report(
        iam, roles=[shared], projects=(project(shared),), resources=elsewhere
    ).findings
    assert not report(iam, roles=[shared]).findings


def test_who_can_assume_a_role(iam: Evaluator) -> None:
    [found] = report(iam, roles=[role()]).roles
    assert [str(it) for it in found.assumed_by] == [
        "codebuild.amazonaws.com with aws:sourceaccount"
    ]
    assert found.used_by == frozenset()
    assert report(iam, roles=[role()], projects=(project(role()),)).roles[0].used_by == {
        "codebuild"
    }


# What is not known


def test_a_policy_that_is_not_known_is_said_and_no_finding(iam: Evaluator) -> None:
    dark = role(Policy("aws_iam_role_policy.dark", "dark", None))
    found = report(iam, need(dark, PUSH, WEB), not_allowed=[need(dark, PUSH, BASE)])
    assert not found.findings
    assert found.roles[0].not_judged == (
        "policy-unknown: aws_iam_role_policy.dark (dark) is not known",
    )


def test_a_policy_attached_to_nobody_knows_whom(iam: Evaluator) -> None:
    bare = may(allow("s3:GetObject", "arn:aws:s3:::a/b"))
    attached = Unresolved("aws_iam_role_policy_attachment.x", "role", "it is known after apply")
    found = report(iam, need(bare, PUSH, WEB), unresolved=(attached,))
    assert not found.findings
    assert "aws_iam_role_policy_attachment.x" in found.roles[0].not_judged[0]


def test_a_role_that_is_managed_elsewhere_is_not_judged(iam: Evaluator) -> None:
    looked_up = role(address="data.aws_iam_role.theirs", trust=None)
    found = report(iam, need(looked_up, PUSH, WEB))
    assert not found.findings
    assert found.roles[0].needed[0].decision.allowed is None
    assert "it is managed elsewhere" in found.roles[0].not_judged


def test_symbols_that_may_be_equal_are_not_judged(iam: Evaluator) -> None:
    one, other = (f"{REGISTRY}/{symbol(name)}" for name in ("one", "other"))
    found = report(iam, need(may(allow(PUSH, one)), PUSH, other))
    assert not found.findings
    assert not found.roles[0].excess
    assert found.roles[0].not_judged == (
        f"{PUSH} on {REGISTRY}/<other>: it depends on <one>, <other>",
    )


# The report


def everything(iam: Evaluator) -> Report:
    """A report with something of each kind in it."""
    build = may(allow(["ecr:GetAuthorizationToken", PUSH], Sid="Push"), allow("kms:Decrypt", KEY))
    clean = role(policy("p", allow(PUSH, WEB)), address="aws_iam_role.clean")
    dark = role(Policy("d", "d", None), address="aws_iam_role.dark", trust=None)
    return report(
        iam,
        need(build, PUSH, WEB),
        need(build, "ecr:BatchGetImage", f"{REGISTRY}/{symbol('base')}"),
        need(clean, PUSH, WEB),
        need(dark, PUSH, WEB),
        not_allowed=[need(build, PUSH, BASE, "it pushes to another repository")],
        roles=[build, clean, dark],
    )


def said(found: Report, **more: Any) -> str:
    stream = io.StringIO()
    show(found, Console(file=stream, width=200), **more)
    return stream.getvalue()


def test_the_json_is_what_its_schema_says(iam: Evaluator) -> None:
    schema = json.loads((ROOT / "docs/access.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    document = as_json(everything(iam))
    Draft202012Validator(schema).validate(document)
    assert {it["check"] for it in document["findings"]} == {
        "permission-missing",
        "permission-too-wide",
        "permission-any-resource",
    }
    assert f"{REGISTRY}/<base>" in json.dumps(document)
    json.dumps(document).encode("ascii")


def test_roles_with_problems_are_shown_in_full_and_the_others_in_a_line(iam: Evaluator) -> None:
    found = everything(iam)
    lines = said(found).splitlines()
    assert f"{BUILD}, assumed by codebuild.amazonaws.com with aws:sourceaccount" in lines
    [clean] = [line for line in lines if "aws_iam_role.clean" in line]
    assert clean.startswith("✓ aws_iam_role.clean: 1 of 1 needs allowed; assumed by codebuild")
    [dark] = [line for line in lines if line.startswith("? aws_iam_role.dark")]
    assert "1 not judged" in dark
    assert not any("✓" in line and PUSH in line for line in lines)
    assert "  1 of 2 needs allowed; --verbose lists them" in lines
    whole = said(found, verbose=True).splitlines()
    assert any("✓" in line and PUSH in line and " Push " in line for line in whole)
    assert any("✗" in line and "ecr:BatchGetImage" in line and "<base>" in line for line in lines)
    assert any("not needed kms:Decrypt" in line for line in lines)
    assert lines[-1] == (
        "3 roles: 2 of 4 needs are allowed and 1 could not be judged, "
        "0 of 1 things that must not be are denied; 3 findings"
    )
    assert "aws_iam_role.clean, assumed by" in said(found, verbose=True)


def test_what_could_not_be_judged_is_not_counted_as_allowed(iam: Evaluator) -> None:
    dark = role(Policy("d", "d", None))
    other = [need(dark, PUSH, it, "it pushes to another repository") for it in (WEB, BASE)]
    assert said(report(iam, not_allowed=other)).splitlines()[-1] == (
        "1 role: 0 of 0 needs are allowed, "
        "0 of 2 things that must not be are denied and 2 could not be judged; no findings"
    )


def test_a_reason_for_not_judging_is_one_line(iam: Evaluator) -> None:
    asking = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "shop"}}}
    tagged = may(allow(PUSH, [WEB, BASE], **asking), allow("ecr:BatchGetImage", WEB))
    needed = [need(tagged, PUSH, WEB), need(tagged, PUSH, BASE), need(tagged, "iam:GetRole", "*")]
    lines = said(report(iam, *needed)).splitlines()
    assert [line.strip() for line in lines if "aws:PrincipalTag/team" in line] == [
        f"not judged {PUSH}: it depends on aws:PrincipalTag/team"
    ]
    assert any("✗" in line and "iam:GetRole" in line for line in lines)


def test_no_colours_but_on_a_terminal(iam: Evaluator) -> None:
    found = everything(iam)
    assert "\x1b[" not in said(found)
    stream = io.StringIO()
    show(found, Console(file=stream, width=200, force_terminal=True, color_system="standard"))
    assert "\x1b[31m" in stream.getvalue()


def test_every_finding_is_in_the_catalogue(iam: Evaluator) -> None:
    known = {check.id for check in CHECKS}
    assert set(checks(everything(iam))) <= known
    assert known == {
        "permission-missing",
        "permission-too-wide",
        "permission-any-resource",
        "trust-without-condition",
        "trust-too-wide",
    }


# AWS's managed policies


def test_documents_of_managed_policies() -> None:
    found = managed_policy("arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser")
    assert found is not None
    assert PUSH in found["Statement"][0]["Action"]
    in_a_folder = "policy/service-role/AmazonECSTaskExecutionRolePolicy"
    assert managed_policy(f"arn:aws-cn:iam::aws:{in_a_folder}") is not None
    assert managed_policy(f"arn:aws:iam::{ACCOUNT}:policy/AdministratorAccess") is None
    assert managed_policy("arn:aws:iam::aws:policy/NoSuchPolicy") is None


def test_a_managed_policy_is_evaluated(iam: Evaluator) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"
    address, name = "aws_iam_role_policy_attachment.push", arn.rpartition("/")[2]
    attached = Policy(address, name, managed_policy(arn))
    resource = Resource(address, "aws_iam_role_policy_attachment", {"policy_arn": arn})
    pushing = role(attached, trust=CODEBUILD)
    why = "it pushes to another image's repository"
    found = report(
        iam,
        need(pushing, PUSH, WEB),
        not_allowed=[need(pushing, PUSH, BASE, why)],
        resources={address: resource},
    )
    assert checks(found) == ["permission-too-wide", "permission-any-resource"]
    assert [it.address for it in found.findings] == [BUILD, address]
    for finding in found.findings:
        assert f"{address} {name} statement 1 allows" in finding.cause
        assert finding.remedy.startswith(f"replace {name} by a policy of your own")
    assert found.roles[0].needed[0].decision.allowed is True


def test_a_policy_of_ones_own_can_be_edited_wherever_it_is_attached(iam: Evaluator) -> None:
    own = f"arn:aws:iam::{ACCOUNT}:policy/push"
    address = "aws_iam_role_policy_attachment.push"
    attached = Policy(address, "push", policy("", allow(PUSH)).document)
    resource = Resource(address, "aws_iam_role_policy_attachment", {"policy_arn": own})
    found = report(iam, roles=[role(attached)], resources={address: resource})
    [finding] = found.findings
    assert finding.remedy == "name the ARNs that are meant as the Resource of the statement"


def test_an_empty_deployment() -> None:
    empty: Deployment = deployment()
    with Evaluator(ACCOUNT) as running:
        found = examine(empty, running, needed=[], not_allowed=[])
    assert found == Report((), (), ())
    assert said(found) == (
        "0 roles: 0 of 0 needs are allowed, "
        "0 of 0 things that must not be are denied; no findings\n"
    )
