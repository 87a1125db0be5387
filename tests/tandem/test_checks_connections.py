import pytest
from linked_images import Block, Stack

WEB = "aws_codepipeline.web"
UNKNOWN = "${var.unknown}"


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
