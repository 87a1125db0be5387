"""The proof that the checks work: nothing of a link can be taken away without a finding."""

import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from mutants import Mutant, mutants
from synthesis import ROOT, read, synthesize

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


@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_of_a_link_goes_unnoticed(
    example: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = read(synthesize(ROOT / f"examples/{example}/pipelines.yaml", tmp_path))
    assert findings(understand(document)) == []
    taken = list(mutants(document))
    left = [mutant.element for mutant in taken if not found(mutant)]
    unexplained = [it for it in left if not any(fnmatchcase(it, row) for row in explained())]
    with capsys.disabled():
        score = 100 * (len(taken) - len(unexplained)) / len(taken)
        print(  # noqa: T201 - the score is what people want to see
            f"\n{example}: {len(taken)} elements taken away, {len(taken) - len(left)} found, "
            f"{len(left) - len(unexplained)} explained: {score:.1f} %"
        )
    assert unexplained == []


def test_every_explanation_is_of_an_element_that_is_there(tmp_path: Path) -> None:
    elements = [
        mutant.element
        for example in EXAMPLES
        for mutant in mutants(
            read(synthesize(ROOT / f"examples/{example}/pipelines.yaml", tmp_path / example))
        )
    ]
    assert [row for row in explained() if not any(fnmatchcase(it, row) for it in elements)] == []
