"""Source actions: git repositories, files in S3, and base images in ECR.

To add a source, add its settings to settings/source.py and its function here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modules._cdktf import (
    CodepipelineStageAction,
    CodepipelineTrigger,
    CodepipelineTriggerGitConfiguration,
    CodepipelineTriggerGitConfigurationPush,
    CodepipelineTriggerGitConfigurationPushBranches,
    CodepipelineTriggerGitConfigurationPushFilePaths,
    CodepipelineTriggerGitConfigurationPushTags,
)
from modules.element import literal
from modules.iam import Statement, plain_in_policy
from modules.naming import fit
from modules.project import Project
from modules.settings import S3, CodeCommit, Connection, Filters, Source
from modules.settings.types import is_token
from modules.triggers import Revision, Trigger

ARTIFACT = "SourceArtifact"
"""The artifact with the Dockerfile: the primary source of every build."""
ACTION = "Source"
"""The action that fetches it, and the namespace of its variables."""

_LONGEST_TRIGGER = 120
_LONGEST_KEY = 200


@dataclass(frozen=True)
class SourceAction:
    """A source of a pipeline, and all that comes with it."""

    action: CodepipelineStageAction
    revision: str
    """The variable that holds the commit or the version, as in `#{Source.CommitId}`."""
    pipeline_needs: Sequence[Statement]
    build_needs: Sequence[Statement] = ()
    trigger: Trigger | None = None
    """What starts the pipeline through EventBridge. None: CodePipeline sees to it itself."""
    git_trigger: CodepipelineTrigger | None = None
    """Filters that CodePipeline applies to pushes."""


def source_action(source: Source, project: Project) -> SourceAction:
    """The source action for an image's own source."""
    match source:
        case CodeCommit():
            return _codecommit(source, project)
        case Connection():
            return _connection(source)
        case S3():
            return _s3(source, project)


def base_image_action(artifact: str, repository: str, tag: str) -> CodepipelineStageAction:
    """The source action for a base image in ECR.

    It is never told to poll: only the trigger starts the pipeline, with the digest that fired.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECR.html
    """
    return _action(
        artifact, "ECR", {"RepositoryName": repository, "ImageTag": tag}, artifact=artifact
    )


def base_image_trigger(name: str, repository: str, tag: str) -> Trigger:
    """A successful push of exactly one tag: the one that links, and that builds push last.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
    """
    return Trigger(
        name=fit(name, limit=_LONGEST_TRIGGER, suffix="-pushed"),
        description=f"Builds on every push of {repository}:{tag}",
        pattern={
            "source": ["aws.ecr"],
            "detail-type": ["ECR Image Action"],
            "detail": {
                "action-type": ["PUSH"],
                "result": ["SUCCESS"],
                "repository-name": [repository],
                "image-tag": [tag],
            },
        },
        revision=Revision("IMAGE_DIGEST", "$.detail.image-digest"),
    )


def _trigger_name(*parts: str, suffix: str) -> str:
    """After what is known now: the number of a token would be another when a stack grows."""
    known = [part for part in parts if not is_token(part)]
    return fit("-".join(known) or "source", limit=_LONGEST_TRIGGER, suffix=suffix)


def _short(key: str) -> str:
    """A key that fits the 512 characters of a description, and is still no other's."""
    return key if is_token(key) or len(key) <= _LONGEST_KEY else fit(key, limit=_LONGEST_KEY)


def _action(
    name: str, provider: str, configuration: dict[str, str], *, artifact: str = ARTIFACT
) -> CodepipelineStageAction:
    return CodepipelineStageAction(
        name=name,
        namespace=name,
        category="Source",
        owner="AWS",
        provider=provider,
        version="1",
        run_order=1,
        configuration=configuration,
        output_artifacts=[artifact],
    )


def _artifact_format(full_clone: bool) -> str:
    return "CODEBUILD_CLONE_REF" if full_clone else "CODE_ZIP"


def _codecommit(source: CodeCommit, project: Project) -> SourceAction:
    arn = project.arn("codecommit", source.codecommit)
    branch = literal(source.branch)
    fetch = [
        "codecommit:CancelUploadArchive",
        "codecommit:GetBranch",
        "codecommit:GetCommit",
        "codecommit:GetUploadArchiveStatus",
        "codecommit:UploadArchive",
    ]
    if source.full_clone:
        fetch.append("codecommit:GetRepository")
    configuration = {
        "RepositoryName": source.codecommit,
        "BranchName": branch,
        "PollForSourceChanges": "false",  # omitted means polling, beside the trigger
        "OutputArtifactFormat": _artifact_format(source.full_clone),
    }
    return SourceAction(
        action=_action(ACTION, "CodeCommit", configuration),
        revision=f"#{{{ACTION}.CommitId}}",
        # https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
        pipeline_needs=[Statement("Source", fetch, [arn])],
        build_needs=[Statement("SourceClone", ["codecommit:GitPull"], [arn])]
        if source.full_clone
        else [],
        trigger=Trigger(
            name=_trigger_name(source.codecommit, source.branch, suffix="-committed"),
            description=f"Builds every commit to {branch} of {source.codecommit}",
            pattern={
                "source": ["aws.codecommit"],
                "detail-type": ["CodeCommit Repository State Change"],
                "resources": [arn],
                "detail": {
                    "event": ["referenceCreated", "referenceUpdated"],
                    "referenceType": ["branch"],
                    "referenceName": [branch],
                },
            },
            revision=Revision("COMMIT_ID", "$.detail.commitId"),
        ),
    )


def _connection(source: Connection) -> SourceAction:
    # The service was renamed in July 2024; either prefix may be asked for.
    # https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
    use = ["codeconnections:UseConnection", "codestar-connections:UseConnection"]
    configuration = {
        "ConnectionArn": source.connection,
        "FullRepositoryId": literal(source.repository),
        "BranchName": literal(source.branch),
        "OutputArtifactFormat": _artifact_format(source.full_clone),
        # Said in any case: left out, AWS adds a trigger that shows up in every plan.
        "DetectChanges": "false" if source.filters else "true",
    }
    return SourceAction(
        action=_action(ACTION, "CodeStarSourceConnection", configuration),
        revision=f"#{{{ACTION}.CommitId}}",
        pipeline_needs=[Statement("Source", use, [source.connection])],
        build_needs=[Statement("SourceClone", use, [source.connection])]
        if source.full_clone
        else [],
        git_trigger=_git_trigger(source.filters, source.branch) if source.filters else None,
    )


def _git_trigger(filters: Filters, branch: str) -> CodepipelineTrigger:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html."""
    if filters.tags:
        push = CodepipelineTriggerGitConfigurationPush(
            tags=CodepipelineTriggerGitConfigurationPushTags(
                includes=_some(filters.tags.include), excludes=_some(filters.tags.exclude)
            )
        )
    else:
        branches, paths = filters.branches, filters.paths
        push = CodepipelineTriggerGitConfigurationPush(
            branches=CodepipelineTriggerGitConfigurationPushBranches(
                includes=_some(branches.include if branches else [branch]),
                excludes=_some(branches.exclude if branches else []),
            ),
            file_paths=CodepipelineTriggerGitConfigurationPushFilePaths(
                includes=_some(paths.include), excludes=_some(paths.exclude)
            )
            if paths
            else None,
        )
    return CodepipelineTrigger(
        provider_type="CodeStarSourceConnection",
        git_configuration=CodepipelineTriggerGitConfiguration(
            source_action_name=ACTION, push=[push]
        ),
    )


def _some(patterns: Sequence[str]) -> list[str] | None:
    return [literal(pattern) for pattern in patterns] or None


def _s3(source: S3, project: Project) -> SourceAction:
    bucket = f"arn:{project.partition}:s3:::{source.s3}"
    key = literal(source.key)
    in_policy = source.key if is_token(source.key) else plain_in_policy(source.key)
    needs_key = (
        [Statement("SourceKey", ["kms:Decrypt"], [source.kms_key])] if source.kms_key else []
    )
    return SourceAction(
        action=_action(
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
                [
                    "s3:GetBucketAcl",
                    "s3:GetBucketLocation",
                    "s3:GetBucketVersioning",
                    "s3:ListBucket",
                ],
                [bucket],
            ),
            *needs_key,
        ],
        trigger=Trigger(
            name=_trigger_name(source.s3, source.key, suffix="-uploaded"),
            description=f"Builds every upload of {literal(_short(source.key))} to {source.s3}",
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
            pattern={
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {"bucket": {"name": [source.s3]}, "object": {"key": [key]}},
            },
            revision=Revision("S3_OBJECT_VERSION_ID", "$.detail.object.version-id"),
        ),
    )
