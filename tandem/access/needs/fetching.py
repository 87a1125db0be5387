"""What a build needs to get its source and to hand over what it makes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tandem.access.chosen import chosen
from tandem.access.needs.asking import Asker
from tandem.access.needs.need import Need
from tandem.access.needs.sources import is_clone, use_connection
from tandem.access.needs.steps import GUIDE, Step
from tandem.access.needs.stored import bucket_arn, encryption, folder
from tandem.builds import Build
from tandem.deployment import Action, BuildProject, Pipeline, Store
from tandem.deployment.blocks import block, text
from tandem.deployment.symbols import symbol

SERVICE_ROLE = "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html"
_KEY_PAGE = "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-kms.html"
_OWNER_PAGE = "https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-access-control-identity-based.html#secure-s3-buckets"
_CLONE_PAGE = f"{GUIDE}/troubleshooting.html#codebuild-role-connections"
_PULL_PAGE = f"{GUIDE}/troubleshooting.html#codebuild-role-codecommitclone"
_CODECOMMIT = re.compile(r"https://git-codecommit\.[^/]+/v1/repos/(?P<name>[^/]+)/?")


def artifacts(run: Build, role: Asker) -> Iterator[Need]:
    """Read the artifacts that an action of a pipeline gets, and write those it makes."""
    if run.pipeline is None or run.action is None:
        return
    name, makes = run.project.name, bool(run.action.outputs)
    for store in run.pipeline.stores:
        if not _is_used(store, run.action, role):
            continue
        objects = folder(store, run.pipeline.name, role)
        why = f"{name} gets artifacts of {run.pipeline.name}"
        read = "s3:GetObject s3:GetObjectVersion"
        yield from role.ask(read, objects, why, SERVICE_ROLE)
        why = f"{name} hands artifacts to {run.pipeline.name}"
        yield from role.ask("s3:PutObject", objects, why, SERVICE_ROLE, optional=not makes)
        why = f"{name} makes sure whose bucket {store.bucket} is"
        owner = "s3:GetBucketAcl s3:GetBucketLocation"
        yield from role.ask(owner, bucket_arn(role, store.bucket), why, _OWNER_PAGE, advised=True)
        why = f"artifacts in {store.bucket} are encrypted"
        for key in dict.fromkeys((store.key, own_key(run.project))):
            yield from encryption(key, role, why, _KEY_PAGE)
    yield from _clones(run.pipeline, run.action, role)


def own_key(project: BuildProject) -> str | None:
    """The key that a project is given; None: S3's own, which AWS fills in where nothing is said."""
    default = symbol(f"{project.address}.encryption_key")
    return None if project.key == default else project.key


def _is_used(store: Store, action: Action, role: Asker) -> bool:
    """Whether an action uses a store: that of its region."""
    return store.region in (None, action.region or role.place.region)


def _clones(pipeline: Pipeline, action: Action, role: Asker) -> Iterator[Need]:
    """Clone the repositories of which the source actions give the build an address only."""
    for source in pipeline.sources:
        if not set(source.outputs) & set(action.inputs):
            continue
        step = Step(pipeline, source, role)
        clone = is_clone(step)
        if clone is False:
            continue
        if source.provider == "CodeCommit":
            name = step.said("RepositoryName")
            arn = role.place.arn("codecommit", name)
            why = f"{action.name} clones {name}"
            optional = clone is None
            yield from role.ask("codecommit:GitPull", arn, why, _PULL_PAGE, optional=optional)
        elif source.provider == "CodeStarSourceConnection" and clone:
            name = step.said("FullRepositoryId")
            why, arn = f"{action.name} clones {name}", step.said("ConnectionArn")
            yield from use_connection(role, arn, why, _CLONE_PAGE, {"FullRepositoryId": name})


def own_source(project: BuildProject, role: Asker) -> Iterator[Need]:
    """Get the source of a project that gets it by itself, and hand over what it makes."""
    source = block(project.resource.values, "source")
    location = text(source, "location") or ""
    why = f"{project.name} gets its source"
    if project.source_type == "CODECOMMIT":
        found = _CODECOMMIT.fullmatch(location)
        if found:
            arn = role.place.arn("codecommit", found["name"])
            yield from role.ask("codecommit:GitPull", arn, why, SERVICE_ROLE)
    if project.source_type == "S3" and location:
        name, _, key = location.partition("/")
        bucket = bucket_arn(role, name)
        read = "s3:GetObject s3:GetObjectVersion"
        yield from role.ask(read, f"{bucket}/{key or chosen('object')}", why, SERVICE_ROLE)
        owner = "s3:GetBucketAcl s3:GetBucketLocation"
        yield from role.ask(owner, bucket, why, _OWNER_PAGE, advised=True)
    connection = text(block(source, "auth"), "resource")
    if connection and text(block(source, "auth"), "type") in ("CODECONNECTIONS", "CODESTAR"):
        yield from _connected(connection, role, why)
    made = block(project.resource.values, "artifacts")
    made_in = text(made, "location")
    if text(made, "type") == "S3" and made_in:
        why = f"{project.name} hands over what it makes"
        bucket = bucket_arn(role, made_in)
        yield from role.ask("s3:PutObject", f"{bucket}/{_key(project)}", why, SERVICE_ROLE)
        owner = "s3:GetBucketAcl s3:GetBucketLocation"
        yield from role.ask(owner, bucket, why, _OWNER_PAGE, advised=True)
        yield from encryption(own_key(project), role, why, _KEY_PAGE)


def _key(project: BuildProject) -> str:
    """The key of what a build makes, or of one of the files where it is not packed.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectArtifacts.html
    """
    made = block(project.resource.values, "artifacts")
    parts = [(text(made, "path") or "").strip("/")]
    if text(made, "namespace_type") == "BUILD_ID":
        parts.append(chosen("build"))
    parts.append(text(made, "name") or project.name)
    if text(made, "packaging") == "NONE":
        parts.append(chosen("file"))
    return "/".join(filter(None, parts))


def _connected(arn: str, role: Asker, why: str) -> Iterator[Need]:
    """https://docs.aws.amazon.com/codebuild/latest/userguide/connections-github-app.html."""
    page = "https://docs.aws.amazon.com/codebuild/latest/userguide/connections-github-app.html"
    for prefix in ("codeconnections", "codestar-connections"):
        matches = f":{prefix}:" in arn
        actions = f"{prefix}:GetConnection {prefix}:GetConnectionToken"
        yield from role.ask(actions, arn, why, page, optional=not matches)
        yield from role.ask(f"{prefix}:UseConnection", arn, why, page, optional=True)
