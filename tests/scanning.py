"""What checkov finds in Terraform modules and plans."""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from synthesis import ROOT, Block

CHECKOV = (str(ROOT / "scan/.venv/bin/python"), "-m", "checkov.main")

_RESOURCE = re.compile(r'^resource "(\w+)"')
_SKIP = re.compile(r"checkov:skip=(\w+):?(.*)")


@dataclass(frozen=True, order=True)
class Finding:
    """What one check says of one resource."""

    file: Path
    """Below the folder that is scanned."""
    address: str
    check: str
    result: str
    """PASSED, FAILED or SKIPPED."""

    @property
    def module(self) -> str:
        """The folder of the module, or its name in a plan."""
        return self.file.parent.name or self.address.split(".")[1]

    @property
    def kind(self) -> str:
        """The type of the resource."""
        return re.sub(r"\[[^]]*\]", "", self.address).split(".")[-2]


def scan(folder: Path, plans: Mapping[str, Block]) -> list[Finding]:
    """Let one checkov scan the modules in a folder, and plans by name, as Terraform prints them."""
    frameworks = ["terraform_plan"] if plans else []
    if any(folder.glob("*/*.tf")):
        frameworks.append("terraform")
    for name, plan in plans.items():
        # In a file of a single line checkov finds nothing.
        (folder / f"{name}.json").write_text(json.dumps(plan, indent=1))
    run = subprocess.run(
        [*CHECKOV, "-d", ".", "--framework", *frameworks, "--skip-download", "-o", "json"],
        cwd=folder,
        # Nobody's settings, in the home folder or in variables.
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LOG_LEVEL": "WARNING"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    assert run.stderr == "", "what checkov fails to read, it leaves out"
    said = json.loads(run.stdout)
    reports = said if isinstance(said, list) else [said]
    assert {report.get("check_type") for report in reports} == {*frameworks}, "nothing to scan"
    return [finding for report in reports for finding in _findings(report["results"])]


def suppressions(module: Path) -> dict[tuple[str, str], str]:
    """The reason for each suppression of a module, by type of resource and check."""
    found = {}
    for file in sorted(module.glob("*.tf")):
        kind = "none"
        for line in file.read_text(encoding="utf-8").splitlines():
            if line and line[0] not in " }":
                resource = _RESOURCE.match(line)
                kind = resource[1] if resource else "none"
            if skip := _SKIP.search(line):
                found[kind, skip[1]] = skip[2]
    return found


def _findings(results: Block) -> Iterator[Finding]:
    assert results["parsing_errors"] == []
    for list_ in ("passed_checks", "failed_checks", "skipped_checks"):
        for one in results[list_]:
            yield Finding(
                Path(one["file_path"].lstrip("/")),
                one["resource"],
                one["check_id"],
                one["check_result"]["result"],
            )
