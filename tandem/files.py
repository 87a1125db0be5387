"""Files that are written whole or not at all, and whether they hold what they must."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


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
