"""What an update in place means, where an attribute does more than its name says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tandem.review.changes.texts import SAME, SPELLED
from tandem.review.model import AttributeChange

Becomes = Callable[[AttributeChange], bool]


def _to(*values: str) -> Becomes:
    return lambda it: it.new in values


def _gone(it: AttributeChange) -> bool:
    return it.new in (None, '""')


def _less(it: AttributeChange) -> bool:
    """Whether a number gets smaller; 0 is no limit."""
    old, new = _number(it.old), _number(it.new)
    return new is not None and new > 0 and (old is None or old == 0 or new < old)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


def _any(it: AttributeChange) -> bool:
    return it.new not in (SAME, SPELLED)


@dataclass(frozen=True)
class _Effect:
    path: str
    """What the path of the attribute begins with."""
    when: Becomes
    words: str


_EXPIRES = "What the new rules match is deleted within a day or two."
_EFFECTS: Mapping[str, tuple[_Effect, ...]] = {
    "aws_ecr_repository": (
        _Effect("force_delete", _to("true"), "Terraform can delete it with all images in it now."),
        _Effect("image_tag_mutability", _to("MUTABLE"), "Tags can be moved to other images now."),
        _Effect(
            "image_tag_mutability",
            _to("IMMUTABLE"),
            "A push of a tag that is there already is refused now, such as that of `latest`.",
        ),
        _Effect(
            "image_scanning_configuration",
            _to("false"),
            "Images are no longer scanned when pushed.",
        ),
    ),
    "aws_ecr_lifecycle_policy": (_Effect("policy", _any, _EXPIRES),),
    "aws_s3_bucket": (
        _Effect(
            "force_destroy", _to("true"), "Terraform can delete it with all objects in it now."
        ),
    ),
    "aws_s3_bucket_lifecycle_configuration": (_Effect("rule", _any, _EXPIRES),),
    "aws_s3_bucket_versioning": (
        _Effect(
            "versioning_configuration.status",
            _to("Suspended", "Disabled"),
            "What is overwritten or deleted is lost from now on.",
        ),
    ),
    "aws_s3_bucket_public_access_block": tuple(
        _Effect(name, _to("false"), "Something may make the bucket public now.")
        for name in (
            "block_public_acls",
            "block_public_policy",
            "ignore_public_acls",
            "restrict_public_buckets",
        )
    ),
    "aws_cloudwatch_log_group": (
        _Effect("retention_in_days", _less, "Logs that are older than that are deleted."),
    ),
    "aws_sqs_queue": (
        _Effect("message_retention_seconds", _less, "Messages that are older are deleted."),
    ),
    "aws_codebuild_project": (
        _Effect(
            "environment.privileged_mode",
            _to("true"),
            "Its builds can use Docker, and with it everything on their machine.",
        ),
        _Effect(
            "environment.privileged_mode", _to("false"), "Its builds can no longer use Docker."
        ),
        _Effect("service_role", _any, "Its builds run with another role."),
        _Effect("vpc_config", _any, "Its builds run in another network."),
    ),
    "aws_codepipeline": (
        _Effect("role_arn", _any, "It runs with another role."),
        _Effect("artifact_store", _any, "Its artifacts are kept elsewhere from the next run on."),
    ),
    "aws_cloudwatch_event_rule": (
        _Effect("state", _to("DISABLED"), "It starts nothing any more."),
        _Effect("state", _to("ENABLED"), "It starts what it is for again."),
        _Effect("is_enabled", _to("false"), "It starts nothing any more."),
        _Effect("event_pattern", _any, "Other events start what it is for."),
        _Effect("schedule_expression", _any, "It starts what it is for at other times."),
    ),
    "aws_scheduler_schedule": (
        _Effect("state", _to("DISABLED"), "It starts nothing any more."),
        _Effect("schedule_expression", _any, "It starts what it is for at other times."),
    ),
    "aws_iam_role": (
        _Effect("assume_role_policy", _any, "Others may assume it, or under other conditions."),
        _Effect("permissions_boundary", _gone, "Nothing bounds what its policies allow any more."),
        _Effect("max_session_duration", _any, "Its sessions last another time."),
    ),
    "aws_kms_key": (
        _Effect("is_enabled", _to("false"), "Nothing that it encrypted can be read meanwhile."),
        _Effect("enable_key_rotation", _to("false"), "It is no longer rotated."),
        _Effect("deletion_window_in_days", _less, "There is less time to take a deletion back."),
    ),
    "aws_dynamodb_table": (
        _Effect("deletion_protection_enabled", _to("false"), "It can be deleted now."),
        _Effect("point_in_time_recovery", _to("false"), "It can no longer be restored."),
    ),
    "aws_db_instance": (
        _Effect("deletion_protection", _to("false"), "It can be deleted now."),
        _Effect("backup_retention_period", _less, "Older backups are deleted."),
        _Effect("skip_final_snapshot", _to("true"), "No snapshot is made when it is deleted."),
    ),
    "aws_rds_cluster": (
        _Effect("deletion_protection", _to("false"), "It can be deleted now."),
        _Effect("backup_retention_period", _less, "Older backups are deleted."),
        _Effect("skip_final_snapshot", _to("true"), "No snapshot is made when it is deleted."),
    ),
}


def effects(type: str, attributes: tuple[AttributeChange, ...]) -> tuple[str, ...]:
    """What updates of attributes mean, each once."""
    found = (
        effect.words
        for effect in _EFFECTS.get(type, ())
        for it in attributes
        if _is_in(it.path, effect.path) and effect.when(it)
    )
    return tuple(dict.fromkeys(found))


def _is_in(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}[", f"{outer} "))
