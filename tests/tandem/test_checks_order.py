import pytest
from linked_images import Stack

BASE = "aws_codepipeline.base"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("aws_codepipeline", "web"),
        ("aws_codebuild_project", "web"),
        ("aws_cloudwatch_event_target", "web_committed"),
    ],
)
def test_policy_that_comes_after_its_use(kind: str, name: str) -> None:
    stack = Stack()
    del stack.get(kind, name)["depends_on"]

    assert stack.found() == {("policy-after-use", f"{kind}.{name}")}


def test_pipeline_may_wait_for_the_policy_of_its_build() -> None:
    stack = Stack()
    del stack.project("web")["depends_on"]
    stack.pipeline("web")["depends_on"].append("aws_iam_role_policy.web_build")

    assert stack.found() == set()


def test_policy_in_the_role_is_there_with_it() -> None:
    stack = Stack()
    policy = stack.get("aws_iam_role_policy", "web_build")["policy"]
    stack.drop("aws_iam_role_policy", "web_build")
    inline = [{"name": "inline", "policy": policy}]
    stack.get("aws_iam_role", "web_build")["inline_policy"] = inline
    del stack.project("web")["depends_on"]

    assert stack.found() == set()


def test_role_that_is_managed_elsewhere() -> None:
    stack = Stack()
    stack.project("web")["service_role"] = "arn:aws:iam::111122223333:role/build"
    del stack.project("web")["depends_on"]

    assert stack.found() == set()


def test_base_that_may_push_before_the_rule_is_there() -> None:
    stack = Stack()
    stack.pipeline("base")["depends_on"].remove("aws_cloudwatch_event_target.base_pushed")

    assert stack.found() == {("linked-too-late", BASE)}


def test_base_that_nobody_knows_to_push_may_come_first() -> None:
    stack = Stack()
    stack.pipeline("base")["depends_on"].remove("aws_cloudwatch_event_target.base_pushed")
    stack.set_buildspec("base", "ci/buildspec.yml")

    assert stack.found() == set()


def test_reference_to_nothing() -> None:
    stack = Stack()
    stack.drop("aws_iam_role", "web_committed")

    assert {
        ("reference-to-nothing", "aws_cloudwatch_event_target.web_committed"),
        ("reference-to-nothing", "aws_iam_role_policy.web_committed"),
    } <= stack.found()


def test_reference_to_a_module_is_left_to_terraform() -> None:
    stack = Stack()
    stack.target("web_committed")["role_arn"] = "${module.roles.arn}"

    assert stack.found() == set()
