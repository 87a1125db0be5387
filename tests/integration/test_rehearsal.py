"""Plans without an account: against the emulator, with what was there before."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from looking import Look
from synthesis import read, run_python, synthesize

from tandem.rehearsal import main, rehearse

pytestmark = pytest.mark.integration

SLOW = "aws_s3_bucket_lifecycle_configuration"
"""The provider waits a minute for it."""
ACCOUNT = "111122223333"
SHOP: dict[str, Any] = {
    "project": "shop",
    "region": "eu-west-1",
    "account": ACCOUNT,
    "state": {"s3": {"bucket": "acme-terraform", "key": "shop.tfstate"}},
    "images": {
        "base": {"source": {"codecommit": "base"}, "repository": {"existing": "acme/base"}},
        "web": {
            "base": "base",
            "source": {"codecommit": "web"},
            "deploy": {"ecs": {"cluster": "prod", "service": "web", "container": "web"}},
        },
    },
}


def stack(folder: Path, described: Mapping[str, Any]) -> Path:
    """The stack of a file, without what takes a minute."""
    folder.mkdir()
    (folder / "pipelines.yaml").write_text(json.dumps(described))
    found = synthesize(folder / "pipelines.yaml", folder / "out")
    content = read(found)
    content["resource"].pop(SLOW, None)
    (found / "cdk.tf.json").write_text(json.dumps(content))
    return found


def actions(plan: Mapping[str, Any]) -> dict[str, list[str]]:
    """What happens to each resource; nothing of those that stay as they are."""
    changes = {it["address"]: it["change"]["actions"] for it in plan["resource_changes"]}
    return {address: does for address, does in changes.items() if does not in (["no-op"], ["read"])}


def test_a_change_is_planned_against_what_was_there(tmp_path: Path) -> None:
    tagged = {**SHOP, "images": {**SHOP["images"], "base": {**SHOP["images"]["base"], "tag": "v1"}}}
    before, after = stack(tmp_path / "before", SHOP), stack(tmp_path / "after", tagged)
    files = sorted(tmp_path.rglob("*"))
    plan = tmp_path / "plan.json"
    run = run_python("-m", "tandem.rehearsal", "--before", str(before), str(after), str(plan))
    assert run.returncode == 0, run.stderr
    document = json.loads(plan.read_text())
    changed = actions(document)
    assert "aws_codepipeline.web_pipeline" in changed
    assert not any("aws_ecr_repository." in address for address in changed)
    assert 0 < len(changed) < 10
    assert Look(document).first_events
    assert sorted(tmp_path.rglob("*")) == sorted([*files, plan])


def test_without_anything_before_all_is_new(tmp_path: Path) -> None:
    document = rehearse(stack(tmp_path / "new", SHOP))
    assert set(map(tuple, actions(document).values())) == {("create",)}
    assert ACCOUNT in json.dumps(document["planned_values"])


def test_what_cannot_be_planned_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = stack(tmp_path / "wrong", SHOP)
    content = read(found)
    content["resource"]["aws_nothing"] = {"it": {}}
    (found / "cdk.tf.json").write_text(json.dumps(content))
    assert main([str(found), str(tmp_path / "plan.json")]) == 1
    assert "aws_nothing" in capsys.readouterr().err
    assert main([str(tmp_path / "none"), str(tmp_path / "plan.json")]) == 1
    assert "No such file" in capsys.readouterr().err
    assert not (tmp_path / "plan.json").exists()
