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
from pathlib import Path
from typing import Any

from tandem.deployment.state import resources_of
from tandem.findings import Finding
from tandem.review.findings.errors import ScanError
from tandem.review.findings.findings import compared
from tandem.review.findings.scanned import Sides, sides
from tandem.review.model import ReviewFinding

Json = Mapping[str, Any]
Arguments = Mapping[str, frozenset[str]]

_OWN = Path(__file__).parents[3] / "scan/.venv/bin/checkov"
"""Where the developers of this program have it."""
_INDEX = "https://www.checkov.io/5.Policy%20Index/terraform.html"
_INSTALL = "install it (pipx install checkov), or leave --checkov out"
_SEE_PAGE = "change it as the page of the check says"
_PLANNED, _PRIOR = "planned.json", "prior.json"
_FOUND_SOMETHING = 1
_TIMEOUT_SECONDS = 600


def scan(
    document: Json, *, drift: bool = False, command: str | None = None
) -> tuple[ReviewFinding, ...]:
    """Let checkov look at both sides of a plan. Nothing leaves the machine.

    Args:
        document: The plan, as `terraform show -json` prints it, without what is sensitive: it is
            written into a folder of its own for as long as checkov runs.
        drift: As for `tandem.review.reading.deployments.deployments`.
        command: The program; None: the one that is installed.

    Raises:
        ScanError: It is not installed, or did not do its work.
    """
    program = command or _installed()
    if program is None:
        raise ScanError(f"checkov is not installed: {_INSTALL}")
    return _scanned(program, sides(document, drift=drift))


def _installed() -> str | None:
    return str(_OWN) if _OWN.exists() else shutil.which("checkov")


def _scanned(program: str, found: Sides) -> tuple[ReviewFinding, ...]:
    with tempfile.TemporaryDirectory(prefix="tandem-checkov-") as folder:
        files = {_PLANNED: found.after} | ({_PRIOR: found.before} if found.before else {})
        for name, document in files.items():
            # In a file of a single line checkov finds nothing.
            (Path(folder) / name).write_text(json.dumps(document, indent=1), encoding="utf-8")
        said = _output(program, folder, list(files))
    failed = list(_failed(said, {name: _arguments(it) for name, it in files.items()}))
    before, after = ([it for name, it, _ in failed if name == side] for side in (_PRIOR, _PLANNED))
    pages = {finding.check: page for _, finding, page in failed}
    return compared(before, after, "checkov", pages=pages)


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
        raise ScanError(f"checkov did not end within {_TIMEOUT_SECONDS} seconds") from None
    except OSError as error:
        raise ScanError(f"checkov: {program} cannot be run: {error.strerror}") from None
    if run.returncode not in (0, _FOUND_SOMETHING):
        said = run.stderr.strip().splitlines()
        why = said[-1] if said else f"it ended with status {run.returncode}"
        raise ScanError(f"checkov found nothing out: {why}")
    return run.stdout


def _arguments(document: Json) -> Arguments:
    """The arguments of each resource, by its address."""
    root = (document.get("planned_values") or {}).get("root_module") or {}
    return {it["address"]: frozenset(it.get("values") or ()) for _, it in resources_of(root)}


def _failed(output: str, had: Mapping[str, Arguments]) -> Iterator[tuple[str, Finding, str]]:
    """What fails: the file, the finding, and the page that explains it."""
    try:
        said = json.loads(output)
        reports = said if isinstance(said, list) else [said]
        for results in (it["results"] for it in reports if "results" in it):
            if results["parsing_errors"]:
                raise ScanError("checkov cannot read the plan")
            for check in results["failed_checks"]:
                file = check["file_path"].lstrip("/")
                yield file, _finding(check, had[file]), _page(check)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ScanError(
            f"checkov answers otherwise than version 3 does ({type(error).__name__})"
        ) from None


def _finding(check: Json, had: Arguments) -> Finding:
    address, name = check.get("resource_address") or check["resource"], check["check_id"]
    keys = check["check_result"].get("evaluated_keys") or []
    own = had.get(address, frozenset())
    # Some checks name what another type has, or what they looked up in their graph.
    is_told = not name.startswith("CKV2_") and all(it.partition("/")[0] in own for it in keys)
    return Finding(
        address=address,
        check=name,
        cause=f'it fails "{check["check_name"]}"',
        remedy=f"change {', '.join(keys)} so that it passes" if keys and is_told else _SEE_PAGE,
    )


def _page(check: Json) -> str:
    return check.get("guideline") or _INDEX
