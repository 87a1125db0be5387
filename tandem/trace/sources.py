"""What source actions and webhooks hear of by themselves, without a rule of EventBridge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from tandem.deployment import Action, BuildProject, Deployment, Pipeline
from tandem.deployment.place import Place
from tandem.deployment.symbols import equal, is_known, symbol
from tandem.trace.events import (
    Event,
    commit_pushed,
    git_pushed,
    image_pushed,
    object_uploaded,
)
from tandem.trace.git_filters import (
    blocks,
    depends_on_files,
    examples,
    trigger_lets_through,
)
from tandem.trace.patterns import Answer, every, some
from tandem.trace.webhooks import repository_in, webhook_examples, webhook_lets_through

DEFAULT_TAG = "latest"
"""https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECR.html"""

How = Literal["connection", "polling", "webhook"]

_SUBJECTS = {
    "CodeStarSourceConnection": "FullRepositoryId",
    "GitHub": "Repo",
    "S3": "S3Bucket",
}
_BRANCH = "main"
_UNSAID = "it depends on what is known only after the apply"
_FILES = "it depends on the files that change"


@dataclass(frozen=True)
class Listener:
    """A pipeline or a project that an event starts without a rule."""

    what: Pipeline | BuildProject
    doubt: str
    """Why it may not start; empty: it does."""
    how: How
    """By which way it hears of the event."""


class Sources:
    """All that listens by itself, found by the name of what it listens to."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._by_subject: dict[str, list[tuple[Pipeline, Action]]] = defaultdict(list)
        self._webhooks: dict[str, list[tuple[BuildProject, Mapping[str, Any]]]] = defaultdict(list)
        self._classic = [
            resource.values
            for resource in deployment.resources.values()
            if resource.type == "aws_codepipeline_webhook"
        ]
        for pipeline in deployment.pipelines:
            for action in pipeline.sources:
                self._by_subject[subject_of(pipeline, action)].append((pipeline, action))
        for resource in deployment.resources.values():
            name = resource.values.get("project_name")
            project = deployment.project_of.get(name) if isinstance(name, str) else None
            if resource.type == "aws_codebuild_webhook" and project:
                self._webhooks[repository_of(project)].append((project, resource.values))

    def hear(self, event: Event) -> Iterator[Listener]:
        """What an event starts, and what it may start."""
        for pipeline, action in self._by_subject.get(event.subject) or self._perhaps(event):
            answer, doubt = self._hears(pipeline, action, event)
            answer = every([answer, equal(subject_of(pipeline, action), event.subject)])
            if event.region and equal(self._region(pipeline), event.region) is False:
                continue
            if answer is not False:
                doubt = event.doubt or ("" if answer else doubt)
                yield Listener(pipeline, doubt, self._way(pipeline, action))
        for project, values in self._webhooks.get(event.subject, ()):
            if event.kind == "git" and not event.document:
                answer = webhook_lets_through(blocks(values, "filter_group"), event)
                if answer is not False:
                    doubt = "" if answer else "its webhook's filters depend on more of the event"
                    yield Listener(project, event.doubt or doubt, "webhook")

    def _way(self, pipeline: Pipeline, action: Action) -> How:
        if action.provider == "CodeStarSourceConnection":
            return "connection"
        is_pushed = action.provider == "GitHub" and self._classic_webhook(pipeline, action)
        return "webhook" if is_pushed else "polling"

    def _region(self, pipeline: Pipeline) -> str:
        return Place.of(self._deployment, pipeline.arn).region

    def _perhaps(self, event: Event) -> list[tuple[Pipeline, Action]]:
        """Those that may read what the event is about, when nothing surely does."""
        return [
            each
            for subject in self._unknown
            if equal(subject, event.subject) is None
            for each in self._by_subject[subject]
        ]

    @cached_property
    def _unknown(self) -> list[str]:
        return [subject for subject in self._by_subject if not is_known(subject)]

    def _hears(self, pipeline: Pipeline, action: Action, event: Event) -> tuple[Answer, str]:
        said = action.configuration
        match action.provider, event.kind:
            case "CodeCommit", "git" if event.document:
                return every([_polls(action), _is_branch(said.get("BranchName"), event)]), _UNSAID
            case "S3", "upload":
                key = equal(said.get("S3ObjectKey") or _unsaid(pipeline, action), event.reference)
                return every([_polls(action), key]), _UNSAID
            case "GitHub", "git" if not event.document:
                hears = some([_polls(action), self._classic_webhook(pipeline, action)])
                return every([hears, _is_branch(said.get("Branch"), event)]), _UNSAID
            case "CodeStarSourceConnection", "git" if not event.document:
                return _connection_hears(pipeline, action, event)
        return False, ""

    def _classic_webhook(self, pipeline: Pipeline, action: Action) -> Answer:
        """https://docs.aws.amazon.com/codepipeline/latest/userguide/appendix-github-oauth.html."""
        return any(
            values.get("target_pipeline") == pipeline.name
            and values.get("target_action") == action.name
            for values in self._classic
        )

    def events(self) -> Iterator[Event]:
        """A push, or an upload, to each source; and for each filter one that it lets through."""
        for pipeline in self._deployment.pipelines:
            for action in pipeline.sources:
                yield from _events_of(self._deployment, pipeline, action)
        for repository, hooks in self._webhooks.items():
            for project, values in hooks:
                branch = str(project.resource.values.get("source_version") or _BRANCH)
                found = list(webhook_examples(blocks(values, "filter_group"), repository, branch))
                yield from found or [git_pushed(repository, branch)]


def subject_of(pipeline: Pipeline, action: Action) -> str:
    """What a source action reads: the name of a git or ECR repository, or of a bucket.

    Of an action of which a plan knows nothing yet, it is a symbol.
    """
    said = action.configuration
    if action.provider == "GitHub" and "Repo" in said:
        return f"{said.get('Owner', '')}/{said['Repo']}"
    return said.get(_SUBJECTS.get(action.provider, "RepositoryName")) or _unsaid(pipeline, action)


def _unsaid(pipeline: Pipeline, action: Action) -> str:
    return symbol(f"what {action.name} of {pipeline.name} reads")


def repository_of(project: BuildProject) -> str:
    """The git repository of a build project of its own, as in `acme/web`."""
    source = next(iter(blocks(project.resource.values, "source")), {})
    return repository_in(str(source.get("location") or ""))


def _polls(action: Action) -> Answer:
    """Whether an action looks for changes itself, as it does where nothing is said.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/PollForSourceChanges-defaults.html
    """
    said = action.configuration.get("PollForSourceChanges")
    if not action.configuration or (said is not None and not is_known(said)):
        return None
    return said is None or said.lower() != "false"


def _is_branch(branch: str | None, event: Event) -> Answer:
    return event.change == "branch" and equal(branch or _BRANCH, event.reference)


def _detects(action: Action) -> Answer:
    """Whether a connection starts the pipeline on pushes to the branch, as it does if unsaid."""
    said = action.configuration.get("DetectChanges")
    if not action.configuration or (said is not None and not is_known(said)):
        return None
    return said is None or said.lower() != "false"


def _configurations(pipeline: Pipeline, action: Action) -> list[Mapping[str, Any]]:
    """The git configurations of the triggers for a source action."""
    return [
        git
        for trigger in pipeline.triggers
        for git in blocks(trigger, "git_configuration")
        if git.get("source_action_name") == action.name
    ]


def _is_filtered(git: Mapping[str, Any]) -> bool:
    return bool(blocks(git, "push") or blocks(git, "pull_request"))


def _connection_hears(pipeline: Pipeline, action: Action, event: Event) -> tuple[Answer, str]:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html."""
    configurations = _configurations(pipeline, action)
    default = _is_branch(action.configuration.get("BranchName"), event)
    if not configurations:
        return every([_detects(action), default]), _UNSAID
    answer = some(
        trigger_lets_through(git, event) if _is_filtered(git) else default for git in configurations
    )
    waits = event.paths is None and any(map(depends_on_files, configurations))
    return answer, _FILES if waits else _UNSAID


def _events_of(deployment: Deployment, pipeline: Pipeline, action: Action) -> Iterator[Event]:
    said, subject = action.configuration, subject_of(pipeline, action)
    match action.provider:
        case "CodeCommit":
            branch = said.get("BranchName") or _BRANCH
            yield commit_pushed(deployment, subject, branch, near=pipeline.arn)
        case "GitHub":
            yield git_pushed(subject, said.get("Branch") or _BRANCH)
        case "S3":
            key = said.get("S3ObjectKey") or _unsaid(pipeline, action)
            yield object_uploaded(deployment, subject, key, near=pipeline.arn)
        case "ECR":
            tag = said.get("ImageTag") or DEFAULT_TAG
            yield image_pushed(deployment, subject, tag, near=pipeline.arn)
        case "CodeStarSourceConnection":
            branch = said.get("BranchName") or _BRANCH
            configurations = _configurations(pipeline, action)
            if not all(map(_is_filtered, configurations)) or not configurations:
                yield git_pushed(subject, branch)
            for git in configurations:
                yield from examples(git, subject, branch)
