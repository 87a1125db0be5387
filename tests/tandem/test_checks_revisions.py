import json
from typing import Any

import pytest
from linked_images import Stack

TARGET = "aws_cloudwatch_event_target.base_pushed"
UNKNOWN = "${var.unknown}"


def with_template(path: str = "$.detail.image-digest", **override: Any) -> Stack:
    """The base's push starts the web with another override; None: without the key."""
    good = {"actionName": "BaseImage", "revisionType": "IMAGE_DIGEST", "revisionValue": "<it>"}
    said = {key: value for key, value in {**good, **override}.items() if value is not None}
    stack = Stack()
    stack.target()["input_transformer"] = {
        "input_paths": {"it": path},
        "input_template": json.dumps({"sourceRevisions": [said]}),
    }
    return stack


def test_revision_for_the_right_action() -> None:
    assert with_template().found() == set()


def test_v1_takes_no_revisions() -> None:
    stack = Stack()
    del stack.pipeline("web")["pipeline_type"]

    assert stack.found() == {("revision-on-v1", "aws_codepipeline.web")}


def test_v1_without_revisions_is_fine() -> None:
    stack = Stack()
    stack.pipeline("web")["pipeline_type"] = "V1"
    for name in ("base_pushed", "web_committed"):
        del stack.target(name)["input_transformer"]

    assert stack.found() == set()


@pytest.mark.parametrize(
    "override",
    [
        {"actionName": "Base"},
        {"actionName": "Build"},
        {"actionName": None},
        {"revisionType": "COMMIT_ID"},
        {"revisionType": "IMAGE_TAG"},
        {"revisionValue": None},
    ],
)
def test_revision_of_nothing(override: dict[str, Any]) -> None:
    assert with_template(**override).found() == {("revision-of-nothing", TARGET)}


@pytest.mark.parametrize("name", [UNKNOWN, "BaseImage"])
def test_action_of_the_revision_may_be_the_right_one(name: str) -> None:
    assert with_template(actionName=name).found() == set()


@pytest.mark.parametrize(
    "path", ["$.detail.imageDigest", "$.detail.image-tag", "$.image-digest", "detail.image-digest"]
)
def test_event_does_not_hold_the_revision(path: str) -> None:
    assert with_template(path).found() == {("revision-not-in-event", TARGET)}


def test_template_with_a_variable_that_has_no_path() -> None:
    assert with_template(revisionValue="<digest>").found() == {("revision-not-in-event", TARGET)}


def test_path_that_is_not_known() -> None:
    assert with_template(UNKNOWN).found() == set()


@pytest.mark.parametrize("template", [None, "{}", '{"sourceRevisions": []}'])
def test_revision_that_only_one_target_does_not_pass_on(template: str | None) -> None:
    stack = Stack()
    if template is None:
        del stack.target()["input_transformer"]
    else:
        stack.target()["input_transformer"]["input_template"] = template

    assert stack.found() == {("revision-unpinned", TARGET)}


def test_revisions_that_no_target_passes_on() -> None:
    stack = Stack()
    for name in ("base_pushed", "base_committed", "web_committed"):
        del stack.target(name)["input_transformer"]

    assert stack.found() == set()


def test_template_that_is_not_known() -> None:
    stack = Stack()
    stack.target()["input_transformer"]["input_template"] = UNKNOWN

    assert stack.found() == set()
