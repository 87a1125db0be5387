import json
from typing import Any

import pytest
from linked_images import ACCOUNT, PUSHED, REGION, Block, Stack

RULE = "aws_cloudwatch_event_rule.base_pushed"
UNKNOWN = "${var.unknown}"


def pattern(*path: str, to: Any) -> Block:
    """The good pattern with another value; None: without the field."""
    copy: Block = json.loads(json.dumps(PUSHED))
    block = copy
    for key in path[:-1]:
        block = block[key]
    if to is None:
        del block[path[-1]]
    else:
        block[path[-1]] = to
    return copy


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (pattern("detail", "image-tag", to=["stable"]), "image-tag"),
        (pattern("detail", "image-tag", to=["Latest"]), "image-tag"),
        (pattern("detail", "repository-name", to=["shop/bse"]), "repository-name"),
        (pattern("detail", "action-type", to=["push"]), "action-type"),
        (pattern("detail", "result", to=["SUCCEEDED"]), "result"),
        (pattern("detail-type", to=["ECR Image action"]), "detail-type"),
        (pattern("source", to=["ecr"]), "source"),
        (pattern("account", to=["999999999999"]), "account"),
        ({**PUSHED, "region": ["us-east-1"]}, "region"),
        ({**PUSHED, "resources": [{"prefix": "arn:aws:ecr"}]}, "resources"),
        (pattern("detail", to={**PUSHED["detail"], "tag": ["latest"]}), "detail.tag"),
    ],
)
def test_pattern_that_misses_the_source(changed: Block, says: str) -> None:
    stack = Stack()
    stack.set_pattern(changed)

    assert ("pattern-misses-source", RULE) in stack.found()
    assert "image-source-unwatched" not in {check for check, _ in stack.found()}
    assert says in stack.causes("pattern-misses-source")[0]


def test_pattern_with_unknown_values_is_left_alone() -> None:
    for name in ("repository-name", "image-tag"):
        stack = Stack()
        stack.set_pattern(pattern("detail", name, to=[UNKNOWN]))

        assert stack.found() == set()


@pytest.mark.parametrize(
    ("kind", "repository", "finds"),
    [
        ("ECR Image Scan", "shop/base", False),
        ("ECR Pull Through Cache Action", "shop/base", False),
        ("ECR Replication Action", "shop/base", False),
        ("ECR Image Scan", "shop/bse", True),
        ("ECR Image Scans", "shop/base", True),
    ],
)
def test_rule_for_something_else_that_happens_to_the_image(
    kind: str, repository: str, finds: bool
) -> None:
    stack = Stack()
    detail = {"repository-name": [repository], "scan-status": ["COMPLETE"]}
    stack.set_pattern({**PUSHED, "detail-type": [kind], "detail": detail})

    found = {check for check, _ in stack.found()}
    assert ("pattern-misses-source" in found) is finds
    assert "image-source-unwatched" not in found


def on_bus(bus: str) -> Stack:
    stack = Stack()
    stack.add("aws_cloudwatch_event_bus", "mine", {"name": "mine"})
    stack.rule()["event_bus_name"] = bus
    stack.target()["event_bus_name"] = bus
    return stack


@pytest.mark.parametrize(
    ("bus", "finds"),
    [
        ("mine", True),
        ("${aws_cloudwatch_event_bus.mine.name}", True),
        ("another", False),
        ("default", False),
        (UNKNOWN, False),
    ],
)
def test_rule_on_a_bus_without_events_of_aws(bus: str, finds: bool) -> None:
    assert on_bus(bus).found() == ({("rule-on-other-bus", RULE)} if finds else set())


def test_rule_on_a_bus_that_gets_what_another_rule_sends_on() -> None:
    stack = on_bus("mine")
    stack.add("aws_cloudwatch_event_rule", "on", {**Stack().rule(), "name": "on"})
    target = {"rule": "on", "arn": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/mine"}
    stack.add("aws_cloudwatch_event_target", "on", target)
    assert stack.found() == set()
    target["arn"] = "${aws_cloudwatch_event_bus.mine.arn}"
    assert stack.found() == set()
    stack.rule("on")["event_pattern"] = json.dumps({"source": ["my.application"]})
    assert stack.found() == {("rule-on-other-bus", RULE)}


def test_rule_on_a_bus_that_others_may_send_to() -> None:
    stack = on_bus("mine")
    stack.add("aws_cloudwatch_event_bus_policy", "mine", {"event_bus_name": "mine"})
    assert "rule-on-other-bus" not in {check for check, _ in stack.found()}


def test_rule_for_another_image_beside_the_right_one() -> None:
    stack = Stack()
    other = json.dumps(pattern("detail", "repository-name", to=["shop/tools"]))
    stack.add("aws_cloudwatch_event_rule", "other", {"name": "other", "event_pattern": other})
    stack.add("aws_cloudwatch_event_target", "other", {**stack.target(), "rule": "other"})

    assert stack.found() == set()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (pattern("detail", "image-tag", to=None), "pushes of other tags"),
        (pattern("detail", "image-tag", to=[{"prefix": "latest"}]), "pushes of other tags"),
        (pattern("detail", "repository-name", to=None), "pushes to other repositories"),
        (pattern("detail", "repository-name", to=[{"exists": True}]), "other repositories"),
        (pattern("detail", "action-type", to=None), "deletions"),
        (pattern("detail", "result", to=None), "failed pushes"),
        (pattern("source", to=None), "events that others than AWS send"),
        (pattern("detail-type", to=None), "events of every type"),
        (pattern("account", to=None), "events of other accounts, unlike other rules here"),
    ],
)
def test_pattern_that_matches_too_much(changed: Block, says: str) -> None:
    stack = Stack()
    stack.set_pattern(changed)

    assert ("pattern-too-wide", RULE) in stack.found()
    assert says in stack.causes("pattern-too-wide")[0]


def test_pattern_without_account_is_fine_where_no_rule_has_one() -> None:
    stack = Stack()
    for name in ("base_pushed", "base_committed", "web_committed"):
        said = json.loads(stack.rule(name)["event_pattern"])
        stack.set_pattern({key: said[key] for key in said if key != "account"}, name)

    assert stack.found() == set()

    stack.add("aws_cloudwatch_event_permission", "others", {"principal": "*"})
    rules = ("base_pushed", "base_committed", "web_committed")

    assert stack.found() == {
        ("pattern-too-wide", f"aws_cloudwatch_event_rule.{name}") for name in rules
    }


def test_two_tags_of_which_one_is_not_known() -> None:
    stack = Stack()
    stack.set_pattern(pattern("detail", "image-tag", to=["latest", UNKNOWN]))

    assert stack.found() == set()


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("event", "the deletion of the branch"),
        ("referenceType", "git tags named as the branch"),
        ("referenceName", "pushes to other branches"),
    ],
)
def test_git_pattern_that_matches_too_much(field: str, says: str) -> None:
    stack = Stack()
    said = json.loads(stack.rule("web_committed")["event_pattern"])
    del said["detail"][field]
    stack.set_pattern(said, "web_committed")

    assert stack.found() == {("pattern-too-wide", "aws_cloudwatch_event_rule.web_committed")}
    assert says in stack.causes("pattern-too-wide")[0]


def test_git_pattern_without_the_creation_of_the_branch() -> None:
    stack = Stack()
    said = json.loads(stack.rule("web_committed")["event_pattern"])
    said["detail"]["event"] = ["referenceUpdated"]
    stack.set_pattern(said, "web_committed")

    assert stack.found() == {("branch-creation-missed", "aws_cloudwatch_event_rule.web_committed")}

    said["detail"]["event"] = ["referenceUpdated", UNKNOWN]
    stack.set_pattern(said, "web_committed")

    assert stack.found() == set()


@pytest.mark.parametrize(
    "changed",
    [
        pattern("detail-type", to=["ecr image action"]),
        pattern("detail", "action-type", to=["PUSHED"]),
        pattern("detail", "result", to=["Success"]),
        {**PUSHED, "resources": ["arn:aws:ecr:eu-west-1:111122223333:repository/shop/base"]},
        pattern("source", to=["aws.ECR"]),
    ],
)
def test_pattern_that_never_matches(changed: Block) -> None:
    stack = Stack()
    event = json.dumps(changed)
    stack.add("aws_cloudwatch_event_rule", "notify", {"name": "notify", "event_pattern": event})
    topic = {"rule": "notify", "arn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:pushes"}
    stack.add("aws_cloudwatch_event_target", "notify", topic)

    assert stack.found() == {("pattern-never-matches", "aws_cloudwatch_event_rule.notify")}


@pytest.mark.parametrize(
    "changed",
    [
        PUSHED,
        pattern("detail", "action-type", to=["DELETE"]),
        pattern("detail", "action-type", to=[UNKNOWN]),
        pattern("detail-type", to=["ECR Image Scan"]),
    ],
)
def test_pattern_that_may_match(changed: Block) -> None:
    stack = Stack()
    event = json.dumps(changed)
    stack.add("aws_cloudwatch_event_rule", "notify", {"name": "notify", "event_pattern": event})
    topic = {"rule": "notify", "arn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:pushes"}
    stack.add("aws_cloudwatch_event_target", "notify", topic)

    assert stack.found() == set()


@pytest.mark.parametrize(
    "text",
    [
        '{"source": "aws.ecr"}',
        '{"source": []}',
        '{"source": [{"starts-with": "aws"}]}',
        "{}",
        "source: aws.ecr",
        "[]",
    ],
)
def test_pattern_that_is_rejected(text: str) -> None:
    stack = Stack()
    stack.add("aws_cloudwatch_event_rule", "odd", {"name": "odd", "event_pattern": text})
    stack.add("aws_cloudwatch_event_target", "odd", {**stack.target(), "rule": "odd"})

    assert ("pattern-rejected", "aws_cloudwatch_event_rule.odd") in stack.found()


def test_rule_without_pattern_and_schedule_is_rejected() -> None:
    stack = Stack()
    del stack.rule("web_committed")["event_pattern"]

    assert ("pattern-rejected", "aws_cloudwatch_event_rule.web_committed") in stack.found()


@pytest.mark.parametrize(
    "block", [{"event_pattern": UNKNOWN}, {"schedule_expression": "rate(1 day)"}]
)
def test_rule_that_is_not_rejected(block: Block) -> None:
    stack = Stack()
    stack.add("aws_cloudwatch_event_rule", "fine", {"name": "fine", **block})
    topic = {"rule": "fine", "arn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:pushes"}
    stack.add("aws_cloudwatch_event_target", "fine", topic)

    assert stack.found() == set()


@pytest.mark.parametrize(
    ("expression", "by_rule", "by_scheduler"),
    [
        ("cron(0 3 * * *)", True, True),
        ("cron(0 3 * * * *)", True, True),
        ("cron(0 3 1 * MON *)", True, True),
        ("cron(0 3 * * ? *)", False, False),
        ("cron(0 3 ? * MON-FRI *)", False, False),
        ("rate(1 days)", True, False),
        ("rate(2 day)", True, False),
        ("rate(1 day)", False, False),
        ("rate(12 hours)", False, False),
        ("rate(0 days)", True, True),
        ("rate(2 weeks)", True, True),
        ("every day", True, True),
        ("at(2027-01-01T00:00:00)", True, False),
        (UNKNOWN, False, False),
        (f"rate({UNKNOWN})", False, False),
    ],
)
def test_schedules_that_are_refused(expression: str, by_rule: bool, by_scheduler: bool) -> None:
    stack = Stack()
    said = {"schedule_expression": expression}
    stack.add("aws_cloudwatch_event_rule", "nightly", {"name": "nightly", **said})
    stack.add("aws_cloudwatch_event_target", "nightly", {**stack.target(), "rule": "nightly"})
    arn, role_arn = stack.target()["arn"], stack.target()["role_arn"]
    target = {"arn": arn, "role_arn": role_arn}
    stack.add("aws_scheduler_schedule", "nightly", {"name": "nightly", **said, "target": target})

    refused = {address for check, address in stack.found() if check == "pattern-rejected"}
    assert ("aws_cloudwatch_event_rule.nightly" in refused) is by_rule
    assert ("aws_scheduler_schedule.nightly" in refused) is by_scheduler


def test_rule_without_target() -> None:
    stack = Stack()
    stack.drop("aws_cloudwatch_event_target", "web_committed")

    assert ("rule-without-target", "aws_cloudwatch_event_rule.web_committed") in stack.found()


def test_rule_whose_target_nobody_knows() -> None:
    stack = Stack()
    stack.target("web_committed")["rule"] = UNKNOWN

    assert stack.found() == set()


@pytest.mark.parametrize(("number", "finds"), [(5, False), (6, True)])
def test_targets_of_a_rule(number: int, finds: bool) -> None:
    stack = Stack()
    for index in range(number - 1):
        topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:topic-{index}"
        block = {"rule": "web_committed", "arn": topic}
        stack.add("aws_cloudwatch_event_target", f"topic_{index}", block)

    expected = {("too-many-targets", "aws_cloudwatch_event_rule.web_committed")}
    assert stack.found() == (expected if finds else set())
