"""`tandem review`: what it reads, prints and writes."""

from __future__ import annotations

import datetime
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tandem.access.node import begin
from tandem.deployment import InputError
from tandem.files import write
from tandem.inputs import STANDARD_INPUT
from tandem.review.as_json import as_json as plain
from tandem.review.markdown import SHORTEST, markdown
from tandem.review.reading.file import read
from tandem.review.redaction.redaction import redact
from tandem.review.redaction.scrubbing import scrubbed, scrubbed_json
from tandem.review.report import review
from tandem.review.sarif import sarif

if TYPE_CHECKING:
    from tandem.config import Review as Settings


_LONGEST = 999_999_999


@dataclass(frozen=True)
class Outputs:
    """The files to write; None: it is not wanted."""

    markdown: Path | None
    html: Path | None
    sarif: Path | None

    @property
    def by_option(self) -> Mapping[str, Path]:
        """Those that are wanted, by the option that names them."""
        named = {"--markdown": self.markdown, "--html": self.html, "--sarif": self.sarif}
        return {option: path for option, path in named.items() if path is not None}


def characters(limit: str) -> int:
    """What `--limit` says.

    Raises:
        InputError: It is no number of characters, or none that a comment can have.
    """
    number = int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 10 else 0
    if not SHORTEST <= number <= _LONGEST:
        raise InputError(f"--limit: give a number of characters from {SHORTEST} to {_LONGEST}")
    return number


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
        InputError: It is no plan, the `review:` of the file has problems, or nothing can be
            written there.
        EvaluatorError: Node or the package that evaluates policies is not installed.
    """
    _check(outputs, {"PLAN_JSON": source, "--config": config})
    settings = _settings(config)
    begin()  # while the plan is read
    name = "standard input" if source == STANDARD_INPUT else str(source)
    try:
        document, secrets = redact(
            read(sys.stdin.buffer.read() if source == STANDARD_INPUT else source, name)
        )
        today = datetime.datetime.now(datetime.UTC).date()
        found = scrubbed(review(document, settings, today=today, checkov=checkov), secrets)
    except InputError as error:
        said = _without_values(error)
        raise InputError(said if said.startswith(name) else f"{name}: {said}") from None
    comment = markdown(found, limit=limit)
    files: dict[Path, str | None] = {}
    if outputs.markdown:
        files[outputs.markdown] = comment
    if outputs.html:
        from tandem.review.html.page import html

        files[outputs.html] = html(found)
    if outputs.sarif:
        results = scrubbed_json(sarif(found, file=_in_repository(config)), secrets)
        files[outputs.sarif] = json.dumps(results, indent=1) + "\n"
    for file, text in files.items():
        try:
            write({file: text})
        except OSError as error:
            raise InputError(f"{file}: cannot be written: {error.strerror}") from error
    printed = json.dumps(scrubbed_json(plain(found), secrets)) + "\n" if as_json else comment
    typer.echo(printed, nl=False)
    return found.passes


def _check(outputs: Outputs, inputs: Mapping[str, Path | None]) -> None:
    """Refuse outputs without a folder, and what would be written over another or what is read."""
    taken = {path.resolve(): name for name, path in inputs.items() if path and path.is_file()}
    for option, path in outputs.by_option.items():
        if path == STANDARD_INPUT:
            raise InputError(
                f"{option} -: name a file; standard output has the comment, or what --json gives"
            )
        if not path.parent.is_dir():
            raise InputError(f"{path}: cannot be written: make the folder {path.parent} first")
        if path.exists() and not path.is_file():
            continue  # such as /dev/null, which takes any number
        other = taken.setdefault(path.resolve(), option)
        if other != option:
            raise InputError(f"{option} and {other} are the same file: {path}")


def _in_repository(config: Path | None) -> str:
    """The path of the file as code scanning knows it: from the root, where this is called."""
    file = Path("pipelines.yaml") if config is None else config
    here = Path.cwd()
    whole = Path(os.path.normpath(here / file))
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else file.name


def _without_values(error: InputError) -> str:
    """What is wrong with a plan. Python's words for it may quote a part of the plan."""
    if isinstance(cause := error.__cause__, AttributeError | LookupError | TypeError | ValueError):
        return f"is not as Terraform writes a plan ({type(cause).__name__})"
    return str(error)


def _settings(config: Path | None) -> Settings | None:
    if config is None:
        return None
    # Only here: to import what checks a file takes a part of a second.
    from tandem.config import ConfigError, load_review

    try:
        return load_review(config)
    except ConfigError as error:
        raise InputError(str(error)) from error
