"""The JSON Schema: it is up to date, accepts what is loaded, and helps with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tandem.config import load
from tandem.config.nodes import Node
from tandem.config.schema import schema, schema_text
from tandem.config.yaml_file import read

ROOT = Path(__file__).parents[2]
HEAD = "project: shop\nregion: us-east-1\n"
ARN = f"'arn:aws:codeconnections:us-east-1:123456789012:connection/{'0' * 36}'"


def parsed(folder: Path, text: str) -> tuple[Path, Node]:
    path = folder / "pipelines.yaml"
    path.write_text(text, encoding="utf-8")
    return path, read(path)[0]


def test_the_committed_schema_is_up_to_date() -> None:
    assert (ROOT / "pipelines.schema.json").read_text(encoding="utf-8") == schema_text()


def test_it_is_a_schema_and_accepts_the_example() -> None:
    Draft202012Validator.check_schema(schema())
    Draft202012Validator(schema()).validate(read(ROOT / "pipelines.yaml")[0].plain())


@pytest.mark.parametrize(
    "text",
    [
        "images: {a: {source: {codecommit: a}}, b: {source: {codecommit: b}, base: a}}",
        "images: {a: {source: {codecommit: a}, base: {repository: a/b}}}",
        "images: {a: {source: {codecommit: a}, base: {X: {repository: aa}, Y: b}}, "
        "b: {source: {s3: abc, key: k}, base: null}}",
        "images: {a: {source: {codecommit: a}, approval: true, "
        "deploy: {ecs: {cluster: a, service: b, container: c}}}}",
        "images: {a: {source: {codecommit: a}, approval: false}}",
        "images: {a: {source: {codecommit: a}, repository: {}}}",
        "images: {a: {source: {codecommit: a}, repository: {existing: aa}}}",
        f"images: {{a: {{source: {{connection: {ARN}, repository: a/b, "
        "filters: {tags: [v*]}}}}",
        f"images: {{a: {{source: {{connection: {ARN}, repository: a/b, "
        "filters: {branches: {exclude: [x]}, paths: [docs/**]}}}}",
        "images: {a: {source: {codecommit: a}, build: {environment: {A: a, B: {secret: b}}}}}",
        "defaults: {source: {codecommit: a, branch: x}, tag: t, build: {environment: {A: a}}}\n"
        "images: {a: {source: {branch: null}, tag: null, build: {environment: {A: null}}}}",
        "defaults: {source: {branch: x}}\nimages: {a: {source: {codecommit: a}}}",
        "defaults:\nimages: {a: {source: {codecommit: a}}}",
        "state: local\nimages: {a: {source: {codecommit: a}}}",
        "state: {cloud: {organization: a, workspace: b}}\nimages: {a: {source: {codecommit: a}}}",
    ],
)
def test_accepts_what_is_loaded(tmp_path: Path, text: str) -> None:
    path, root = parsed(tmp_path, f"{HEAD}{text}\n")
    assert load(path)
    Draft202012Validator(schema()).validate(root.plain())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "images: {}",
        "images: {a: {}}",
        "images: {A: {source: {codecommit: a}}}",
        "images: {a: {source: {codecommit: a}, tagg: x}}",
        "images: {a: {source: {codecommit: a, poll: true}}}",
        "images: {a: {source: {codecommit: a}, mode: QUEUED}}",
        "images: {a: {source: {codecommit: a}, build: {timeout_minutes: '30'}}}",
        "images: {a: {source: {codecommit: a}, build: {timeout_minutes: 3}}}",
        "images: {a: {source: {codecommit: a}, build: {environment: {A-B: x}}}}",
        "defaults: {tagg: x}\nimages: {a: {source: {codecommit: a}}}",
        "state: {s3: {bucket: abc}}\nimages: {a: {source: {codecommit: a}}}",
        "warnings: []\nimages: {a: {source: {codecommit: a}}}",
    ],
)
def test_refuses_what_is_wrong(tmp_path: Path, text: str) -> None:
    _, root = parsed(tmp_path, f"{HEAD}{text}\n")
    assert not Draft202012Validator(schema()).is_valid(root.plain())


def test_every_key_is_described() -> None:
    definitions = {"the file": schema(), **schema()["$defs"]}
    silent = [
        f"{name}.{key}"
        for name, definition in definitions.items()
        for key, value in definition["properties"].items()
        if not value.get("description")
    ]
    assert silent == []
