import json
from typing import Any

import pytest
from linked_buildspecs import BUILD, PUSH, WRITE, buildspec
from linked_images import Block, Stack

WEB = "aws_codepipeline.web"
PROJECT = "aws_codebuild_project.web"
UNKNOWN = "${var.unknown}"


def variable(stack: Stack, project: str, name: str, value: str) -> None:
    said = stack.project(project)["environment"]["environment_variable"]
    said.append({"name": name, "value": value})


@pytest.mark.parametrize("files", ["[app.jar]", "[]", '["**/*.jar"]'])
def test_deployment_without_its_file(files: str) -> None:
    stack = Stack()
    stack.set_buildspec("web", buildspec(BUILD, PUSH, WRITE, files=files))

    assert stack.found() == {("deploy-file-missing", PROJECT)}


@pytest.mark.parametrize(
    "files", ["['**/*']", "['*']", "['*.json']", "[out/imagedefinitions.json]", "['out/**']"]
)
def test_deployment_with_its_file(files: str) -> None:
    stack = Stack()
    stack.set_buildspec("web", buildspec(BUILD, PUSH, WRITE, files=files))

    assert stack.found() == set()


def test_deployment_of_a_file_with_another_name() -> None:
    stack = Stack()
    stack.action("web", "Deploy")["configuration"]["FileName"] = "images.json"

    assert stack.found() == {("deploy-file-missing", PROJECT)}

    stack.action("web", "Deploy")["configuration"]["FileName"] = UNKNOWN

    assert stack.found() == set()


def test_deployment_of_what_the_ecr_source_holds() -> None:
    stack = Stack()
    stack.action("web", "Deploy")["input_artifacts"] = ["BaseImage"]

    assert stack.found() == {("deploy-file-missing", WEB)}


@pytest.mark.parametrize(
    ("containers", "finds"),
    [
        ([{"name": "web"}], True),
        ([{"name": "web"}, {"name": "app"}], False),
        ([{"name": UNKNOWN}], False),
    ],
)
def test_containers_of_the_task_definition(containers: list[Block], finds: bool) -> None:
    stack = Stack()
    task = stack.get("aws_ecs_task_definition", "web")
    task["container_definitions"] = json.dumps(containers)

    assert stack.found() == ({("container-unknown", PROJECT)} if finds else set())


NAMES = """[{"name":"%s","imageUri":"%s"}]"""


@pytest.mark.parametrize(
    ("command", "finds"),
    [
        (f"""printf '{NAMES}\\n' "$CONTAINER" "$REPOSITORY_URI" > imagedefinitions.json""", True),
        (
            f"""printf '{NAMES}' "${{CONTAINER:-x}}" "$REPOSITORY_URI" > imagedefinitions.json""",
            True,
        ),
        (f"printf '{NAMES}' sidecar $REPOSITORY_URI > imagedefinitions.json", True),
        (f"printf '{NAMES}' app $REPOSITORY_URI > imagedefinitions.json", False),
        (f"printf '{NAMES}' app-$CONTAINER $REPOSITORY_URI > imagedefinitions.json", False),
        (f"printf '{NAMES}' $UNKNOWN $REPOSITORY_URI > imagedefinitions.json", False),
        (f"CONTAINER=app; printf '{NAMES}' $CONTAINER $X > imagedefinitions.json", False),
        ("""'echo "[{\\"name\\":\\"other\\",\\"imageUri\\":\\"$X\\"}]" > i.json'""", True),
        ("""'echo "[{\\"name\\":\\"o-$X\\",\\"imageUri\\":\\"$X\\"}]" > i.json'""", False),
    ],
)
def test_container_that_the_buildspec_names(command: str, finds: bool) -> None:
    stack = Stack()
    variable(stack, "web", "CONTAINER", "sidecar")
    text = buildspec(BUILD, PUSH, command if command[0] == "'" else f">-\n        {command}")
    stack.set_buildspec("web", text.replace("${", "$${"))

    assert stack.found() == ({("container-unknown", PROJECT)} if finds else set())


def blue_green(**changed: str | None) -> Stack:
    stack = Stack()
    said = {
        "ApplicationName": "web",
        "DeploymentGroupName": "web",
        "AppSpecTemplateArtifact": "BuildArtifact",
        "TaskDefinitionTemplateArtifact": "BuildArtifact",
        "Image1ArtifactName": "BuildArtifact",
        "Image1ContainerName": "IMAGE",
        **changed,
    }
    deploy = stack.action("web", "Deploy")
    deploy["provider"] = "CodeDeployToECS"
    deploy["configuration"] = {key: value for key, value in said.items() if value}
    return stack


@pytest.mark.parametrize(
    "changed",
    [
        {"AppSpecTemplateArtifact": None},
        {"TaskDefinitionTemplateArtifact": None},
        {"TaskDefinitionTemplateArtifact": "SourceArtifact"},
        {"Image1ArtifactName": "BaseImage"},
    ],
)
def test_artifacts_of_a_blue_green_deployment(changed: dict[str, Any]) -> None:
    assert blue_green(**changed).found() == {("blue-green-artifacts", WEB)}


@pytest.mark.parametrize("name", ["BuildArtifact", UNKNOWN])
def test_blue_green_deployment_with_all_artifacts(name: str) -> None:
    assert blue_green(Image1ArtifactName=name).found() == set()
