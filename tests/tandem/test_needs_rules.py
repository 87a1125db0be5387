"""What rules and schedules need, and what EventBridge needs of a queue."""

from typing import Any

import pytest
from needs_deployment import REGION, arn, asked, deployment, on, pipeline, project

from tandem.access.needs import needs, service_needs, unclear

ROLE = "${aws_iam_role.rule.arn}"


def ruled(target: dict[str, Any], **resources: Any) -> Any:
    return deployment(
        aws_codepipeline={"web": pipeline()},
        aws_codebuild_project={"web": project()},
        aws_cloudwatch_event_rule={"pushed": {"name": "pushed", "event_pattern": "{}"}},
        aws_cloudwatch_event_target={
            "web": {"rule": "${aws_cloudwatch_event_rule.pushed.name}", "role_arn": ROLE, **target}
        },
        **resources,
    )


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            "${aws_codepipeline.web.arn}",
            on(arn("codepipeline", "web"), "StartPipelineExecution", "codepipeline"),
        ),
        (
            "${aws_codebuild_project.web.arn}",
            on(arn("codebuild", "project/web"), "StartBuild", "codebuild"),
        ),
        (
            arn("codepipeline", "elsewhere"),
            on(arn("codepipeline", "elsewhere"), "StartPipelineExecution", "codepipeline"),
        ),
    ],
)
def test_a_target_is_started(target: str, expected: dict[str, set[str]]) -> None:
    found = needs(ruled({"arn": target}))
    assert asked(found, "rule", "codepipeline", "codebuild") == expected


def test_what_another_target_needs_is_unclear() -> None:
    found = ruled({"arn": arn("states", "stateMachine:x")})
    assert [it.actions for it in unclear(found)] == [("*",)]


def test_a_dead_letter_is_sent_by_eventbridge_itself() -> None:
    found = ruled(
        {
            "arn": "${aws_codepipeline.web.arn}",
            "dead_letter_config": {"arn": "${aws_sqs_queue.dead.arn}"},
        },
        aws_sqs_queue={"dead": {"name": "dead"}},
    )
    (need,) = service_needs(found)
    assert need.principal == "events.amazonaws.com"
    assert (need.action, need.address) == ("sqs:SendMessage", "aws_sqs_queue.dead")
    assert need.resource == arn("sqs", "dead")
    assert need.context["aws:SourceArn"] == arn("events", "rule/pushed")
    assert REGION in need.resource
