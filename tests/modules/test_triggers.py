"""What starts a pipeline: the right event, with the right revision, and nothing else."""

import json
from collections import Counter
from functools import cache, reduce
from pathlib import Path
from typing import Any

import pytest
from moto.events.models import EventPattern
from stack import ACCOUNT, CODE, REGION, Block, Template, template

from modules import S3, CodeCommit, ImagePipeline
from modules._cdktf import TerraformStack

EVENTS = Path(__file__).parents[1] / "events"
REVISION_TYPES = {"ECR": "IMAGE_DIGEST", "CodeCommit": "COMMIT_ID", "S3": "S3_OBJECT_VERSION_ID"}
"""https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html"""
PUSHED, COMMITTED, UPLOADED = "ecr-image-pushed", "codecommit-branch-updated", "s3-object-created"
MISSING = object()


def event(name: str) -> Block:
    """An event as AWS documents it, of this account and region."""
    found: Block = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def at(path: str, happened: Block) -> Any:
    """What a path such as `detail.image-digest` finds."""
    return reduce(lambda block, key: block[key], path.split("."), happened)


def near_miss(name: str, path: str, value: object) -> Block:
    """The event with another value, or none, at one place."""
    changed = event(name)
    above, _, key = path.rpartition(".")
    block = at(above, changed) if above else changed
    if value is MISSING:
        del block[key]
    else:
        block[key] = value
    return changed


def started(built: Template, happened: Any) -> dict[str, Any]:
    """The pipelines an event starts, each with what StartPipelineExecution gets."""
    found = {}
    for target, rule in built.targets():
        pattern = built.resolve(rule.get("event_pattern", "null"))
        if pattern == "null" or not EventPattern.load(pattern).matches_event(happened):
            continue
        text = target["input_transformer"]["input_template"]
        for name, path in target["input_transformer"]["input_paths"].items():
            text = text.replace(f"<{name}>", at(path.removeprefix("$."), happened))
        pipeline = built.resolve(target["arn"]).rpartition(":")[2]
        assert pipeline not in found, f"{pipeline} is started twice"
        found[pipeline] = json.loads(text)
    return found


@cache
def shop() -> Template:
    """Three ways to be started; other pipelines that must not be."""

    def build(stack: TerraformStack) -> None:
        base = ImagePipeline(stack, "base", source=CodeCommit(codecommit="base-image"))
        tools = ImagePipeline(stack, "tools", source=S3(s3="uploads", key="tools/source.zip"))
        edge = ImagePipeline(stack, "edge", source=CODE, base=base.image, tag="edge")
        ImagePipeline(stack, "web", source=CODE, base={"TOOLS": tools.image, "OS": base.image})
        ImagePipeline(stack, "canary", source=CODE, base=edge.image)

    return template(build)


def override(action: str, type_: str, value: str) -> dict[str, Any]:
    revision = {"actionName": action, "revisionType": type_, "revisionValue": value}
    return {"sourceRevisions": [revision]}


def test_a_push_of_the_base_starts_what_is_built_on_it_with_that_digest() -> None:
    digest = event(PUSHED)["detail"]["image-digest"]
    assert started(shop(), event(PUSHED)) == {
        "shop-edge": override("BaseImage", "IMAGE_DIGEST", digest),
        "shop-web": override("Os", "IMAGE_DIGEST", digest),
    }


def test_a_push_of_another_moving_tag_starts_what_is_built_on_that() -> None:
    pushed = near_miss(PUSHED, "detail.repository-name", "shop/edge")
    pushed["detail"]["image-tag"] = "edge"
    assert set(started(shop(), pushed)) == {"shop-canary"}


def test_a_commit_starts_the_pipeline_of_its_repository_with_that_commit() -> None:
    commit = event(COMMITTED)["detail"]["commitId"]
    assert started(shop(), event(COMMITTED)) == {
        "shop-base": override("Source", "COMMIT_ID", commit)
    }


def test_a_new_branch_starts_it_too() -> None:
    assert started(shop(), near_miss(COMMITTED, "detail.event", "referenceCreated"))


def test_an_upload_starts_the_pipeline_of_its_key_with_that_version() -> None:
    version = event(UPLOADED)["detail"]["object"]["version-id"]
    assert started(shop(), event(UPLOADED)) == {
        "shop-tools": override("Source", "S3_OBJECT_VERSION_ID", version)
    }


NEAR_MISSES = [
    (PUSHED, "source", "aws.inspector"),
    (PUSHED, "account", "999999999999"),
    (PUSHED, "detail-type", "ECR Image Scan"),
    (PUSHED, "detail.action-type", "DELETE"),
    (PUSHED, "detail.result", "FAILURE"),
    (PUSHED, "detail.repository-name", "shop/web"),
    (PUSHED, "detail.repository-name", "shop/base2"),
    (PUSHED, "detail.image-tag", "7dbf1a2-0f3c9a77"),
    (PUSHED, "detail.image-tag", "latest2"),
    (PUSHED, "detail.image-tag", ""),
    (PUSHED, "detail.image-tag", None),
    (PUSHED, "detail.image-tag", MISSING),
    (COMMITTED, "detail-type", "CodeCommit Pull Request State Change"),
    (COMMITTED, "resources", [f"arn:aws:codecommit:{REGION}:{ACCOUNT}:base-image2"]),
    (COMMITTED, "resources", [f"arn:aws:codecommit:{REGION}:999999999999:base-image"]),
    (COMMITTED, "resources", [f"arn:aws:codecommit:us-east-1:{ACCOUNT}:base-image"]),
    (COMMITTED, "resources", []),
    (COMMITTED, "detail.event", "referenceDeleted"),
    (COMMITTED, "detail.referenceName", "release"),
    (COMMITTED, "detail.referenceName", "main/2"),
    (COMMITTED, "detail.referenceType", "tag"),
    (COMMITTED, "account", "999999999999"),
    (UPLOADED, "account", "999999999999"),
    (UPLOADED, "detail-type", "Object Deleted"),
    (UPLOADED, "detail.bucket.name", "downloads"),
    (UPLOADED, "detail.object.key", "tools/source.zip.bak"),
    (UPLOADED, "detail.object.key", "source.zip"),
]


@pytest.mark.parametrize(("name", "path", "value"), NEAR_MISSES)
def test_a_near_miss_starts_nothing(name: str, path: str, value: object) -> None:
    assert started(shop(), event(name)), "the control: unchanged, it starts something"
    assert started(shop(), near_miss(name, path, value)) == {}


def test_the_patterns_say_what_aws_documents() -> None:
    rules = shop().resources("aws_cloudwatch_event_rule")
    assert shop().document(rules["base-pushed"]["event_pattern"]) == {
        "account": [ACCOUNT],
        "source": ["aws.ecr"],
        "detail-type": ["ECR Image Action"],
        "detail": {
            "action-type": ["PUSH"],
            "result": ["SUCCESS"],
            "repository-name": ["shop/base"],
            "image-tag": ["latest"],
        },
    }
    assert shop().document(rules["base-image-main-committed"]["event_pattern"]) == {
        "account": [ACCOUNT],
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [f"arn:aws:codecommit:{REGION}:{ACCOUNT}:base-image"],
        "detail": {
            "event": ["referenceCreated", "referenceUpdated"],
            "referenceType": ["branch"],
            "referenceName": ["main"],
        },
    }
    (uploaded,) = [rule for name, rule in rules.items() if name.endswith("-uploaded")]
    assert shop().document(uploaded["event_pattern"]) == {
        "account": [ACCOUNT],
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": ["uploads"]}, "object": {"key": ["tools/source.zip"]}},
    }


def test_every_override_names_a_source_action_and_its_kind_of_revision() -> None:
    for target, _ in shop().targets():
        name = target["arn"].split(".")[1]
        template_ = json.loads(target["input_transformer"]["input_template"])
        (revision,) = template_["sourceRevisions"]
        action = next(
            action
            for action in shop().stages(name)["Source"]
            if action["name"] == revision["actionName"]
        )
        assert revision["revisionType"] == REVISION_TYPES[action["provider"]]


def test_a_schedule_starts_with_the_newest_revisions() -> None:
    built = template(
        lambda stack: ImagePipeline(stack, "web", source=CODE, schedule="cron(0 6 ? * MON *)")
    )
    rule = built.resources("aws_cloudwatch_event_rule")["web-scheduled"]
    assert rule["schedule_expression"] == "cron(0 6 ? * MON *)"
    assert "event_pattern" not in rule
    target = built.resources("aws_cloudwatch_event_target")["web-scheduled_web"]
    assert built.resolve(target["arn"]).endswith(":shop-web")
    assert "input_transformer" not in target


# Packing


def fan_out(images: int) -> Template:
    def build(stack: TerraformStack) -> None:
        base = ImagePipeline(stack, "base", source=CODE)
        for n in range(images):
            source = CodeCommit(codecommit=f"app-{n}")
            ImagePipeline(stack, f"app-{n}", source=source, base=base.image)

    return template(build)


@pytest.mark.parametrize(("images", "rules"), [(1, 1), (5, 1), (6, 2), (11, 3)])
def test_five_pipelines_share_a_rule(images: int, rules: int) -> None:
    built = fan_out(images)
    pushed = Counter(rule["name"] for _, rule in built.targets() if "-pushed" in rule["name"])
    assert len(pushed) == rules
    assert sum(pushed.values()) == images
    assert max(pushed.values()) <= 5
    assert len(started(built, event(PUSHED))) == images


def test_a_rule_may_start_its_own_pipelines_and_no_others() -> None:
    built = fan_out(6)

    def may_start(role: str) -> set[str]:
        return built.permissions(role)["Start"][1]

    arn = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:shop-app-"
    assert may_start("base-pushed_role") == {f"{arn}{n}" for n in range(5)}
    assert may_start("base-pushed-2_role") == {f"{arn}5"}
    for target, rule in built.targets():
        role = target["role_arn"].split(".")[1]
        assert built.resolve(target["arn"]) in may_start(role)
        trust = built.document(built.resources("aws_iam_role")[role]["assume_role_policy"])
        condition = trust["Statement"][0]["Condition"]["ArnLike"]
        assert condition["aws:SourceArn"].endswith(f":rule/{built.resolve(rule['name'])}")


def test_pipelines_on_one_branch_share_a_rule() -> None:
    def build(stack: TerraformStack) -> None:
        for name in ("one", "two"):
            ImagePipeline(stack, name, source=CodeCommit(codecommit="base-image"))

    built = template(build)
    assert list(built.resources("aws_cloudwatch_event_rule")) == ["base-image-main-committed"]
    assert set(started(built, event(COMMITTED))) == {"shop-one", "shop-two"}


def test_different_triggers_never_share_a_rule_though_their_names_are_alike() -> None:
    def build(stack: TerraformStack) -> None:
        ImagePipeline(stack, "one", source=CodeCommit(codecommit="a-b", branch="c"))
        ImagePipeline(stack, "two", source=CodeCommit(codecommit="a", branch="b-c"))
        ImagePipeline(stack, "three", source=CodeCommit(codecommit="a-b", branch="c"))

    built = template(build)
    assert len(built.resources("aws_cloudwatch_event_rule")) == 2

    def committed(repository: str, branch: str) -> set[str]:
        happened = near_miss(COMMITTED, "detail.referenceName", branch)
        happened["resources"] = [f"arn:aws:codecommit:{REGION}:{ACCOUNT}:{repository}"]
        return set(started(built, happened))

    assert committed("a-b", "c") == {"shop-one", "shop-three"}
    assert committed("a", "b-c") == {"shop-two"}


# What becomes of an event that could start nothing


def test_an_event_that_failed_waits_two_weeks_for_somebody_to_look() -> None:
    built = fan_out(1)
    queue = built.resources("aws_sqs_queue")["dead_letters"]
    assert queue["message_retention_seconds"] == 14 * 24 * 3600
    assert queue["sqs_managed_sse_enabled"] is True
    for target, _ in built.targets():
        letters = target["dead_letter_config"]["arn"]
        assert letters.endswith(":${aws_sqs_queue.dead_letters.name}")
        assert built.resolve(letters) == f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-dead-letters"
        assert target["retry_policy"]["maximum_event_age_in_seconds"] == 24 * 3600


def test_only_rules_of_this_project_and_account_may_leave_events() -> None:
    built = fan_out(1)
    (statement,) = built.document(built.resources("aws_sqs_queue")["dead_letters"]["policy"])[
        "Statement"
    ]
    assert statement == {
        "Sid": "DeadLetters",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["sqs:SendMessage"],
        "Resource": [f"arn:aws:sqs:{REGION}:{ACCOUNT}:shop-dead-letters"],
        "Condition": {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/shop-*"},
        },
    }
