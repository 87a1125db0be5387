"""What checkov finds in Terraform modules and plans, and what a module says of it.

checkov takes no suppression from Terraform JSON, so it stands beside the resource in the form that
checkov takes in other JSON, where Terraform reads a comment, and is applied here:

    "//": {"checkov": {"skip": [{"id": "CKV_AWS_51", "comment": "Why this is right here."}]}}

checkov cannot read a `dynamic` block either: one of them ends the checks of its resource, and all
checks between resources, with no more than a line on standard error. What it gets is a copy, in
which dynamic blocks are written out once.
"""

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis import ROOT, Block

CHECKOV = (str(ROOT / "scan/.venv/bin/python"), "-m", "checkov.main")

_REST = {"locals", "module", "output", "provider", "variable"}
"""What checkov reads beside resources. At others, such as `terraform`, it may fail."""


@dataclass(frozen=True, order=True)
class Finding:
    """What one check says of one resource."""

    place: str
    """The folder of the module, or the name of the plan."""
    address: str
    check: str
    passed: bool


def blocks_of(module: Path) -> Iterator[tuple[str, Block]]:
    """Each resource and data source of a module, with its address."""
    for address, _, block in _blocks(module):
        yield address, block


def suppressions(module: Path) -> dict[tuple[str, str], str]:
    """The reason for each suppression of a module, by address and check."""
    found: dict[tuple[str, str], str] = {}
    for address, block in blocks_of(module):
        comment = block.get("//")
        if not isinstance(comment, dict):
            continue
        for skip in comment.get("checkov", {}).get("skip", []):
            assert (address, skip["id"]) not in found, "suppressed twice"
            found[address, skip["id"]] = skip["comment"]
    return found


def scan_modules(modules: Iterable[Path], scratch: Path) -> list[Finding]:
    """Let one checkov scan copies of the modules in `scratch`."""
    for module in modules:
        folder = scratch / module.name
        folder.mkdir()
        # checkov says `resource.this` of any kind of resource: the name of the file says which.
        for address, wrapped, _ in _blocks(module):
            _write(folder, address, _expanded(wrapped))
        for file in module.glob("*.tf.json"):
            content = json.loads(file.read_text(encoding="utf-8"))
            if rest := {key: content[key] for key in _REST & content.keys()}:
                _write(folder, f"_{file.name}", rest)
    return [
        Finding(path.parent.name, path.name.removesuffix(".tf.json"), check, passed)
        for path, _, check, passed in _checkov(scratch, "terraform_json")
    ]


def scan_plans(plans: dict[str, Block], scratch: Path) -> list[Finding]:
    """Let one checkov scan plans, as `terraform show -json` prints them, by name."""
    for name, plan in plans.items():
        (scratch / f"{name}.json").write_text(json.dumps(plan, indent=1))
    return [
        Finding(path.stem, address, check, passed)
        for path, address, check, passed in _checkov(scratch, "terraform_plan")
    ]


def failed(findings: Iterable[Finding], place: str) -> set[tuple[str, str]]:
    """The failed checks of a module or a plan: address and check."""
    return {(one.address, one.check) for one in findings if one.place == place and not one.passed}


def _blocks(module: Path) -> Iterator[tuple[str, Block, Block]]:
    """Address, the whole that declares it, and the innermost block."""
    for file in sorted(module.glob("*.tf.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        for mode, prefix in (("resource", ""), ("data", "data.")):
            for kind, named in content.get(mode, {}).items():
                for name, block in named.items():
                    yield f"{prefix}{kind}.{name}", {mode: {kind: {name: block}}}, block


def _checkov(folder: Path, framework: str) -> Iterator[tuple[Path, str, str, bool]]:
    """File, resource, check and whether it passed."""
    run = subprocess.run(
        [*CHECKOV, "-d", ".", "--framework", framework, "--skip-download", "-o", "json"],
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
    report = json.loads(run.stdout)
    assert "results" in report, "checkov scanned nothing"
    assert report["results"]["parsing_errors"] == report["results"]["skipped_checks"] == []
    for result, passed in (("passed_checks", True), ("failed_checks", False)):
        for found in report["results"][result]:
            yield Path(found["file_path"]), found["resource"], found["check_id"], passed


def _write(folder: Path, name: str, content: Block) -> None:
    (folder / f"{name.removesuffix('.tf.json')}.tf.json").write_text(json.dumps(content, indent=1))


def _expanded(value: Any) -> Any:
    """The same with the content of each dynamic block in its place, once."""
    if isinstance(value, list):
        return [_expanded(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    static = {name: _expanded(inner) for name, inner in value.items() if name != "dynamic"}
    for labelled in _listed(value.get("dynamic", [])):
        for name, dynamic in labelled.items():
            contents = [_expanded(block["content"]) for block in _listed(dynamic)]
            static[name] = [*_listed(static.get(name, [])), *contents]
    return static


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
