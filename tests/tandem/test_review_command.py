"""`tandem review` as it is called: what it reads, prints, writes and exits with."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from synthesis import ROOT
from typer.testing import CliRunner, Result

from tandem.cli import app

PLAN = ROOT / "tests" / "foreign" / "two-sources" / "plan.json"
CONFIG = """\
project: shop
region: us-east-1
images:
  base: {source: {codecommit: base}}
review:
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the file of this project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TANDEM_CONFIG", raising=False)


def run(*arguments: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["review", *map(str, arguments)], input=given)


@cache
def plain() -> Result:
    """The review of the plan, with all its roles."""
    return run(PLAN)


@cache
def as_json() -> Any:
    return json.loads(run(PLAN, "--json").stdout)


def destroying(folder: Path) -> Path:
    """A plan that takes no time: a repository is destroyed."""
    name = {"address": "aws_ecr_repository.r", "type": "aws_ecr_repository", "name": "r"}
    about = {**name, "mode": "managed", "provider_name": "registry.terraform.io/hashicorp/aws"}
    change = {"actions": ["delete"], "before": {"name": "r"}, "after": None, "after_unknown": {}}
    plan = folder / "destroying.json"
    plan.write_text(
        json.dumps({"format_version": "1.2", "resource_changes": [about | {"change": change}]})
    )
    return plan


def data(plan: Path, *arguments: object) -> Any:
    return json.loads(run(plan, "--json", *arguments).stdout)


def edited(file: Path, **parts: Any) -> Path:
    file.write_text(json.dumps({**json.loads(PLAN.read_text()), **parts}))
    return file


def test_a_closed_gate_is_exit_status_1_and_the_comment_is_printed() -> None:
    found = plain()
    assert found.exit_code == 1
    assert found.stdout.startswith("## ⛔ Blocked by ")
    assert found.stderr == ""


def test_a_plan_of_nothing_passes(tmp_path: Path) -> None:
    empty: dict[str, Any] = {"format_version": "1.2", "terraform_version": "1.11.4"}
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({**empty, "resource_changes": [], "planned_values": {}}))
    found = run(plan)
    assert (found.exit_code, found.stdout[:18]) == (0, "## ✅ Nothing chang")


def test_standard_input_is_a_plan_too() -> None:
    assert run("-", given=PLAN.read_bytes()).stdout == plain().stdout


def test_each_format_is_written(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("markdown", "html", "sarif")}
    found = run(PLAN, *(part for name, file in files.items() for part in (f"--{name}", file)))
    assert files["markdown"].read_text(encoding="utf-8") == found.stdout
    assert files["html"].read_text(encoding="utf-8").startswith("<!doctype html>")
    (results,) = json.loads(files["sarif"].read_text(encoding="utf-8"))["runs"]
    assert {it["ruleId"] for it in results["results"]} >= {
        it["check"] for it in as_json()["findings"]
    }


def test_the_comment_is_as_short_as_it_is_asked_to_be() -> None:
    assert len(run(PLAN, "--limit", 2_500).stdout) <= 2_500


@pytest.mark.parametrize("limit", ["1999", "abc", "-5", "", "10,240", "9" * 5000, "٣٠٠٠"])
def test_a_limit_that_is_none_is_said_in_one_line(limit: str) -> None:
    found = run(PLAN, f"--limit={limit}")
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr == "--limit: give a number of characters from 2000 to 999999999\n"


def test_a_waiver_of_the_file_opens_the_gate(tmp_path: Path) -> None:
    plan, config = destroying(tmp_path), tmp_path / "pipelines.yaml"
    waivers = [
        f'    - {{address: "*", rule: {rule}, reason: agreed, expires: 2999-12-31}}\n'
        for rule in {it["rule"] for it in data(plan)["objections"]}
    ]
    config.write_text(f"{CONFIG}  waivers:\n{''.join(waivers)}")
    assert run(plan).exit_code == 0  # it is where it is looked for
    assert run(plan, "--config", config).stdout.startswith("## ✅ Passes with ")
    config.write_text(config.read_text().replace("2999", "2001"))
    assert {it["rule"] for it in data(plan)["objections"]} >= {"waiver-expired"}
    assert run(plan).exit_code == 1


def test_code_scanning_gets_a_path_in_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expired = {"address": "a.b", "rule": "data-destroyed", "reason": "x", "expires": "2001-01-01"}
    (tmp_path / "deep").mkdir()
    config = tmp_path / "deep" / "my file.yaml"
    config.write_text(json.dumps({"review": {"waivers": [expired]}}))
    plan = tmp_path / "plan.json"
    plan.write_text('{"format_version": "1.2", "planned_values": {}}')

    def places(given: object) -> set[str]:
        results = tmp_path / "results"
        run(plan, "--config", given, "--sarif", results)
        return set(re.findall('"uri": "(.*?)"', results.read_text()))

    for given in (config, "deep/my file.yaml", "./deep/../deep/my file.yaml"):
        assert places(given) == {"deep/my%20file.yaml"}
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert places(config) == places("../deep/my file.yaml") == {"my%20file.yaml"}


def test_a_wrong_file_is_said_line_by_line(tmp_path: Path) -> None:
    config = tmp_path / "wrong.yaml"
    config.write_text(f"{CONFIG}  findings: some\n  pipelin: true\n")
    found = run(PLAN, "--config", config)
    assert found.exit_code == 2
    assert len(found.stderr.splitlines()) == 2
    assert all(line.startswith(f"{config}:") for line in found.stderr.splitlines())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", ": is empty: it needs review"),
        ("# nothing\n---\n", ": is empty: it needs review"),
        ("- review", ":1: must be a mapping with review"),
        ("review", ":1: must be a mapping with review"),
        ("review:", ":1: review: must be a mapping, received nothing"),
    ],
)
def test_a_file_without_exceptions_is_one_line(tmp_path: Path, content: str, why: str) -> None:
    config = tmp_path / "exceptions.yaml"
    config.write_text(content)
    found = run(PLAN, "--config", config)
    assert (found.exit_code, found.stdout, found.stderr) == (2, "", f"{config}{why}\n")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"PK\x03\x04", b"[]", b'{"format_version": "2.0"}', b"\xff\x00\xfe"]
)
def test_what_is_no_plan_is_said_in_one_line(tmp_path: Path, content: bytes) -> None:
    plan = tmp_path / "plan.json"
    plan.write_bytes(content)
    page = tmp_path / "review.html"
    found = run(plan, "--html", page)
    assert found.exit_code == 2
    assert found.stdout == ""
    assert len(found.stderr.splitlines()) == 1
    assert found.stderr.startswith(f"{plan}:")
    assert not page.exists()


def test_what_is_wrong_quotes_no_value(tmp_path: Path) -> None:
    changes = [{"address": "a.b", "change": {"actions": ["CANARY-1234"], "before": 5}}]
    found = run(edited(tmp_path / "plan.json", resource_changes=changes))
    assert found.exit_code == 2
    assert "CANARY" not in found.output
    assert len(found.stderr.splitlines()) == 1


def test_no_folder_is_made(tmp_path: Path) -> None:
    file = tmp_path / "none" / "review.html"
    found = run(PLAN, "--html", file)
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr == f"{file}: cannot be written: make the folder {file.parent} first\n"
    assert not file.parent.exists()


def test_a_file_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = run(destroying(tmp_path), "--markdown", tmp_path / "file" / "review.md")
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.startswith(f"{tmp_path / 'file' / 'review.md'}: cannot be written: ")


@pytest.mark.parametrize("option", ["--markdown", "--html", "--sarif"])
def test_standard_output_is_no_file(tmp_path: Path, option: str) -> None:
    found = run(PLAN, option, "-")
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.startswith(f"{option} -: name a file;")
    assert len(found.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_no_output_is_written_over_another_or_over_the_plan(tmp_path: Path) -> None:
    file = tmp_path / "review.html"
    found = run(PLAN, "--markdown", file, "--html", "./review.html")
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr == "--html and --markdown are the same file: review.html\n"
    assert not file.exists()
    plan = destroying(tmp_path)
    assert run(plan, "--sarif", plan).stderr == (
        f"--sarif and PLAN_JSON are the same file: {plan}\n"
    )
    assert run(plan, "--markdown", os.devnull, "--html", os.devnull).exit_code == 1


def test_a_file_with_nothing_but_the_review_is_enough(tmp_path: Path) -> None:
    config = tmp_path / "exceptions.yaml"
    waiver = '{address: "*", rule: data-destroyed, reason: agreed, expires: 2999-12-31}'
    config.write_text(f"review: {{waivers: [{waiver}]}}\n")
    waived = [
        it for it in data(destroying(tmp_path), "--config", config)["objections"] if it["waiver"]
    ]
    assert waived
    assert {it["rule"] for it in waived} == {"data-destroyed"}


def test_pythons_own_words_are_not_shown(tmp_path: Path) -> None:
    changes = json.loads(PLAN.read_text())["resource_changes"]
    changes[0]["change"]["after_unknown"] = 7
    plan = edited(tmp_path / "plan.json", resource_changes=changes)
    assert run(plan).stderr == f"{plan}: is not as Terraform writes a plan (AttributeError)\n"


def test_what_is_not_known_is_said_once_for_what_is_alike() -> None:
    said = as_json()["not_known"]
    assert said
    assert len(said) == len(set(said))
    assert not any("\ue000" in line for line in said)
