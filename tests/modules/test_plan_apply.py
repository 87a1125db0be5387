"""The build that applies what was reviewed: what starts it, and who may touch the plans."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from moto.events.models import EventPattern
from stack import ACCOUNT, CODE, CONNECTION_ARN, KEY_ARN, REGION, Block, Template, template

from modules import (
    Artifacts,
    ImagePipeline,
    PlanApply,
    PlanReview,
    Project,
    ReviewedCodeCommit,
    ReviewedConnection,
    S3State,
)
from modules._cdktf import TerraformStack

EVENTS = Path(__file__).parents[1] / "events"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/apply"
STATE = S3State(bucket="acme-state", key="shop/terraform.tfstate")
SOURCE = ReviewedCodeCommit(codecommit="base-image")
BUCKET = f"shop-plans-{ACCOUNT}-{REGION}"


def of(source: Any = SOURCE, **more: Any) -> Template:
    def build(stack: TerraformStack) -> None:
        Project(stack, artifacts=Artifacts(kms_key=KEY_ARN))
        ImagePipeline(stack, "web", source=CODE)
        review = PlanReview(stack, source=source, state=STATE, keep_plans=True, **more)
        PlanApply(stack, review=review, role=ROLE)

    return template(build)


@cache
def applied() -> Template:
    return of()


def test_a_build_applies_with_the_role_that_is_given() -> None:
    project = applied().block("aws_codebuild_project.plan_apply")
    assert (project["name"], project["service_role"]) == ("shop-plan_apply", ROLE)
    assert project["artifacts"] == {"type": "NO_ARTIFACTS"}
    assert (project["source_version"], project["build_timeout"]) == ("main", 120)
    assert project["source"]["git_clone_depth"] == 0
    text = (EVENTS.parents[1] / "buildspecs/apply.yml").read_text(encoding="utf-8")
    assert applied().resolve(project["source"]["buildspec"]) == text.replace("$${", "${")
    assert "concurrent_build_limit" not in project  # at which CodeBuild drops what starts it
    assert applied().variables("plan_apply") == {
        "TANDEM_CONFIG": ("PLAINTEXT", "pipelines.yaml"),
        "TANDEM_PLANS": ("PLAINTEXT", f"s3://{BUCKET}"),
        "TANDEM_REVIEW": ("PLAINTEXT", "shop-plan_review"),
    }


def test_the_only_role_of_its_own_starts_it() -> None:
    roles = applied().resources("aws_iam_role")
    assert [name for name in roles if name.startswith("plan_apply")] == ["plan_apply_merged_role"]


def test_only_the_review_writes_plans_and_no_role_of_the_stack_reads_them() -> None:
    statements = applied().permissions("plan_review_role")
    assert statements["Plans"] == ({"s3:PutObject"}, {f"arn:aws:s3:::{BUCKET}/*"})
    assert f"arn:aws:s3:::{BUCKET}" in statements["ReadBucket"][1]
    assert applied().variables("plan_review")["TANDEM_PLANS"] == ("PLAINTEXT", f"s3://{BUCKET}")
    others = set(applied().resources("aws_iam_role_policy")) - {"plan_review_role"}
    assert len(others) > 3
    for name in others:
        assert "-plans-" not in json.dumps(applied().statements(name))


def test_plans_are_encrypted_private_and_forgotten() -> None:
    kind = "aws_s3_bucket_server_side_encryption_configuration"
    encryption = applied().block(f"{kind}.plan_review_plans")
    default = encryption["rule"][0]["apply_server_side_encryption_by_default"]
    assert default == {"sse_algorithm": "aws:kms", "kms_master_key_id": KEY_ARN}
    lifecycle = applied().block("aws_s3_bucket_lifecycle_configuration.plan_review_plans")
    assert lifecycle["rule"][0]["expiration"] == [{"days": 14}]
    assert lifecycle["rule"][0]["noncurrent_version_expiration"] == [{"noncurrent_days": 14}]
    block = applied().block("aws_s3_bucket_public_access_block.plan_review_plans")
    assert block["restrict_public_buckets"] is True


def started(happened: Any) -> list[Any]:
    found = []
    for target, rule in applied().targets():
        to = applied().resolve(target["arn"])
        pattern = applied().resolve(rule["event_pattern"])
        if to.endswith("project/shop-plan_apply") and EventPattern.load(pattern).matches_event(
            happened
        ):
            transformer = target["input_transformer"]
            assert transformer["input_paths"] == {"commit": "$.detail.commitId"}
            text = transformer["input_template"].replace("<commit>", happened["detail"]["commitId"])
            found.append(json.loads(text))
    return found


def push() -> Block:
    path = EVENTS / "codecommit-branch-updated.json"
    found: Block = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_a_push_to_the_branch_is_applied_at_its_commit() -> None:
    assert started(push()) == [{"sourceVersion": push()["detail"]["commitId"]}]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("referenceName", "main2"),
        ("referenceType", "tag"),
        ("event", "referenceDeleted"),
        ("event", "referenceCreated"),
    ],
)
def test_a_near_miss_applies_nothing(key: str, value: str) -> None:
    event = copy.deepcopy(push())
    event["detail"][key] = value
    assert started(event) == []


def test_a_connection_tells_of_pushes() -> None:
    made = of(ReviewedConnection(CONNECTION_ARN, "acme/pipelines", branch="release/1.2"))
    (group,) = made.block("aws_codebuild_webhook.plan_apply")["filter_group"]
    assert {each["type"]: made.resolve(each["pattern"]) for each in group["filter"]} == {
        "EVENT": "PUSH",
        "HEAD_REF": r"^refs/heads/release/1\.2$",
    }
    source = made.block("aws_codebuild_project.plan_apply")["source"]
    assert (source["type"], source["report_build_status"]) == ("GITHUB", True)


def test_it_runs_in_the_image_of_the_plan() -> None:
    made = of(image="public.ecr.aws/acme/plan:1", file="prod.yaml")
    images = {
        made.block(f"aws_codebuild_project.{name}")["environment"]["image"]
        for name in ("plan_review", "plan_apply")
    }
    assert images == {"public.ecr.aws/acme/plan:1"}
    spec = made.block("aws_codebuild_project.plan_apply")["source"]["buildspec"]
    assert "runtime-versions" not in spec
    assert made.variables("plan_apply")["TANDEM_CONFIG"] == ("PLAINTEXT", "prod.yaml")


def test_a_review_that_keeps_no_plans_is_refused() -> None:
    def build(stack: TerraformStack) -> None:
        PlanApply(stack, review=PlanReview(stack, source=SOURCE, state=STATE), role=ROLE)

    with pytest.raises(ValueError, match="pass it keep_plans=True"):
        template(build)
