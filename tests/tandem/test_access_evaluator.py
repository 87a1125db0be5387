"""What IAM says: known cases, what is not known, and what must not pass for a denial."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from access_samples import ACCOUNT, BASE, WEB, allow, deny, may, policy, role

from tandem.access import evaluator as module
from tandem.access import node
from tandem.access.evaluator import Decision, Evaluator, EvaluatorError, Request
from tandem.deployment.model import Policy, Role
from tandem.deployment.symbols import symbol

ROOT = Path(__file__).parents[2]
PUSH = "ecr:PutImage"
BUCKET = "arn:aws:s3:::shop-artifacts"


@pytest.fixture(scope="module")
def iam() -> Iterator[Evaluator]:
    with Evaluator(ACCOUNT) as running:
        yield running


def ask(iam: Evaluator, role: Role, action: str, resource: str, **more: Any) -> Decision:
    return iam.evaluate([Request(role, action, resource, **more)])[0]


def test_a_statement_allows_and_is_named(iam: Evaluator) -> None:
    by_sid = ask(iam, may(allow(PUSH, WEB, Sid="Push")), PUSH, WEB)
    assert by_sid == Decision(True, by=("aws_iam_role_policy.build Push",))
    second = may(allow("s3:GetObject"), allow(["ecr:GetAuthorizationToken", PUSH], [BASE, WEB]))
    assert ask(iam, second, PUSH, WEB).by == ("aws_iam_role_policy.build statement 2",)


def test_the_policies_of_a_role_are_told_apart(iam: Evaluator) -> None:
    first, second = policy("first", allow(PUSH, BASE)), policy("second", allow(PUSH, WEB))
    assert ask(iam, role(first, second), PUSH, WEB).by == ("second statement 1",)


def test_what_nothing_allows_is_denied(iam: Evaluator) -> None:
    assert ask(iam, may(allow(PUSH, WEB)), PUSH, BASE) == Decision(False)
    assert ask(iam, role(), PUSH, WEB) == Decision(False)


def test_a_denial_wins_and_is_named(iam: Evaluator) -> None:
    statements = allow("ecr:*"), deny("ecr:Put*", f"{WEB}*", Sid="No")
    found = ask(iam, may(*statements), PUSH, WEB)
    assert found == Decision(False, denied_by=("aws_iam_role_policy.build No",))
    assert ask(iam, may(*statements), PUSH, BASE).allowed is True


def test_requests_that_are_asked_together_are_told_apart(iam: Evaluator) -> None:
    builder = may(allow(PUSH, WEB), allow("ecr:BatchGetImage", [WEB, BASE]), allow("iam:*"))
    reserved = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/x"
    asked = [
        (PUSH, WEB, True),
        ("ecr:BatchGetImage", WEB, True),
        (PUSH, BASE, False),
        ("ecr:BatchGetImage", BASE, True),
        ("ecr:BatchDeleteImage", BASE, False),
        # AWS lets nobody pass its own roles, whatever a statement says of all of iam.
        ("iam:GetRole", reserved, True),
        ("iam:PassRole", reserved, False),
    ]
    found = iam.evaluate([Request(builder, action, resource) for action, resource, _ in asked])
    assert [it.allowed for it in found] == [allowed for _, _, allowed in asked]


def test_a_boundary_bounds(iam: Evaluator) -> None:
    pushing = policy("own", allow("ecr:*"))
    inside = role(pushing, boundary=policy("boundary", allow("ecr:*", WEB)))
    assert ask(iam, inside, PUSH, WEB).by == ("own statement 1",)
    outside = ask(iam, inside, PUSH, BASE)
    assert outside.allowed is False
    assert outside.denied_by == ("the permissions boundary boundary, which does not allow it",)
    explicit = role(pushing, boundary=policy("boundary", allow("*"), deny(PUSH, Sid="No")))
    assert ask(iam, explicit, PUSH, BASE).denied_by == ("boundary No",)


@pytest.mark.parametrize(
    ("statement", "action", "resource", "allowed"),
    [
        pytest.param(allow("ecr:put*", WEB), PUSH, WEB, True, id="actions in any case"),
        pytest.param(allow("ecr:Put?mage", WEB), PUSH, WEB, True, id="question mark"),
        pytest.param(allow("*", "*"), PUSH, WEB, True, id="everything"),
        pytest.param(allow(PUSH, f"{WEB[:-3]}*"), PUSH, WEB, True, id="part of a name"),
        pytest.param(allow(PUSH, "arn:aws:ecr:*:*:*/shop/???"), PUSH, WEB, False, id="type"),
        pytest.param(allow(PUSH, "arn:aws:ecr:*:*:repository/*"), PUSH, WEB, True, id="region"),
        pytest.param(allow(PUSH, WEB.replace("eu-", "us-")), PUSH, WEB, False, id="other region"),
        pytest.param(allow(PUSH, WEB.upper()), PUSH, WEB, False, id="resources in their case"),
        pytest.param(
            {"Effect": "Allow", "NotAction": "ecr:Delete*", "Resource": "*"},
            PUSH,
            WEB,
            True,
            id="NotAction",
        ),
        pytest.param(
            {"Effect": "Allow", "NotAction": "ecr:Put*", "Resource": "*"},
            PUSH,
            WEB,
            False,
            id="NotAction that names it",
        ),
        pytest.param(
            {"Effect": "Allow", "Action": PUSH, "NotResource": BASE},
            PUSH,
            WEB,
            True,
            id="NotResource",
        ),
        pytest.param(
            {"Effect": "Allow", "Action": PUSH, "NotResource": [BASE, WEB]},
            PUSH,
            WEB,
            False,
            id="NotResource that names it",
        ),
        pytest.param(
            allow(PUSH, "arn:aws:ecr:*:${aws:PrincipalAccount}:repository/*"),
            PUSH,
            WEB,
            False,
            id="policy variables count only behind the fifth colon",
        ),
        pytest.param(
            allow("s3:GetObject", f"{BUCKET}/${{aws:PrincipalAccount}}/*"),
            "s3:GetObject",
            f"{BUCKET}/{ACCOUNT}/x",
            True,
            id="policy variable in the name",
        ),
        pytest.param(allow("s3:*", BUCKET), "s3:GetObject", f"{BUCKET}/x", False, id="no object"),
        pytest.param(
            allow("ecr:GetAuthorizationToken", WEB),
            "ecr:GetAuthorizationToken",
            "*",
            False,
            id="an action without resource types is only allowed on everything",
        ),
    ],
)
def test_elements_of_statements(
    iam: Evaluator, statement: dict[str, Any], action: str, resource: str, allowed: bool
) -> None:
    assert ask(iam, may(statement), action, resource).allowed is allowed


PASS = "iam:PassRole"
TASK = f"arn:aws:iam::{ACCOUNT}:role/task"
TO_ECS = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}, True),
        ({"StringEquals": {"iam:passedtoservice": ["ec2.amazonaws.com", *TO_ECS.values()]}}, True),
        ({"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, False),
        ({"StringLike": {"iam:PassedToService": "ecs*"}}, True),
        ({"StringLike": {"iam:PassedToService": "ec2*"}}, False),
        ({"StringNotEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, True),
        ({"StringEqualsIfExists": {"iam:PassedToService": "ec2.amazonaws.com"}}, False),
        ({"ForAnyValue:StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}, True),
        ({"Null": {"iam:PassedToService": "true"}}, False),
        ({"Null": {"iam:PassedToService": False}}, True),
        ({"Bool": {"aws:SecureTransport": True}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/build"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/other"}}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False),
    ],
)  # fmt: skip
def test_conditions(iam: Evaluator, condition: dict[str, Any], allowed: bool) -> None:
    passing = may(allow(PASS, TASK, Condition=condition))
    assert ask(iam, passing, PASS, TASK, context=TO_ECS).allowed is allowed


def test_a_condition_on_what_nobody_knows_is_neither_allowed_nor_denied(iam: Evaluator) -> None:
    at_home = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    found = ask(iam, may(allow(PUSH, WEB, Condition=at_home)), PUSH, WEB)
    assert found == Decision(None, why="it depends on aws:SourceIp")
    elsewhere = {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    guarded = may(allow(PUSH), deny(PUSH, Condition=elsewhere))
    assert ask(iam, guarded, PUSH, WEB).allowed is None
    tagged = {"StringEquals": {"ecr:ResourceTag/team": "shop"}}
    assert ask(iam, may(allow(PUSH, WEB, Condition=tagged)), PUSH, WEB).allowed is None
    # No request of this action has this key.
    never = {"StringEquals": {"iam:PassedToService": "x"}}
    assert ask(iam, may(allow(PUSH, WEB, Condition=never)), PUSH, WEB).allowed is False
    # And what denies for sure denies.
    certain = may(allow(PUSH, WEB, Condition=at_home), deny(PUSH))
    assert ask(iam, certain, PUSH, WEB).allowed is False


def test_the_policy_of_the_resource_decides_too(iam: Evaluator) -> None:
    def bucket(statement: dict[str, Any]) -> Policy:
        return policy("aws_s3_bucket_policy.store", {"Principal": "*", **statement})

    reading = may(allow("s3:GetObject", f"{BUCKET}/*"))
    tls = {"Bool": {"aws:SecureTransport": "false"}}
    read = "s3:GetObject", f"{BUCKET}/x"
    insecure = bucket(deny("s3:*", f"{BUCKET}/*", Condition=tls))
    assert ask(iam, reading, *read, resource_policy=insecure).allowed is True
    closed = bucket(deny("s3:*", f"{BUCKET}/*", Sid="No"))
    found = ask(iam, reading, *read, resource_policy=closed)
    assert found == Decision(False, denied_by=("aws_s3_bucket_policy.store No",))
    granting = bucket(allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": reading.arn}))
    found = ask(iam, role(), *read, resource_policy=granting)
    assert found == Decision(True, by=("aws_s3_bucket_policy.store statement 1",))
    assert (
        ask(iam, role(address="aws_iam_role.x"), *read, resource_policy=granting).allowed is False
    )


def test_a_key_is_used_only_if_its_own_policy_lets_the_account_decide(iam: Evaluator) -> None:
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    decrypting = may(allow("kms:Decrypt", key))
    account = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    theirs = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}}
    for principal, allowed in ((account, True), (theirs, False)):
        own = policy("aws_kms_key.store", {**allow("kms:*"), **principal})
        assert ask(iam, decrypting, "kms:Decrypt", key, resource_policy=own).allowed is allowed


def test_in_another_account_both_sides_have_to_allow(iam: Evaluator) -> None:
    theirs = WEB.replace(ACCOUNT, "999988887777")
    pulling = may(allow("ecr:BatchGetImage", theirs))
    granting = policy(
        "aws_ecr_repository_policy.web",
        {"Effect": "Allow", "Principal": {"AWS": pulling.arn}, "Action": "ecr:BatchGetImage"},
    )
    pull = "ecr:BatchGetImage", theirs
    assert ask(iam, pulling, *pull, resource_policy=granting).allowed is True
    assert ask(iam, role(), *pull, resource_policy=granting).allowed is False
    # Without the repository's policy this side is all there is to judge.
    assert ask(iam, pulling, *pull).allowed is True


def test_mistakes_in_a_request_are_not_denials(iam: Evaluator) -> None:
    anything = may(allow("*"))
    assert ask(iam, anything, "ecr:PushImage", WEB).why == "AWS knows no action ecr:PushImage"
    assert ask(iam, anything, PUSH, BUCKET).why == f"{BUCKET} is no resource of {PUSH}"
    assert "against no resource" in ask(iam, anything, "ecr:GetAuthorizationToken", WEB).why
    context = {"iam:PassedTo": "x"}
    said = ask(iam, anything, PASS, TASK, context=context)
    assert said == Decision(None, why="AWS knows no condition key iam:PassedTo")


def test_a_policy_that_aws_refuses_is_not_a_denial(iam: Evaluator) -> None:
    broken = may(allow(PUSH), {"Effect": "Perhaps", "Action": "*", "Resource": "*"})
    assert ask(iam, broken, PUSH, WEB).why.startswith("AWS refuses the policy: Statement[1].Effect")
    odd = may(allow(PUSH, WEB, Condition={"StringIs": {"aws:SourceIp": "x"}}))
    assert ask(iam, odd, PUSH, WEB).why == (
        "AWS refuses the policy: no condition operator is called StringIs"
    )


def test_symbols_are_equal_to_themselves(iam: Evaluator) -> None:
    key, bucket = symbol("aws_kms_key.a.arn"), symbol('module.x["a/b"].aws_s3_bucket.a.arn')
    owned = may(allow("s3:GetObject", f"{bucket}/*"), allow("iam:PassRole", key))
    assert ask(iam, owned, "s3:GetObject", f"{bucket}/some/object").allowed is True
    assert ask(iam, owned, "iam:PassRole", key).allowed is True
    image = f"arn:aws:ecr:{symbol('region')}:{symbol('account')}:repository/"
    assert ask(iam, may(allow(PUSH, f"{image}web")), PUSH, f"{image}web").allowed is True


def test_that_two_symbols_differ_nobody_knows(iam: Evaluator) -> None:
    one, other = (f"{WEB}/{symbol(name)}" for name in ("one", "other"))
    found = ask(iam, may(allow(PUSH, one)), PUSH, other)
    assert found == Decision(None, why="it depends on <one>, <other>")
    assert ask(iam, may(allow(PUSH, one)), PUSH, f"{WEB}/known").allowed is None
    assert ask(iam, may(allow(PUSH, f"{WEB}/known")), PUSH, one).allowed is None
    assert ask(iam, may(allow(PUSH, one)), PUSH, BASE).allowed is False
    assert ask(iam, may(allow("ecr:BatchGetImage", one)), PUSH, other).allowed is False
    assert ask(iam, may(allow("ecr:*"), deny(PUSH, one)), PUSH, other).allowed is None
    assert ask(iam, may(allow("ecr:*"), deny(PUSH, one)), PUSH, one).allowed is False
    assert ask(iam, may(allow("ecr:*"), deny(PUSH, one)), PUSH, BASE).allowed is True


def test_symbols_in_conditions(iam: Evaluator) -> None:
    cluster, other = symbol("cluster"), symbol("other")
    listing = may(allow("ecs:ListTasks", Condition={"ArnEquals": {"ecs:cluster": cluster}}))
    same = ask(iam, listing, "ecs:ListTasks", "*", context={"ecs:cluster": cluster})
    assert same.allowed is True
    unequal = ask(iam, listing, "ecs:ListTasks", "*", context={"ecs:cluster": other})
    assert unequal == Decision(None, why="it depends on <cluster>, <other>")


def test_an_unknown_account_is_one_account() -> None:
    account = symbol("account")
    web = WEB.replace(ACCOUNT, account)
    builder = role(policy("own", allow(PUSH, web)), account=account)
    granting = policy(
        "web", {"Effect": "Allow", "Principal": {"AWS": builder.arn}, "Action": "ecr:*"}
    )
    with Evaluator(account) as iam:
        assert ask(iam, builder, PUSH, web).allowed is True
        bare = role(account=account)
        assert ask(iam, bare, PUSH, web, resource_policy=granting).allowed is True


def test_unknown_policies_are_said(iam: Evaluator) -> None:
    unknown = Policy("aws_iam_role_policy.dark", "dark", None)
    partly = role(policy("own", allow(PUSH, WEB), deny(PUSH, BASE)), unknown)
    assert ask(iam, partly, PUSH, WEB).allowed is True
    assert ask(iam, partly, PUSH, BASE).allowed is False
    assert ask(iam, partly, "s3:GetObject", f"{BUCKET}/x") == Decision(
        None, why="dark is not known"
    )
    bounded = role(policy("own", allow(PUSH, WEB)), boundary=unknown)
    assert ask(iam, bounded, PUSH, WEB).why == "the boundary dark is not known"
    assert ask(iam, role(), PUSH, WEB, resource_policy=unknown).allowed is None


def test_patterns_of_actions_are_expanded(iam: Evaluator) -> None:
    found = iam.expand(["ecr:GetAuth*", "ecs:listtasks", "ecr:Nothing*"])
    [token] = found["ecr:GetAuth*"]
    assert (token.name, token.resources) == ("ecr:GetAuthorizationToken", ())
    [tasks] = found["ecs:listtasks"]
    assert tasks.arn_keys == ("ecs:cluster",)
    assert tasks.resources
    assert found["ecr:Nothing*"] == ()


@pytest.mark.parametrize(("shared_from", "when_asked"), [(2, None), (2, list), (99, None)])
def test_many_requests_are_shared_and_asked_in_portions_and_stay_in_order(
    monkeypatch: pytest.MonkeyPatch, shared_from: int, when_asked: Callable[[], object] | None
) -> None:
    monkeypatch.setattr(module, "_SHARED_FROM", shared_from)
    monkeypatch.setattr(module, "_PORTION", 3)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    roles = [may(allow(PUSH, WEB if number % 2 else BASE)) for number in range(7)]
    with Evaluator(ACCOUNT, when_asked=when_asked) as iam:
        found = iam.evaluate([Request(it, PUSH, WEB) for it in roles + roles])
        assert iam.evaluate([]) == []
    assert [it.allowed for it in found] == [bool(number % 2) for number in range(7)] * 2


def test_the_same_as_the_packages_own_entrance(iam: Evaluator) -> None:
    """Its parts are called here, not the entrance, which is six times slower."""
    cases = [
        (may(allow(PUSH, WEB)), PUSH, WEB, {}),
        (may(allow(PUSH, WEB)), PUSH, BASE, {}),
        (may(allow("ecr:*"), deny("ecr:Put*", WEB)), PUSH, WEB, {}),
        (may(allow("ecr:GetAuthorizationToken")), "ecr:GetAuthorizationToken", "*", {}),
        (may(allow(PASS, TASK, Condition={"StringEquals": TO_ECS})), PASS, TASK, TO_ECS),
        (may(allow("*", BUCKET)), "s3:GetObject", f"{BUCKET}/x", {}),
    ]  # fmt: skip
    program = """
        const { runSimulation } = await import("@cloud-copilot/iam-simulate");
        const answers = [];
        for (const [principal, policy, action, resource, context] of JSON.parse(process.argv[1])) {
          const found = await runSimulation({
            request: {
              principal,
              action,
              resource: { resource, accountId: "123456789012" },
              contextVariables: context,
            },
            identityPolicies: [{ name: "own", policy }],
            serviceControlPolicies: [],
            resourceControlPolicies: [],
          }, {});
          answers.push(found.overallResult);
        }
        console.log(JSON.stringify(answers));
    """
    asked = [
        [it.arn, it.policies[0].document, action, resource, context]
        for it, action, resource, context in cases
    ]
    said = subprocess.run(
        ["node", "--input-type=module", "--eval", program, json.dumps(asked)],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [answer == "Allowed" for answer in json.loads(said.stdout)]
    requests = [Request(it, action, resource, context) for it, action, resource, context in cases]
    assert [it.allowed for it in iam.evaluate(requests)] == expected
    assert True in expected
    assert False in expected


def test_without_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with Evaluator(ACCOUNT) as iam, pytest.raises(EvaluatorError, match="`make install`"):
        ask(iam, role(), PUSH, WEB)


def test_without_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = Path(node.__file__).parent
    (tmp_path / "simulator").mkdir()
    for file in ("evaluator.mjs", *(f"simulator/{it.name}" for it in source.glob("simulator/*"))):
        (tmp_path / file).write_text((source / file).read_text(), encoding="utf-8")
    monkeypatch.setattr(node, "_PROGRAM", tmp_path / "evaluator.mjs")
    with Evaluator(ACCOUNT) as iam, pytest.raises(EvaluatorError) as error:
        ask(iam, role(), PUSH, WEB)
    assert str(error.value) == (
        "the npm package @cloud-copilot/iam-simulate is not installed; run `make install`"
    )


def test_a_process_that_ends_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "broken.mjs"
    program.write_text("throw new TypeError('no such thing');")
    monkeypatch.setattr(node, "_PROGRAM", program)
    with Evaluator(ACCOUNT) as iam, pytest.raises(EvaluatorError, match="TypeError: no such thing"):
        ask(iam, role(), PUSH, WEB)


def test_what_has_begun_before_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    node.begin()
    with monkeypatch.context() as without:
        without.setenv("PATH", "")
        with Evaluator(ACCOUNT) as iam:
            assert iam.expand(["ecr:PutIma*"])["ecr:PutIma*"][0].name == "ecr:PutImage"
        with pytest.raises(EvaluatorError), Evaluator(ACCOUNT) as iam:  # there was only one
            iam.start()


def test_what_cannot_begin_is_told_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    node.begin()
    with pytest.raises(EvaluatorError, match="node is not installed"):
        node.begun()
