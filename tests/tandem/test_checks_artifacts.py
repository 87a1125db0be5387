from typing import Any

import pytest
from linked_images import Stack, source

WEB = "aws_codepipeline.web"
UNKNOWN = "${var.unknown}"


def found_after(change: Any) -> set[tuple[str, str]]:
    stack = Stack()
    change(stack)
    return stack.found()


def test_artifact_that_nothing_produces() -> None:
    stack = Stack()
    stack.action("web", "Deploy")["input_artifacts"] = ["BuiltArtifact"]

    assert stack.found() == {("artifact-not-produced", WEB)}

    stack.action("web", "Deploy")["input_artifacts"] = [UNKNOWN]

    assert stack.found() == set()


@pytest.mark.parametrize(("run_order", "finds"), [(1, True), (2, False)])
def test_artifact_that_is_produced_later(run_order: int, finds: bool) -> None:
    stack = Stack()
    deploy = stack.pipeline("web")["stage"].pop()["action"][0]
    stack.pipeline("web")["stage"][1]["action"].append({**deploy, "run_order": run_order})

    assert stack.found() == ({("artifact-produced-later", WEB)} if finds else set())


def test_artifact_that_is_produced_twice() -> None:
    stack = Stack()
    test = {**stack.action("web", "Build"), "name": "Test", "category": "Test"}
    stack.pipeline("web")["stage"].append({"name": "Test", "action": [test]})

    assert stack.found() == {("artifact-produced-twice", WEB)}

    test["output_artifacts"] = ["TestArtifact"]

    assert stack.found() == set()


def test_artifacts_that_are_refused() -> None:
    def without_output(stack: Stack) -> None:
        del stack.action("base", "Source")["output_artifacts"]
        del stack.action("base", "Build")["input_artifacts"]
        del stack.action("base", "Build")["configuration"]["PrimarySource"]

    def with_input(stack: Stack) -> None:
        stack.action("web", "Source")["input_artifacts"] = ["BaseImage"]

    assert found_after(without_output) == {("artifacts-refused", "aws_codepipeline.base")}
    assert ("artifacts-refused", WEB) in found_after(with_input)


@pytest.mark.parametrize(("number", "finds"), [(5, False), (6, True)])
def test_inputs_of_a_build(number: int, finds: bool) -> None:
    stack = Stack()
    for index in range(2, number):
        said = {"RepositoryName": f"tools{index}", "BranchName": "main"}
        more = {**source("CodeCommit", f"Tools{index}", said)}
        stack.pipeline("web")["stage"][0]["action"].append(more)
        stack.action("web", "Build")["input_artifacts"].append(f"Tools{index}")

    assert stack.found() == ({("artifacts-refused", WEB)} if finds else set())


def test_primary_source() -> None:
    stack = Stack()
    said = stack.action("web", "Build")["configuration"]
    said["PrimarySource"] = "Source"

    assert stack.found() == {("primary-source-wrong", WEB)}

    said["PrimarySource"] = UNKNOWN

    assert stack.found() == set()

    del said["PrimarySource"]

    assert stack.found() == {("primary-source-wrong", WEB)}

    stack.action("web", "Build")["input_artifacts"] = ["SourceArtifact"]

    assert stack.found() == set()


@pytest.mark.parametrize(
    ("buildspec", "finds"),
    [
        (None, False),
        ("      - ls $CODEBUILD_SRC_DIR_base-image\n", True),
        ("ci/buildspec.yml", True),
    ],
)
def test_artifact_name_that_no_shell_can_read(buildspec: str | None, finds: bool) -> None:
    stack = Stack()
    stack.action("web", "BaseImage")["output_artifacts"] = ["base-image"]
    stack.action("web", "Build")["input_artifacts"][1] = "base-image"
    if buildspec is not None and "\n" in buildspec:
        text = stack.project("web")["source"]["buildspec"]
        head, tail = text.split("artifacts:")
        stack.set_buildspec("web", f"{head}{buildspec}artifacts:{tail}")
    elif buildspec is not None:
        stack.set_buildspec("web", buildspec)

    assert stack.found() == ({("artifact-name-unreadable", WEB)} if finds else set())
