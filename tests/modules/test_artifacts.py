"""The artifact bucket: closed, encrypted, versioned, forgetful."""

from functools import cache

import pytest
from pydantic import ValidationError
from stack import ACCOUNT, CODE, KEY_ARN, REGION, Block, Template, new_stack, template

from modules import Artifacts, ImagePipeline, Project
from modules._cdktf import TerraformStack
from modules.artifacts import ArtifactStore

BUCKET = f"arn:aws:s3:::shop-artifacts-{ACCOUNT}-{REGION}"


@cache
def store(settings: Artifacts | None = None) -> Template:
    def build(stack: TerraformStack) -> None:
        Project(stack, artifacts=settings)
        ImagePipeline(stack, "web", source=CODE)

    return template(build)


def rule(built: Template, kind: str) -> Block:
    (found,) = built.resources(f"aws_s3_bucket_{kind}")["artifacts"]["rule"]
    assert isinstance(found, dict)
    return found


def test_the_bucket_is_private() -> None:
    assert store().resources("aws_s3_bucket_public_access_block")["artifacts"] == {
        "bucket": "${aws_s3_bucket.artifacts.id}",
        "block_public_acls": True,
        "block_public_policy": True,
        "ignore_public_acls": True,
        "restrict_public_buckets": True,
    }


def test_nobody_may_use_the_bucket_without_tls() -> None:
    policy = store().resources("aws_s3_bucket_policy")["artifacts"]["policy"]
    assert store().document(policy)["Statement"] == [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:*"],
            "Resource": [BUCKET, f"{BUCKET}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def test_two_changes_of_access_come_one_after_the_other() -> None:
    policy = store().resources("aws_s3_bucket_policy")["artifacts"]
    assert policy["depends_on"] == ["aws_s3_bucket_public_access_block.artifacts"]


def test_it_is_encrypted_with_the_key_of_s3_by_default() -> None:
    assert rule(store(), "server_side_encryption_configuration") == {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"},
        "bucket_key_enabled": False,
    }
    pipeline = store().resources("aws_codepipeline")["web_pipeline"]
    assert pipeline["artifact_store"] == [
        {"location": "${aws_s3_bucket.artifacts.bucket}", "type": "S3"}
    ]
    assert "encryption_key" not in store().resources("aws_codebuild_project")["web_build"]
    assert "ArtifactKey" not in store().permissions("web_build_role")


def test_a_key_encrypts_the_bucket_the_pipeline_and_the_build() -> None:
    built = store(Artifacts(kms_key=KEY_ARN))
    assert rule(built, "server_side_encryption_configuration") == {
        "apply_server_side_encryption_by_default": {
            "sse_algorithm": "aws:kms",
            "kms_master_key_id": KEY_ARN,
        },
        "bucket_key_enabled": True,
    }
    (block,) = built.resources("aws_codepipeline")["web_pipeline"]["artifact_store"]
    assert block["encryption_key"] == {"id": KEY_ARN, "type": "KMS"}
    # CodeBuild does not take the pipeline's key by itself.
    assert built.resources("aws_codebuild_project")["web_build"]["encryption_key"] == KEY_ARN
    for role in ("web_build_role", "web_pipeline_role"):
        assert built.permissions(role)["ArtifactKey"][1] == {KEY_ARN}


def test_old_artifacts_old_versions_and_broken_uploads_are_removed() -> None:
    built = store(Artifacts(expire_days=7))
    lifecycle = rule(built, "lifecycle_configuration")
    assert lifecycle["status"] == "Enabled"
    assert lifecycle["filter"] == [{"prefix": ""}]
    assert lifecycle["expiration"] == [{"days": 7}]
    assert lifecycle["noncurrent_version_expiration"] == [{"noncurrent_days": 7}]
    assert lifecycle["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 1}]


def test_it_is_versioned_before_versions_expire() -> None:
    versioning = store().resources("aws_s3_bucket_versioning")["artifacts"]
    assert versioning["versioning_configuration"] == {"status": "Enabled"}
    lifecycle = store().resources("aws_s3_bucket_lifecycle_configuration")["artifacts"]
    assert lifecycle["depends_on"] == ["aws_s3_bucket_versioning.artifacts"]


def test_a_stack_has_one_bucket_that_goes_with_its_content() -> None:
    def build(stack: TerraformStack) -> None:
        for name in ("one", "two"):
            ImagePipeline(stack, name, source=CODE)

    assert list(template(build).resources("aws_s3_bucket")) == ["artifacts"]
    assert store().resources("aws_s3_bucket")["artifacts"]["force_destroy"] is True


def test_everybody_in_a_stack_gets_the_same_store() -> None:
    stack = new_stack()
    assert ArtifactStore.of(stack) is ArtifactStore.of(Project.of(stack))


def test_an_alias_or_a_wrong_number_of_days_is_refused() -> None:
    with pytest.raises(ValidationError, match="an alias is not enough"):
        Artifacts(kms_key=f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/shop")
    with pytest.raises(ValidationError, match="from 1 to 36500"):
        Artifacts(expire_days=0)
