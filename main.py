"""Composition root: pipelines.yaml in, a stack in cdktf.out."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tandem.config import ConfigError, load


def main() -> int:
    """Synthesize the file that TANDEM_CONFIG names; the exit status is 2 where it is wrong."""
    path = Path(os.environ.get("TANDEM_CONFIG", "pipelines.yaml"))
    try:
        config = load(path)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    for warning in config.warnings:
        print(f"{path}:{warning} (warning)", file=sys.stderr)
    if shutil.which("node") is None:
        print("node is not on PATH: install Node.js 20 or newer", file=sys.stderr)
        return 2
    # Imported here, because it starts Node: a wrong file is refused without.
    from tandem.stack import synthesize

    try:
        folder = synthesize(config)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; choose another CDKTF_OUTDIR", file=sys.stderr)
        return 2
    print(f"{path} is now Terraform in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
