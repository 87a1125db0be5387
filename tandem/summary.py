"""What there is, as tables for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.markup import escape
from rich.table import Table

from tandem.deployment import Action, Deployment, Rule
from tandem.deployment.symbols import printable, readable, replace_symbols
from tandem.trace.following import Follower


def tables(deployment: Deployment, follower: Follower) -> Iterator[Table]:
    """Repositories, build projects, pipelines and rules; only tables that have rows."""
    repositories = _table("Repositories", "Name", "URL")
    for repository in deployment.repositories:
        _add(repositories, repository.name, repository.url)
    projects = _table("Build projects", "Name", "Pushes")
    pushed = {
        push.project: f"{push.repository}:{push.tag}"  # the last is the one that moves
        for pipeline in deployment.pipelines
        for push in follower.pushes_of(pipeline)
    }
    for project in deployment.projects:
        _add(projects, project.name, pushed.get(project.name, ""))
    pipelines = _table("Pipelines", "Name", "Sources", "Stages")
    for pipeline in deployment.pipelines:
        sources = "\n".join(_source(action) for action in pipeline.sources)
        stages = " → ".join(stage.name for stage in pipeline.stages)
        _add(pipelines, pipeline.name, sources, stages)
    rules = _table("Rules", "Name", "On", "Starts")
    for rule in sorted(deployment.rules, key=lambda rule: rule.name):
        started = (deployment.pipeline_of.get(target.arn) for target in rule.targets)
        names = "\n".join(pipeline.name for pipeline in started if pipeline)
        _add(rules, rule.name, _event(rule), names)
    for table in (repositories, projects, pipelines, rules):
        if table.row_count:
            yield table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _add(table: Table, *cells: str) -> None:
    table.add_row(*map(_text, cells))


def _text(cell: str) -> str:
    """What only the apply knows is left open; lines are kept."""
    lines = replace_symbols(cell, lambda _name: "…").split("\n")
    return escape("\n".join(map(printable, lines)))


def _source(action: Action) -> str:
    """As in `base-image (main)` or `shop/base:latest`."""
    said = action.configuration
    match action.provider:
        case "ECR":
            return f"{said.get('RepositoryName')}:{said.get('ImageTag', 'latest')}"
        case "CodeCommit":
            return f"{said.get('RepositoryName')} ({said.get('BranchName')})"
        case "CodeStarSourceConnection":
            return f"{said.get('FullRepositoryId')} ({said.get('BranchName')})"
        case "S3":
            return f"s3://{said.get('S3Bucket')}/{said.get('S3ObjectKey')}"
    return readable(action.provider)


def _event(rule: Rule) -> str:
    """As in `aws.ecr: shop/base, latest`: where from, and what of the detail is named."""
    if rule.schedule:
        return rule.schedule
    pattern = rule.pattern or {}
    sources = ", ".join(map(str, pattern.get("source", ())))
    detail = pattern.get("detail")
    detail = detail if isinstance(detail, Mapping) else {}
    named = {
        "aws.ecr": ("repository-name", "image-tag"),
        "aws.codecommit": ("referenceName",),
    }.get(sources, ())
    texts = [str(text) for key in named for text in detail.get(key, ())]
    if sources == "aws.codecommit":
        texts = [str(arn).rpartition(":")[2] for arn in pattern.get("resources", ())] + texts
    if sources == "aws.s3":
        parts = ((detail.get("bucket"), "name"), (detail.get("object"), "key"))
        texts = [
            str(text)
            for part, key in parts
            if isinstance(part, Mapping)
            for text in part.get(key, ())
        ]
    return f"{sources}: {', '.join(texts)}" if texts else sources
