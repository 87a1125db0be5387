"""main.py, run in a process of its own: the Terraform of a file, in any folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

MAIN = Path(__file__).resolve().parent.parent / "main.py"


class SynthesisError(Exception):
    """main.py failed; the message is what it said."""


def synthesize(config: Path, folder: Path) -> Path:
    """Run main.py as the CDKTF command line does; the folder of the one stack it writes.

    Raises:
        SynthesisError: It failed.
    """
    environment = {
        **os.environ,
        "TANDEM_CONFIG": str(config.resolve()),
        "CDKTF_OUTDIR": str(folder),
    }
    run = subprocess.run(
        [sys.executable, str(MAIN)],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if run.returncode:
        raise SynthesisError(f"{MAIN.name} failed:\n{run.stderr.strip()}")
    (stack,) = (folder / "stacks").iterdir()
    return stack
