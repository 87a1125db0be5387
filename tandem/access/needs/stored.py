"""Artifacts, and the keys that encrypt what is stored."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.access.chosen import chosen
from tandem.access.needs.asking import Asker
from tandem.access.needs.index import index_of
from tandem.access.needs.need import Context, Need, Unclear
from tandem.deployment import Store
from tandem.deployment.symbols import is_known

SERVICE_ROLE = "https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html"
_KEY_PAGE = (
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html"
)
_S3_KEY_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"
_LONGEST_FOLDER = 20
"""Characters of a pipeline's name that its folder in the store has.

https://docs.aws.amazon.com/codepipeline/latest/userguide/troubleshooting.html#troubleshooting-truncated-artifacts
"""


def folder(store: Store, pipeline: str, asker: Asker) -> str:
    """ARN of whatever a pipeline keeps in a store."""
    name = pipeline[:_LONGEST_FOLDER] if is_known(pipeline) else pipeline
    return f"{bucket_arn(asker, store.bucket)}/{name}/{chosen('object')}"


def bucket_arn(asker: Asker, name: str) -> str:
    """ARN of a bucket, whether it is in the deployment or not."""
    bucket = asker.deployment.bucket_of.get(name)
    return bucket.arn if bucket else asker.place.bucket_arn(name)


def pipeline_store(store: Store, pipeline: str, asker: Asker) -> Iterator[Need]:
    """What a pipeline's role needs of one of its stores."""
    objects, bucket = folder(store, pipeline, asker), bucket_arn(asker, store.bucket)
    why = f"the actions pass artifacts through {store.bucket}"
    actions = "s3:GetObject s3:GetObjectVersion s3:PutObject"
    yield from asker.ask(actions, objects, why, SERVICE_ROLE)
    # Pipelines are at work without any of them.
    identity = "s3:GetBucketAcl s3:GetBucketLocation s3:GetBucketVersioning"
    yield from asker.ask(identity, bucket, why, SERVICE_ROLE, advised=True)
    # ACLs serve buckets of another account, tags only where the source's objects have some.
    rare = "s3:PutObjectAcl s3:PutObjectTagging s3:GetObjectTagging s3:GetObjectVersionTagging"
    yield from asker.ask(rare, objects, why, SERVICE_ROLE, optional=True)
    # CodeCommit's action looks whether the bucket is there.
    page = "https://docs.aws.amazon.com/codepipeline/latest/userguide/troubleshooting.html#troubleshooting-S3-access-denied-list"
    yield from asker.ask("s3:ListBucket", bucket, why, page, optional=True)
    yield from encryption(store.key, asker, f"artifacts in {store.bucket} are encrypted", _KEY_PAGE)


def encryption(key: str | None, asker: Asker, why: str, page: str) -> Iterator[Need]:
    """What encrypting and decrypting objects of S3 needs of a key."""
    arn = key_arn(asker, key)
    if arn is None:
        return
    through = via(asker, "s3")
    actions = "kms:Decrypt kms:GenerateDataKey"
    yield from asker.ask(actions, arn, why, _S3_KEY_PAGE, context=through)
    others = "kms:DescribeKey kms:Encrypt kms:ReEncryptFrom kms:ReEncryptTo"
    yield from asker.ask(others, arn, why, page, context=through, advised=True)


def unclear_encryption(key: str | None, asker: Asker, what: str) -> Iterator[Unclear]:
    """What is not known of a key: one that is named by an alias that is not in the deployment."""
    if key and not is_managed(key) and key_arn(asker, key) is None:
        yield asker.unclear("kms:*", f"which key {key} is, which encrypts {what}, is not known")


def via(asker: Asker, service: str) -> Context:
    """What a service sends that asks KMS in somebody's name.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    host = f"{service}.{asker.place.region}.amazonaws.com"
    return {"kms:ViaService": host, "kms:CallerAccount": asker.place.account}


def is_managed(key: str) -> bool:
    """Whether AWS manages the key, whose policy lets everybody of the account use it.

    https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
    """
    return "alias/aws/" in key


def key_arn(asker: Asker, key: str | None) -> str | None:
    """ARN of a key that is given by its ARN, its id or an alias; None: nothing has to be asked."""
    if not key or is_managed(key):
        return None
    known = index_of(asker.deployment).keys
    name = f"alias/{key.rpartition(':alias/')[2]}" if ":alias/" in key else key
    alias = known.get(key) or known.get(name)
    if alias:
        return key_arn(asker, alias)
    if not is_known(key):
        return key
    if "alias/" in key:
        return None
    return key if key.startswith("arn:") else asker.place.arn("kms", f"key/{key}")
