"""Builds, images, deployments, and what Terraform makes first."""

import json
from typing import Any

import pytest
from linked_images import PUSHED, Block, Stack

WEB = "aws_codepipeline.web"
BASE = "aws_codepipeline.base"
PROJECT = "aws_codebuild_project.web"
UNKNOWN = "${var.unknown}"


def buildspec(*commands: str, files: str = "[imagedefinitions.json]") -> str:
    lines = [f"      - {command}\n" for command in commands]
    return (
        f"version: 0.2\nphases:\n  build:\n    commands:\n{''.join(lines)}"
        f"artifacts:\n  files: {files}\n"
    )


BUILD = 'docker build --build-arg BASE_IMAGE --tag "$REPOSITORY_URI:latest" .'
PUSH = 'docker push "$REPOSITORY_URI:latest"'
WRITE = "echo > imagedefinitions.json"


def variable(stack: Stack, project: str, name: str, value: str) -> None:
    said = stack.project(project)["environment"]["environment_variable"]
    said.append({"name": name, "value": value})


def test_docker_without_privileges() -> None:
    stack = Stack()
    stack.project("web")["environment"]["privileged_mode"] = False

    assert stack.found() == {("docker-unprivileged", PROJECT)}


@pytest.mark.parametrize(
    "commands",
    [
        ('buildah bud --tag "$REPOSITORY_URI:latest"', 'buildah push "$REPOSITORY_URI:latest"'),
        ("/kaniko/executor --destination $REPOSITORY_URI:latest",),
        ("make image",),
    ],
)
def test_builds_that_need_no_privileges(commands: tuple[str, ...]) -> None:
    stack = Stack()
    stack.project("web")["environment"]["privileged_mode"] = False
    stack.set_buildspec("web", buildspec(*commands, WRITE))

    assert "docker-unprivileged" not in {check for check, _ in stack.found()}


@pytest.mark.parametrize(
    "environment",
    [
        {"privileged_mode": UNKNOWN},
        {"privileged_mode": False, "type": "WINDOWS_SERVER_2022_CONTAINER"},
        {"privileged_mode": False, "docker_server": [{"compute_type": "BUILD_GENERAL1_SMALL"}]},
    ],
)
def test_builds_that_may_have_a_daemon(environment: Block) -> None:
    stack = Stack()
    stack.project("web")["environment"].update(environment)

    assert stack.found() == set()


@pytest.mark.parametrize(
    ("source", "artifacts", "finds"),
    [
        ("CODEPIPELINE", "NO_ARTIFACTS", True),
        ("GITHUB", "CODEPIPELINE", True),
        ("GITHUB", "NO_ARTIFACTS", False),
        ("CODEPIPELINE", UNKNOWN, False),
    ],
)
def test_types_of_a_project(source: str, artifacts: str, finds: bool) -> None:
    stack = Stack()
    stack.project("web")["source"]["type"] = source
    stack.project("web")["artifacts"]["type"] = artifacts

    assert stack.found() == ({("project-types-differ", PROJECT)} if finds else set())


def test_variable_that_nothing_sets() -> None:
    stack = Stack()
    stack.project("web")["environment"]["environment_variable"] = []

    assert stack.found() == {("variable-missing", PROJECT)}


@pytest.mark.parametrize(
    "command",
    [
        "export REPOSITORY_URI=$(aws ecr describe-repositories)",
        "REPOSITORY_URI=${REPOSITORY_URI:-registry/web}",
        ". ./settings.sh",
        "export $(cat settings | xargs)",
        'eval "$(cat settings)"',
        "read REPOSITORY_URI < settings",
    ],
)
def test_variable_that_the_build_sets_itself(command: str) -> None:
    stack = Stack()
    stack.project("web")["environment"]["environment_variable"] = []
    text = buildspec(command, BUILD, PUSH, WRITE)
    stack.set_buildspec("web", text.replace("${", "$${"))

    assert "variable-missing" not in {check for check, _ in stack.found()}


def test_variable_that_the_image_may_set() -> None:
    stack = Stack()
    stack.project("web")["environment"]["environment_variable"] = []
    stack.project("web")["environment"]["image"] = "acme/builder:1"

    assert "variable-missing" not in {check for check, _ in stack.found()}


def test_variable_that_the_action_may_set() -> None:
    stack = Stack()
    stack.project("base")["environment"]["environment_variable"] = []
    stack.action("base", "Build")["configuration"]["EnvironmentVariables"] = UNKNOWN

    assert "variable-missing" not in {check for check, _ in stack.found()}


def test_tag_that_cannot_move() -> None:
    stack = Stack()
    stack.get("aws_ecr_repository", "web")["image_tag_mutability"] = "IMMUTABLE"

    assert stack.found() == {("immutable-tag-moves", "aws_ecr_repository.web")}

    text = buildspec(BUILD, 'docker push "$REPOSITORY_URI:$CODEBUILD_BUILD_NUMBER"', WRITE)
    stack.set_buildspec("web", text)

    assert stack.found() == set()


def test_tag_that_no_pipeline_reads() -> None:
    stack = Stack()
    stack.set_buildspec("base", buildspec(BUILD, 'docker push "$REPOSITORY_URI:stable"'))

    assert stack.found() == {("pushed-tag-unread", WEB)}
    assert stack.causes("pushed-tag-unread") == [
        '"BaseImage" reads shop/base:latest, but shop-base pushes stable'
    ]


@pytest.mark.parametrize(
    "pushed",
    [
        'docker push "$REPOSITORY_URI:$CODEBUILD_RESOLVED_SOURCE_VERSION"',
        'docker push "$REPOSITORY_URI:stable" && docker push "$REPOSITORY_URI:latest"',
        'docker push --all-tags "$REPOSITORY_URI"',
        "./push.sh",
        'docker push "$REPOSITORY_URI:stable" && aws ecr put-image --image-tag latest',
    ],
)
def test_tag_that_may_be_pushed(pushed: str) -> None:
    stack = Stack()
    stack.set_buildspec("base", buildspec(BUILD, pushed))

    assert "pushed-tag-unread" not in {check for check, _ in stack.found()}


def test_base_that_nobody_here_builds() -> None:
    stack = Stack()
    for kind in ("aws_codepipeline", "aws_codebuild_project"):
        stack.drop(kind, "base")
    for kind in ("aws_cloudwatch_event_target", "aws_cloudwatch_event_rule"):
        stack.drop(kind, "base_committed")
    stack.get("aws_iam_role_policy", "base_committed")["policy"] = UNKNOWN

    assert stack.found() == set()


@pytest.mark.parametrize("variables", [None, "[]", '[{"name": "BASE", "value": "base:latest"}]'])
def test_digest_that_no_build_gets(variables: str | None) -> None:
    stack = Stack()
    said = stack.action("web", "Build")["configuration"]
    del said["EnvironmentVariables"]
    if variables:
        said["EnvironmentVariables"] = variables

    assert stack.found() == {("base-digest-unused", WEB)}


def test_digest_that_the_build_does_not_read() -> None:
    stack = Stack()
    said = stack.action("web", "Build")["configuration"]
    said["EnvironmentVariables"] = said["EnvironmentVariables"].replace("BASE_IMAGE", "BASE")

    assert stack.found() == {("base-digest-unused", WEB)}


@pytest.mark.parametrize(
    "commands",
    [
        ("jq -r .ImageURI $CODEBUILD_SRC_DIR_BaseImage/imageDetail.json > base", BUILD),
        ("./build.sh", BUILD),
        ("make test",),
    ],
)
def test_build_that_may_use_the_digest(commands: tuple[str, ...]) -> None:
    stack = Stack()
    del stack.action("web", "Build")["configuration"]["EnvironmentVariables"]
    stack.set_buildspec("web", buildspec(*commands, PUSH, WRITE))

    assert stack.found() == set()


def test_source_that_is_the_image_the_build_runs_in() -> None:
    stack = Stack()
    del stack.action("web", "Build")["configuration"]["EnvironmentVariables"]
    image = "${aws_ecr_repository.base.repository_url}:latest"
    stack.project("web")["environment"]["image"] = image

    assert stack.found() == set()


def test_build_whose_buildspec_is_not_known() -> None:
    for text in ("ci/buildspec.yml", UNKNOWN):
        stack = Stack()
        del stack.action("web", "Build")["configuration"]["EnvironmentVariables"]
        stack.set_buildspec("web", text)

        assert stack.found() == set()


def test_loop_of_one_pipeline() -> None:
    stack = Stack()
    stack.set_buildspec("web", buildspec(BUILD, 'docker push "$BASE_URI:latest"', WRITE))
    variable(stack, "web", "BASE_URI", "${aws_ecr_repository.base.repository_url}")

    assert ("loop", WEB) in stack.found()
    assert stack.causes("loop") == ["what it pushes starts it again: shop-web → shop-web"]


def test_loop_of_two_pipelines() -> None:
    stack = Stack()
    stack.add("aws_ecr_repository", "tools", {"name": "shop/tools"})
    pattern = json.loads(json.dumps(PUSHED))
    pattern["detail"]["repository-name"] = ["shop/web"]
    rule = {"name": "web_pushed", "event_pattern": json.dumps(pattern)}
    stack.add("aws_cloudwatch_event_rule", "web_pushed", rule)
    target = {"rule": "web_pushed", "arn": "${aws_codepipeline.base.arn}", "role_arn": UNKNOWN}
    stack.add("aws_cloudwatch_event_target", "web_pushed", target)

    assert stack.causes("loop") == [
        "what it pushes starts it again: shop-base → shop-web → shop-base"
    ]


def test_push_that_starts_another_pipeline_is_no_loop() -> None:
    assert Stack().causes("loop") == []


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
