"""`terraform plan`: of the synthesized JSON, and of hand-written HCL of the same resources."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.example import REGION, counted, images, write_tfvars, write_yaml
from bench.measure import BenchError, Command, Say, Series, alternate, time_ratio
from bench.report import RUN_COLUMNS, Goal, Section, run_cells, run_figures
from bench.synthesis import ROOT, synthesis, synthesized
from tandem.emulator import OVERRIDE_FILE, Emulator, override, seed
from tandem.terraform import Terraform

_COUNTS = (1, 50)
_HCL = ROOT / "bench/hcl"
_MEMORY = RUN_COLUMNS.index("peak memory")
_PLAN_FILE = "bench.tfplan"


@dataclass(frozen=True)
class _Configuration:
    """An initialized folder of Terraform."""

    folder: Path
    terraform: Terraform

    @classmethod
    def initialize(cls, folder: Path, emulator: Emulator) -> _Configuration:
        terraform = Terraform(folder, environment=emulator.environment(region=REGION))
        terraform.init()
        return cls(folder, terraform)

    @property
    def plan(self) -> Command:
        arguments = ["terraform", "plan", "-input=false", "-no-color", f"-out={_PLAN_FILE}"]
        return Command(arguments, self.folder, self.terraform.environment)

    def created(self) -> Counter[str]:
        """How many resources of each type its plan creates."""
        out = self.folder / _PLAN_FILE
        self.terraform.plan(out=out)
        return created_by_type(self.terraform.show_json(out))


def against_hcl(folder: Path, *, quick: bool, say: Say) -> Section:
    """Plan the creation of everything, in an emulated account that has nothing of it."""
    pairs = {1: 5 if quick else 15, 50: 2 if quick else 5}
    rows, goals, figures = [], [], {}
    for count in _COUNTS:
        described = images(count, deploy=True)
        with Emulator() as emulator:
            place = folder / str(count)
            ours = _synthesized(place, described, emulator, say)
            theirs = _hand_written(place, described, emulator, say)
            say("warm-up, and both must create the same resources")
            resources = _same_resources(ours, theirs)
            one, other = alternate(
                ours.plan,
                theirs.plan,
                pairs=pairs[count],
                # Terraform uses every core: whoever samples its memory would slow it.
                memory=False,
                say=say,
            )
            say("memory")
            peaks = ours.plan.run(), theirs.plan.run()
        ratio = time_ratio(one, other)
        size = f"{counted(count)}, {resources.total():,} resources"
        for label, series, peak in zip(
            (f"{size}: JSON of Tandem", f"{size}: HCL"), (one, other), peaks, strict=True
        ):
            cells = run_cells(series)
            cells[_MEMORY] = run_cells(Series([peak]))[_MEMORY]
            rows.append([label, *cells])
        goals.append(Goal(f"time of the plan, {counted(count)}", ratio, 1.05))
        figures[str(count)] = {
            "json": {**run_figures(one), "peak_bytes": peaks[0].peak_bytes},
            "hcl": {**run_figures(other), "peak_bytes": peaks[1].peak_bytes},
            "resources": dict(resources),
        }
    return Section(
        title="terraform plan against hand-written HCL, into an empty account of the emulator",
        columns=("", *RUN_COLUMNS),
        rows=rows,
        goals=goals,
        figures=figures,
        notes=[
            "The HCL has one block per kind of resource with for_each, and policies by jsonencode.",
            "Both plans create the same number of resources of each type.",
        ],
    )


def _synthesized(
    place: Path, described: Mapping[str, Any], emulator: Emulator, say: Say
) -> _Configuration:
    say(f"{counted(int(place.name))}: synthesis and terraform init")
    place.mkdir()
    write_yaml(place / "images.yaml", described)
    synthesis(place / "images.yaml", place / "out").run(memory=False)
    file = synthesized(place / "out")
    stack = json.loads(file.read_text(encoding="utf-8"))
    seed(emulator, stack, region=REGION)
    (file.parent / OVERRIDE_FILE).write_text(json.dumps(override(stack)), encoding="utf-8")
    return _Configuration.initialize(file.parent, emulator)


def _hand_written(
    place: Path, described: Mapping[str, Any], emulator: Emulator, say: Say
) -> _Configuration:
    say("terraform init of the HCL")
    folder = place / _HCL.relative_to(ROOT)
    shutil.copytree(_HCL, folder, ignore=shutil.ignore_patterns(".terraform*"))
    shutil.copytree(ROOT / "buildspecs", place / "buildspecs")
    write_tfvars(folder / "terraform.tfvars.json", described)
    return _Configuration.initialize(folder, emulator)


def _same_resources(ours: _Configuration, theirs: _Configuration) -> Counter[str]:
    """Plan both, and compare what they create.

    Raises:
        BenchError: One creates what the other does not.

    """
    created = ours.created()
    different = differences(created, theirs.created())
    if different:
        raise BenchError(
            "the plans do not create the same resources, so their times cannot be compared; "
            f"mend bench/hcl: {'; '.join(different)}"
        )
    return created


def created_by_type(plan: Mapping[str, Any]) -> Counter[str]:
    """How many resources of each type a plan creates."""
    return Counter(
        change["type"]
        for change in plan["resource_changes"]
        if change["mode"] == "managed" and change["change"]["actions"] == ["create"]
    )


def differences(ours: Mapping[str, int], theirs: Mapping[str, int]) -> list[str]:
    """Say of which types two plans do not create the same number."""
    return [
        f"{kind}: {ours.get(kind, 0)} in the JSON, {theirs.get(kind, 0)} in the HCL"
        for kind in sorted(ours.keys() | theirs.keys())
        if ours.get(kind, 0) != theirs.get(kind, 0)
    ]
