"""The reference: complete, with examples that work and links that lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from tandem.config.fields import fields_of
from tandem.config.reference import reference
from tandem.config.reference_examples import EXAMPLES
from tandem.config.yaml_file import read


@pytest.mark.parametrize("cls", EXAMPLES, ids=lambda cls: cls.__name__)
def test_examples(tmp_path: Path, cls: type) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(EXAMPLES[cls], encoding="utf-8")
    TypeAdapter(cls).validate_python(read(path)[0].plain())
    assert EXAMPLES[cls].strip() in reference()


def test_every_key_has_a_row_with_a_description() -> None:
    for cls in EXAMPLES:
        for key, field in fields_of(cls).items():
            assert field.description
            assert f"| `{key}` |" in reference()


def test_rows_have_five_cells() -> None:
    rows = [line for line in reference().splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}


def test_links_lead_to_sections() -> None:
    text = reference()
    sections = {
        line.removeprefix("## ").lower().replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("## ")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= sections


def test_a_row() -> None:
    assert (
        "| `timeout_minutes` | whole number | `60` | 5 to 2,160 | Minutes until a build is "
        "stopped, 5-2160. |" in reference()
    )
    assert "| `approval` | true or false or [Approval](#approval) |" in reference()
    assert "None:" not in reference()
