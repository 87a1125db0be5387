"""The committed files that are made from the models of the file, and from the checks."""

from __future__ import annotations

from collections.abc import Mapping
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


def stale(files: Mapping[Path, str | None]) -> list[Path]:
    """The files that do not hold what they must; None: that should not be there."""
    return [
        path
        for path, text in files.items()
        if (path.read_text(encoding="utf-8") if path.exists() else None) != text
    ]


def write(files: Mapping[Path, str | None]) -> None:
    """Write the files, each at once or not at all."""
    for path, text in files.items():
        if text is None:
            path.unlink(missing_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_text(text, encoding="utf-8")
        new.replace(path)
