"""What a change means here, and what is lost by it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from review_planned import change, planned

from tandem.review.changes.attributes import attribute_changes
from tandem.review.changes.meaning import Meaning, keeps_things, meaning
from tandem.review.reading.plan import ResourceChange

PLAIN = [{"privileged_mode": False}]
PRIVILEGED = [{"privileged_mode": True}]
ENABLED = [{"status": "Enabled"}]
SUSPENDED = [{"status": "Suspended"}]


def of(address: str, action: str, **more: Any) -> Meaning:
    planned_change = planned(change(address, action, **more)).changes[0]
    found = attribute_changes(planned_change) if action in ("update", "replace") else ()
    return meaning(planned_change, found)


@pytest.mark.parametrize("action", ["destroy", "replace"])
def test_a_repository_goes_with_its_images(action: str) -> None:
    repository = of("aws_ecr_repository.web", action, before={"force_delete": True})
    assert repository.holds_data
    assert repository.means == (
        "All images in it are deleted: what runs one of them cannot pull it again.",
    )


def test_without_force_delete_the_apply_may_stop() -> None:
    repository = of("aws_ecr_repository.web", "destroy", before={"force_delete": False})
    assert repository.holds_data
    assert "force_delete is not set" in repository.means[1]
    bucket = of("aws_s3_bucket.web", "destroy", before={"force_destroy": None})
    assert "force_destroy is not set" in bucket.means[1]


def test_a_pipeline_goes_with_its_history() -> None:
    pipeline = of("aws_codepipeline.web", "replace", before={"name": "a"}, after={"name": "b"})
    assert pipeline.holds_data
    assert pipeline.means == ("The history of its runs is lost.",)


@pytest.mark.parametrize("action", ["create", "update", "forget", "no-op"])
def test_nothing_is_lost_by_anything_else(action: str) -> None:
    values = {"name": "web"}
    before, after = (None if action == "create" else values), {**values, "x": 1}
    more = {"previous_address": "aws_ecr_repository.old"} if action == "no-op" else {}
    found = of("aws_ecr_repository.web", action, before=before, after=after, **more)
    assert not found.holds_data


def test_what_a_failed_replacement_left_behind_is_the_old_one_with_all_in_it() -> None:
    found = of("aws_ecr_repository.web", "destroy", before={}, deposed="12345678")
    assert found.holds_data
    assert found.means[0].startswith("All images in it are deleted")
    assert found.means[-1] == "It is what a replacement left behind."
    for address in ("aws_codebuild_project.web", "aws_codepipeline.web"):
        found = of(address, "destroy", before={}, deposed="12345678")
        assert not found.holds_data
        assert found.means == ("It is what a replacement left behind.",)


@pytest.mark.parametrize(
    "type",
    [
        "aws_db_snapshot",
        "aws_msk_cluster",
        "aws_timestreamwrite_table",
        "azurerm_storage_account",
        "google_sql_database_instance",
        "google_storage_bucket",
    ],
)
def test_what_keeps_data_by_its_type_is_taken_for_it(type: str) -> None:
    assert of(f"{type}.it", "destroy", before={}).holds_data


@pytest.mark.parametrize(
    "type",
    [
        "aws_ecs_cluster",
        "aws_route_table",
        "aws_db_subnet_group",
        "aws_cloudfront_cache_policy",
        "aws_ecr_pull_through_cache_rule",
        "google_storage_bucket_iam_member",
        "terraform_data",
    ],
)
def test_what_keeps_nothing_is_not(type: str) -> None:
    assert of(f"{type}.it", "destroy", before={}) == Meaning((), False, 70)


def test_of_what_nobody_has_looked_up_that_is_said() -> None:
    found = of("acme_thing.it", "destroy", before={})
    assert not found.holds_data
    assert "not known here" in found.means[0]


@pytest.mark.parametrize(
    "type", ["aws_sns_topic", "aws_cloudtrail", "aws_acm_certificate", "aws_sns_topic_policy"]
)
def test_what_hears_and_what_proves_is_said_to_go(type: str) -> None:
    assert of(f"{type}.it", "destroy", before={}).means


@pytest.mark.parametrize("actions", [["forget"], ["create", "forget"]])
def test_what_is_forgotten_stays(actions: list[str]) -> None:
    entry = change("aws_ecr_repository.it", "forget", before={"name": "a"}, after={"name": "b"})
    entry["change"]["actions"] = actions
    found = meaning(planned(entry).changes[0])
    assert not found.holds_data
    assert found.means == ("What is there stays as it is, and Terraform no longer manages it.",)


def test_a_gap_is_only_where_the_old_one_goes_first() -> None:
    entry = change("aws_codebuild_project.web", "replace", before={"name": "a"}, after={})
    assert meaning(planned(entry).changes[0]).means == ("Between the two no build can start.",)
    entry["change"]["actions"] = ["create", "delete"]
    assert meaning(planned(entry).changes[0]).means == ()


def test_another_role_of_the_same_name_is_another_role() -> None:
    (said,) = of("aws_iam_role.web", "replace", before={"name": "a"}, after={"name": "a"}).means
    assert "principal" in said


@pytest.mark.parametrize(
    ("type", "name", "old", "new", "words"),
    [
        ("aws_ecr_repository", "force_delete", False, True, "Terraform can delete it with all"),
        ("aws_ecr_repository", "image_tag_mutability", "MUTABLE", "IMMUTABLE", "is refused now"),
        ("aws_ecr_repository", "image_tag_mutability", "IMMUTABLE", "MUTABLE", "can be moved"),
        ("aws_cloudwatch_log_group", "retention_in_days", 0, 7, "older than that are deleted"),
        ("aws_cloudwatch_log_group", "retention_in_days", 30, 7, "older than that are deleted"),
        ("aws_cloudwatch_log_group", "retention_in_days", 7, 30, ""),
        ("aws_cloudwatch_log_group", "retention_in_days", 7, 0, ""),
        ("aws_cloudwatch_event_rule", "state", "ENABLED", "DISABLED", "starts nothing any more"),
        ("aws_cloudwatch_event_rule", "description", "a", "b", ""),
        ("aws_iam_role", "permissions_boundary", "arn:x", None, "Nothing bounds"),
        ("aws_iam_role", "permissions_boundary", None, "arn:x", ""),
        ("aws_iam_role", "permissions_boundary_of", "arn:x", None, ""),
        ("aws_codebuild_project", "environment", PLAIN, PRIVILEGED, "Docker"),
        ("aws_s3_bucket_public_access_block", "block_public_acls", True, False, "public"),
        ("aws_s3_bucket_versioning", "versioning_configuration", ENABLED, SUSPENDED, "lost"),
        ("aws_kms_key", "is_enabled", True, False, "read"),
        ("aws_db_instance", "deletion_protection", True, False, "can be deleted"),
    ],
)  # fmt: skip
def test_updates(type: str, name: str, old: Any, new: Any, words: str) -> None:
    found = of(f"{type}.it", "update", before={name: old}, after={name: new})
    assert bool(found.means) == bool(words)
    assert words in "".join(found.means)
    assert not found.holds_data


def test_the_same_in_another_writing_means_nothing() -> None:
    one = json.dumps({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}})
    same = json.dumps({"Statement": [{"Action": ["sts:AssumeRole"], "Effect": "Allow"}]})
    other = one.replace("Allow", "Deny")
    before = {"assume_role_policy": one}
    role = "aws_iam_role.it"
    assert of(role, "update", before=before, after={"assume_role_policy": same}).means == ()
    assert of(role, "update", before=before, after={"assume_role_policy": other}).means != ()


def test_the_most_dangerous_ranks_highest() -> None:
    ranks = [
        of("aws_ecr_repository.it", "destroy", before={}).rank,
        of("aws_codepipeline.it", "destroy", before={}).rank,
        of("aws_cloudwatch_log_group.it", "destroy", before={}).rank,
        of("aws_ecr_repository.it", "replace", before={}, after={}).rank,
        of("aws_iam_role.it", "destroy", before={}).rank,
        of("aws_sns_topic.it", "destroy", before={}).rank,
        of("aws_sns_topic.it", "replace", before={}, after={}).rank,
        of("aws_sns_topic.it", "forget", before={}).rank,
        of("aws_iam_role.it", "update", before={"x": 1}, after={"x": 2}).rank,
        of("aws_sns_topic.it", "update", before={"x": 1}, after={"x": 2}).rank,
        of("aws_sns_topic.it", "create", after={}).rank,
    ]
    assert ranks == sorted(set(ranks), reverse=True)


def test_what_is_there_to_keep_something() -> None:
    assert keeps_things("aws_ecr_repository")
    assert not keeps_things("aws_codepipeline")
    assert not keeps_things("aws_iam_role")


def test_an_approval_that_is_gone_is_said() -> None:
    def stages(*names: str) -> list[dict[str, Any]]:
        actions = [{"name": it, "category": "Approval", "provider": "Manual"} for it in names]
        return [{"name": "Ask", "action": [*actions, {"name": "Go", "category": "Deploy"}]}]

    def said(before: list[Any], after: list[Any]) -> tuple[str, ...]:
        return of(
            "aws_codepipeline.web", "update", before={"stage": before}, after={"stage": after}
        ).means

    assert said(stages("One"), stages()) == ("Nobody has to approve its runs any more.",)
    assert said(stages("One", "Two"), stages("One"))[0].startswith("It waits for 1 manual")
    assert said(stages("One"), stages("Other")) == said(stages(), stages("One")) == ()


def test_an_update_of_marks_alone_says_so() -> None:
    values = {"description": "x", "tags": {"a": "b"}}
    entry = change("aws_codebuild_project.web", "update", before=values, after=values)
    entry["change"] |= {"before_sensitive": {"tags": {}}, "after_sensitive": {"description": True}}
    it = planned(entry).changes[0]
    (said,) = meaning(it).means
    assert "takes for sensitive" in said
    assert meaning(it, attribute_changes(planned_update())).means == ()
    entry["change"]["after_sensitive"] = {"tags": {}}
    assert meaning(planned(entry).changes[0]).means == ()


def planned_update() -> ResourceChange:
    return planned(change("aws_x.it", "update", before={"a": 1}, after={"a": 2})).changes[0]
