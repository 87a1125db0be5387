"""The proof that the checks work: nothing of a link can be taken away without a finding."""

import json
import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from mutants import Mutant, mutants
from synthesis import ROOT, environment, run_python

from tandem.deployment import InputError, understand
from tandem.trace.catalogue import findings

EXAMPLES = ("walkthrough", "github")
PAGE = ROOT / "docs/proof.md"
_ROW = re.compile(r"\| `(?P<element>[^`]+)` \| (?P<why>.+) \|")


@cache
def explained() -> dict[str, str]:
    """What the page says can go without a finding, and why."""
    _, _, part = PAGE.read_text().partition("## What can go without a finding of trace")
    rows = part.partition("\n## ")[0].splitlines()
    return {row["element"]: row["why"] for line in rows if (row := _ROW.fullmatch(line))}


def found(mutant: Mutant) -> bool:
    try:
        return bool(findings(understand(mutant.document)))
    except InputError:
        return True


@pytest.fixture(scope="module", params=EXAMPLES)
def survivors(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """Elements of an example that can be taken away without a finding."""
    out = tmp_path_factory.mktemp(request.param)
    config = ROOT / f"examples/{request.param}/pipelines.yaml"
    made = synthesized(config, out)
    document = json.loads(made.read_text())
    assert not findings(understand(document))
    return [mutant.element for mutant in mutants(document) if not found(mutant)]


def synthesized(config: Path, out: Path) -> Path:
    run = run_python("main.py", env=environment(TANDEM_CONFIG=str(config), CDKTF_OUTDIR=str(out)))
    assert run.returncode == 0, run.stderr
    (stack,) = (out / "stacks").iterdir()
    return stack / "cdk.tf.json"


def test_each_survivor_is_explained(survivors: list[str]) -> None:
    assert [it for it in survivors if not any(fnmatchcase(it, row) for row in explained())] == []
