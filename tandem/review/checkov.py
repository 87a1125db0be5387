"""What checkov finds in what is planned, and whether it found it before.

https://www.checkov.io/7.Scan%20Examples/Terraform%20Plan%20Scanning.html
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tandem.findings import Finding
from tandem.review.findings import compared
from tandem.review.model import ReviewFinding
from tandem.review.scanned import Sides, sides

Json = Mapping[str, Any]

_OWN = Path(__file__).parents[2] / "scan/.venv/bin/checkov"
"""Where the developers of this program have it."""
_INDEX = "https://www.checkov.io/5.Policy%20Index/terraform.html"
_INSTALL = "install it (pipx install checkov), or leave --checkov out"
_PLANNED, _PRIOR = "planned.json", "prior.json"
_FOUND_SOMETHING = 1
_TIMEOUT_SECONDS = 600


@dataclass(frozen=True)
class Scan:
    """What a scan gives."""

    findings: tuple[ReviewFinding, ...] = ()
    not_known: tuple[str, ...] = ()
    """Why nothing is known, in a line."""


def scan(document: Json, *, drift: bool = False, command: str | None = None) -> Scan:
    """Let checkov look at both sides of a plan. Nothing leaves the machine.

    Args:
        document: The plan, as `terraform show -json` prints it, without what is sensitive: it is
            written into a folder of its own for as long as checkov runs.
        drift: As for `tandem.review.deployments.deployments`.
        command: The program; None: the one that is installed.
    """
    program = command or _installed()
    if program is None:
        return Scan(not_known=(f"checkov is not installed: {_INSTALL}",))
    try:
        return _scanned(program, sides(document, drift=drift))
    except _FailedError as error:
        return Scan(not_known=(f"checkov found nothing out: {error}",))


class _FailedError(Exception):
    """It did not do its work; the message is one line."""


def _installed() -> str | None:
    return str(_OWN) if _OWN.exists() else shutil.which("checkov")


def _scanned(program: str, found: Sides) -> Scan:
    with tempfile.TemporaryDirectory(prefix="tandem-checkov-") as folder:
        files = {_PLANNED: found.after} | ({_PRIOR: found.before} if found.before else {})
        for name, document in files.items():
            # In a file of a single line checkov finds nothing.
            (Path(folder) / name).write_text(json.dumps(document, indent=1), encoding="utf-8")
        failed = list(_failed(_output(program, folder, list(files))))
    before, after = ([it for name, it, _ in failed if name == side] for side in (_PRIOR, _PLANNED))
    pages = {finding.check: page for _, finding, page in failed}
    return Scan(compared(before, after, "checkov", pages=pages))


def _output(program: str, folder: str, files: Sequence[str]) -> str:
    arguments = ["--framework", "terraform_plan", "--skip-download", "--compact", "-o", "json"]
    try:
        run = subprocess.run(
            [program, *(part for name in files for part in ("-f", name)), *arguments],
            cwd=folder,
            # Nobody's settings, in the home folder or in variables: they could send it elsewhere.
            env={"PATH": os.environ.get("PATH", ""), "HOME": folder, "LOG_LEVEL": "ERROR"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _FailedError(f"it did not end within {_TIMEOUT_SECONDS} seconds") from None
    except OSError as error:
        raise _FailedError(f"{program} cannot be run: {error.strerror}") from None
    if run.returncode not in (0, _FOUND_SOMETHING):
        said = run.stderr.strip().splitlines()
        raise _FailedError(said[-1] if said else f"it ended with status {run.returncode}")
    return run.stdout


def _failed(output: str) -> Iterator[tuple[str, Finding, str]]:
    """What fails: the file, the finding, and the page that explains it."""
    try:
        said = json.loads(output)
        reports = said if isinstance(said, list) else [said]
        for results in (it["results"] for it in reports if "results" in it):
            if results["parsing_errors"]:
                raise _FailedError("it cannot read the plan")
            for check in results["failed_checks"]:
                yield check["file_path"].lstrip("/"), _finding(check), _page(check)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise _FailedError(f"it answers otherwise than version 3 does ({error})") from None


def _finding(check: Json) -> Finding:
    keys = ", ".join(check["check_result"].get("evaluated_keys") or [])
    return Finding(
        address=check.get("resource_address") or check["resource"],
        check=check["check_id"],
        cause=f'it fails "{check["check_name"]}"',
        remedy=f"change {keys or 'it'} so that it passes",
    )


def _page(check: Json) -> str:
    return check.get("guideline") or _INDEX
