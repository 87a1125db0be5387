"""What source actions need of the pipeline's role."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.access.needs.asking import Asker
from tandem.access.needs.index import index_of
from tandem.access.needs.need import Need
from tandem.access.needs.steps import GUIDE, Step
from tandem.access.needs.stored import bucket_arn, key_arn, via
from tandem.deployment.symbols import is_known

_CLONE = "CODEBUILD_CLONE_REF"
_RENAMED = "https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html"
_PREFIXES = ("codeconnections", "codestar-connections")


def is_clone(step: Step) -> bool | None:
    """Whether the build clones the repository itself; None: it is not known."""
    said = step.said("OutputArtifactFormat")
    return said == _CLONE if is_known(said) else None


def codecommit(step: Step) -> Iterator[Need]:
    """Read a branch of a repository of CodeCommit."""
    page = f"{GUIDE}/action-reference-CodeCommit.html#edit-role-codecommit"
    name = step.said("RepositoryName")
    arn = step.asker.place.arn("codecommit", name)
    why = f"{step.action.name} reads {name}"
    actions = (
        "codecommit:CancelUploadArchive codecommit:GetBranch codecommit:GetCommit "
        "codecommit:GetUploadArchiveStatus codecommit:UploadArchive"
    )
    yield from step.asker.ask(actions, arn, why, page)
    # The page lists it for both formats, the tutorial of the full clone says what it is for.
    clone = is_clone(step)
    page = page if clone is False else f"{GUIDE}/tutorials-codecommit-gitclone.html"
    yield from step.asker.ask("codecommit:GetRepository", arn, why, page, optional=not clone)


def connection(step: Step) -> Iterator[Need]:
    """Read a branch through a connection."""
    why = f"{step.action.name} reads {step.said('FullRepositoryId')}"
    page = f"{GUIDE}/action-reference-CodestarConnectionSource.html#edit-role-connections"
    repository = {"FullRepositoryId": step.said("FullRepositoryId")}
    repository["BranchName"] = step.said("BranchName")
    yield from use_connection(step.asker, step.said("ConnectionArn"), why, page, repository)


def use_connection(
    asker: Asker, arn: str, why: str, page: str, repository: dict[str, str]
) -> Iterator[Need]:
    """Use a connection: the action's prefix is that of the ARN, for the service was renamed."""

    def use(prefix: str, *, source: str, optional: bool = False) -> Iterator[Need]:
        context = {f"{prefix}:{key}": value for key, value in repository.items() if value}
        yield from asker.ask(
            f"{prefix}:UseConnection", arn, why, source, context=context, optional=optional
        )

    new, old = _PREFIXES
    said = next((prefix for prefix in _PREFIXES if f":{prefix}:" in arn), None)
    if said is None:  # either one does
        for need in use(new, source=page):
            yield need._replace(alternatives=((f"{old}:UseConnection", arn),))
        return
    other = old if said == new else new
    yield from use(said, source=page)
    yield from use(other, source=_RENAMED, optional=True)


def s3(step: Step) -> Iterator[Need]:
    """Read an object of a bucket with versions."""
    page = f"{GUIDE}/action-reference-S3.html#edit-role-s3source"
    name, key = step.said("S3Bucket"), step.said("S3ObjectKey")
    bucket = bucket_arn(step.asker, name)
    why = f"{step.action.name} reads {name}/{key}"
    ask = step.asker.ask
    yield from ask("s3:GetObject s3:GetObjectVersion", f"{bucket}/{key}", why, page)
    tags = "s3:GetObjectTagging s3:GetObjectVersionTagging"
    yield from ask(tags, f"{bucket}/{key}", why, page, optional=True)
    yield from ask("s3:GetBucketVersioning", bucket, why, page)
    yield from ask("s3:GetBucketAcl s3:GetBucketLocation", bucket, why, page, advised=True)
    key_of_bucket = key_arn(step.asker, index_of(step.asker.deployment).encryption.get(name))
    if key_of_bucket:
        encrypted = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"
        through = via(step.asker, "s3")
        yield from ask("kms:Decrypt", key_of_bucket, why, encrypted, context=through)
    # Without it S3 says of a missing object that it is forbidden, not that it is missing.
    missing = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"
    yield from ask("s3:ListBucket", bucket, why, missing, optional=True)


def ecr(step: Step) -> Iterator[Need]:
    """Look up which digest a tag has."""
    name = step.said("RepositoryName")
    known = step.asker.deployment.repository_of.get(name)
    arn = known.arn if known else step.asker.place.arn("ecr", f"repository/{name}")
    page = f"{GUIDE}/action-reference-ECR.html#edit-role-ecr"
    why = f"{step.action.name} looks up an image of {name}"
    yield from step.asker.ask("ecr:DescribeImages", arn, why, page)
