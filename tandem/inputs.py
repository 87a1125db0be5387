"""What a command looks at: a file, a folder, standard input, or what the file synthesizes to."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tandem.deployment import Deployment, InputError, parse, read

STANDARD_INPUT = Path("-")


def deployment(source: Path | None, config: Path) -> Deployment:
    """The model of what a command was given.

    Args:
        source: A file or a folder as `tandem.deployment.read` takes it, or `-` for standard input.
            None: what `config` synthesizes to.
        config: The file with the pipelines.

    Raises:
        InputError: The source is not what it should be, or `config` has problems, a line each.
        SynthesisError: The synthesis failed.
    """
    if source is None:
        # Only here: to import what checks a file takes a part of a second.
        from tandem.config import ConfigError, load
        from tandem.synthesis import synthesize

        try:
            load(config)
        except ConfigError as error:
            raise InputError(str(error)) from error
        with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
            return read(synthesize(config, Path(folder)))
    if source == STANDARD_INPUT:
        return parse(sys.stdin.buffer.read(), "standard input")
    return read(source)
