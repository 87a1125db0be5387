"""What source actions, connections, webhooks and buckets hear by themselves."""

from typing import Any

import pytest
from trace_stack import (
    action,
    bucket,
    codecommit,
    connection,
    deployment,
    pipeline,
    project,
    resource,
    rule,
    target,
)
from trace_words import firsts, of_commit, words

from tandem.deployment.symbols import symbol
from tandem.trace.events import event_of, git_pushed, image_pushed, object_uploaded
from tandem.trace.following import Follower

Blocks = dict[str, Any]


@pytest.mark.parametrize(
    ("source", "started"),
    [
        (codecommit("code", poll=""), ["p"]),
        (codecommit("code", poll="true"), ["p"]),
        (codecommit("code", poll="false"), []),
        (codecommit("code", poll=symbol("var.poll")), ["p?"]),
        (codecommit("code", branch="release", poll=""), []),
    ],
)
def test_codecommit_is_polled_unless_told_not_to(source: Any, started: list[str]) -> None:
    assert of_commit(deployment(pipeline("p", source)), "code") == started


def test_only_the_own_region_is_polled() -> None:
    there = pipeline("p", codecommit("code", poll=""), region="us-east-1")
    stack = deployment(there)
    assert of_commit(stack, "code") == []
    assert firsts(stack) == ["push to code (main) in us-east-1"]


def test_an_image_is_never_polled() -> None:
    polling = action("Source", "ECR", RepositoryName="web", PollForSourceChanges="true")
    stack = deployment(pipeline("p", polling))
    assert words(Follower(stack).follow(image_pushed(stack, "web", "latest"))) == []


def trigger(**filters: Any) -> Blocks:
    return {"git_configuration": [{"source_action_name": "Source", **filters}]}


def push_filter(**criteria: list[str]) -> Blocks:
    """As in `branches=["main", "!wip"]`: what begins with `!` is excluded."""
    return {
        name: [
            {
                "includes": [each for each in patterns if each[0] != "!"],
                "excludes": [each[1:] for each in patterns if each[0] == "!"],
            }
        ]
        for name, patterns in criteria.items()
    }


BRANCH = git_pushed("acme/web", "main")
FEATURE = git_pushed("acme/web", "feature/a/b")
TAG = git_pushed("acme/web", "v1", change="tag")
DOCS = git_pushed("acme/web", "main", paths=("docs/a.md", "README.md"))
REQUEST = git_pushed("acme/web", "main", change="pull request", action="OPEN")


@pytest.mark.parametrize(
    ("triggers", "started", "not_started", "perhaps"),
    [
        ([], [BRANCH, DOCS], [FEATURE, TAG, REQUEST], []),
        ([trigger()], [BRANCH], [FEATURE, TAG, REQUEST], []),
        ([trigger(push=[push_filter(branches=["feature/**"])])], [FEATURE], [BRANCH, TAG], []),
        ([trigger(push=[push_filter(branches=["feature/*"])])], [], [BRANCH, FEATURE], []),
        ([trigger(push=[push_filter(branches=["!main"])])], [FEATURE], [BRANCH, TAG], []),
        ([trigger(push=[push_filter(branches=["{main,x}"])])], [BRANCH], [FEATURE], []),
        ([trigger(push=[push_filter(tags=["v?"])])], [TAG], [BRANCH, REQUEST], []),
        (
            [trigger(push=[push_filter(tags=["v*"]), push_filter(branches=["m*"])])],
            [TAG, BRANCH],
            [FEATURE],
            [],
        ),
        (
            [trigger(push=[push_filter(branches=["main"], file_paths=["docs/*"])])],
            [DOCS],
            [FEATURE],
            [BRANCH],
        ),
        (
            [trigger(push=[push_filter(branches=["main"], file_paths=["src/**"])])],
            [],
            [DOCS],
            [BRANCH],
        ),
        (
            [trigger(pull_request=[{"events": ["OPEN"], **push_filter(branches=["main"])}])],
            [REQUEST],
            [BRANCH],
            [],
        ),
        (
            [trigger(pull_request=[{"events": ["CLOSED"], **push_filter(branches=["main"])}])],
            [],
            [REQUEST],
            [],
        ),
    ],
)
def test_a_connections_filters(
    triggers: list[Blocks], started: list[Any], not_started: list[Any], perhaps: list[Any]
) -> None:
    stack = deployment(pipeline("p", connection("acme/web"), triggers=triggers))
    follower = Follower(stack)
    assert [words(follower.follow(event)) for event in started] == [["p"]] * len(started)
    assert [words(follower.follow(event)) for event in not_started] == [[]] * len(not_started)
    assert [words(follower.follow(event)) for event in perhaps] == [["p?"]] * len(perhaps)
    # For each filter there is an event to begin with that it lets through.
    reached = [words(follower.follow(event)) for event in follower.first_events]
    assert reached == [["p"]] * len(reached) != []


@pytest.mark.parametrize(
    "includes",
    [
        ["release-[z-a]"],
        ["[\\]"],
        ["a[!]b]"],
        ["{" * 3000],
        [["main"]],
        [1.5],
        float("nan"),
        symbol("var.branches"),
    ],
)
@pytest.mark.parametrize("criterion", ["includes", "excludes"])
def test_a_filter_that_nobody_can_read_may_let_a_push_through(
    criterion: str, includes: Any
) -> None:
    said = trigger(push=[{"branches": [{criterion: includes}]}])
    follower = Follower(deployment(pipeline("p", connection("acme/web"), triggers=[said])))
    assert words(follower.follow(BRANCH)) == ["p?"]
    assert follower.first_events


def test_a_filter_for_events_that_nobody_can_read_may_let_a_request_through() -> None:
    said = trigger(pull_request=[{"events": [["OPEN"]], **push_filter(branches=["main"])}])
    follower = Follower(deployment(pipeline("p", connection("acme/web"), triggers=[said])))
    assert words(follower.follow(REQUEST)) == ["p?"]
    assert follower.first_events


def test_a_connection_that_detects_nothing_starts_nothing() -> None:
    stack = deployment(pipeline("p", connection("acme/web", DetectChanges="false")))
    assert words(Follower(stack).follow(BRANCH)) == []
    assert firsts(stack) == ["push to acme/web (main)", "start of p by hand"]


def test_a_github_action_of_old_waits_for_its_webhook_or_polls() -> None:
    said = {"Owner": "acme", "Repo": "web", "Branch": "main"}
    polling = action("Source", "GitHub", "Source", **said)
    silent = action("Source", "GitHub", "Source", **said, PollForSourceChanges="false")
    hook = resource("aws_codepipeline_webhook", "h", target_pipeline="p", target_action="Source")
    assert words(Follower(deployment(pipeline("p", polling))).follow(BRANCH)) == ["p"]
    assert words(Follower(deployment(pipeline("p", silent))).follow(BRANCH)) == []
    assert words(Follower(deployment(pipeline("p", silent), hook)).follow(BRANCH)) == ["p"]


@pytest.mark.parametrize(
    ("filters", "started", "first"),
    [
        (None, ["b"], "push to acme/web (main)"),
        ([("EVENT", "PUSH")], ["b"], "push to acme/web (main)"),
        ([("EVENT", "PUSH"), ("HEAD_REF", "^refs/heads/main$")], ["b"], "push to acme/web (main)"),
        ([("EVENT", "PUSH"), ("HEAD_REF", "^refs/tags/")], [], "push to acme/web (tag main)"),
        ([("EVENT", "PUSH"), ("FILE_PATH", "^src/")], ["b?"], "push to acme/web (main: src/)"),
        (
            [("EVENT", "PULL_REQUEST_MERGED")],
            [],
            "pull request to acme/web (main, closed)",
        ),
    ],
)
def test_a_webhook_starts_builds(
    filters: list[tuple[str, str]] | None, started: list[str], first: str
) -> None:
    groups = [{"filter": [{"type": kind, "pattern": it} for kind, it in filters or []]}]
    hook = resource(
        "aws_codebuild_webhook",
        "h",
        project_name="b",
        filter_group=groups if filters is not None else [],
    )
    url = "https://github.com/acme/web.git"
    stack = deployment(project("b", "web:latest", source=[{"location": url}]), hook)
    chain = Follower(stack).follow(BRANCH)
    assert words(chain) == started
    assert {start.how for start in chain.starts} <= {"webhook"}
    assert firsts(stack) == [first]


def test_a_webhooks_filter_can_exclude() -> None:
    excluded = {"type": "HEAD_REF", "pattern": "^refs/heads/main$", "exclude_matched_pattern": True}
    hook = resource(
        "aws_codebuild_webhook", "h", project_name="b", filter_group=[{"filter": [excluded]}]
    )
    source = [{"location": "git@github.com:acme/web.git"}]
    follower = Follower(deployment(project("b", "web:latest", source=source), hook))
    assert words(follower.follow(BRANCH)) == []
    assert words(follower.follow(FEATURE)) == ["b"]


@pytest.mark.parametrize(
    ("parts", "started"),
    [
        ([bucket("in", sends_events=True)], ["p"]),
        ([bucket("in", sends_events=False)], []),
        ([], ["p?"]),
    ],
)
def test_a_bucket_must_send_its_events(parts: list[Any], started: list[str]) -> None:
    said = {"S3Bucket": "in", "S3ObjectKey": "code.zip", "PollForSourceChanges": "false"}
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": ["in"]}}}
    source = action("Source", "S3", "Source", **said)
    stack = deployment(pipeline("p", source), rule("r", pattern, target("p")), *parts)
    uploaded = object_uploaded(stack, "in", "code.zip")
    assert words(Follower(stack).follow(uploaded)) == started
    document = {**uploaded.document}
    assert words(Follower(stack).follow(event_of(document))) == ["p"]  # it was sent, evidently


def test_what_cloudtrail_records_needs_a_trail() -> None:
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventName": ["PutObject"], "requestParameters": {"bucketName": ["in"]}},
    }
    parts = (pipeline("p"), rule("r", pattern, target("p")))
    stack, recorded = deployment(*parts), deployment(*parts, resource("aws_cloudtrail", "t"))
    event = object_uploaded(stack, "in", "code.zip")
    assert words(Follower(stack).follow(event)) == ["p?"]
    assert words(Follower(recorded).follow(event)) == ["p"]
    assert firsts(recorded) == ["upload to s3://in/example"]
