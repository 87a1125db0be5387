"""What `terraform plan` reads of each type of resource that a stack may have.

The provider asks for these when it refreshes; a test records what it really asks for. Its sources
are https://github.com/hashicorp/terraform-provider-aws/tree/v5.100.0/internal/service, AWS's
reference is https://docs.aws.amazon.com/service-authorization/latest/reference/. Nothing here reads
the value of a secret, an object of a bucket, or an image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Read:
    """The actions with which a type is read."""

    sid: str
    """The statement they belong to."""
    actions: tuple[str, ...]
    anywhere: tuple[str, ...] = ()
    """Those that AWS checks against no resource, so that they must be allowed on all."""


def _read(sid: str, actions: str, *, anywhere: str = "") -> Read:
    return Read(sid, tuple(actions.split()), tuple(anywhere.split()))


NOTHING = Read("Nothing", ())
"""For what Terraform knows without asking, or may ask in any case, as sts:GetCallerIdentity."""

_BUCKET = (
    "s3:GetAccelerateConfiguration s3:GetBucketAcl s3:GetBucketCORS s3:GetBucketLogging "
    "s3:GetBucketObjectLockConfiguration s3:GetBucketPolicy s3:GetBucketRequestPayment "
    "s3:GetBucketTagging s3:GetBucketVersioning s3:GetBucketWebsite s3:GetEncryptionConfiguration "
    "s3:GetLifecycleConfiguration s3:GetReplicationConfiguration s3:ListBucket"
)
"""The resource of a bucket has attributes of everything that today has a resource of its own."""

READS: Mapping[str, Read] = {
    "aws_cloudwatch_event_rule": _read("Rules", "events:DescribeRule events:ListTagsForResource"),
    "aws_cloudwatch_event_target": _read("Rules", "events:ListTargetsByRule"),
    "aws_cloudwatch_log_group": _read(
        "Logs", "logs:ListTagsForResource", anywhere="logs:DescribeLogGroups"
    ),
    "aws_codebuild_project": _read("Builds", "codebuild:BatchGetProjects"),
    "aws_codebuild_webhook": _read("Builds", "codebuild:BatchGetProjects"),
    "aws_codepipeline": _read(
        "Pipelines", "codepipeline:GetPipeline codepipeline:ListTagsForResource"
    ),
    "aws_ecr_lifecycle_policy": _read("Repositories", "ecr:GetLifecyclePolicy"),
    "aws_ecr_repository": _read("Repositories", "ecr:DescribeRepositories ecr:ListTagsForResource"),
    "aws_iam_openid_connect_provider": _read("Oidc", "iam:GetOpenIDConnectProvider"),
    "aws_iam_role": _read("Roles", "iam:GetRole iam:ListAttachedRolePolicies iam:ListRolePolicies"),
    "aws_iam_role_policy": _read("Roles", "iam:GetRolePolicy"),
    "aws_s3_bucket": _read("Bucket", _BUCKET),
    "aws_s3_bucket_lifecycle_configuration": _read("Bucket", "s3:GetLifecycleConfiguration"),
    "aws_s3_bucket_policy": _read("Bucket", "s3:GetBucketPolicy"),
    "aws_s3_bucket_public_access_block": _read("Bucket", "s3:GetBucketPublicAccessBlock"),
    "aws_s3_bucket_server_side_encryption_configuration": _read(
        "Bucket", "s3:GetEncryptionConfiguration"
    ),
    "aws_s3_bucket_versioning": _read("Bucket", "s3:GetBucketVersioning"),
    "aws_sns_topic": _read("Topics", "sns:GetTopicAttributes sns:ListTagsForResource"),
    "aws_sqs_queue": _read("Queues", "sqs:GetQueueAttributes sqs:ListQueueTags"),
    "data.aws_caller_identity": NOTHING,
    "data.aws_ecr_repository": _read(
        "ExistingRepositories",
        "ecr:DescribeImages ecr:DescribeRepositories ecr:ListTagsForResource",
    ),
    "data.aws_ecs_service": _read("Services", "ecs:DescribeServices"),
    "data.aws_ecs_task_definition": _read("Services", "", anywhere="ecs:DescribeTaskDefinition"),
    "data.aws_partition": NOTHING,
    "data.aws_region": NOTHING,
}
"""By type, as it is in an address."""
