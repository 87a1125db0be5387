"""`tandem trace` and `tandem access` on the Terraform of many images."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bench.example import counted, images, write_yaml
from bench.measure import Command, Say, Series
from bench.report import RUN_COLUMNS, Goal, Section, run_cells, run_figures
from bench.synthesis import ROOT, growth_ratio, synthesis, synthesized

_COUNTS = (10, 100, 1000)
_LIMIT_SECONDS = {"trace": 5, "access": 30}


def many_images(folder: Path, *, quick: bool, say: Say) -> Section:
    """Trace and access of 10 to 1,000 images on one base, each with a service to deploy to."""
    series: dict[tuple[str, int], Series] = {}
    sizes = {}
    for count in _COUNTS:
        config = folder / f"{count}.yaml"
        write_yaml(config, images(count, deploy=True))
        say(f"synthesis of {counted(count)}")
        synthesis(config, folder / str(count)).run(memory=False)
        file = synthesized(folder / str(count))
        sizes[count] = file.stat().st_size
        for command in _LIMIT_SECONDS:
            say(f"{command} of {counted(count)}")
            arguments = [sys.executable, "-m", "tandem", command, str(file)]
            program = Command(arguments, ROOT, dict(os.environ))
            runs = 1 if quick else 3
            series[command, count] = Series([program.run() for _ in range(runs)])
    goals = []
    for command, limit in _LIMIT_SECONDS.items():
        medians = {count: series[command, count].median_seconds for count in _COUNTS}
        goals.append(Goal(f"{command} of 1,000 images", medians[_COUNTS[-1]], limit, " s"))
        growth = growth_ratio(medians)
        goals.append(Goal(f"{command}: a further image up to 1,000, against 100", growth, 1.5))
    return Section(
        title="What starts what, and who may do what, of many images on one base",
        columns=("", *RUN_COLUMNS),
        rows=[
            [f"tandem {command}, {counted(count)}", *run_cells(found)]
            for (command, count), found in sorted(series.items())
        ],
        goals=goals,
        figures={
            f"{command} {count}": run_figures(found) for (command, count), found in series.items()
        }
        | {"bytes": {str(count): size for count, size in sizes.items()}},
        notes=["Each image has a source in CodeCommit and is deployed to an ECS service."],
    )
