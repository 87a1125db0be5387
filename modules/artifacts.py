"""The bucket through which a pipeline's stages pass files to each other."""

from __future__ import annotations

from modules._cdktf import (
    CodepipelineArtifactStore,
    CodepipelineArtifactStoreEncryptionKey,
    Construct,
    S3Bucket,
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from modules.element import Element
from modules.expressions import (
    Block,
    Decision,
    choose,
    given,
    negated,
    plain,
    where,
)
from modules.iam import ServiceRole, Statement, policy
from modules.project import Project
from modules.settings import Artifacts

_OWNER = ["s3:GetBucketAcl", "s3:GetBucketLocation"]
"""By which a service makes sure whose bucket it is."""


class AnyArtifactStore(Element):
    """A bucket for artifacts, whoever manages it."""

    bucket: str
    """Its name."""
    bucket_arn: str
    kms_key: str | None
    """ARN of the key that encrypts it. None: the key of S3."""

    @property
    def block(self) -> CodepipelineArtifactStore | Block:
        """The `artifact_store` block of a pipeline that uses it."""
        keys = []
        if self.kms_key is not None:
            key = CodepipelineArtifactStoreEncryptionKey(id=self.kms_key, type="KMS")
            keys = where(given(self.kms_key), key)
        if plain(keys) != keys:
            return Block(location=self.bucket, type="S3", encryption_key=keys)
        return CodepipelineArtifactStore(
            location=self.bucket, type="S3", encryption_key=next(iter(keys), None)
        )

    def grant_read_write(self, role: ServiceRole) -> None:
        """Let a build's `role` read and write artifacts of this bucket, and of no other.

        https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
        """
        self._grant(role, _OWNER)

    def grant_put(self, role: ServiceRole, folder: str) -> None:
        """Let a build's `role` put files into a folder of this bucket, and read none.

        https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
        """
        role.allow(
            Statement("Artifacts", ["s3:PutObject"], [f"{self.bucket_arn}/{folder}/*"]),
            Statement("ArtifactBucket", _OWNER, [self.bucket_arn]),
        )
        self._grant_key(role)

    def grant_pass_through(self, role: ServiceRole) -> None:
        """Let a pipeline's `role` pass artifacts through this bucket, and through no other.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
        """
        self._grant(role, [*_OWNER, "s3:GetBucketVersioning"])

    def _grant(self, role: ServiceRole, on_bucket: list[str]) -> None:
        role.allow(
            Statement(
                "Artifacts",
                ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
                [f"{self.bucket_arn}/*"],
            ),
            Statement("ArtifactBucket", on_bucket, [self.bucket_arn]),
        )
        self._grant_key(role)

    def _grant_key(self, role: ServiceRole) -> None:
        if self.kms_key is not None:
            role.allow(
                Statement(
                    "ArtifactKey",
                    [
                        "kms:Decrypt",
                        "kms:DescribeKey",
                        "kms:Encrypt",
                        "kms:GenerateDataKey",
                        "kms:ReEncryptFrom",
                        "kms:ReEncryptTo",
                    ],
                    [self.kms_key],
                    when=given(self.kms_key),
                )
            )


class ArtifactStore(AnyArtifactStore):
    """A private, encrypted, versioned bucket that forgets old artifacts.

    Artifacts are copies of what the sources hold, so the bucket may be destroyed with its content.

    Args:
        settings: The key that encrypts it, and the days to keep artifacts.
        holds: What its name says that it holds.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts.html#concepts-artifacts
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Artifacts,
        holds: str = "artifacts",
        exists: Decision = True,
    ) -> None:
        super().__init__(scope, id, exists=exists)
        project = Project.of(self)
        self.kms_key = settings.kms_key
        bucket = self.place(
            S3Bucket(
                self,
                "bucket",
                bucket=project.names.bucket(holds, account=project.account, region=project.region),
                force_destroy=True,
                tags=project.tags,
            )
        )
        self.bucket = bucket.bucket
        self.bucket_arn = project.bucket_arn(self.bucket)
        self._encrypt(bucket)
        self._close(bucket)
        self._expire(bucket, settings.expire_days)

    @staticmethod
    def of(scope: Construct) -> AnyArtifactStore:
        """The artifact store of the stack that `scope` is in, made when it is first asked for."""
        project = Project.of(scope)
        if project.artifact_store is None:
            project.artifact_store = ArtifactStore(project, "artifacts", settings=project.artifacts)
        return project.artifact_store

    def _encrypt(self, bucket: S3Bucket) -> None:
        default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm=choose(given(self.kms_key), "aws:kms", "AES256"),
            kms_master_key_id=self.kms_key,
        )
        self.place(
            S3BucketServerSideEncryptionConfigurationA(
                self,
                "encryption",
                bucket=bucket.id,
                rule=[
                    S3BucketServerSideEncryptionConfigurationRuleA(
                        apply_server_side_encryption_by_default=default,
                        bucket_key_enabled=choose(given(self.kms_key), True, False),
                    )
                ],
            )
        )
        self._versioning = self.place(
            S3BucketVersioningA(
                self,
                "versioning",
                bucket=bucket.id,
                versioning_configuration=S3BucketVersioningVersioningConfiguration(
                    status="Enabled"
                ),
            )
        )

    def _close(self, bucket: S3Bucket) -> None:
        block = self.place(
            S3BucketPublicAccessBlock(
                self,
                "public_access",
                bucket=bucket.id,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            )
        )
        tls_only = Statement(
            "TlsOnly",
            ["s3:*"],
            [self.bucket_arn, f"{self.bucket_arn}/*"],
            {"Bool": {"aws:SecureTransport": "false"}},
        )
        self.place(
            S3BucketPolicy(
                self,
                "policy",
                bucket=bucket.id,
                policy=policy([{**tls_only.document("Deny"), "Principal": "*"}]),
                # S3 refuses two changes of a bucket's access at the same time.
                depends_on=[block],
            )
        )

    def _expire(self, bucket: S3Bucket, days: int) -> None:
        self.place(
            S3BucketLifecycleConfiguration(
                self,
                "lifecycle",
                bucket=bucket.id,
                rule=[
                    S3BucketLifecycleConfigurationRule(
                        id="expire-artifacts",
                        status="Enabled",
                        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                        expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days)],
                        noncurrent_version_expiration=[
                            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                                noncurrent_days=days
                            )
                        ],
                        abort_incomplete_multipart_upload=[
                            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                                days_after_initiation=1
                            )
                        ],
                    )
                ],
                # Old versions can expire only where there are versions.
                depends_on=[self._versioning],
            )
        )


class SharedArtifactStore(AnyArtifactStore):
    """A store that is managed elsewhere.

    Args:
        bucket: Its name.
        bucket_arn: Its ARN.
        kms_key: ARN of the key that encrypts it. None: the key of S3.
    """

    def __init__(
        self, scope: Construct, id: str, *, bucket: str, bucket_arn: str, kms_key: str | None = None
    ) -> None:
        super().__init__(scope, id)
        self.bucket, self.bucket_arn, self.kms_key = bucket, bucket_arn, kms_key


class EitherArtifactStore(AnyArtifactStore):
    """A shared store, or one of its own where there is none, as Terraform decides.

    Args:
        settings: Of its own store.
        shared: The shared one.
        is_shared: Whether there is a shared one.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: Artifacts,
        shared: SharedArtifactStore,
        is_shared: Decision,
    ) -> None:
        super().__init__(scope, id)
        own = ArtifactStore(
            Project.of(self), "artifacts", settings=settings, exists=negated(is_shared)
        )

        def the(attribute: str) -> str:
            value = choose(is_shared, getattr(shared, attribute), getattr(own, attribute))
            return self.local(f"artifact_{attribute}", value)

        self.bucket, self.bucket_arn, self.kms_key = (
            the("bucket"),
            the("bucket_arn"),
            the("kms_key"),
        )
