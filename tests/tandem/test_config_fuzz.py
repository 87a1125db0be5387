"""Whatever the file holds: settings, or problems that can be read. Never another exception."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tandem.config import Config, ConfigError, load
from tandem.config.reference_examples import EXAMPLES
from tandem.config.schema import schema
from tandem.config.yaml_file import read

FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ARN = (
    "arn:aws:codeconnections:us-east-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef"
)
VALID: dict[str, Any] = {
    "project": "shop",
    "region": "us-east-1",
    "environment": "prod",
    "account": "123456789012",
    "tags": {"team": "web"},
    "state": {"s3": {"bucket": "acme-state", "key": "k"}},
    "artifacts": {"expire_days": 7},
    "defaults": {"build": {"environment": {"A": "a"}}, "approval": True, "source": {"branch": "x"}},
    "images": {
        "base": {"source": {"codecommit": "base"}, "repository": {"keep_images": 3}},
        "web": {
            "base": {"BASE_IMAGE": "base", "TOOLS": {"repository": "p/tools", "tag": "v1"}},
            "source": {
                "connection": ARN,
                "repository": "acme/web",
                "filters": {"tags": ["v*"]},
            },
            "build": {"environment": {"B": {"secret": "x"}}, "timeout_minutes": 9},
            "deploy": {"ecs": {"cluster": "a", "service": "b", "container": "c"}},
        },
        "app": {"base": "web", "source": {"s3": "abc", "key": "k"}, "renamed_from": "old"},
    },
}
WORDS = [key for text in EXAMPLES.values() for key in text.replace("{", " ").split() if ":" in key]
KEYS = st.sampled_from([word.strip(":{},") for word in WORDS]) | st.text(max_size=5)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | KEYS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def outcome(path: Path, data: bytes) -> Config | None:
    path.write_bytes(data)
    text = data.decode(errors="replace")
    try:
        return load(path)
    except ConfigError as error:
        for problem in error.problems:
            assert problem.message
            assert "\n" not in str(problem)
            inner = {"(name)", "(text)", "[key]"} & set(problem.key.split("."))
            assert not inner or inner.pop() in text
            assert problem.line is None or 1 <= problem.line <= len(text.splitlines()) + 1
    return None


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


@FEW
@given(data=st.binary(max_size=200))
def test_bytes(tmp_path: Path, data: bytes) -> None:
    outcome(tmp_path / "x", data)


@FEW
@given(text=st.text("a:-[]{}#&*!|>'\"%@`,?\n \t1\\x", max_size=60))
def test_almost_yaml(tmp_path: Path, text: str) -> None:
    outcome(tmp_path / "x", text.encode())


@FEW
@given(data=st.dictionaries(KEYS, VALUES, max_size=6))
def test_random_settings(tmp_path: Path, data: dict[str, object]) -> None:
    outcome(tmp_path / "x", json.dumps(data, allow_nan=True).encode())


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    data = copy.deepcopy(VALID)
    for _ in range(draw(st.integers(1, 3))):
        node: Any = data
        while isinstance(node, dict) and node:
            key = draw(st.sampled_from(sorted(node)))
            if not isinstance(node[key], dict) or not node[key] or draw(st.integers(0, 3)) == 0:
                break
            node = node[key]
        match draw(st.sampled_from(["replace", "replace", "add", "remove"])):
            case "replace":
                node[key] = draw(VALUES)
            case "add":
                node[draw(KEYS)] = draw(VALUES)
            case "remove":
                del node[key]
        if not data:
            break
    return data


@settings(FEW, max_examples=150)
@given(data=mutated())
def test_mutations_and_the_schema(tmp_path: Path, data: dict[str, Any]) -> None:
    path = tmp_path / "x"
    if outcome(path, json.dumps(data).encode()):
        # What is loaded, editors must accept.
        errors = list(validator().iter_errors(read(path)[0].plain()))
        assert not errors


@FEW
@given(position=st.integers(0, 2000), junk=st.binary(min_size=1, max_size=4))
def test_damaged_text(tmp_path: Path, position: int, junk: bytes) -> None:
    text = json.dumps(VALID, indent=1).encode()
    position %= len(text)
    outcome(tmp_path / "x", text[:position] + junk + text[position + len(junk) :])


def test_the_file_that_is_mutated_is_right(tmp_path: Path) -> None:
    assert outcome(tmp_path / "x", json.dumps(VALID).encode())
