"""What a plan opens without a policy that says so, such as a bucket by a public ACL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.deployment.symbols import readable
from tandem.review.changes.sharing import given, giving, is_new_altogether
from tandem.review.model import Objection
from tandem.review.reading.plan import Plan, ResourceChange

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Exposure:
    """An attribute with which something is open that was not."""

    name: str
    words: str
    """What that means, in a sentence."""


@dataclass(frozen=True)
class _Door:
    name: str
    is_open: Callable[[Any], bool]
    words: str
    unless: str = ""
    """The argument that keeps it closed all the same."""


def _is(*values: str) -> Callable[[Any], bool]:
    return lambda it: it in values


def _off(value: Any) -> bool:
    return value is False


def _on(value: Any) -> bool:
    return value is True


def _grants_everybody(value: Any) -> bool:
    """Whether a grant is for one of the groups of S3 that anybody is in, wherever it stands."""
    match value:
        case str():
            return value.endswith(("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers"))
        case Mapping():
            return any(map(_grants_everybody, value.values()))
        case list():
            return any(map(_grants_everybody, value))
    return False


def _allows_everything(value: Any) -> bool:
    names = ("/AdministratorAccess", "/IAMFullAccess", "/PowerUserAccess")
    return isinstance(value, list) and any(str(it).endswith(names) for it in value)


_BLOCK = "Something may make the bucket public now."
_ACL = _is("public-read", "public-read-write", "authenticated-read")
_EVERYBODY = "Others than this account may read what is in it, or write: its ACL is for everybody."
_REACHED = "It has an address that is reached from the internet."
_UNGUARDED = "Nothing keeps the bucket from being made public."
_BLOCKS = tuple(
    _Door(name, _off, _BLOCK)
    for name in (
        "block_public_acls",
        "block_public_policy",
        "ignore_public_acls",
        "restrict_public_buckets",
    )
)
_DOORS: Mapping[str, tuple[_Door, ...]] = {
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    "aws_s3_bucket_public_access_block": _BLOCKS,
    "aws_s3_account_public_access_block": _BLOCKS,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
    "aws_s3_bucket_acl": (
        _Door("acl", _ACL, _EVERYBODY),
        _Door("access_control_policy", _grants_everybody, _EVERYBODY),
    ),
    "aws_s3_bucket": (
        _Door("acl", _ACL, _EVERYBODY),
        _Door("grant", _grants_everybody, _EVERYBODY),
    ),
    "aws_s3_object": (_Door("acl", _ACL, _EVERYBODY),),
    # https://docs.aws.amazon.com/codebuild/latest/userguide/public-builds.html
    "aws_codebuild_project": (
        _Door(
            "project_visibility",
            _is("PUBLIC_READ"),
            "Everybody on the internet may read its builds' logs and artifacts.",
        ),
    ),
    # https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    "aws_lambda_function_url": (
        _Door(
            "authorization_type", _is("NONE"), "Everybody on the internet may call its function."
        ),
    ),
    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
    "aws_cloudwatch_event_permission": (
        _Door("principal", _is("*"), "Every AWS account may send events to its bus.", "condition"),
    ),
    "aws_iam_role_policy_attachments_exclusive": (
        _Door("policy_arns", _allows_everything, "Its role may do nearly everything."),
    ),
    **dict.fromkeys(
        (
            "aws_db_instance",
            "aws_dms_replication_instance",
            "aws_lightsail_database",
            "aws_m2_environment",
            "aws_mq_broker",
            "aws_neptune_cluster_instance",
            "aws_rds_cluster_instance",
            "aws_rds_shard_group",
            "aws_redshift_cluster",
            "aws_redshiftserverless_workgroup",
            "aws_timestreaminfluxdb_db_instance",
        ),
        (_Door("publicly_accessible", _on, _REACHED),),
    ),
    "aws_neptunegraph_graph": (_Door("public_connectivity", _on, _REACHED),),
}
"""What is open with which value; the documents of AWS say so of each."""


def opening(of_type: str) -> frozenset[str]:
    """The arguments of a type of resource that may open something without a policy."""
    return frozenset((*(it.name for it in _DOORS.get(of_type, ())), *giving(of_type)))


def exposures(change: ResourceChange) -> tuple[Exposure, ...]:
    """What is open with a resource after the apply, and was not before."""
    before, after = change.before or {}, change.after or {}
    opened = (
        Exposure(door.name, door.words)
        for door in _DOORS.get(change.type, ())
        if _is_open(door, after) and not _is_open(door, before)
    )
    return (*opened, *(Exposure(name, words) for name, words in given(change)))


def _is_open(door: _Door, values: Json) -> bool:
    closed = bool(door.unless and values.get(door.unless))
    return not closed and door.is_open(values.get(door.name))


def exposed(plan: Plan) -> Iterator[Objection]:
    """An objection for each resource with which something gets open without a policy."""
    changes = (*plan.changes, *(plan.drift if plan.kind == "drift" else ()))
    buckets = {
        (it.before or {}).get("bucket")
        for it in changes
        if it.type == "aws_s3_bucket" and it.action in ("destroy", "replace")
    }
    for it in changes:
        if is_new_altogether(it, changes):
            continue
        words = [each.words for each in exposures(it)]
        is_guard = it.type.endswith("_public_access_block") and it.deposed is None
        if is_guard and it.action == "destroy" and (it.before or {}).get("bucket") not in buckets:
            words = [_UNGUARDED]
        if words:
            yield Objection(
                "access-widened",
                readable(it.address),
                " ".join(dict.fromkeys(words)),
                "close it again, or say in review.waivers why it has to be open",
            )
