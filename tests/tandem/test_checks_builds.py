import pytest
from linked_buildspecs import BUILD, PUSH, WRITE, buildspec
from linked_images import Block, Stack

PROJECT = "aws_codebuild_project.web"
UNKNOWN = "${var.unknown}"


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


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("version: 0.2\nphases:\n  build:\n   commands:\n  - docker push x\n", True),
        ("version: 0.2\nenv: {}\n", True),
        ("just\nwords\n", True),
        ("version: 0.2\nphases: {build: {commands: [ls]}}\nversion: 0.2\n", False),
        ("version: 0.2\nphases: {odd: {commands: [ls]}, build: {commands: [ls]}}\n", False),
        ("ci/build.yml", False),
        (buildspec(BUILD, PUSH, WRITE), False),
    ],
)
def test_buildspecs_that_are_none(text: str, finds: bool) -> None:
    stack = Stack()
    stack.set_buildspec("web", text)

    assert (("buildspec-broken", PROJECT) in stack.found()) is finds


def test_a_buildspec_of_which_a_part_is_unknown_is_left_alone() -> None:
    stack = Stack()
    stack.project("web")["source"]["buildspec"] = UNKNOWN

    assert stack.causes("buildspec-broken") == []
