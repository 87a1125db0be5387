"""What a change of a resource means here, whether data is lost by it, and how dangerous it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.review.changes.effects import effects
from tandem.review.changes.exposure import exposures
from tandem.review.changes.losses import Loss, is_known_to_keep_nothing, loss_of
from tandem.review.model import Action, AttributeChange
from tandem.review.reading.plan import ResourceChange

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Meaning:
    """What a change means."""

    means: tuple[str, ...]
    holds_data: bool
    rank: int


_STUCK = "As {} is not set, AWS refuses while anything is in it, and the apply stops there."
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
    "aws_secretsmanager_secret_version": "Its secret no longer has this value.",
    # https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html
    "aws_sns_topic": "Its subscriptions are deleted too: those made elsewhere do not come back.",
    "aws_sns_topic_policy": "Its topic gets the default policy: only the own account may use it.",
    "aws_cloudtrail": "What is done in the account is no longer recorded by it.",
    "aws_acm_certificate": "AWS refuses while anything uses it; a new one must be validated anew.",
    "aws_sns_topic_subscription": "Its subscriber hears no more.",
}
"""What a destroyed resource means that holds no data."""
_ANOTHER: Mapping[str, str] = {
    "aws_sns_topic": "Its subscriptions are deleted: those made elsewhere do not come back.",
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
_MARKS = "Only what Terraform takes for sensitive changes, not what is there."
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
    rank, loss = _RANKS[action], loss_of(kind)
    if action not in ("no-op", "read") and kind.startswith(_SECURITY):
        rank += _PERMISSION
    if change.forgets:
        return Meaning((_FORGOTTEN,), False, max(rank, _RANKS["forget"]))
    opened = tuple(dict.fromkeys(it.words for it in exposures(change)))
    match action:
        case "destroy" if change.deposed:
            return _leftover(change)
        case "destroy" if goes_with and loss is None:
            said = f"It belongs to {goes_with}, which is destroyed as well."
            return Meaning((said,), False, rank - _PERMISSION)
        case "destroy" | "replace":
            words = _lost(loss, change.before or {}) if loss else _gone(change)
            words += opened
            return Meaning(words, loss is not None, rank + (_DATA + loss.worth if loss else 0))
        case "update":
            found = (*opened, *_approvals(change), *effects(kind, attributes))
            found = tuple(dict.fromkeys(found))
            if not attributes and _is_marked_otherwise(change):
                return Meaning((*found, _MARKS), False, rank)
            return Meaning(found, False, rank + (_DANGER if found else 0))
    return Meaning(opened, False, rank + (_DANGER if opened else 0))


def keeps_things(type: str) -> bool:
    """Whether it is there to keep something: nobody destroys one to get another name for it."""
    loss = loss_of(type)
    return loss is not None and loss.worth > _HISTORY


def _is_marked_otherwise(change: ResourceChange) -> bool:
    """Whether Terraform takes other attributes for sensitive than before."""
    return set(_marks(change.before_sensitive)) != set(_marks(change.after_sensitive))


def _marks(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _marks(inner, (*path, name))
        case list():
            for number, inner in enumerate(value):
                yield from _marks(inner, (*path, number))
        case True:
            yield path


def _approvals(change: ResourceChange) -> Iterator[str]:
    """What it means where fewer people are asked before a pipeline goes on."""
    if change.type != "aws_codepipeline":
        return
    before, after = (list(_asked(it or {})) for it in (change.before, change.after))
    if before and not after:
        yield "Nobody has to approve its runs any more."
    elif len(after) < len(before):
        yield f"It waits for {len(after)} manual approvals in place of {len(before)} from now on."


def _asked(pipeline: Json) -> Iterator[str]:
    for stage in pipeline.get("stage") or []:
        for action in stage.get("action") or []:
            if action.get("category") == "Approval":
                yield str(action.get("name"))


def _leftover(change: ResourceChange) -> Meaning:
    """What a replacement left behind that failed: the old one, with all that it kept."""
    said, loss = "It is what a replacement left behind.", loss_of(change.type)
    if loss is None or not keeps_things(change.type):
        return Meaning((said,), False, _RANKS["update"])
    return Meaning((*_lost(loss, change.before or {}), said), True, _RANKS["destroy"] + _DATA)


def _lost(loss: Loss, before: Json) -> tuple[str, ...]:
    if loss.unless and not before.get(loss.unless):
        return (loss.what, _STUCK.format(loss.unless))
    return (loss.what,)


def _unknown(type: str) -> str | None:
    """Of a type that is not in these tables: that it is not."""
    if is_known_to_keep_nothing(type):
        return None
    return f"It is not known here whether anything is lost with it: look up what {type} keeps."


def _gone(change: ResourceChange) -> tuple[str, ...]:
    if change.action == "destroy":
        said = [_GONE.get(change.type) or _unknown(change.type)]
    else:
        said = [
            _ANOTHER.get(change.type) or (None if change.type in _GONE else _unknown(change.type))
        ]
        said += [] if change.creates_first else [_GAP.get(change.type)]
    return tuple(it for it in said if it)
