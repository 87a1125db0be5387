"""The committed files that are made from the models of the file, and from the checks."""

from __future__ import annotations

from pathlib import Path

from tandem.checks_page import checks_page
from tandem.config.reference import reference
from tandem.config.schema import schema_text

ROOT = Path(__file__).resolve().parent.parent


def generated() -> dict[Path, str | None]:
    """The files, and what they must hold."""
    return {
        ROOT / "pipelines.schema.json": schema_text(),
        ROOT / "docs" / "configuration.md": reference(),
        ROOT / "docs" / "checks.md": checks_page(),
    }
