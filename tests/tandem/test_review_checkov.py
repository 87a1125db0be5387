"""What checkov says of both sides of a plan, by a program that stands in for it."""

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tandem.cli import app
from tandem.review.findings import checkov
from tandem.review.findings.checkov import scan
from tandem.review.findings.errors import ScanError
from tandem.review.findings.scanned import sides
from tandem.review.model import ReviewFinding

Json = dict[str, Any]

STAND_IN = """#!{python}
import json, os, sys
from pathlib import Path

files = [sys.argv[n + 1] for n, it in enumerate(sys.argv) if it == "-f"]
failed = []
for name in files:
    text = Path(name).read_text()
    assert text.count("\\n") > 3, "in a file of a single line checkov finds nothing"
    for resource in json.loads(text)["planned_values"]["root_module"].get("resources", []):
        for check in resource["values"].get("fails", []):
            failed.append({{
                "check_id": check,
                "check_name": "Ensure it is encrypted",
                "check_result": {{"evaluated_keys": resource["values"].get("keys")}},
                "file_path": "/" + name,
                "resource": "aws_sqs_queue.dead",
                "resource_address": resource["address"],
                "guideline": None,
            }})
Path({seen!r}).write_text(json.dumps([os.getcwd(), sys.argv[1:], dict(os.environ)]))
print(json.dumps({{"results": {{"failed_checks": failed, "parsing_errors": {errors!r}}}}}))
{more}
sys.exit(1 if failed else 0)
"""


class StandIn:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = folder / "seen.json"

    def program(self, *, errors: list[str] | None = None, more: str = "") -> str:
        file = self._folder / "checkov"
        said = STAND_IN.format(
            python=sys.executable, seen=str(self._seen), errors=errors or [], more=more
        )
        file.write_text(said)
        file.chmod(0o700)
        return str(file)

    @property
    def seen(self) -> tuple[str, list[str], dict[str, str]]:
        folder, arguments, environment = json.loads(self._seen.read_text())
        return folder, arguments, environment


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path)


def queue(name: str, *fails: str, **more: Any) -> Json:
    return {
        "address": f"aws_sqs_queue.{name}",
        "mode": "managed",
        "type": "aws_sqs_queue",
        "name": name,
        "values": {"name": name, "fails": list(fails)},
        **more,
    }


def plan(planned: list[Json], prior: list[Json] | None = None, **more: Any) -> Json:
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": planned}},
        **more,
    }
    if prior is not None:
        document["prior_state"] = {"values": {"root_module": {"resources": prior}}}
    return document


def said(found: Sequence[ReviewFinding]) -> list[tuple[str, str, bool]]:
    return [(it.finding.address, it.finding.check, it.new) for it in found]


def test_what_failed_before_is_not_new(stand_in: StandIn) -> None:
    after = [queue("a", "CKV_AWS_27", "CKV_AWS_28")]
    found = scan(plan(after, [queue("a", "CKV_AWS_27")]), command=stand_in.program())
    assert said(found) == [
        ("aws_sqs_queue.a", "CKV_AWS_27", False),
        ("aws_sqs_queue.a", "CKV_AWS_28", True),
    ]
    finding = found[1]
    assert finding.source == "checkov"
    assert finding.finding.cause == 'it fails "Ensure it is encrypted"'
    assert finding.page.startswith("https://www.checkov.io/")


@pytest.mark.parametrize(
    ("check", "keys", "remedy"),
    [
        ("CKV_AWS_27", ["name"], "change name so that it passes"),
        ("CKV_AWS_27", ["name/[0]/of", "name"], "change name/[0]/of, name so that it passes"),
        ("CKV_AWS_27", [], "change it as the page of the check says"),
        ("CKV_AWS_314", ["enabled_logs_exports"], "change it as the page of the check says"),
        ("CKV_AWS_18", ["resource_type", "name"], "change it as the page of the check says"),
        ("CKV2_AWS_57", ["name"], "change it as the page of the check says"),
    ],
)
def test_only_an_argument_of_its_own_is_a_remedy(
    check: str, keys: list[str], remedy: str, stand_in: StandIn
) -> None:
    failing = queue("a", check)
    failing["values"]["keys"] = keys
    (found,) = scan(plan([failing]), command=stand_in.program())
    assert found.finding.remedy == remedy


def test_everything_of_a_first_apply_is_new(stand_in: StandIn) -> None:
    found = scan(plan([queue("a", "CKV_AWS_27")]), command=stand_in.program())
    assert [new for _, _, new in said(found)] == [True]


def test_drift_is_from_what_was_left_to_what_was_found(stand_in: StandIn) -> None:
    drifted = {**queue("a"), "change": {"before": {"fails": ["CKV_AWS_1"]}, "after": {}}}
    document = plan([], [queue("a", "CKV_AWS_1", "CKV_AWS_2")], resource_drift=[drifted])
    found = scan(document, drift=True, command=stand_in.program())
    assert [(check, new) for _, check, new in said(found)] == [
        ("CKV_AWS_1", False),
        ("CKV_AWS_2", True),
    ]


def test_it_runs_by_itself_and_leaves_nothing(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's settings, which could send the plan elsewhere; and no file stays."""
    monkeypatch.setenv("BC_API_KEY", "canary")
    scan(plan([queue("a")], [queue("b")]), command=stand_in.program())
    folder, arguments, environment = stand_in.seen
    assert not Path(folder).exists()
    assert Path(environment["HOME"]) == Path(folder)
    assert "canary" not in json.dumps(environment)
    assert "--skip-download" in arguments
    assert "terraform_plan" in arguments


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("print('Traceback\\nOSError: no space', file=sys.stderr); sys.exit(2)", "no space"),
        ("sys.exit(3)", "it ended with status 3"),
        ("os.kill(os.getpid(), 9)", "it ended with status -9"),
        ("print('and more')", "answers otherwise"),
    ],
)
def test_what_goes_wrong_is_said_in_a_line(stand_in: StandIn, more: str, expected: str) -> None:
    with pytest.raises(ScanError, match=expected) as failed:
        scan(plan([queue("a")]), command=stand_in.program(more=more))
    assert str(failed.value).startswith("checkov ")
    assert "\n" not in str(failed.value)


def test_one_that_does_not_end_is_ended(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkov, "_TIMEOUT_SECONDS", 0.5)
    with pytest.raises(ScanError, match=r"checkov did not end within 0\.5 seconds"):
        scan(plan([]), command=stand_in.program(more="import time; time.sleep(60)"))


def test_a_plan_that_it_cannot_read_is_no_pass(stand_in: StandIn) -> None:
    with pytest.raises(ScanError, match="checkov cannot read the plan"):
        scan(plan([queue("a")]), command=stand_in.program(errors=["planned.json"]))


def test_a_program_that_is_not_there_or_no_program(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="none cannot be run"):
        scan(plan([]), command=str(tmp_path / "none"))


# The command line


def reviewed(folder: Path, *options: str, **env: str) -> Result:
    """Review a plan that destroys nothing and lets nobody do anything."""
    document = {
        **plan([queue("a", "CKV_AWS_27")]),
        "terraform_version": "1.11.4",
        "configuration": {"root_module": {}},
        "resource_changes": [],
    }
    file = folder / "plan.json"
    file.write_text(json.dumps(document))
    return CliRunner().invoke(app, ["review", str(file), *options], env=env)


@pytest.fixture
def installed(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Put a stand-in where checkov is looked for, or nothing."""

    def install(**how: Any) -> None:
        monkeypatch.setattr(checkov, "_OWN", Path(stand_in.program(**how)))

    monkeypatch.setattr(checkov, "_OWN", tmp_path / "none")
    monkeypatch.setattr("shutil.which", {"node": shutil.which("node")}.get)
    return install


@pytest.mark.parametrize("how", [{"options": ["--checkov"]}, {"TANDEM_CHECKOV": "true"}])
def test_what_it_finds_closes_the_gate(
    how: dict[str, Any], installed: Callable[..., None], tmp_path: Path
) -> None:
    installed()
    found = reviewed(tmp_path, *how.pop("options", ()), **how)
    assert found.exit_code == 1
    assert "CKV_AWS_27" in found.stdout


@pytest.mark.parametrize("value", ["", "false", "0"])
def test_nobody_looks_where_nobody_was_asked(
    value: str, installed: Callable[..., None], tmp_path: Path
) -> None:
    installed()
    found = reviewed(tmp_path, TANDEM_CHECKOV=value)
    assert (found.exit_code, "CKV_AWS_27" in found.stdout) == (0, False)


@pytest.mark.parametrize(
    ("how", "line"),
    [
        (None, "checkov is not installed: install it (pipx install checkov), or leave"),
        ({"more": "sys.exit(3)"}, "checkov found nothing out: it ended with status 3"),
        ({"errors": ["planned.json"]}, "checkov cannot read the plan"),
        ({"more": "print('and more')"}, "checkov answers otherwise than version 3 does"),
    ],
)
def test_no_gate_passes_without_it(
    how: dict[str, Any] | None, line: str, installed: Callable[..., None], tmp_path: Path
) -> None:
    if how is not None:
        installed(**how)
    found = reviewed(tmp_path, "--checkov", "--markdown", str(tmp_path / "review.md"))
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.startswith(line)
    assert len(found.stderr.splitlines()) == 1
    assert not (tmp_path / "review.md").exists()


def test_what_belonged_together_is_said_of_what_goes() -> None:
    """Scanners find it in the configuration, which no longer has it."""
    block = {"address": "aws_sqs_queue.stays", "expressions": {"name": {}}}
    prior = [
        queue("stays", depends_on=["aws_kms_key.old"]),
        queue("goes", depends_on=["aws_kms_key.old"], index=0),
        queue("stays", deposed_key="0"),
    ]
    configuration = {"provider_config": {"aws": {}}, "root_module": {"resources": [block]}}
    before = sides(plan([], prior, configuration=configuration)).before
    assert before is not None
    blocks = before["configuration"]["root_module"]["resources"]
    assert [it["address"] for it in blocks] == ["aws_sqs_queue.stays", "aws_sqs_queue.goes"]
    assert blocks[0] == block
    assert blocks[1]["expressions"] == {"depends_on": {"references": ["aws_kms_key.old"]}}
    assert before["configuration"]["provider_config"] == {"aws": {}}
    assert len(before["planned_values"]["root_module"]["resources"]) == 2
