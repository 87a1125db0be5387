import json

import pytest
from linked_images import ACCOUNT, PUSHED, REGION, Block, Stack, source

ARN = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:shop-web"
CONNECTION = {
    "ConnectionArn": f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/01234567",
    "FullRepositoryId": "acme/web",
    "BranchName": "main",
}
UNKNOWN = "${var.unknown}"


def without_rule(name: str = "base_pushed") -> Stack:
    stack = Stack()
    for kind in ("aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"):
        stack.drop(kind, name)
    for kind in ("aws_iam_role", "aws_iam_role_policy"):
        stack.drop(kind, name)
    if name == "base_pushed":
        stack.pipeline("base")["depends_on"] = ["aws_iam_role_policy.base_pipeline"]
    return stack


def test_image_source_without_a_rule() -> None:
    stack = without_rule()

    assert stack.found() == {("image-source-unwatched", "aws_codepipeline.web")}
    assert stack.causes("image-source-unwatched") == [
        'a push of shop/base:latest does not start it: no rule is for its action "BaseImage"'
    ]


def test_schedule_is_no_rule_for_an_image() -> None:
    stack = without_rule()
    stack.add(
        "aws_cloudwatch_event_rule", "nightly", {"name": "n", "schedule_expression": "rate(1 day)"}
    )
    target = {**Stack().target("web_committed"), "rule": "n"}
    del target["input_transformer"]
    stack.add("aws_cloudwatch_event_target", "nightly", target)

    assert stack.found() == {("image-source-unwatched", "aws_codepipeline.web")}


@pytest.mark.parametrize(
    "block",
    [
        pytest.param({"rule": "elsewhere", "arn": ARN}, id="a rule managed elsewhere"),
        pytest.param({"rule": "elsewhere", "arn": UNKNOWN}, id="a rule and a target not known"),
    ],
)
def test_rule_that_nobody_knows_here_may_start_it(block: Block) -> None:
    stack = without_rule()
    stack.add("aws_cloudwatch_event_target", "elsewhere", block)

    assert stack.found() == set()


@pytest.mark.parametrize(
    ("pattern", "target"),
    [
        pytest.param(json.dumps(PUSHED), UNKNOWN, id="unknown target"),
        pytest.param(UNKNOWN, ARN, id="unknown pattern"),
        pytest.param(
            json.dumps({**PUSHED, "detail": {"image-tag": [UNKNOWN]}}), ARN, id="unknown tag"
        ),
        pytest.param(
            json.dumps(PUSHED),
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:start",
            id="a function that may start it",
        ),
    ],
)
def test_nothing_is_said_of_what_may_start_it(pattern: str, target: str) -> None:
    stack = without_rule()
    stack.add("aws_cloudwatch_event_rule", "other", {"name": "other", "event_pattern": pattern})
    block = {"rule": "other", "arn": target, "role_arn": UNKNOWN}
    stack.add("aws_cloudwatch_event_target", "other", block)

    assert "image-source-unwatched" not in {check for check, _ in stack.found()}


def test_build_that_starts_pipelines_may_start_it() -> None:
    stack = without_rule()
    start = "      - aws codepipeline start-pipeline-execution --name shop-web\n"
    stack.project("base")["source"]["buildspec"] += start

    assert stack.found() == set()


def test_image_that_is_watched_through_a_trail() -> None:
    stack = Stack()
    call = {"eventName": ["PutImage"], "requestParameters": {"repositoryName": ["shop/base"]}}
    trail = {"account": [ACCOUNT], "source": ["aws.ecr"], "detail": call}
    stack.set_pattern({**trail, "detail-type": ["AWS API Call via CloudTrail"]})

    assert "image-source-unwatched" not in {check for check, _ in stack.found()}


def test_git_source_that_nothing_watches() -> None:
    assert without_rule("web_committed").found() == {("source-unwatched", "aws_codepipeline.web")}


def test_git_source_that_is_polled_needs_no_rule() -> None:
    stack = without_rule("web_committed")
    del stack.action("web", "Source")["configuration"]["PollForSourceChanges"]

    assert stack.found() == set()


def test_second_git_source_may_be_fetched_only() -> None:
    stack = Stack()
    said = {"RepositoryName": "tools", "BranchName": "main", "PollForSourceChanges": "false"}
    stack.pipeline("web")["stage"][0]["action"].append(source("CodeCommit", "Tools", said))

    assert stack.found() == set()


@pytest.mark.parametrize("polls", [UNKNOWN, "false"])
def test_git_source_of_which_nobody_knows_whether_it_is_polled(polls: str) -> None:
    stack = without_rule("web_committed")
    stack.action("web", "Source")["configuration"]["PollForSourceChanges"] = polls

    assert bool(stack.found()) == (polls == "false")


@pytest.mark.parametrize(("detect", "finds"), [("false", True), ("true", False), (None, False)])
def test_connection_that_nothing_listens_to(detect: str | None, finds: bool) -> None:
    stack = without_rule("web_committed")
    said = {**CONNECTION, **({"DetectChanges": detect} if detect else {})}
    action = stack.action("web", "Source")
    action |= {"provider": "CodeStarSourceConnection", "configuration": said}

    assert stack.found() == ({("source-unwatched", "aws_codepipeline.web")} if finds else set())


def test_connection_with_a_trigger() -> None:
    stack = without_rule("web_committed")
    action = stack.action("web", "Source")
    action |= {
        "provider": "CodeStarSourceConnection",
        "configuration": {**CONNECTION, "DetectChanges": "false"},
    }
    push = {"branches": {"includes": ["main"]}}
    git = {"source_action_name": "Source", "push": [push]}
    stack.pipeline("web")["trigger"] = [
        {"provider_type": "CodeStarSourceConnection", "git_configuration": git}
    ]

    assert stack.found() == set()


def test_git_source_of_a_pipeline_that_another_one_runs() -> None:
    stack = without_rule("web_committed")
    invoke = {
        "name": "Run",
        "category": "Invoke",
        "owner": "AWS",
        "provider": "CodePipeline",
        "version": "1",
        "configuration": {"PipelineName": "${aws_codepipeline.web.name}"},
    }
    stack.pipeline("base")["depends_on"] = ["aws_iam_role_policy.base_pipeline"]
    stack.pipeline("base")["stage"].append({"name": "Web", "action": [invoke]})

    assert "source-unwatched" not in {check for check, _ in stack.found()}


def test_git_source_of_a_pipeline_that_a_rule_starts_after_another() -> None:
    stack = without_rule("web_committed")
    ended = {"source": ["aws.codepipeline"], "detail": {"state": ["SUCCEEDED"]}}
    rule = {"name": "ended", "event_pattern": json.dumps(ended)}
    stack.add("aws_cloudwatch_event_rule", "ended", rule)
    stack.add("aws_cloudwatch_event_target", "ended", {**stack.target(), "rule": "ended"})

    assert "source-unwatched" not in {check for check, _ in stack.found()}


@pytest.mark.parametrize("disabled", [{"state": "DISABLED"}, {"is_enabled": False}])
def test_disabled_rule(disabled: Block) -> None:
    stack = Stack()
    stack.rule().update(disabled)

    assert stack.found() == {("rule-disabled", "aws_cloudwatch_event_rule.base_pushed")}


def test_disabled_rule_beside_an_enabled_one() -> None:
    stack = Stack()
    twin = {**stack.rule(), "name": "twin", "state": "DISABLED"}
    stack.add("aws_cloudwatch_event_rule", "twin", twin)
    stack.add("aws_cloudwatch_event_target", "twin", {**stack.target(), "rule": "twin"})

    assert stack.found() == set()


def test_polled_and_watched() -> None:
    stack = Stack()
    del stack.action("web", "Source")["configuration"]["PollForSourceChanges"]

    assert stack.found() == {("polled-and-watched", "aws_codepipeline.web")}


def test_nobody_knows_whether_it_is_polled_and_watched() -> None:
    stack = Stack()
    stack.action("web", "Source")["configuration"]["PollForSourceChanges"] = UNKNOWN

    assert stack.found() == set()


def from_bucket(notification: Block | None) -> Stack:
    """The web's files come from a bucket that is managed here."""
    stack = Stack()
    stack.add("aws_s3_bucket", "files", {"bucket": "files"})
    enabled = {"bucket": "files", "versioning_configuration": {"status": "Enabled"}}
    stack.add("aws_s3_bucket_versioning", "files", enabled)
    if notification is not None:
        stack.add("aws_s3_bucket_notification", "files", {"bucket": "files", **notification})
    action = stack.action("web", "Source")
    said = {"S3Bucket": "files", "S3ObjectKey": "web.zip", "PollForSourceChanges": "false"}
    action |= {"provider": "S3", "configuration": said}
    detail = {"bucket": {"name": ["files"]}, "object": {"key": ["web.zip"]}}
    head = {"account": [ACCOUNT], "source": ["aws.s3"], "detail-type": ["Object Created"]}
    stack.set_pattern({**head, "detail": detail}, "web_committed")
    override = {
        "actionName": "Source",
        "revisionType": "S3_OBJECT_VERSION_ID",
        "revisionValue": "<version>",
    }
    stack.target("web_committed")["input_transformer"] = {
        "input_paths": {"version": "$.detail.object.version-id"},
        "input_template": json.dumps({"sourceRevisions": [override]}),
    }
    return stack


def test_bucket_that_sends_no_events() -> None:
    assert from_bucket(None).found() == {("bucket-sends-no-events", "aws_s3_bucket.files")}


def test_bucket_that_sends_events() -> None:
    assert from_bucket({"eventbridge": True}).found() == set()


def test_bucket_managed_elsewhere_may_send_events() -> None:
    stack = from_bucket(None)
    stack.drop("aws_s3_bucket", "files")

    assert stack.found() == set()


@pytest.mark.parametrize(
    ("versioning", "finds"),
    [
        (None, True),
        ({"bucket": "files", "versioning_configuration": {"status": "Suspended"}}, True),
        ({"bucket": "others", "versioning_configuration": {"status": "Enabled"}}, True),
        ({"bucket": "files", "versioning_configuration": {"status": UNKNOWN}}, False),
        ({"bucket": UNKNOWN, "versioning_configuration": {"status": "Enabled"}}, False),
        ({"bucket": "files", "versioning_configuration": {"status": "Enabled"}}, False),
    ],
)
def test_bucket_without_versions(versioning: Block | None, finds: bool) -> None:
    stack = from_bucket({"eventbridge": True})
    stack.drop("aws_s3_bucket_versioning", "files")
    if versioning:
        stack.add("aws_s3_bucket_versioning", "files", versioning)

    assert stack.found() == ({("bucket-unversioned", "aws_s3_bucket.files")} if finds else set())


def test_bucket_of_which_the_versions_are_said_in_it() -> None:
    stack = from_bucket({"eventbridge": True})
    stack.drop("aws_s3_bucket_versioning", "files")
    stack.get("aws_s3_bucket", "files")["versioning"] = {"enabled": True}

    assert stack.found() == set()


@pytest.mark.parametrize(
    ("poll", "webhook", "finds"),
    [
        ("false", None, True),
        ("true", None, False),
        (None, None, False),
        (UNKNOWN, None, False),
        ("false", {"target_pipeline": "shop-web", "target_action": "Source"}, False),
        ("false", {"target_pipeline": "shop-web", "target_action": UNKNOWN}, False),
        ("false", {"target_pipeline": "shop-base", "target_action": "Source"}, True),
    ],
)
def test_github_by_token_without_a_webhook(
    poll: str | None, webhook: Block | None, finds: bool
) -> None:
    stack = without_rule("web_committed")
    said = {"Owner": "acme", "Repo": "web", "Branch": "main", "OAuthToken": UNKNOWN}
    action = stack.action("web", "Source")
    polled = {"PollForSourceChanges": poll} if poll else {}
    action |= {
        "owner": "ThirdParty",
        "provider": "GitHub",
        "configuration": {**said, **polled},
    }
    if webhook:
        stack.add("aws_codepipeline_webhook", "web", {"name": "web", **webhook})

    found = ("source-unwatched", "aws_codepipeline.web") in stack.found()
    assert found is finds
