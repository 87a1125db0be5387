"""A zip in a bucket as a source."""

from __future__ import annotations

from modules.element import literal
from modules.expressions import Text, given
from modules.iam import Statement, plain_in_policy
from modules.naming import fit
from modules.project import Project
from modules.settings import S3
from modules.settings.types import is_token
from modules.sources.action import ACTION, SourceAction, action, trigger_name
from modules.triggers import Revision, Trigger

_LONGEST_KEY = 200


def s3(source: S3, project: Project) -> SourceAction:
    """Fetch an object, whenever it is uploaded."""
    bucket = project.bucket_arn(source.s3)
    key = literal(source.key)
    in_policy = _plain_key(source.key)
    needs_key = (
        []
        if source.kms_key is None
        else [Statement("SourceKey", ["kms:Decrypt"], [source.kms_key], when=given(source.kms_key))]
    )
    return SourceAction(
        action=action(
            ACTION,
            "S3",
            {"S3Bucket": source.s3, "S3ObjectKey": key, "PollForSourceChanges": "false"},
        ),
        revision=f"#{{{ACTION}.VersionId}}",
        # https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
        pipeline_needs=[
            Statement(
                "Source",
                ["s3:GetObject", "s3:GetObjectVersion"],
                [f"{bucket}/{literal(in_policy)}"],
            ),
            Statement(
                "SourceBucket",
                ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
                [bucket],
            ),
            *needs_key,
        ],
        triggers=[
            Trigger(
                name=trigger_name(source.s3, source.key, suffix="-uploaded"),
                description=f"Builds every upload of {literal(_short(source.key))} to {source.s3}",
                # https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
                pattern={
                    "source": ["aws.s3"],
                    "detail-type": ["Object Created"],
                    "detail": {"bucket": {"name": [source.s3]}, "object": {"key": [key]}},
                },
                revision=Revision("S3_OBJECT_VERSION_ID", "$.detail.object.version-id"),
            )
        ],
    )


def _plain_key(key: str) -> str:
    if isinstance(key, Text):
        # "$$$$" is one "$" for Terraform's quotes and its regular expressions.
        return Text(f'replace({key.expression}, "/[*?$]/", "$$${{$0}}")')
    return key if is_token(key) else plain_in_policy(key)


def _short(key: str) -> str:
    """A key that fits the 512 characters of a description, and is still no other's."""
    if isinstance(key, Text):
        return Text(f"substr({key.expression}, 0, {_LONGEST_KEY})")
    return key if is_token(key) or len(key) <= _LONGEST_KEY else fit(key, limit=_LONGEST_KEY)
