"""Files that are written whole or not at all, and whether they hold what they must."""

from __future__ import annotations

import secrets
import shutil
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
    """Write the files, each at once or not at all.

    What is no plain file, such as a link, a pipe or a device, stays what it is: it is written to.
    """
    for path, text in files.items():
        if text is None:
            path.unlink(missing_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path, text)


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f".{secrets.token_hex(8)}.new")
    try:
        with new.open("x", encoding="utf-8") as file:
            file.write(text)
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
