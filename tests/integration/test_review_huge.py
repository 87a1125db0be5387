"""Plans of a hundred megabytes: reviewed or refused, and never with all of the memory."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from synthesis import ROOT, Block, environment

pytestmark = pytest.mark.integration

MEGABYTE = 1_000_000
MUCH = 100 * MEGABYTE
MOST_MEMORY = 1_500 * MEGABYTE
CHANGES = 100
LINE = "echo one more line of a script that nobody reads to the end\n"


@pytest.fixture(scope="module")
def huge() -> Iterator[Path]:
    """Long scripts that change in one line, each written down four times."""
    with TemporaryDirectory() as folder:  # pytest would keep its own
        file = Path(folder) / "plan.json"
        file.write_text(json.dumps(plan_of_scripts()))
        assert file.stat().st_size > MUCH
        yield file


def plan_of_scripts() -> Block:
    script = LINE * (MUCH // CHANGES // 4 // len(LINE) + 1)
    resources, changes = [], []
    for number in range(CHANGES):
        resource = {
            "address": f"aws_ssm_document.script[{number}]",
            "mode": "managed",
            "type": "aws_ssm_document",
            "name": "script",
            "index": number,
            "provider_name": "registry.terraform.io/hashicorp/aws",
        }
        before = {"name": f"script-{number}", "content": f"{script}last\n"}
        after = {**before, "content": f"first\n{script}"}
        changes.append(
            {**resource, "change": {"actions": ["update"], "before": before, "after": after}}
        )
        resources.append((resource, before, after))
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {
            "root_module": {"resources": [{**it, "values": new} for it, _, new in resources]}
        },
        "prior_state": {
            "values": {
                "root_module": {"resources": [{**it, "values": old} for it, old, _ in resources]}
            }
        },
        "resource_changes": changes,
        "configuration": {"root_module": {}},
    }


def run(plan: Path, *options: str) -> tuple[int, str, int]:
    """The exit status, what is said on standard error, and the bytes of memory it took."""
    said = plan.parent / "said"
    with (
        said.open("wb") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "tandem", "review", str(plan), *options],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        ) as process,
    ):
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, said.read_text(), used.ru_maxrss * 1024


def test_it_is_reviewed(huge: Path, tmp_path: Path) -> None:
    written = {kind: tmp_path / kind for kind in ("markdown", "html", "sarif")}
    options = [part for kind, file in written.items() for part in (f"--{kind}", str(file))]
    status, said, memory = run(huge, *options)
    assert (status, said) == (0, "")
    assert memory < MOST_MEMORY
    comment = written["markdown"].read_text()
    assert comment.startswith(f"## ✅ Passes · 0 to add, {CHANGES} to change")
    assert len(comment) <= 65_000
    assert written["html"].stat().st_size < 10 * MEGABYTE


@pytest.mark.parametrize(
    ("ending", "says"),
    [
        (lambda file: file[: len(file) // 2], "ends too early"),
        (lambda _: b"[" * MUCH, "is nested too deep"),
        (lambda _: b" " * MUCH, "is empty"),
        (lambda _: b'"' + b"x" * MUCH, "ends too early"),
        (lambda _: b"\xff" * MUCH, "is no text"),
    ],
    ids=["truncated", "deep", "blank", "string", "bytes"],
)
def test_what_is_none_is_one_line(huge: Path, ending: Callable[[bytes], bytes], says: str) -> None:
    file = huge.parent / "other.json"
    file.write_bytes(ending(huge.read_bytes()))
    status, said, memory = run(file)
    assert (status, len(said.splitlines())) == (2, 1)
    assert says in said
    assert len(said) < 500
    assert memory < MOST_MEMORY
