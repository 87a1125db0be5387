"""Hostile plans: one clear line and exit status 2, or a review."""

import json
import random
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from review_plans.reviewed import printed, reviewed
from review_plans.secret import CANARIES
from synthesis import ROOT
from typer.testing import CliRunner

from tandem.cli import app

KEPT = ROOT / "tests/review_plans/kept"
"""Two of the sample plans: made with `python -m review_plans`."""
SECRETS = (KEPT / "secrets-changed.json").read_bytes()
PLAN = (KEPT / "team-renamed.json").read_bytes()
DEEP = 100_000


def refused(content: bytes, folder: Path) -> str:
    """What is said of a file that is no plan: one line; nothing is printed, nothing is written."""
    file = folder / "plan.json"
    file.write_bytes(content)
    out = [folder / name for name in ("review.md", "review.html", "review.sarif")]
    written = [
        f"--{kind}={it}" for kind, it in zip(("markdown", "html", "sarif"), out, strict=True)
    ]
    run = CliRunner().invoke(app, ["review", str(file), *written], catch_exceptions=False)
    assert run.exit_code == 2, run.output
    assert run.stdout == ""
    assert [it for it in out if it.exists()] == []
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"{file}")
    assert len(line) - len(str(file)) < 200
    return line


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b" \n" * 1000, "is empty", id="blank"),
        pytest.param(b"PK\x03\x04\x14\x00", "is a plan file", id="binary-plan"),
        pytest.param(b"\x1f\x8b\x08\x00\xff\xfe", "is no text", id="compressed"),
        pytest.param(b"<html>Not Found</html>", "is no JSON", id="page"),
        pytest.param(b"Plan: 1 to add, 0 to change.", "is no JSON", id="text-for-people"),
        pytest.param(b'{"@level":"info"}\n{"@level":"info"}', "is the log of", id="log"),
        pytest.param(b"null", "is no JSON object", id="null"),
        pytest.param(b"[]", "is no JSON object", id="list"),
        pytest.param(b"{}", "is no plan", id="empty-object"),
        pytest.param(b"[" * DEEP, "is nested too deep", id="deep"),
        pytest.param(
            b'{"format_version":"1.2","resource_changes":' + b'{"a":' * DEEP,
            "too deep",
            id="deeper",
        ),
        pytest.param(b'{"format_version":"1.2","x":' + b"9" * 5000 + b"}", "too long", id="number"),
        pytest.param(b'{"format_version":"2.0","planned_values":{}}', "version 2.0", id="future"),
        pytest.param(b'{"format_version":1.2,"planned_values":{}}', "is none", id="odd-version"),
        pytest.param(b'{"format_version":"1.0","values":{}}', "is a state", id="shown-state"),
        pytest.param(b'{"version":4,"serial":1,"resources":[]}', "is a state", id="state"),
        pytest.param(b'{"resource":{"aws_x":{}}}', "is a configuration", id="configuration"),
        pytest.param(
            b'{"format_version":"1.2","resource_changes":[null]}', "as Terraform writes", id="hole"
        ),
        pytest.param(
            b'{"format_version":"1.2","resource_changes":"x"}', "as Terraform writes", id="text"
        ),
    ],
)
def test_what_is_no_plan_is_one_clear_line(content: bytes, says: str, tmp_path: Path) -> None:
    assert says in refused(content, tmp_path)


@pytest.mark.parametrize("part", range(1, 10))
def test_a_plan_that_ends_too_early_is_one_clear_line(part: int, tmp_path: Path) -> None:
    line = refused(SECRETS[: len(SECRETS) * part // 10], tmp_path)
    assert "is no JSON" in line
    assert [secret for secret in CANARIES if secret in line] == []


@pytest.mark.parametrize("name", ["folder", "nowhere"])
def test_no_file_is_one_clear_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    run = CliRunner().invoke(app, ["review", str(tmp_path / name)], catch_exceptions=False)
    assert run.exit_code == 2
    assert len(run.stderr.splitlines()) == 1
    assert str(tmp_path / name) in run.stderr


def test_a_later_format_with_keys_that_nobody_knows_is_read() -> None:
    plan = json.loads(PLAN)
    plan |= {"format_version": "1.99", "later": {"x": [1]}}
    for change in plan["resource_changes"]:
        change["later"] = change["change"]["later"] = {"x": [1]}
    assert reviewed(plan).data["counts"] == reviewed(PLAN).data["counts"]


def test_no_secret_is_told_in_any_format() -> None:
    assert [secret for secret in CANARIES if secret.encode() in SECRETS] != []
    texts = {**reviewed(SECRETS).texts, "printed": printed(SECRETS)}
    assert [(it, kind) for kind, text in texts.items() for it in CANARIES if it in text] == []


KINDS: dict[str, tuple[Any, Any]] = {
    "short": ("Zq7", {"copy": "Zq7"}),
    "word": ("zyxwvutsr", {"copy": "zyxwvutsr", "arn": "arn:aws:x:::zyxwvutsr"}),
    "number": (48151623420815, {"copy": 48151623420815, "text": "n=48151623420815"}),
    "pin": (739151, {"copy": 739151, "text": "pin: 739151"}),
    "list": (["CANARY-in-list", "Zq8x"], {"copy": "CANARY-in-list", "last": "Zq8x"}),
    "map": ({"CANARY key": "CANARY-in-map"}, {"copy": {"CANARY key": 1}}),
    "key": ("-----BEGIN-----\nCANARYabcdefghijklmnop\n", {"copy": " CANARYabcdefghijklmnop\n "}),
    "script": ("#!/bin/sh\nlogin CANARY\n", {"copy": "a:\n  - login CANARY\n"}),
    "json": ('{"a": "CANARY<1"}', {"copy": json.dumps({"b": json.dumps({"a": "CANARY<1"})})}),
    "encoded": (
        "login QWx9 CANARY",
        {"copy": b64encode(b"#!/bin/sh\nlogin QWx9 CANARY\n").decode()},
    ),
}
"""Secrets with the copies that a provider makes of them."""
TOLD = ("CANARY", "Zq7", "Zq8x", "zyxwvutsr", "48151623420815", "739151", "bG9naW4gUVd4OSBDQU5BU")


def test_no_kind_of_secret_is_told_in_any_format() -> None:
    document = json.loads(PLAN)
    for action, (kind, (secret, copies)) in product(("create", "update", "delete"), KINDS.items()):
        about = {"mode": "managed", "type": "aws_thing", "name": kind, "provider_name": "aws"}
        about["address"] = f"aws_thing.{kind}_{action}"
        values = {"secret": secret, **copies}
        change: dict[str, Any] = {"actions": [action]}
        for side, absent in (("before", "create"), ("after", "delete")):
            change[side] = None if action == absent else {**values, "side": side}
            change[f"{side}_sensitive"] = {"secret": True}
        document["resource_changes"].append({**about, "change": change})
        state = {**about, "values": values, "sensitive_values": {"secret": True}}
        for part in (document["planned_values"], document["prior_state"]["values"]):
            part["root_module"].setdefault("resources", []).append(state)
    review = reviewed(document)
    assert review.exit_status in (0, 1)
    assert all(f"aws_thing.{kind}_update" in review.markdown for kind in KINDS)
    assert [(it, kind) for kind, text in review.texts.items() for it in TOLD if it in text] == []


# Sizes


def test_a_policy_that_nobody_could_compare_is_said_to_be_unknown() -> None:
    """Patterns by patterns by resources: it would take minutes."""
    document = json.loads(PLAN)
    (change,) = [it for it in document["resource_changes"] if it["type"] == "aws_iam_role_policy"]
    many = range(200)
    statements = [
        {
            "Effect": "Allow",
            "Action": [f"s3:Get{number}*" for number in many],
            "Resource": [f"arn:aws:s3:::{statement}-{number}-*/*" for number in many],
        }
        for statement in range(10)
    ]
    change["change"]["after"]["policy"] = json.dumps({"Statement": statements})
    change["change"]["after_unknown"] = {}
    for resource in document["planned_values"]["root_module"]["resources"]:
        if resource["address"] == change["address"]:
            resource["values"] = change["change"]["after"]
    review = reviewed(document)
    assert review.objections["access-hidden"] == {"aws_iam_role.build"}
    (role,) = [it for it in review.data["permissions"] if it["kind"] == "role"]
    assert role["unknown"]


# Forms


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*at, key))


ODD: list[Callable[[Any], Any]] = [
    lambda _: None,
    lambda _: True,
    lambda _: 5,
    lambda _: "canary-of-a-default",
    lambda _: [],
    lambda _: {},
    lambda it: [it],
    lambda it: {"canary-of-a-default": it},
    lambda it: [it, it],
]


@pytest.mark.parametrize("seed", range(15))
def test_a_plan_of_another_form_is_refused_or_reviewed(seed: int, tmp_path: Path) -> None:
    """Whatever stands where something else is expected: and nothing of it is quoted."""
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret with it
    document = json.loads(SECRETS)
    everywhere = [it for it in places(document) if it]
    for place in chance.sample(everywhere, 5):
        put(document, place, chance.choice(ODD))
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document))
    run = CliRunner().invoke(app, ["review", str(file)], catch_exceptions=False)
    assert run.exit_code in (0, 1, 2)
    if run.exit_code == 2:
        assert run.stdout == ""
        assert len(run.stderr.splitlines()) == 1
        assert [secret for secret in CANARIES if secret in run.stderr] == []


def put(document: Any, place: tuple[Any, ...], change: Callable[[Any], Any]) -> None:
    """Change what stands at a place, if it is still there."""
    for key in place[:-1]:
        try:
            document = document[key]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(document, dict) and place[-1] in document:
        document[place[-1]] = change(document[place[-1]])
