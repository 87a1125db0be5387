"""`tandem review`: what it reads, prints and writes."""

from __future__ import annotations

import datetime
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tandem.deployment import InputError
from tandem.files import write
from tandem.inputs import STANDARD_INPUT
from tandem.review.as_json import as_json as plain
from tandem.review.markdown import markdown
from tandem.review.plan_file import read
from tandem.review.redaction import redact
from tandem.review.report import review
from tandem.review.sarif import sarif

if TYPE_CHECKING:
    from tandem.config import Review as Settings


@dataclass(frozen=True)
class Outputs:
    """The files to write; None: it is not wanted."""

    markdown: Path | None
    html: Path | None
    sarif: Path | None


def print_review(
    source: Path, config: Path | None, outputs: Outputs, *, limit: int, as_json: bool, checkov: bool
) -> bool:
    """Review the plan in a file; whether the gate is open.

    Args:
        source: What `terraform show -json PLAN` printed, or `-` for standard input.
        config: The file whose `review:` says the exceptions; None: no exceptions.
        outputs: What to write besides.
        limit: Characters of the Markdown.
        as_json: Whether to print JSON in place of Markdown.
        checkov: Whether checkov looks at it too.

    Raises:
        InputError: It is no plan, the file with the pipelines has problems, or nothing can be
            written there.
        EvaluatorError: Node or the package that evaluates policies is not installed.
    """
    settings = _settings(config)
    name = "standard input" if source == STANDARD_INPUT else str(source)
    try:
        document, secrets = redact(
            read(sys.stdin.buffer.read() if source == STANDARD_INPUT else source, name)
        )
        today = datetime.datetime.now(datetime.UTC).date()
        found = review(document, settings, today=today, checkov=checkov)
    except InputError as error:
        said = str(error)
        raise InputError(said if said.startswith(name) else f"{name}: {said}") from None
    comment = secrets.scrub(markdown(found, limit=limit))
    files: dict[Path, str | None] = {}
    if outputs.markdown:
        files[outputs.markdown] = comment
    if outputs.html:
        from tandem.review.html.page import html

        files[outputs.html] = secrets.scrub(html(found))
    if outputs.sarif:
        where = str(config or "pipelines.yaml")
        files[outputs.sarif] = secrets.scrub(json.dumps(sarif(found, file=where), indent=1)) + "\n"
    for file, text in files.items():
        try:
            write({file: text})
        except OSError as error:
            raise InputError(f"{file}: cannot be written: {error.strerror}") from error
    printed = secrets.scrub(json.dumps(plain(found))) + "\n" if as_json else comment
    typer.echo(printed, nl=False)
    return found.passes


def _settings(config: Path | None) -> Settings | None:
    if config is None:
        return None
    # Only here: to import what checks a file takes a part of a second.
    from tandem.config import ConfigError, load

    try:
        return load(config).review
    except ConfigError as error:
        raise InputError(str(error)) from error
