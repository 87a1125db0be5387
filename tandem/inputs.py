"""What a command looks at: a file, a folder, standard input, or what the file synthesizes to."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tandem.config import load
from tandem.deployment import Deployment, parse, read
from tandem.synthesis import synthesize

STANDARD_INPUT = Path("-")


def deployment(source: Path | None, config: Path) -> Deployment:
    """The model of what a command was given.

    Args:
        source: A file or a folder as `tandem.deployment.read` takes it, or `-` for standard input.
            None: what `config` synthesizes to.
        config: The file with the pipelines.

    Raises:
        InputError: The source is not what it should be.
        ConfigError: `config` has problems.
        SynthesisError: The synthesis failed.
    """
    if source is None:
        load(config)
        with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
            return read(synthesize(config, Path(folder)))
    if source == STANDARD_INPUT:
        return parse(sys.stdin.buffer.read(), "standard input")
    return read(source)
