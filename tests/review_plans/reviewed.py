"""What `tandem review` says of a plan, in every format at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from typer.testing import CliRunner

from review_plans.workshop import Block
from tandem.cli import app

CLOSED = 1
"""The exit status of a closed gate."""


@dataclass(frozen=True)
class Reviewed:
    """What it wrote."""

    exit_status: int
    said: str
    """On standard error."""
    markdown: str = ""
    html: str = ""
    sarif: str = ""
    json: str = ""

    @cached_property
    def data(self) -> Any:
        return json.loads(self.json)

    @property
    def texts(self) -> dict[str, str]:
        """All of it, by what it is."""
        return {name: getattr(self, name) for name in ("said", "markdown", "html", "sarif", "json")}

    @property
    def objections(self) -> dict[str, set[str]]:
        """Addresses for which the gate is closed, by the rule."""
        found: dict[str, set[str]] = {}
        for it in self.data["objections"]:
            if not it["waiver"]:
                found.setdefault(it["rule"], set()).add(it["address"])
        return found


def reviewed(plan: Block | bytes, *options: str) -> Reviewed:
    """Review a plan, into every format."""
    with TemporaryDirectory() as folder:
        files = {kind: Path(folder) / f"review.{kind}" for kind in ("markdown", "html", "sarif")}
        file = Path(folder) / "plan.json"
        file.write_bytes(plan if isinstance(plan, bytes) else json.dumps(plan).encode())
        written = [part for kind, it in files.items() for part in (f"--{kind}", str(it))]
        command = ["review", str(file), *written, "--json", *options]
        run = CliRunner().invoke(app, command, catch_exceptions=False)
        return Reviewed(
            exit_status=run.exit_code,
            said=run.stderr,
            json=run.stdout,
            **{kind: it.read_text("utf-8") for kind, it in files.items() if it.exists()},
        )


def printed(plan: Block | bytes) -> str:
    """What it prints for people, on both outputs."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        file.write_bytes(plan if isinstance(plan, bytes) else json.dumps(plan).encode())
        run = CliRunner().invoke(app, ["review", str(file)], catch_exceptions=False)
        return f"{run.stdout}{run.stderr}"
