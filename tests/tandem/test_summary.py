"""The tables of what there is, from the README's file as it is synthesized."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from synthesis import ROOT, Block, read, synthesize

from tandem.deployment import understand
from tandem.summary import tables
from tandem.trace.following import Follower


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesize(ROOT / "examples/walkthrough/pipelines.yaml", tmp_path_factory.mktemp("out"))


def lines(document: Block) -> list[str]:
    deployment = understand(document)
    out = io.StringIO()
    console = Console(file=out, width=200)
    for table in tables(deployment, Follower(deployment)):
        console.print(table)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_everything_is_named(stack: Path) -> None:
    host = "….dkr.ecr.eu-west-1.amazonaws.com"
    shown = [" ".join(line.split()) for line in lines(read(stack))]
    assert shown == [
        "Repositories",
        "Name URL",
        f"shop-prod/base {host}/shop-prod/base",
        f"shop-prod/web {host}/shop-prod/web",
        "Build projects",
        "Name Pushes",
        "shop-prod-base shop-prod/base:latest",
        "shop-prod-web shop-prod/web:latest",
        "Pipelines",
        "Name Sources Stages",
        "shop-prod-base base-image (main) Source → Build",
        "shop-prod-web shop-prod/base:latest Source → Build → Approval → Deploy",
        "web (release)",
        "Rules",
        "Name On Starts",
        "shop-prod-base-image-main-committed aws.codecommit: base-image, main shop-prod-base",
        "shop-prod-base-pushed aws.ecr: shop-prod/base, latest shop-prod-web",
        "shop-prod-base-scheduled cron(0 3 ? * SUN *) shop-prod-base",
        "shop-prod-web-release-committed aws.codecommit: web, release shop-prod-web",
    ]


def test_names_are_no_markup(stack: Path) -> None:
    document = read(stack)
    document["resource"]["aws_codepipeline"]["web_pipeline"]["name"] = "[red]web[/red]"
    assert any("[red]web[/red]" in line for line in lines(document))


def test_what_is_not_there_has_no_table(stack: Path) -> None:
    document = read(stack)
    del document["resource"]["aws_cloudwatch_event_rule"]
    assert "Rules" not in lines(document)
