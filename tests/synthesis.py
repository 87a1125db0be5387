"""The project as its users run it: its commands, and the Terraform JSON that they write."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KITCHEN_SINK = ROOT / "tests/kitchen_sink.yaml"
"""A file in which every setting occurs."""

Block = dict[str, Any]

_OURS = ("TANDEM_CONFIG", "CDKTF_OUTDIR")
_COLOURS = ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "NO_COLOR", "COLUMNS", "TERMINAL_WIDTH")


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what would change an answer, and with `more`."""
    ignored = {*_OURS, *_COLOURS}
    kept = {name: value for name, value in os.environ.items() if name not in ignored}
    return {**kept, **more}


def run_python(
    *arguments: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run this Python, and wait for it."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def tandem(
    *arguments: str, cwd: Path = ROOT, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python -m tandem`, in any folder, with `more` variables."""
    env = environment(**{"PYTHONPATH": str(ROOT), **(more or {})})
    return run_python("-m", "tandem", *arguments, cwd=cwd, env=env)


def synthesize(config: Path, out: Path) -> Path:
    """Run main.py; the folder of the one stack it writes to `out`."""
    env = environment(TANDEM_CONFIG=str(config), CDKTF_OUTDIR=str(out))
    run = run_python("main.py", env=env)
    assert run.returncode == 0, run.stderr
    return only_stack(out)


def only_stack(out: Path) -> Path:
    """The folder of the one stack in an output folder."""
    (stack,) = (out / "stacks").iterdir()
    return stack


def read(stack: Path) -> Block:
    """The Terraform JSON in the folder of a stack."""
    parsed: Block = json.loads((stack / "cdk.tf.json").read_text(encoding="utf-8"))
    return parsed


def addresses(stack: Mapping[str, Any]) -> list[str]:
    """The Terraform addresses of a stack's resources and data sources."""
    return sorted(address for address, _ in blocks(stack))


def blocks(stack: Mapping[str, Any]) -> Iterator[tuple[str, Block]]:
    """Its resources and data sources, with their addresses."""
    for section, prefix in (("resource", ""), ("data", "data.")):
        for kind, named in stack.get(section, {}).items():
            for name, block in named.items():
                yield f"{prefix}{kind}.{name}", block
