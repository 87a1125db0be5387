"""Stages, actions, connections, artifacts and variables."""

import json
from typing import Any

import pytest
from linked_images import Block, Stack, source

WEB = "aws_codepipeline.web"
UNKNOWN = "${var.unknown}"
MANUAL = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}


def found_after(change: Any) -> set[tuple[str, str]]:
    stack = Stack()
    change(stack)
    return stack.found()


def test_first_stage_holds_sources_only() -> None:
    stack = Stack()
    stack.pipeline("web")["stage"][0]["action"].append({"name": "Approve", **MANUAL})

    assert stack.found() == {("stages-refused", WEB)}


def test_source_action_in_a_later_stage() -> None:
    stack = Stack()
    said = {"RepositoryName": "tools", "BranchName": "main"}
    stack.pipeline("web")["stage"][1]["action"].append(source("CodeCommit", "Tools", said))

    assert stack.found() == {("stages-refused", WEB)}


def test_two_actions_of_a_stage_with_one_name() -> None:
    stack = Stack()
    actions = [{"name": "Approve", **MANUAL}, {"name": "Approve", **MANUAL}]
    stack.pipeline("web")["stage"].append({"name": "Approval", "action": actions})

    assert stack.found() == {("stages-refused", WEB)}


def test_one_stage_is_too_few() -> None:
    stack = Stack()
    del stack.pipeline("base")["stage"][1:]

    assert ("stages-refused", "aws_codepipeline.base") in stack.found()


def test_approval_in_a_stage_of_its_own() -> None:
    stack = Stack()
    approval = {"name": "Approval", "action": [{"name": "Approve", **MANUAL}]}
    stack.pipeline("web")["stage"].insert(2, approval)

    assert stack.found() == set()


@pytest.mark.parametrize(
    "unknown",
    [
        {"stage": UNKNOWN},
        {"stage": [{"name": "Source", "action": UNKNOWN}]},
        {"dynamic": {"stage": {"for_each": UNKNOWN, "content": {}}}},
    ],
)
def test_stages_that_are_not_all_known(unknown: Block) -> None:
    stack = Stack()
    del stack.pipeline("web")["stage"][1]
    stack.pipeline("web").update(unknown)

    assert not {check for check, address in stack.found() if address == WEB}


@pytest.mark.parametrize(
    "said",
    [
        {"execution_mode": "QUEUED"},
        {"execution_mode": "PARALLEL"},
        {"variable": [{"name": "Stage"}]},
    ],
)
def test_v1_is_too_old(said: Block) -> None:
    stack = Stack()
    stack.pipeline("web").update(said)

    assert stack.found() == set()

    del stack.pipeline("web")["pipeline_type"]

    assert ("type-too-old", WEB) in stack.found()


def test_v1_has_no_retry() -> None:
    stack = Stack()
    stack.pipeline("web")["stage"][1]["on_failure"] = {"result": "RETRY"}

    assert stack.found() == set()

    stack.pipeline("web")["pipeline_type"] = "V1"

    assert ("type-too-old", WEB) in stack.found()


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("BaseImage", "RepositoryName"),
        ("Source", "BranchName"),
        ("Build", "ProjectName"),
        ("Deploy", "ServiceName"),
    ],
)
def test_action_that_is_incomplete(action: str, key: str) -> None:
    stack = Stack()
    del stack.action("web", action)["configuration"][key]

    assert ("action-incomplete", WEB) in stack.found()


def test_action_whose_configuration_is_not_known() -> None:
    stack = Stack()
    stack.action("web", "Deploy")["configuration"] = UNKNOWN

    assert stack.found() == set()


@pytest.mark.parametrize("name", ["rule", "arn"])
def test_argument_that_the_provider_asks_for(name: str) -> None:
    stack = Stack()
    del stack.target()[name]

    assert ("argument-missing", "aws_cloudwatch_event_target.base_pushed") in stack.found()


def test_argument_of_a_nested_block() -> None:
    stack = Stack()
    del stack.action("web", "Deploy")["owner"]
    del stack.project("web")["environment"]["type"]

    assert {("argument-missing", WEB), ("argument-missing", "aws_codebuild_project.web")} <= (
        stack.found()
    )


def test_argument_that_is_not_known_is_there() -> None:
    stack = Stack()
    stack.project("web")["environment"]["compute_type"] = UNKNOWN

    assert stack.found() == set()


def with_trigger(push: list[Block], *, action: str = "Source", triggers: int = 1) -> Stack:
    stack = Stack()
    for name in ("aws_cloudwatch_event_target", "aws_cloudwatch_event_rule"):
        stack.drop(name, "web_committed")
    said = {
        "ConnectionArn": "arn:aws:codeconnections:eu-west-1:111122223333:connection/01234567",
        "FullRepositoryId": "acme/web",
        "BranchName": "main",
        "DetectChanges": "false",
    }
    changed = stack.action("web", "Source")
    changed |= {"provider": "CodeStarSourceConnection", "configuration": said}
    git = {"source_action_name": action, "push": push}
    trigger = {"provider_type": "CodeStarSourceConnection", "git_configuration": git}
    stack.pipeline("web")["trigger"] = [trigger] * triggers
    return stack


MAIN = {"branches": {"includes": ["main"]}}


@pytest.mark.parametrize(
    "push",
    [
        [{**MAIN, "tags": {"includes": ["v*"]}}],
        [{"file_paths": {"includes": ["src/**"]}, "tags": {"includes": ["v*"]}}],
        [MAIN] * 4,
        [{"branches": {"includes": [f"release/{number}" for number in range(9)]}}],
        [{"tags": {"excludes": [f"v{number}" for number in range(9)]}}],
    ],
)
def test_filter_that_is_rejected(push: list[Block]) -> None:
    assert with_trigger(push).found() == {("filter-rejected", WEB)}


@pytest.mark.parametrize(
    "push",
    [
        [MAIN],
        [{**MAIN, "file_paths": {"includes": ["src/**"]}}],
        [MAIN, {"tags": {"includes": ["v*"]}}],
        [{"branches": {"includes": UNKNOWN}}],
    ],
)
def test_filter_that_is_taken(push: list[Block]) -> None:
    assert with_trigger(push).found() == set()


@pytest.mark.parametrize("action", ["Sauce", "BaseImage"])
def test_trigger_for_no_connection(action: str) -> None:
    assert ("trigger-of-nothing", WEB) in with_trigger([MAIN], action=action).found()


def test_two_triggers_for_one_action() -> None:
    assert with_trigger([MAIN], triggers=2).found() == {("trigger-of-nothing", WEB)}


def test_trigger_for_an_action_that_is_not_known() -> None:
    assert with_trigger([MAIN], action=UNKNOWN).found() == set()


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


@pytest.mark.parametrize(
    "text",
    ["[", '[{"name": "A"}]', '{"A": "1"}', '[{"value": "1", "type": "PLAINTEXT"}]', '["A"]'],
)
def test_environment_variables_that_are_broken(text: str) -> None:
    stack = Stack()
    stack.action("base", "Build")["configuration"]["EnvironmentVariables"] = text

    assert stack.found() == {("variables-broken", "aws_codepipeline.base")}


@pytest.mark.parametrize(
    "text", [UNKNOWN, f'[{{"name": "A", "value": "{UNKNOWN}"}}]', f"[{UNKNOWN}]"]
)
def test_environment_variables_that_are_not_known(text: str) -> None:
    stack = Stack()
    stack.action("base", "Build")["configuration"]["EnvironmentVariables"] = text

    assert stack.found() == set()


@pytest.mark.parametrize(
    "text",
    [
        "#{Base.ImageDigest}",
        "#{BaseImage.Digest}",
        "#{baseimage.ImageDigest}",
        "#{Source.CommitID}",
        "#{Build.IMAGE}",
        "#{variables.Stage}",
    ],
)
def test_variable_of_nothing(text: str) -> None:
    stack = Stack()
    stack.action("web", "Build")["namespace"] = "Build"
    said = stack.action("web", "Build")["configuration"]
    variables = json.loads(said["EnvironmentVariables"])
    variables.append({"name": "MORE", "value": text})
    said["EnvironmentVariables"] = json.dumps(variables)

    assert stack.found() == {("variable-of-nothing", WEB)}


@pytest.mark.parametrize(
    "text",
    [
        "#{BaseImage.ImageURI}",
        "#{Source.CommitId}",
        "#{codepipeline.PipelineExecutionId}",
        "#{variables.Stage}",
        f"#{{{UNKNOWN}.CommitId}}",
        "$#{x}",
    ],
)
def test_variable_of_something(text: str) -> None:
    stack = Stack()
    stack.pipeline("web")["variable"] = [{"name": "Stage"}]
    said = stack.action("web", "Build")["configuration"]
    variables = json.loads(said["EnvironmentVariables"])
    variables.append({"name": "MORE", "value": text})
    said["EnvironmentVariables"] = json.dumps(variables)

    assert stack.found() == set()


def test_variable_of_an_action_without_namespace() -> None:
    stack = Stack()
    del stack.action("web", "BaseImage")["namespace"]

    assert ("variable-of-nothing", WEB) in stack.found()

    stack.action("web", "BaseImage")["namespace"] = UNKNOWN

    assert "variable-of-nothing" not in {check for check, _ in stack.found()}
