"""Synthesis: with lazy and with ordinary bindings, against AWS CDK, and for many images."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

from bench.example import counted, images, write_yaml
from bench.measure import (
    MEBIBYTE,
    BenchError,
    Command,
    Say,
    Series,
    alternate,
    memory_ratio,
    time_ratio,
)
from bench.report import RUN_COLUMNS, Goal, Section, memory, run_cells, run_figures, seconds

ROOT = Path(__file__).resolve().parent.parent
_EAGER = "TANDEM_EAGER_BINDINGS"
_CDK_APP = ROOT / "bench/aws_cdk"
_CDK_ENVIRONMENT = ROOT / "bench/.aws-cdk-venv"
_IMAGES = (1, 10, 100, 1000)


def synthesis(config: Path, out: Path, *, eager: bool = False) -> Command:
    """`python main.py`, as users run it, on one file."""
    environment = {name: value for name, value in os.environ.items() if name != _EAGER}
    environment |= {"TANDEM_CONFIG": str(config), "CDKTF_OUTDIR": str(out)}
    if eager:
        environment[_EAGER] = "1"
    return Command([sys.executable, str(ROOT / "main.py")], ROOT, environment)


def synthesized(out: Path) -> Path:
    """The one file that a synthesis wrote."""
    (file,) = out.glob("stacks/*/cdk.tf.json")
    return file


def against_ordinary_import(folder: Path, *, quick: bool, say: Say) -> Section:
    """Synthesize the example with the bindings imported lazily, and as cdktf's own examples do."""
    config = folder / "example.yaml"
    write_yaml(config, images(1, deploy=True))
    lazy = synthesis(config, folder / "lazy")
    eager = synthesis(config, folder / "eager", eager=True)
    say("warm-up")
    lazy.run(memory=False)
    eager.run(memory=False)
    ours, theirs = alternate(lazy, eager, pairs=2 if quick else 4, say=say)
    written = [
        synthesized(folder / out).read_text(encoding="utf-8").replace(f"/{out}/", "/")
        for out in ("lazy", "eager")
    ]
    if written[0] != written[1]:
        raise BenchError("the lazy and the ordinary import of the bindings gave different JSON")
    return Section(
        title="Synthesis of one base and one image",
        columns=("", *RUN_COLUMNS),
        rows=[
            ["Tandem: python main.py", *run_cells(ours)],
            ["the same with the ordinary import of the bindings", *run_cells(theirs)],
        ],
        goals=[
            Goal("time, as a part of the ordinary import's", time_ratio(ours, theirs), 1 / 8),
            Goal("memory, as a part of the ordinary import's", memory_ratio(ours, theirs), 1 / 3),
        ],
        figures={"lazy": run_figures(ours), "ordinary": run_figures(theirs)},
        notes=["Both wrote the same JSON."],
    )


def against_cdk(folder: Path, *, quick: bool, say: Say) -> Section:
    """Synthesize the example with Tandem, and the same pipelines with AWS CDK for Python."""
    config = folder / "example.yaml"
    write_yaml(config, images(1, deploy=True))
    tandem = synthesis(config, folder / "tandem")
    cdk = Command(
        [str(_cdk_python(say)), "app.py"],
        _CDK_APP,
        {**os.environ, "CDK_OUTDIR": str(folder / "cdk")},
    )
    say("warm-up")
    tandem.run(memory=False)
    cdk.run(memory=False)
    ours, theirs = alternate(tandem, cdk, pairs=3 if quick else 7, say=say)
    share = memory_ratio(ours, theirs)
    return Section(
        title="The same two pipelines in AWS CDK for Python",
        columns=("", *RUN_COLUMNS),
        rows=[
            ["Tandem: python main.py", *run_cells(ours)],
            ["AWS CDK: python app.py, synthesis only", *run_cells(theirs)],
        ],
        goals=[Goal("time, as a part of AWS CDK's", time_ratio(ours, theirs), 1 / 2)],
        figures={"tandem": run_figures(ours), "cdk": run_figures(theirs), "memory_ratio": share},
        notes=[f"Memory: {share:.2f} of AWS CDK's."] if share is not None else [],
    )


def _cdk_python(say: Say) -> Path:
    """The Python that has AWS CDK, installed where it is missing or out of date."""
    requirements = _CDK_APP / "requirements.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    installed = _CDK_ENVIRONMENT / "installed"
    python = _CDK_ENVIRONMENT / "bin/python"
    if not installed.exists() or installed.read_text() != digest:
        say("installing AWS CDK for Python into a folder of its own (460 MB, once)")
        venv.create(_CDK_ENVIRONMENT, clear=True, with_pip=True)
        run = subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)],
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise BenchError(f"AWS CDK cannot be installed:\n{run.stderr.strip()}")
        installed.write_text(digest)
    return python


def many_images(folder: Path, *, quick: bool, say: Say) -> Section:
    """Synthesize 1 to 1,000 images on one base."""
    measured = {}
    for count in _IMAGES:
        config = folder / f"{count}.yaml"
        write_yaml(config, images(count, deploy=False))
        command = synthesis(config, folder / str(count))
        repetitions = 1 if count > 100 else 2 if quick else 3
        say(f"{counted(count)}, {repetitions} times" if repetitions > 1 else counted(count))
        measured[count] = Series([command.run() for _ in range(repetitions)])
    largest = measured[_IMAGES[-1]]
    growth = growth_ratio({count: series.median_seconds for count, series in measured.items()})
    peak = largest.peak_bytes and largest.peak_bytes / MEBIBYTE
    return Section(
        title="Synthesis of many images on one base",
        columns=("images", "time", "CPU", "ms per image", "peak memory", "size of the JSON"),
        rows=[
            [
                f"{count:,}",
                seconds(series.median_seconds),
                seconds(series.cpu_seconds),
                f"{1000 * series.median_seconds / count:,.0f}",
                memory(series.peak_bytes),
                f"{synthesized(folder / str(count)).stat().st_size / MEBIBYTE:,.2f} MiB",
            ]
            for count, series in measured.items()
        ],
        goals=[
            Goal("1,000 images", largest.median_seconds, 60, " s"),
            Goal("memory for 1,000 images", peak, 1000, " MiB"),
            Goal("linear: a further image from 100 to 1,000, against 1 to 100", growth, 1.5),
        ],
        figures={
            "images": {str(count): run_figures(series) for count, series in measured.items()},
            "growth_ratio": growth,
        },
        notes=["Each image has a source in CodeCommit and is not deployed."],
    )


def growth_ratio(seconds_by_count: dict[int, float]) -> float:
    """Cost of a further image between the two largest counts, against the one before them.

    The start, which is paid once, falls out: 1 means linear, 10 would mean quadratic.
    """
    smallest = min(seconds_by_count)
    *_, middle, largest = sorted(seconds_by_count)

    def per_image(few: int, many: int) -> float:
        return (seconds_by_count[many] - seconds_by_count[few]) / (many - few)

    return per_image(middle, largest) / per_image(smallest, middle)
