"""Both commands' looks at both sides of a plan; and work beside other work."""

import json
import os
from typing import Any

import pytest

from tandem.deployment import Deployment, understand
from tandem.review.findings import processes
from tandem.review.findings.analysis import Analysis, analysing
from tandem.review.findings.processes import forked
from tandem.review.reading.deployments import Deployments

Json = dict[str, Any]

ACCOUNT = "123456789012"
BUILDSPEC = f"""
version: 0.2
phases:
  build:
    commands: [docker push {ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/a:latest]
"""
LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]


def role(name: str, service: str, *actions: str) -> Json:
    """A role, and its policy."""
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {
        "aws_iam_role": {
            name: {"name": name, "assume_role_policy": json.dumps({"Statement": trust})}
        },
        "aws_iam_role_policy": {
            name: {
                "name": name,
                "role": f"${{aws_iam_role.{name}.name}}",
                "policy": json.dumps({"Statement": [allowed]}),
            }
        },
    }


def configuration(*actions: str, rule: bool = True, others: str = "ab") -> Deployment:
    """A base that somebody pushes starts a pipeline; its build may do some actions on anything."""
    pattern = {
        "source": ["aws.ecr"],
        "detail-type": ["ECR Image Action"],
        "detail": {
            "action-type": ["PUSH"],
            "result": ["SUCCESS"],
            "repository-name": ["base"],
            "image-tag": ["latest"],
        },
    }
    source = {
        "name": "Base",
        "category": "Source",
        "owner": "AWS",
        "provider": "ECR",
        "version": "1",
        "configuration": {"RepositoryName": "base", "ImageTag": "latest"},
        "output_artifacts": ["Base"],
    }
    build = {
        "name": "Build",
        "category": "Build",
        "owner": "AWS",
        "provider": "CodeBuild",
        "version": "1",
        "configuration": {"ProjectName": "build"},
        "input_artifacts": ["Base"],
    }
    build_role = role("build", "codebuild", *LOGS, *actions)
    start_role = role("start", "events", "codepipeline:StartPipelineExecution")
    resources: Json = {
        **{kind: {**build_role[kind], **start_role[kind]} for kind in build_role},
        "aws_codebuild_project": {
            "build": {
                "name": "build",
                "service_role": "${aws_iam_role.build.arn}",
                "source": {"type": "CODEPIPELINE", "buildspec": BUILDSPEC},
            }
        },
        "aws_ecr_repository": {name: {"name": name} for name in others},
        "aws_codepipeline": {
            "web": {
                "name": "web",
                "stage": [
                    {"name": "Source", "action": [source]},
                    {"name": "Build", "action": [build]},
                ],
            }
        },
    }
    if rule:
        resources["aws_cloudwatch_event_rule"] = {
            "base": {"name": "base", "event_pattern": json.dumps(pattern)}
        }
        resources["aws_cloudwatch_event_target"] = {
            "base": {
                "rule": "${aws_cloudwatch_event_rule.base.name}",
                "arn": "${aws_codepipeline.web.arn}",
                "role_arn": "${aws_iam_role.start.arn}",
            }
        }
    provider = {"aws": [{"region": "eu-west-1", "allowed_account_ids": [ACCOUNT]}]}
    return understand({"provider": provider, "resource": resources})


def look(before: Deployment | None, after: Deployment) -> Analysis:
    with analysing(Deployments(before, after)) as found:
        return found()


def new(found: Analysis) -> set[tuple[str, str]]:
    return {(it.source, it.finding.check) for it in found.findings if it.new}


def test_nothing_is_new_where_nothing_changes() -> None:
    found = look(configuration("ecr:PutImage"), configuration("ecr:PutImage"))
    assert {it.source for it in found.findings} == {"trace", "access"}
    assert not new(found)
    assert not found.links.changes


def test_everything_is_new_before_the_first_apply() -> None:
    found = look(None, configuration("ecr:PutImage"))
    assert len(new(found)) == len({(it.source, it.finding.check) for it in found.findings})
    assert {it.kind for it in found.links.changes} == {"added"}


def test_a_rule_that_goes_breaks_the_link_and_is_found() -> None:
    found = look(configuration(), configuration(rule=False))
    assert [(it.kind, it.words) for it in found.links.changes] == [
        ("broken", "push of base:latest starts web")
    ]
    assert ("trace", "image-source-unwatched") in new(found)


def test_a_role_that_may_more_is_found_and_what_it_may_is_told() -> None:
    found = look(configuration(), configuration("ecr:PutImage"))
    assert ("access", "permission-too-wide") in new(found)
    assert {it.role.name for it in found.access.roles} == {"build", "start"}


def test_an_image_more_makes_no_role_wider() -> None:
    """Though the finding about a role that may push to all then names one more."""
    before, after = (configuration("ecr:PutImage", others=names) for names in ("ac", "abc"))
    found = look(before, after)
    wide = [it for it in found.findings if it.finding.check == "permission-too-wide"]
    assert any("repository/b" in it.finding.cause for it in wide)
    assert not any(it.new for it in wide)


def test_work_apart_is_done_by_another_process() -> None:
    assert forked(os.getpid)() != os.getpid()


def test_what_goes_wrong_apart_goes_wrong_here() -> None:
    def work() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        forked(work)()


def test_a_process_that_is_ended_is_no_reason_to_fail() -> None:
    own = os.getpid()

    def work() -> str:
        if os.getpid() != own:
            os._exit(9)
        return "done here"

    assert forked(work)() == "done here"


def test_where_no_process_can_be_copied_the_work_is_done_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "_CAN_FORK", False)
    assert forked(os.getpid)() == os.getpid()
