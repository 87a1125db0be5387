"""`tandem review` of plans with thousands of changes."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from bench.measure import MEBIBYTE, BenchError, Command, Say, Series
from bench.report import RUN_COLUMNS, Goal, Section, run_cells, run_figures
from bench.review_plans import changes, creation, update
from bench.synthesis import ROOT

_IMAGES = 345
"""More than 5,000 resources."""
_CHANGES = 5_000
_LIMIT_SECONDS = 5
_LIMIT_MEBIBYTES = 500


def many_changes(folder: Path, *, quick: bool, say: Say) -> Section:
    """The review of a plan that creates everything, and of one that changes everything."""
    created = creation(folder, _IMAGES, say=say)
    plans = {"creates": created, "changes": update(created)}
    series: dict[str, Series] = {}
    counts, sizes = {}, {}
    for name, plan in plans.items():
        file = folder / f"{name}.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        counts[name], sizes[name] = changes(plan), file.stat().st_size
        if counts[name] < _CHANGES:
            raise BenchError(f"the plan that {name} everything has {counts[name]:,} changes only")
        say(f"review of a plan that {name} everything")
        command = _review(file, folder)
        # Sampling of the memory takes time too: the first runs are for the clock alone.
        runs = [command.run(memory=False) for _ in range(1 if quick else 5)]
        series[name] = Series([*runs, command.run()])
    goals = []
    for name, found in series.items():
        peak = found.peak_bytes
        what = f"review of a plan that {name} {counts[name]:,} resources"
        goals.append(Goal(what, found.median_seconds, _LIMIT_SECONDS, " s"))
        memory = None if peak is None else peak / MEBIBYTE
        goals.append(Goal(f"{what}: memory", memory, _LIMIT_MEBIBYTES, " MiB"))
    return Section(
        title="What a reviewer needs of a plan, as a comment",
        columns=("", *RUN_COLUMNS),
        rows=[
            [f"{name} {counts[name]:,} resources, {sizes[name] / MEBIBYTE:.0f} MiB", *run_cells(it)]
            for name, it in series.items()
        ],
        goals=goals,
        figures={name: run_figures(found) for name, found in series.items()}
        | {"changes": counts, "bytes": sizes},
        notes=["Trace and access of both sides included; checkov, and the page, are not."],
    )


def _review(plan: Path, folder: Path) -> Command:
    arguments = [sys.executable, "-m", "tandem", "review", str(plan)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # Something is found that closes the gate, or nothing.
    return Command([*arguments, "--markdown", "review.md"], folder, environment, good=(0, 1))
