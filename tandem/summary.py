"""What exists after an apply, as a person wants to read it: from Terraform's state alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.tree import Tree

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Pipeline:
    """A pipeline, and what its actions read, build and deploy."""

    name: str
    sources: tuple[str, ...]
    """As in `base-image (main)` or `shop/base:latest`, by action in the order of the stage."""
    project: str
    deploys_to: str | None
    """As in `prod/web`."""
    stages: tuple[str, ...]
    starts_itself_on: tuple[str, ...]
    """Events that CodePipeline sees without a rule, as in `push to acme/web (main)`."""


@dataclass(frozen=True)
class Rule:
    """An EventBridge rule."""

    name: str
    event: str
    """As in `push to base-image (main)`, `shop/base:latest` or `rate(7 days)`."""
    starts: tuple[tuple[str, str], ...]
    """Pipelines, and the source action that gets the exact revision (or an empty text)."""


@dataclass(frozen=True)
class Summary:
    """The image pipelines that a state describes."""

    repositories: tuple[tuple[str, str], ...]
    """Names and URLs."""
    projects: Mapping[str, str]
    """Build projects, and the image they push, as in `shop/web:latest`."""
    pipelines: tuple[Pipeline, ...]
    rules: tuple[Rule, ...]

    def started_by(self, event: str) -> list[Pipeline]:
        """The pipelines that an event starts, through a rule or by themselves."""
        by_rule = {name for rule in self.rules if rule.event == event for name, _ in rule.starts}
        return [
            pipeline
            for pipeline in self.pipelines
            if pipeline.name in by_rule or event in pipeline.starts_itself_on
        ]

    def first_events(self) -> list[str]:
        """The events that no pipeline causes: pushes to sources, and schedules."""
        events = {rule.event for rule in self.rules}
        events |= {event for pipeline in self.pipelines for event in pipeline.starts_itself_on}
        return sorted(events - set(self.projects.values()))


def summarize(state: Mapping[str, Any]) -> Summary:
    """Read a state, as `terraform show -json` prints it.

    https://developer.hashicorp.com/terraform/internals/json-format#state-representation
    """
    resources: dict[str, list[Values]] = {}
    root = (state.get("values") or {}).get("root_module") or {}
    for resource in _resources(root):
        if resource["mode"] == "managed":
            resources.setdefault(resource["type"], []).append(resource["values"])
    repositories = {
        values["repository_url"]: values["name"]
        for values in resources.get("aws_ecr_repository", [])
    }
    return Summary(
        repositories=tuple(sorted((name, url) for url, name in repositories.items())),
        projects={
            values["name"]: _pushed_image(values, repositories)
            for values in resources.get("aws_codebuild_project", [])
        },
        pipelines=tuple(
            sorted(
                (_pipeline(values) for values in resources.get("aws_codepipeline", [])),
                key=lambda pipeline: pipeline.name,
            )
        ),
        rules=tuple(_rules(resources)),
    )


def _resources(module: Values) -> Iterator[Values]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _pushed_image(project: Values, repositories: Mapping[str, str]) -> str:
    variables = {
        variable["name"]: variable["value"]
        for variable in project["environment"][0]["environment_variable"]
    }
    url = variables.get("REPOSITORY_URI", "")
    if not url:
        return ""
    name = repositories.get(url, url.partition("/")[2])
    return f"{name}:{variables.get('IMAGE_TAG', 'latest')}"


def _source(action: Values) -> str:
    settings = action["configuration"]
    match action["provider"]:
        case "ECR":
            return f"{settings['RepositoryName']}:{settings.get('ImageTag', 'latest')}"
        case "CodeCommit":
            return f"{settings['RepositoryName']} ({settings['BranchName']})"
        case "CodeStarSourceConnection":
            return f"{settings['FullRepositoryId']} ({settings['BranchName']})"
        case "S3":
            return f"s3://{settings['S3Bucket']}/{settings['S3ObjectKey']}"
        case other:
            return str(other)


def _pipeline(values: Values) -> Pipeline:
    actions = [action for stage in values["stage"] for action in stage["action"]]
    sources = [action for action in actions if action["category"] == "Source"]
    deploys = [action["configuration"] for action in actions if action["provider"] == "ECS"]
    builds = [action["configuration"] for action in actions if action["provider"] == "CodeBuild"]
    return Pipeline(
        name=values["name"],
        sources=tuple(_source(action) for action in sources),
        project=builds[0]["ProjectName"] if builds else "",
        deploys_to=f"{deploys[0]['ClusterName']}/{deploys[0]['ServiceName']}" if deploys else None,
        stages=tuple(stage["name"] for stage in values["stage"]),
        starts_itself_on=tuple(
            f"push to {action['configuration']['FullRepositoryId']} ({pushes})"
            for action in sources
            if action["provider"] == "CodeStarSourceConnection"
            for pushes in _filtered(values) or [action["configuration"]["BranchName"]]
        ),
    )


def _filtered(pipeline: Values) -> list[str]:
    """Which pushes start a pipeline with filters, as in `release/*` or `tag v*`."""
    return [
        ", ".join(f"{kind}{pattern}" for pattern in names["includes"] or ["any"])
        for trigger in pipeline.get("trigger") or []
        for git in trigger["git_configuration"]
        for push in git["push"]
        for kind, found in (("tag ", push["tags"]), ("", push["branches"]))
        for names in found
    ]


def _rules(resources: Mapping[str, list[Values]]) -> Iterator[Rule]:
    names: dict[str, str] = {
        values["arn"]: values["name"] for values in resources.get("aws_codepipeline", [])
    }
    for rule in sorted(
        resources.get("aws_cloudwatch_event_rule", []), key=lambda values: str(values["name"])
    ):
        targets = [
            (names.get(target["arn"], str(target["arn"])), _pinned_action(target))
            for target in resources.get("aws_cloudwatch_event_target", [])
            if target["rule"] == rule["name"]
        ]
        yield Rule(rule["name"], _event(rule), tuple(sorted(targets)))


def _event(rule: Values) -> str:
    if rule["schedule_expression"]:
        return str(rule["schedule_expression"])
    pattern = json.loads(rule["event_pattern"])
    detail = pattern.get("detail", {})
    match pattern.get("source"):
        case ["aws.ecr"]:
            return f"{detail['repository-name'][0]}:{detail['image-tag'][0]}"
        case ["aws.codecommit"]:
            repository = pattern["resources"][0].rpartition(":")[2]
            return f"push to {repository} ({detail['referenceName'][0]})"
        case ["aws.s3"]:
            return f"upload to s3://{detail['bucket']['name'][0]}/{detail['object']['key'][0]}"
        case _:
            return str(rule["event_pattern"])


def _pinned_action(target: Values) -> str:
    for transformer in target.get("input_transformer") or []:
        revisions = json.loads(transformer["input_template"]).get("sourceRevisions", [])
        return str(revisions[0]["actionName"]) if revisions else ""
    return ""


def show(summary: Summary, console: Console) -> None:
    """Print it as tables, and the chains of what starts what."""
    repositories = _table("Repositories", "Name", "URL")
    for row in summary.repositories:
        repositories.add_row(*row)
    projects = _table("Build projects", "Name", "Pushes")
    for name, image in sorted(summary.projects.items()):
        projects.add_row(name, image)
    pipelines = _table("Pipelines", "Name", "Sources", "Stages")
    for pipeline in summary.pipelines:
        pipelines.add_row(pipeline.name, "\n".join(pipeline.sources), " → ".join(pipeline.stages))
    rules = _table("Rules", "Name", "On", "Starts")
    for rule in summary.rules:
        starts = [f"{name}, with that {action}" if action else name for name, action in rule.starts]
        rules.add_row(rule.name, _in_words(rule.event), "\n".join(starts))
    for table in (repositories, projects, pipelines, rules):
        if table.row_count:
            console.print(table, "")
    tree = Tree("[bold]What starts what", guide_style="dim")
    for event in summary.first_events():
        _grow(tree.add(_in_words(event), highlight=False), summary, event, ())
    console.print(tree)


def _grow(tree: Tree, summary: Summary, event: str, before: tuple[str, ...]) -> None:
    """Add to `tree` what `event` starts, and what that starts, and so on."""
    for pipeline in summary.started_by(event):
        image = summary.projects.get(pipeline.project, "")
        deployed = f"{pipeline.deploys_to} deployed" if pipeline.deploys_to else ""
        text = " → ".join(part for part in (pipeline.name, image, deployed) if part)
        branch = tree.add(text, highlight=False)
        if pipeline.name not in before:  # a loop would be followed for ever
            _grow(branch, summary, image, (*before, pipeline.name))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _in_words(event: str) -> str:
    return event if event.startswith(("push ", "upload ", "rate", "cron")) else f"push of {event}"
