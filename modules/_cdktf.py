"""The only file that imports cdktf and the provider's bindings; everything else imports this one.

Imported the ordinary way they cost 7 s (Python loads 2,136 modules) and 1.5 s (Node loads as many).
Both are avoided here and nowhere else. `TANDEM_EAGER_BINDINGS=1` restores the ordinary import.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROVIDER = "cdktf_cdktf_provider_aws"
_NODE_HOOK = Path(__file__).with_name("lazy_provider.cjs")


@contextmanager
def _lazy_bindings() -> Iterator[None]:
    """Keep the provider package from loading all of its modules, in Python and in Node.

    jsii starts Node during the imports below; the environment is put back afterwards.
    """
    if os.environ.get("TANDEM_EAGER_BINDINGS") != "1" and _PROVIDER not in sys.modules:
        specification = importlib.util.find_spec(_PROVIDER)
        if specification is not None:
            # The package is there, but its __init__ is not executed.
            sys.modules[_PROVIDER] = importlib.util.module_from_spec(specification)
        hook = f'--require "{_NODE_HOOK.as_posix()}"'
    else:
        hook = ""
    before = {
        name: os.environ.get(name)
        for name in ("NODE_OPTIONS", "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION")
    }
    os.environ["NODE_OPTIONS"] = f"{before['NODE_OPTIONS'] or ''} {hook}".strip()
    # jsii wants the very version whose age it shall not complain about.
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", _node_major())
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _node_major() -> str:
    version = subprocess.run(
        ["node", "--version"],  # noqa: S607 - the same look-up on PATH as jsii's
        capture_output=True,
        text=True,
        check=True,
    )
    return version.stdout.lstrip("v").partition(".")[0]


with _lazy_bindings():
    import jsii
    from cdktf import (
        App,
        CloudBackend,
        DefaultTokenResolver,
        Fn,
        IAnyProducer,
        IListProducer,
        IResolvable,
        IResolveContext,
        IStringProducer,
        Lazy,
        LocalBackend,
        NamedCloudWorkspace,
        Postcondition,
        S3Backend,
        StringConcat,
        TerraformDataSource,
        TerraformOutput,
        TerraformResource,
        TerraformResourceLifecycle,
        TerraformStack,
        Testing,
        Token,
        Tokenization,
    )
    from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
    from cdktf_cdktf_provider_aws.cloudwatch_event_target import (
        CloudwatchEventTarget,
        CloudwatchEventTargetDeadLetterConfig,
        CloudwatchEventTargetInputTransformer,
        CloudwatchEventTargetRetryPolicy,
    )
    from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
    from cdktf_cdktf_provider_aws.codebuild_project import (
        CodebuildProject,
        CodebuildProjectArtifacts,
        CodebuildProjectCache,
        CodebuildProjectEnvironment,
        CodebuildProjectEnvironmentEnvironmentVariable,
        CodebuildProjectLogsConfig,
        CodebuildProjectLogsConfigCloudwatchLogs,
        CodebuildProjectSource,
        CodebuildProjectSourceAuth,
        CodebuildProjectVpcConfig,
    )
    from cdktf_cdktf_provider_aws.codebuild_webhook import (
        CodebuildWebhook,
        CodebuildWebhookFilterGroup,
        CodebuildWebhookFilterGroupFilter,
    )
    from cdktf_cdktf_provider_aws.codepipeline import (
        Codepipeline,
        CodepipelineArtifactStore,
        CodepipelineArtifactStoreEncryptionKey,
        CodepipelineStage,
        CodepipelineStageAction,
        CodepipelineStageOnFailure,
        CodepipelineStageOnFailureRetryConfiguration,
        CodepipelineTrigger,
        CodepipelineTriggerGitConfiguration,
        CodepipelineTriggerGitConfigurationPush,
        CodepipelineTriggerGitConfigurationPushBranches,
        CodepipelineTriggerGitConfigurationPushFilePaths,
        CodepipelineTriggerGitConfigurationPushTags,
    )
    from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
    from cdktf_cdktf_provider_aws.data_aws_ecr_repository import DataAwsEcrRepository
    from cdktf_cdktf_provider_aws.data_aws_ecs_service import DataAwsEcsService
    from cdktf_cdktf_provider_aws.data_aws_ecs_task_definition import DataAwsEcsTaskDefinition
    from cdktf_cdktf_provider_aws.data_aws_partition import DataAwsPartition
    from cdktf_cdktf_provider_aws.data_aws_region import DataAwsRegion
    from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
    from cdktf_cdktf_provider_aws.ecr_repository import (
        EcrRepository,
        EcrRepositoryEncryptionConfiguration,
        EcrRepositoryImageScanningConfiguration,
    )
    from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
    from cdktf_cdktf_provider_aws.iam_role import IamRole
    from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
    from cdktf_cdktf_provider_aws.provider import AwsProvider
    from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
    from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
        S3BucketLifecycleConfiguration,
        S3BucketLifecycleConfigurationRule,
        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
        S3BucketLifecycleConfigurationRuleExpiration,
        S3BucketLifecycleConfigurationRuleFilter,
        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
    from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
    from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
        S3BucketServerSideEncryptionConfigurationA,
        S3BucketServerSideEncryptionConfigurationRuleA,
        S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
        S3BucketVersioningA,
        S3BucketVersioningVersioningConfiguration,
    )
    from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
    from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
    from constructs import Construct

__all__ = [
    "App",
    "AwsProvider",
    "CloudBackend",
    "CloudwatchEventRule",
    "CloudwatchEventTarget",
    "CloudwatchEventTargetDeadLetterConfig",
    "CloudwatchEventTargetInputTransformer",
    "CloudwatchEventTargetRetryPolicy",
    "CloudwatchLogGroup",
    "CodebuildProject",
    "CodebuildProjectArtifacts",
    "CodebuildProjectCache",
    "CodebuildProjectEnvironment",
    "CodebuildProjectEnvironmentEnvironmentVariable",
    "CodebuildProjectLogsConfig",
    "CodebuildProjectLogsConfigCloudwatchLogs",
    "CodebuildProjectSource",
    "CodebuildProjectSourceAuth",
    "CodebuildProjectVpcConfig",
    "CodebuildWebhook",
    "CodebuildWebhookFilterGroup",
    "CodebuildWebhookFilterGroupFilter",
    "Codepipeline",
    "CodepipelineArtifactStore",
    "CodepipelineArtifactStoreEncryptionKey",
    "CodepipelineStage",
    "CodepipelineStageAction",
    "CodepipelineStageOnFailure",
    "CodepipelineStageOnFailureRetryConfiguration",
    "CodepipelineTrigger",
    "CodepipelineTriggerGitConfiguration",
    "CodepipelineTriggerGitConfigurationPush",
    "CodepipelineTriggerGitConfigurationPushBranches",
    "CodepipelineTriggerGitConfigurationPushFilePaths",
    "CodepipelineTriggerGitConfigurationPushTags",
    "Construct",
    "DataAwsCallerIdentity",
    "DataAwsEcrRepository",
    "DataAwsEcsService",
    "DataAwsEcsTaskDefinition",
    "DataAwsPartition",
    "DataAwsRegion",
    "DefaultTokenResolver",
    "EcrLifecyclePolicy",
    "EcrRepository",
    "EcrRepositoryEncryptionConfiguration",
    "EcrRepositoryImageScanningConfiguration",
    "Fn",
    "IAnyProducer",
    "IListProducer",
    "IResolvable",
    "IResolveContext",
    "IStringProducer",
    "IamOpenidConnectProvider",
    "IamRole",
    "IamRolePolicy",
    "Lazy",
    "LocalBackend",
    "NamedCloudWorkspace",
    "Postcondition",
    "S3Backend",
    "S3Bucket",
    "S3BucketLifecycleConfiguration",
    "S3BucketLifecycleConfigurationRule",
    "S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload",
    "S3BucketLifecycleConfigurationRuleExpiration",
    "S3BucketLifecycleConfigurationRuleFilter",
    "S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration",
    "S3BucketPolicy",
    "S3BucketPublicAccessBlock",
    "S3BucketServerSideEncryptionConfigurationA",
    "S3BucketServerSideEncryptionConfigurationRuleA",
    "S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA",
    "S3BucketVersioningA",
    "S3BucketVersioningVersioningConfiguration",
    "SnsTopic",
    "SqsQueue",
    "StringConcat",
    "TerraformDataSource",
    "TerraformOutput",
    "TerraformResource",
    "TerraformResourceLifecycle",
    "TerraformStack",
    "Testing",
    "Token",
    "Tokenization",
    "jsii",
]
