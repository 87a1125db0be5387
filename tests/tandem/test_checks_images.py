import json

import pytest
from linked_buildspecs import BUILD, PUSH, WRITE, buildspec
from linked_images import PUSHED, Stack

WEB = "aws_codepipeline.web"
BASE = "aws_codepipeline.base"
UNKNOWN = "${var.unknown}"


def variable(stack: Stack, project: str, name: str, value: str) -> None:
    said = stack.project(project)["environment"]["environment_variable"]
    said.append({"name": name, "value": value})


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
