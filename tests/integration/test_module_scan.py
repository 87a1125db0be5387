"""The exported modules, and what they plan, scanned by checkov.

In a module it sees no policy, for that is an expression, and passes what depends on a variable;
in a plan it sees values.
"""

import copy
import json
import re

import pytest
from module_calls import APPLIED, CALLS, MODULES, plan_calls
from scanning import Finding, failed, scan_modules, scan_plans, suppressions
from synthesis import Block

pytestmark = pytest.mark.integration

NAMES = list(MODULES) or ["no module in terraform/"]
"""Never empty: without a module the tests fail, they are not left out."""

ANYTHING = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
BAD: Block = {
    "resource": {
        "aws_ecr_repository": {"this": {"name": "web", "image_tag_mutability": "MUTABLE"}},
        "aws_s3_bucket": {"artifacts": {"bucket": "artifacts"}},
        "aws_sqs_queue": {"dead_letters": {"name": "dead-letters"}},
        "aws_codebuild_project": {
            "this": {
                "name": "web",
                "environment": {
                    "privileged_mode": True,
                    "dynamic": {
                        "environment_variable": {
                            "for_each": "${var.environment}",
                            "content": {"name": "AWS_ACCESS_KEY_ID", "value": "x"},
                        }
                    },
                },
            }
        },
        "aws_iam_role_policy": {
            "build": {
                "role": "build",
                "policy": ANYTHING,
            }
        },
    }
}
FOUND_IN_BAD = {
    ("aws_ecr_repository.this", "CKV_AWS_51"),  # mutable tags
    ("aws_ecr_repository.this", "CKV_AWS_163"),  # no scan on push
    ("aws_s3_bucket.artifacts", "CKV2_AWS_6"),  # no block of public access: between resources
    ("aws_sqs_queue.dead_letters", "CKV_AWS_27"),  # not encrypted
    ("aws_codebuild_project.this", "CKV_AWS_316"),  # privileged
    ("aws_iam_role_policy.build", "CKV_AWS_62"),  # anything on anything
}


def of_call(findings: list[Finding], call: str) -> set[tuple[str, str]]:
    """The failed checks of a module call, by their addresses in the module."""
    return {
        (re.sub(r"\[[^]]*\]", "", address.removeprefix(f"module.{call}.")), check)
        for address, check in failed(findings, "plan")
        if address.startswith(f"module.{call}.")
    }


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """Every module, and a bad one."""
    bad = tmp_path_factory.mktemp("control") / "bad"
    bad.mkdir()
    (bad / "main.tf.json").write_text(json.dumps(BAD))
    return scan_modules([*MODULES.values(), bad], tmp_path_factory.mktemp("static"))


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """The plan of `CALLS`, and `bad`: the same where every role may do anything."""
    plan = plan_calls(tmp_path_factory.mktemp("root"))
    bad = copy.deepcopy(plan)
    for module in bad["planned_values"]["root_module"]["child_modules"]:
        for resource in module["resources"]:
            if resource["type"] == "aws_iam_role_policy":
                if module["address"].removeprefix("module.") in APPLIED:
                    assert resource["values"]["policy"], "unknown, so nothing checks it"
                resource["values"]["policy"] = ANYTHING
    return scan_plans({"plan": plan, "bad": bad}, tmp_path_factory.mktemp("plans"))


def test_a_bad_module_fails(static: list[Finding]) -> None:
    assert failed(static, "bad") >= FOUND_IN_BAD


@pytest.mark.parametrize("name", NAMES)
def test_a_module_passes_but_for_what_it_suppresses(name: str, static: list[Finding]) -> None:
    assert sorted(failed(static, name) - suppressions(MODULES[name]).keys()) == []
    # A repository alone has nothing to pass here, only in a plan: its settings are variables.
    assert any(one.place == name for one in static)


@pytest.mark.parametrize("name", NAMES)
def test_every_suppression_says_why(name: str) -> None:
    for (address, check), reason in suppressions(MODULES[name]).items():
        assert re.fullmatch(r"CKV2?_AWS_\d+", check), address
        assert len(reason.split()) >= 5, f"{address}: {check}: {reason}"


def test_what_is_planned_has_every_module() -> None:
    assert MODULES.keys() == {module for module, _ in CALLS.values()}


def test_roles_that_may_do_anything_fail(planned: list[Finding]) -> None:
    found = {address for address, check in failed(planned, "bad") if check == "CKV_AWS_62"}
    assert {f"module.{call}.aws_iam_role_policy.build" for call in ("build", "s3")} <= found


@pytest.mark.parametrize("call", CALLS)
def test_a_plan_passes_but_for_what_its_module_suppresses(
    call: str, planned: list[Finding]
) -> None:
    module, _ = CALLS[call]
    assert sorted(of_call(planned, call) - suppressions(MODULES[module]).keys()) == []
    assert any(one.passed and one.address.startswith(f"module.{call}.") for one in planned)


@pytest.mark.parametrize("name", NAMES)
def test_every_suppression_is_needed(
    name: str, static: list[Finding], planned: list[Finding]
) -> None:
    needed = failed(static, name)
    for call, (module, _) in CALLS.items():
        if module == name:
            needed |= of_call(planned, call)
    assert sorted(suppressions(MODULES[name]).keys() - needed) == []
