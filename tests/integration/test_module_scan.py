"""The exported modules, and what they plan with their defaults, scanned by checkov.

In a module it passes what depends on a variable, and honours the comments beside the resources; in
a plan it sees values, and no comments. What it says of the policies, of which a plan knows nothing,
is in test_modules_apply.py.
"""

import shutil

import pytest
from module_calls import LEFT_OUT, MODULES, plan_calls
from scanning import Finding, scan, suppressions

pytestmark = pytest.mark.integration

NAMES = list(MODULES) or ["no module in terraform/"]
"""Never empty: without a module the tests fail, they are not left out."""

BAD = """
resource "aws_s3_bucket" "artifacts" {
  count  = 1
  bucket = "artifacts"
}

resource "aws_sqs_queue" "dead_letters" {
  name = "dead-letters"
}

resource "aws_codebuild_project" "this" {
  name = "web"

  environment {
    privileged_mode = true

    dynamic "environment_variable" {
      for_each = var.environment

      content {
        name = environment_variable.key
      }
    }
  }
}
"""
FOUND_IN_BAD = {
    ("aws_s3_bucket", "CKV2_AWS_6"),  # no block of public access: between resources
    ("aws_sqs_queue", "CKV_AWS_27"),  # not encrypted
    ("aws_codebuild_project", "CKV_AWS_316"),  # privileged
}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What is in every module, without its examples and tests, and in a bad one; and the plan."""
    scratch = tmp_path_factory.mktemp("scan")
    for name, module in MODULES.items():
        shutil.copytree(module, scratch / name, ignore=LEFT_OUT)
    (scratch / "bad").mkdir()
    (scratch / "bad/main.tf").write_text(BAD)
    return scan(scratch, {"plan": plan_calls(tmp_path_factory.mktemp("root"))})


def those(
    findings: list[Finding], module: str, result: str, *, planned: bool = False
) -> set[tuple[str, str]]:
    """Type of resource and check of what has one result in one module."""
    return {
        (one.kind, one.check)
        for one in findings
        if (one.module, one.result, one.file.name == "plan.json") == (module, result, planned)
    }


def test_a_bad_module_fails(findings: list[Finding]) -> None:
    assert those(findings, "bad", "FAILED") >= FOUND_IN_BAD


@pytest.mark.parametrize("name", NAMES)
def test_a_module_passes_but_for_what_it_suppresses(name: str, findings: list[Finding]) -> None:
    assert those(findings, name, "FAILED") == set()
    assert those(findings, name, "SKIPPED") == suppressions(MODULES[name]).keys()
    assert those(findings, name, "PASSED")


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_fails_what_its_module_suppresses(name: str, findings: list[Finding]) -> None:
    """And nothing else; what passes in a plan of the defaults needs no suppression."""
    failed = those(findings, name, "FAILED", planned=True)
    assert sorted(failed) == sorted(suppressions(MODULES[name]))
    assert those(findings, name, "PASSED", planned=True)


@pytest.mark.parametrize("name", NAMES)
def test_every_suppression_says_why(name: str) -> None:
    for suppressed, reason in suppressions(MODULES[name]).items():
        assert len(reason.split()) >= 5, f"{suppressed}: {reason}"
