"""A repository at GitHub, GitLab, Bitbucket or Azure DevOps as a source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modules._cdktf import (
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
    Texts,
    choose,
    every,
    given,
    negated,
    true,
    where,
)
from modules.iam import Statement
from modules.settings import Connection, Filters, Patterns
from modules.sources.action import ACTION, SourceAction, action, artifact_format


def connection(source: Connection) -> SourceAction:
    """Fetch a branch through a connection, which itself tells CodePipeline of pushes."""
    # The service was renamed in July 2024; either prefix may be asked for.
    # https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
    use = ["codeconnections:UseConnection", "codestar-connections:UseConnection"]
    configuration = {
        "ConnectionArn": source.connection,
        "FullRepositoryId": literal(source.repository),
        "BranchName": literal(source.branch),
        "OutputArtifactFormat": artifact_format(source.full_clone),
        # Said in any case: left out, AWS adds a trigger that shows up in every plan.
        "DetectChanges": choose(given(source.filters), "false", "true"),
    }
    return SourceAction(
        action=action(ACTION, "CodeStarSourceConnection", configuration),
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

    def patterns(patterns: Patterns | None) -> list[Any]:
        if patterns is None:
            return []
        block = Block(includes=_some(patterns.include), excludes=_some(patterns.exclude))
        return where(given(patterns), block)

    any_branch = every(negated(given(filters.tags)), negated(given(filters.branches)))
    push = Block(
        tags=patterns(filters.tags),
        branches=[*patterns(filters.branches), *where(any_branch, Block(includes=[branch]))],
        file_paths=patterns(filters.paths),
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
    """The patterns; none at all where there are none, for AWS takes no empty list."""
    if isinstance(patterns, Texts):
        expression = patterns.expression
        return Texts(f"length({expression}) > 0 ? {expression} : null")
    return [literal(pattern) for pattern in patterns] or None
