"""Source actions: git repositories, files in S3, and base images in ECR.

To add a source, add its settings to settings/source.py and its function here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

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
from modules.expressions import (
    Block,
    Condition,
    Text,
    TextMap,
    Texts,
    choose,
    every,
    given,
    negated,
    true,
    where,
)
from modules.iam import Statement, plain_in_policy
from modules.naming import fit
from modules.project import Project
from modules.settings import S3, CodeCommit, Connection, Filters, Source
from modules.settings.types import is_token
from modules.symbols import AnySource
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
    triggers: Sequence[Trigger] = ()
    """What starts the pipeline through EventBridge. None: CodePipeline sees to it itself."""
    git_triggers: Sequence[Any] = ()
    """Filters that CodePipeline applies to pushes."""


def source_action(source: Source | AnySource, project: Project) -> SourceAction:
    """The source action for an image's own source."""
    match source:
        case AnySource():
            return _any(source, project)
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
    if isinstance(key, Text):
        return Text(f"substr({key.expression}, 0, {_LONGEST_KEY})")
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
    return str(choose(true(full_clone), "CODEBUILD_CLONE_REF", "CODE_ZIP"))


def _any(source: AnySource, project: Project) -> SourceAction:
    """An action of which Terraform decides the provider, and all that depends on it."""
    kinds = {
        "codecommit": _codecommit(source.codecommit, project),
        "connection": _connection(source.connection),
        "s3": _s3(source.s3, project),
    }

    def one_of(value: Callable[[SourceAction], object]) -> Any:
        *others, (_, last) = ((source.is_kind(kind), value(it)) for kind, it in kinds.items())
        chosen = last
        for is_kind, other in reversed(others):
            chosen = choose(is_kind, other, chosen)
        return chosen

    def only(kind: str, statements: Sequence[Statement]) -> list[Statement]:
        is_kind = source.is_kind(kind)
        return [replace(item, when=every(is_kind, item.when)) for item in statements]

    configuration = one_of(lambda it: it.action.configuration)
    return SourceAction(
        action=_action(
            ACTION,
            one_of(lambda it: it.action.provider),
            TextMap(configuration.expression),
        ),
        revision=one_of(lambda it: it.revision),
        pipeline_needs=[
            needed for kind, it in kinds.items() for needed in only(kind, it.pipeline_needs)
        ],
        build_needs=[needed for kind, it in kinds.items() for needed in only(kind, it.build_needs)],
        triggers=[
            replace(trigger, exists=source.is_kind(kind))
            for kind, it in kinds.items()
            for trigger in it.triggers
        ],
        git_triggers=kinds["connection"].git_triggers,
    )


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
    clone = true(source.full_clone)
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
        pipeline_needs=[
            Statement("Source", [*fetch, *where(clone, "codecommit:GetRepository")], [arn])
        ],
        build_needs=[Statement("SourceClone", ["codecommit:GitPull"], [arn], when=clone)],
        triggers=[
            Trigger(
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
            )
        ],
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
        "DetectChanges": choose(given(source.filters), "false", "true"),
    }
    return SourceAction(
        action=_action(ACTION, "CodeStarSourceConnection", configuration),
        revision=f"#{{{ACTION}.CommitId}}",
        pipeline_needs=[Statement("Source", use, [source.connection])],
        build_needs=[
            Statement("SourceClone", use, [source.connection], when=true(source.full_clone))
        ],
        git_triggers=_git_triggers(source.filters, source.branch),
    )


def _git_triggers(filters: Filters | None, branch: str) -> list[Any]:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html."""
    if filters is None:
        return []
    if isinstance(given(filters), Condition):
        return where(given(filters), _any_git_trigger(filters, branch))
    return [_git_trigger(filters, branch)]


def _any_git_trigger(filters: Filters, branch: str) -> Block:
    """A trigger for tags, or for branches and paths, as Terraform decides."""

    def patterns(name: str) -> Block:
        def some(which: str) -> Texts:
            given_patterns = f"{filters.expression}.{name}.{which}"
            return Texts(f"length({given_patterns}) > 0 ? {given_patterns} : null")

        return Block(includes=some("include"), excludes=some("exclude"))

    by_tag, by_branch = given(filters.tags), given(filters.branches)
    any_branch = every(negated(by_tag), negated(by_branch))
    push = Block(
        tags=where(by_tag, patterns("tags")),
        branches=[
            *where(by_branch, patterns("branches")),
            *where(any_branch, Block(includes=[branch])),
        ],
        file_paths=where(given(filters.paths), patterns("paths")),
    )
    return Block(
        provider_type="CodeStarSourceConnection",
        git_configuration=Block(source_action_name=ACTION, push=push),
    )


def _git_trigger(filters: Filters, branch: str) -> CodepipelineTrigger:
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
    in_policy = _plain_key(source.key)
    needs_key = (
        []
        if source.kms_key is None
        else [Statement("SourceKey", ["kms:Decrypt"], [source.kms_key], when=given(source.kms_key))]
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
        triggers=[
            Trigger(
                name=_trigger_name(source.s3, source.key, suffix="-uploaded"),
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
