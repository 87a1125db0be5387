"""`tandem trace`: what it prints and writes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Literal

from rich.console import Console

from tandem.deployment import Deployment, InputError
from tandem.files import write
from tandem.trace.events import event_of
from tandem.trace.following import Follower
from tandem.trace.pictures.dot import dot
from tandem.trace.pictures.mermaid import mermaid
from tandem.trace.pictures.svg import svg
from tandem.trace.report import as_json as plain
from tandem.trace.report import chains_as_json, show, show_findings, trace
from tandem.trace.tree import tree

Picture = Literal["mermaid", "dot"] | None


def print_trace(
    deployment: Deployment,
    *,
    picture: Picture,
    svg_file: Path | None,
    as_json: bool,
    console: Console,
) -> int:
    """Print what starts what, or a picture of it; the number of findings.

    Where a picture is all that standard output has, findings go to standard error.

    Raises:
        PictureError: Node or Graphviz for it is missing.
        InputError: The file cannot be written.
    """
    found = trace(deployment)
    if svg_file is not None:
        try:
            write({svg_file: svg(found.graph)})
        except OSError as error:
            raise InputError(f"{svg_file}: cannot be written: {error.strerror}") from error
    if as_json:
        sys.stdout.write(json.dumps(plain(found)) + "\n")
    elif picture:
        sys.stdout.write(mermaid(found.graph) if picture == "mermaid" else dot(found.graph))
        if found.findings:
            show_findings(found.findings, Console(stderr=True))
    else:
        show(found, console)
    return len(found.findings)


def print_event(deployment: Deployment, file: Path, *, as_json: bool, console: Console) -> None:
    """Print what one event would start.

    Raises:
        InputError: The file holds no event.
    """
    try:
        event = event_of(json.loads(file.read_bytes()))
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # no JSON, no text, or no event
        remedy = "give an event as EventBridge delivers it, in JSON"
        raise InputError(f"{file}: is no event: {error}; {remedy}") from error
    chain = Follower(deployment).follow(event)
    if as_json:
        sys.stdout.write(json.dumps(chains_as_json([chain])) + "\n")
    else:
        console.print(tree([chain]))
