"""A real headless Chromium, driven through Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_DRIVER = Path(__file__).with_suffix(".mjs")


class NoBrowserError(Exception):
    """There is none; the message says what to install."""


@dataclass(frozen=True)
class Visit:
    """What came of opening a page."""

    results: list[Any]
    """What each step gave."""
    console: list[str]
    requests: list[str]
    dialogs: list[str]

    def assert_quiet(self) -> None:
        """Nothing in the console, no request but the one for the page, no dialog."""
        assert self.console == []
        assert len(self.requests) == 1
        assert self.dialogs == []


class Browser:
    """A browser while the context lasts: start it once, visit often."""

    def __enter__(self) -> Browser:
        environment = {**os.environ, "CHROMIUM": _chromium()}
        node = shutil.which("node")
        if node is None:
            raise NoBrowserError("Node is not found: install Node 20 or newer, then `make install`")
        self._process = subprocess.Popen(
            [node, str(_DRIVER)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def visit(
        self,
        file: Path,
        *steps: tuple[str, ...],
        anchor: str = "",
        scheme: Literal["light", "dark"] = "light",
        width: int = 1280,
        script: bool = True,
    ) -> Visit:
        """Open a file and take steps: their names are in browser.mjs."""
        url = file.as_uri() + anchor
        asked = {"url": url, "scheme": scheme, "width": width, "script": script, "steps": steps}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the browser did not start: its words are in the captured standard error"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return Visit(**answer)


def _chromium() -> str:
    """The path of a Chromium."""
    given = os.environ.get("CHROMIUM")
    found = given or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None or not Path(found).is_file():
        wanted = f"CHROMIUM={given} is not there" if given else "Chromium is not found"
        raise NoBrowserError(
            f"{wanted}: install chromium (Debian) or Google Chrome, or set CHROMIUM to its path"
        )
    return found
