"""The summary of a state: who starts whom, and how a person reads it."""

import io
import json
from typing import Any

from rich.console import Console

from tandem.summary import Summary, show, summarize

Values = dict[str, Any]

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def state(*resources: tuple[str, Values], children: Values | None = None) -> Values:
    """What `terraform show -json` prints of these resources."""
    found = [{"mode": "managed", "type": kind, "values": values} for kind, values in resources]
    module: Values = {"resources": found}
    if children:
        module["child_modules"] = [children]
    return {"values": {"root_module": module}}


def repository(name: str) -> tuple[str, Values]:
    return "aws_ecr_repository", {"name": name, "repository_url": f"{REGISTRY}/{name}"}


def project(name: str, url: str, **variables: str) -> tuple[str, Values]:
    named = {"REPOSITORY_URI": url, **variables}
    environment = [{"name": key, "value": value} for key, value in named.items() if value]
    return "aws_codebuild_project", {
        "name": name,
        "environment": [{"environment_variable": environment}],
    }


def action(category: str, provider: str, **configuration: str) -> Values:
    return {"category": category, "provider": provider, "configuration": configuration}


def pipeline(name: str, *stages: tuple[str, Values]) -> tuple[str, Values]:
    by_stage: dict[str, list[Values]] = {}
    for stage, each in stages:
        by_stage.setdefault(stage, []).append(each)
    described = [{"name": stage, "action": actions} for stage, actions in by_stage.items()]
    return "aws_codepipeline", {"name": name, "arn": f"arn:{name}", "stage": described}


def rule(name: str, **event: Any) -> tuple[str, Values]:
    schedule = event.pop("schedule", "")
    pattern = "" if schedule else json.dumps(event)
    values = {"name": name, "schedule_expression": schedule, "event_pattern": pattern}
    return "aws_cloudwatch_event_rule", values


def target(rule: str, pipeline: str, *, action: str = "") -> tuple[str, Values]:
    revisions = {"sourceRevisions": [{"actionName": action}]} if action else {}
    transformer = [{"input_template": json.dumps(revisions)}] if action else []
    values = {"rule": rule, "arn": f"arn:{pipeline}", "input_transformer": transformer}
    return "aws_cloudwatch_event_target", values


def pushed(repository: str, tag: str) -> Values:
    detail = {"repository-name": [repository], "image-tag": [tag]}
    return {"source": ["aws.ecr"], "detail": detail}


GIT = action("Source", "CodeCommit", RepositoryName="base-image", BranchName="main")
HUB = action("Source", "CodeStarSourceConnection", FullRepositoryId="acme/web", BranchName="main")
BASE = action("Source", "ECR", RepositoryName="shop/base", ImageTag="stable")
ECS = action("Deploy", "ECS", ClusterName="prod", ServiceName="web")


def build(project: str) -> Values:
    return action("Build", "CodeBuild", ProjectName=project)


LINKED = state(
    repository("shop/base"),
    repository("shop/web"),
    project("shop-base", f"{REGISTRY}/shop/base", IMAGE_TAG="stable"),
    project("shop-web", f"{REGISTRY}/shop/web"),
    pipeline(
        "shop-web", ("Source", BASE), ("Source", HUB), ("Build", build("shop-web")), ("D", ECS)
    ),
    pipeline("shop-base", ("Source", GIT), ("Build", build("shop-base"))),
    rule(
        "committed",
        source=["aws.codecommit"],
        resources=["arn:aws:codecommit:us-east-1:123456789012:base-image"],
        detail={"referenceName": ["main"]},
    ),
    rule("pushed", **pushed("shop/base", "stable")),
    rule("weekly", schedule="rate(7 days)"),
    target("committed", "shop-base", action="Source"),
    target("pushed", "shop-web", action="BaseImage"),
    target("weekly", "shop-base"),
)


def test_reads_what_is_there() -> None:
    summary = summarize(LINKED)
    assert summary.repositories == (
        ("shop/base", f"{REGISTRY}/shop/base"),
        ("shop/web", f"{REGISTRY}/shop/web"),
    )
    assert summary.projects == {"shop-base": "shop/base:stable", "shop-web": "shop/web:latest"}
    base, web = summary.pipelines
    assert (base.name, base.sources, base.stages) == (
        "shop-base",
        ("base-image (main)",),
        ("Source", "Build"),
    )
    assert (base.deploys_to, base.starts_itself_on) == (None, ())
    assert web.sources == ("shop/base:stable", "acme/web (main)")
    assert web.deploys_to == "prod/web"
    assert web.starts_itself_on == ("push to acme/web (main)",)
    assert {each.name: (each.event, each.starts) for each in summary.rules} == {
        "committed": ("push to base-image (main)", (("shop-base", "Source"),)),
        "pushed": ("shop/base:stable", (("shop-web", "BaseImage"),)),
        "weekly": ("rate(7 days)", (("shop-base", ""),)),
    }


def test_first_events_are_those_that_nothing_here_causes() -> None:
    summary = summarize(LINKED)
    assert summary.first_events() == [
        "push to acme/web (main)",
        "push to base-image (main)",
        "rate(7 days)",
    ]
    assert [each.name for each in summary.started_by("shop/base:stable")] == ["shop-web"]
    assert summary.started_by("shop/base:latest") == []


def test_shows_the_chains() -> None:
    shown = text(summarize(LINKED))
    assert shown.partition("What starts what\n")[2].splitlines() == [
        "├── push to acme/web (main)",
        "│   └── shop-web → shop/web:latest → prod/web deployed",
        "├── push to base-image (main)",
        "│   └── shop-base → shop/base:stable",
        "│       └── shop-web → shop/web:latest → prod/web deployed",
        "└── rate(7 days)",
        "    └── shop-base → shop/base:stable",
        "        └── shop-web → shop/web:latest → prod/web deployed",
    ]
    rows = [line.split() for line in shown.splitlines()]
    assert ["shop-base", "base-image", "(main)", "Source", "→", "Build"] in rows
    start = ["shop-web,", "with", "that", "BaseImage"]
    assert ["pushed", "push", "of", "shop/base:stable", *start] in rows
    assert ["weekly", "rate(7", "days)", "shop-base"] in rows


def text(summary: Summary) -> str:
    out = io.StringIO()
    show(summary, Console(file=out, width=120))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_every_source_has_words() -> None:
    s3 = action("Source", "S3", S3Bucket="sources", S3ObjectKey="a/b.zip")
    detail = {"bucket": {"name": ["sources"]}, "object": {"key": ["a/b.zip"]}}
    elsewhere = action("Source", "ECR", RepositoryName="other/base")
    summary = summarize(
        state(
            pipeline(
                "p", ("Source", s3), ("Source", elsewhere), ("Source", action("Source", "Git"))
            ),
            rule("uploaded", source=["aws.s3"], detail=detail),
            rule("other", source=["acme.builds"]),
        )
    )
    (found,) = summary.pipelines
    assert found.sources == ("s3://sources/a/b.zip", "other/base:latest", "Git")
    assert [each.event for each in summary.rules] == [
        '{"source": ["acme.builds"]}',
        "upload to s3://sources/a/b.zip",
    ]


def test_filters_say_which_pushes() -> None:
    def started_on(**push: Values) -> tuple[str, ...]:
        kinds = {kind: [push[kind]] if kind in push else [] for kind in ("branches", "tags")}
        trigger = {"git_configuration": [{"push": [kinds]}]}
        kind, values = pipeline("web", ("Source", HUB))
        (found,) = summarize(state((kind, {**values, "trigger": [trigger]}))).pipelines
        return found.starts_itself_on

    def names(*includes: str) -> Values:
        return {"includes": list(includes), "excludes": ["old"]}

    assert started_on(tags=names("v*", "w*")) == ("push to acme/web (tag v*, tag w*)",)
    assert started_on(branches=names("release/*")) == ("push to acme/web (release/*)",)
    assert started_on(tags=names()) == ("push to acme/web (tag any)",)


def test_a_project_that_pushes_elsewhere_or_nowhere() -> None:
    summary = summarize(
        state(
            project("outside", f"{REGISTRY}/managed/elsewhere", IMAGE_TAG="v1"),
            project("none", ""),
        )
    )
    assert summary.projects == {"outside": "managed/elsewhere:v1", "none": ""}


def test_a_loop_is_shown_once() -> None:
    summary = summarize(
        state(
            repository("a"),
            project("a", f"{REGISTRY}/a"),
            pipeline("a", ("Source", GIT), ("Build", build("a"))),
            rule("pushed", **pushed("a", "latest")),
            rule("weekly", schedule="rate(7 days)"),
            target("pushed", "a"),
            target("weekly", "a"),
        )
    )
    assert text(summary).count("a → a:latest") == 2


def test_looks_into_modules_and_past_data() -> None:
    data = {"mode": "data", "type": "aws_ecr_repository", "values": {}}
    inner = {
        "resources": [data],
        "child_modules": [state(repository("deep"))["values"]["root_module"]],
    }
    summary = summarize(state(repository("top"), children=inner))
    assert [name for name, _ in summary.repositories] == ["deep", "top"]


def test_nothing_is_nothing() -> None:
    empties: list[Values] = [{}, {"format_version": "1.0"}, {"values": {}}, state()]
    for empty in empties:
        summary = summarize(empty)
        assert summary == Summary(repositories=(), projects={}, pipelines=(), rules=())
    assert text(summary) == "What starts what"
