import json

import pytest
from linked_images import Stack

WEB = "aws_codepipeline.web"
UNKNOWN = "${var.unknown}"


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
