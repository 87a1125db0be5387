"""What a change of a resource means here, whether data is lost by it, and how dangerous it is.

Of every type the documents of AWS say what is deleted with it; `_LOST` has the short of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.review.effects import effects
from tandem.review.model import Action, AttributeChange
from tandem.review.plan import ResourceChange

Json = Mapping[str, Any]


@dataclass(frozen=True)
class _Loss:
    """What is lost with a resource that is destroyed."""

    what: str
    """A sentence."""
    unless: str = ""
    """The argument without which AWS refuses while something is inside."""
    worth: int = 9
    """How bad that is, 0-9."""


@dataclass(frozen=True)
class Meaning:
    """What a change means."""

    means: tuple[str, ...]
    holds_data: bool
    rank: int


_IMAGES = "All images in it are deleted: what runs one of them cannot pull it again."
_OBJECTS = "All objects in it are deleted, with all their versions."
_STUCK = "As {} is not set, AWS refuses while anything is in it, and the apply stops there."
_DATABASE = "All data in it is deleted, with its automated backups."
_LOST: Mapping[str, _Loss] = {
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-delete.html
    "aws_ecr_repository": _Loss(_IMAGES, "force_delete"),
    "aws_ecrpublic_repository": _Loss(_IMAGES, "force_destroy"),
    "aws_s3_bucket": _Loss(_OBJECTS, "force_destroy"),
    "aws_s3_object": _Loss("The object is deleted."),
    "aws_codepipeline": _Loss("The history of its runs is lost.", worth=5),
    # https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-delete-repository.html
    "aws_codecommit_repository": _Loss("The repository is deleted, with all commits in it."),
    "aws_codestarconnections_connection": _Loss(
        "A new connection is pending until somebody consents to it in the console of AWS."
    ),
    "aws_codeconnections_connection": _Loss(
        "A new connection is pending until somebody consents to it in the console of AWS."
    ),
    "aws_cloudwatch_log_group": _Loss("All logs in it are deleted.", worth=3),
    # https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
    "aws_kms_key": _Loss("When it is deleted, nothing that it encrypted can be read again."),
    "aws_secretsmanager_secret": _Loss("Its value is deleted when its recovery window ends."),
    "aws_ssm_parameter": _Loss("Its value is deleted, with its history.", worth=5),
    "aws_sqs_queue": _Loss("All messages in it are deleted.", worth=4),
    "aws_dynamodb_table": _Loss("All items in it are deleted."),
    "aws_db_instance": _Loss(_DATABASE),
    "aws_rds_cluster": _Loss(_DATABASE),
    "aws_docdb_cluster": _Loss(_DATABASE),
    "aws_neptune_cluster": _Loss(_DATABASE),
    "aws_redshift_cluster": _Loss(_DATABASE),
    "aws_elasticache_cluster": _Loss("Everything in it is lost."),
    "aws_elasticache_replication_group": _Loss("Everything in it is lost."),
    "aws_opensearch_domain": _Loss(_DATABASE),
    "aws_efs_file_system": _Loss("All files in it are deleted."),
    "aws_fsx_lustre_file_system": _Loss("All files in it are deleted."),
    "aws_ebs_volume": _Loss("All data on it is deleted."),
    "aws_ebs_snapshot": _Loss("The snapshot is deleted."),
    "aws_instance": _Loss("What is on its own disks is lost."),
    "aws_kinesis_stream": _Loss("All records in it are deleted."),
    "aws_backup_vault": _Loss("All recovery points in it are deleted.", "force_destroy"),
    "aws_cognito_user_pool": _Loss("All users in it are deleted."),
    "aws_athena_workgroup": _Loss("Its saved queries and its history are deleted."),
    "aws_codeartifact_repository": _Loss("All packages in it are deleted."),
    "aws_codeartifact_domain": _Loss("All packages in it are deleted."),
    "aws_route53_zone": _Loss(
        "A new zone has other name servers: its domain must be delegated anew."
    ),
    "aws_eip": _Loss("The address is given back: another one comes for it."),
    "aws_iam_access_key": _Loss("What signs in with it is locked out."),
    "tls_private_key": _Loss("The key is lost: another one comes for it."),
    "random_password": _Loss("The value is lost: another one comes for it."),
    "random_id": _Loss("The value is lost: another one comes for it."),
}
_GONE: Mapping[str, str] = {
    "aws_codebuild_project": "Nothing can build with it any more; its builds stay in the list.",
    "aws_cloudwatch_event_rule": "What it starts is no longer started by it.",
    "aws_cloudwatch_event_target": "Its rule no longer starts this.",
    "aws_scheduler_schedule": "What it starts is no longer started by it.",
    "aws_iam_role": "Whoever assumes it is locked out.",
    "aws_iam_role_policy": "Its role may no longer do what it allows.",
    "aws_iam_role_policy_attachment": "Its role may no longer do what that policy allows.",
    "aws_iam_policy": "Whoever has it may no longer do what it allows.",
    "aws_ecr_lifecycle_policy": "No image expires any more: the repository only grows.",
    "aws_ecr_repository_policy": "Other accounts and services lose what it allows.",
    "aws_s3_bucket_versioning": "Terraform suspends versioning: what is overwritten is lost.",
    "aws_s3_bucket_public_access_block": "Nothing keeps the bucket from being made public.",
    "aws_s3_bucket_policy": "What it denies is no longer denied, nor what it allows allowed.",
    "aws_s3_bucket_server_side_encryption_configuration": (
        "New objects are encrypted by the bucket's default: with keys of S3."
    ),
    "aws_codepipeline_webhook": "Pushes no longer start its pipeline.",
    "aws_codebuild_webhook": "Pushes no longer start its project.",
    "aws_codestarnotifications_notification_rule": "Nobody hears of its pipelines by it any more.",
    "aws_cloudwatch_metric_alarm": "Nobody hears of what it watches.",
    "aws_sns_topic_subscription": "Its subscriber hears no more.",
}
"""What a destroyed resource means that holds no data."""
_ANOTHER: Mapping[str, str] = {
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    "aws_iam_role": (
        "It is another role to AWS, even with the same name: policies that name it as principal "
        "do not hold for it until they are written again."
    ),
}
"""What the replacement of a resource means that holds no data."""
_GAP: Mapping[str, str] = {
    "aws_codebuild_project": "Between the two no build can start.",
    "aws_cloudwatch_event_rule": "Events between the two are missed.",
    "aws_cloudwatch_event_target": "Events between the two start nothing.",
    "aws_iam_role_policy": "Between the two its role lacks it.",
    "aws_iam_role_policy_attachment": "Between the two its role lacks that policy.",
}
"""The same where the old one is destroyed first."""
_FORGOTTEN = "What is there stays as it is, and Terraform no longer manages it."
_SECURITY = ("aws_iam_", "aws_kms_", "aws_s3_bucket_p", "aws_ecr_repository_policy")
_RANKS: Mapping[Action, int] = {
    "destroy": 70,
    "replace": 60,
    "forget": 50,
    "update": 30,
    "create": 20,
    "read": 5,
    "no-op": 0,
}
_HISTORY = 5
"""Worth of what tells only of the past."""
_DATA = 30
_DANGER = 15
_PERMISSION = 10


def meaning(
    change: ResourceChange, attributes: tuple[AttributeChange, ...] = (), *, goes_with: str = ""
) -> Meaning:
    """What a change means.

    Args:
        change: The change.
        attributes: What changes of the resource.
        goes_with: The address of what is destroyed as well, and what it belongs to.
    """
    kind, action = change.type, change.action
    rank = _RANKS[action]
    if action not in ("no-op", "read") and kind.startswith(_SECURITY):
        rank += _PERMISSION
    if change.forgets:
        return Meaning((_FORGOTTEN,), False, max(rank, _RANKS["forget"]))
    match action:
        case "destroy" if change.deposed:
            return Meaning(("It is what a replacement left behind.",), False, _RANKS["update"])
        case "destroy" if goes_with and kind not in _LOST:
            said = f"It belongs to {goes_with}, which is destroyed as well."
            return Meaning((said,), False, rank - _PERMISSION)
        case "destroy" | "replace":
            loss = _LOST.get(kind)
            words = _lost(loss, change.before or {}) if loss else _gone(change)
            return Meaning(words, loss is not None, rank + (_DATA + loss.worth if loss else 0))
        case "update":
            found = effects(kind, attributes)
            return Meaning(found, False, rank + (_DANGER if found else 0))
    return Meaning((), False, rank)


def keeps_things(type: str) -> bool:
    """Whether it is there to keep something: nobody destroys one to get another name for it."""
    return type in _LOST and _LOST[type].worth > _HISTORY


def _lost(loss: _Loss, before: Json) -> tuple[str, ...]:
    if loss.unless and not before.get(loss.unless):
        return (loss.what, _STUCK.format(loss.unless))
    return (loss.what,)


def _gone(change: ResourceChange) -> tuple[str, ...]:
    if change.action == "destroy":
        said = [_GONE.get(change.type)]
    else:
        said = [_ANOTHER.get(change.type)]
        said += [] if change.creates_first else [_GAP.get(change.type)]
    return tuple(it for it in said if it)
