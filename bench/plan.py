"""`terraform plan`: of what Tandem writes, and of hand-written HCL of the same resources."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.example import REGION, counted, images, write_tfvars, write_yaml
from bench.measure import BenchError, Command, Run, Say, Series, alternate, time_ratio
from bench.report import RUN_COLUMNS, Goal, Section, run_cells, run_figures
from bench.synthesis import ROOT, synthesis, synthesized
from tandem.emulator import OVERRIDE_FILE, Emulator, override, seed
from tandem.terraform import Terraform

HCL = ROOT / "bench/hcl"
TFVARS = "terraform.tfvars.json"
_COUNTS = (1, 50)
_MEMORY = RUN_COLUMNS.index("peak memory")
_PLAN_FILE = "bench.tfplan"


@dataclass(frozen=True)
class Configuration:
    """An initialized folder of Terraform."""

    folder: Path
    terraform: Terraform

    @classmethod
    def initialize(cls, folder: Path, emulator: Emulator) -> Configuration:
        """Run `terraform init` in a folder whose account is an emulator's."""
        terraform = Terraform(folder, environment=emulator.environment(region=REGION))
        terraform.init()
        return cls(folder, terraform)

    @property
    def plan(self) -> Command:
        """`terraform plan`, as its users run it."""
        arguments = ["terraform", "plan", "-input=false", "-no-color", f"-out={_PLAN_FILE}"]
        return Command(arguments, self.folder, self.terraform.environment)

    def created(self) -> Counter[str]:
        """How many resources of each type its plan creates."""
        out = self.folder / _PLAN_FILE
        self.terraform.plan(out=out)
        return created_by_type(self.terraform.show_json(out))


@dataclass(frozen=True)
class Comparison:
    """Two ways to the same resources, planned in turns."""

    resources: Counter[str]
    ours: Series
    theirs: Series
    peaks: tuple[Run, Run]
    """One more run of each, whose memory was measured: sampling slows it."""


def against_hcl(folder: Path, *, quick: bool, say: Say) -> Section:
    """Plan the creation of everything, in an emulated account that has nothing of it."""
    pairs = {1: 5 if quick else 15, 50: 2 if quick else 5}
    compared = {}
    for count in _COUNTS:
        described = images(count, deploy=True)
        with Emulator() as emulator:
            place = folder / str(count)
            ours = synthesized_configuration(place, described, emulator, say)
            theirs = hand_written(place, described, emulator, say=say)
            compared[count] = compare(ours, theirs, pairs=pairs[count], say=say)
    return section(
        compared,
        title="terraform plan against hand-written HCL, into an empty account of the emulator",
        ours=("json", "JSON of Tandem"),
        limit=1.05,
    )


def compare(ours: Configuration, theirs: Configuration, *, pairs: int, say: Say) -> Comparison:
    """Plan two configurations in turns.

    Raises:
        BenchError: One creates what the other does not.

    """
    say("warm-up, and both must create the same resources")
    resources = _same_resources(ours, theirs)
    # Terraform uses every core: whoever samples its memory would slow it.
    one, other = alternate(ours.plan, theirs.plan, pairs=pairs, memory=False, say=say)
    say("memory")
    return Comparison(resources, one, other, (ours.plan.run(), theirs.plan.run()))


def section(
    compared: Mapping[int, Comparison], *, title: str, ours: tuple[str, str], limit: float
) -> Section:
    """Tell comparisons with the hand-written HCL, by the number of images.

    Args:
        compared: At least one.
        title: What was compared.
        ours: What Tandem's way is called, for machines and for people.
        limit: Its time may be this multiple of the HCL's.

    """
    rows, goals = [], []
    figures: dict[str, dict[str, Any]] = {}
    for count, found in compared.items():
        size = f"{counted(count)}, {found.resources.total():,} resources"
        figures[str(count)] = {"resources": dict(found.resources)}
        for (key, label), series, peak in zip(
            (ours, ("hcl", "HCL")), (found.ours, found.theirs), found.peaks, strict=True
        ):
            cells = run_cells(series)
            cells[_MEMORY] = run_cells(Series([peak]))[_MEMORY]
            rows.append([f"{size}: {label}", *cells])
            figures[str(count)][key] = {**run_figures(series), "peak_bytes": peak.peak_bytes}
        ratio = time_ratio(found.ours, found.theirs)
        goals.append(Goal(f"time of the plan, {counted(count)}", ratio, limit))
    return Section(
        title=title,
        columns=("", *RUN_COLUMNS),
        rows=rows,
        goals=goals,
        figures=figures,
        notes=[
            "The HCL has one block per kind of resource with for_each, and policies by jsonencode.",
            "Both plans create the same number of resources of each type.",
        ],
    )


def synthesized_configuration(
    place: Path, described: Mapping[str, Any], emulator: Emulator, say: Say
) -> Configuration:
    """Synthesize these images at a place that is not there yet, and initialize the folder."""
    say(f"{counted(int(place.name))}: synthesis and terraform init")
    place.mkdir()
    write_yaml(place / "images.yaml", described)
    synthesis(place / "images.yaml", place / "out").run(memory=False)
    file = synthesized(place / "out")
    stack = json.loads(file.read_text(encoding="utf-8"))
    seed(emulator, stack, region=REGION)
    (file.parent / OVERRIDE_FILE).write_text(json.dumps(override(stack)), encoding="utf-8")
    return Configuration.initialize(file.parent, emulator)


def hand_written(
    place: Path,
    described: Mapping[str, Any],
    emulator: Emulator,
    *,
    images_per_rule: int = 5,
    say: Say,
) -> Configuration:
    """Copy the hand-written HCL to a place, for these images, and initialize it.

    Args:
        place: An existing folder.
        described: The images.
        emulator: The account.
        images_per_rule: How many pipelines the rule of a base starts, 1-5.
        say: Tells people what is being done.

    """
    say("terraform init of the HCL")
    folder = place / HCL.relative_to(ROOT)
    shutil.copytree(HCL, folder, ignore=shutil.ignore_patterns(".terraform*"))
    shutil.copytree(ROOT / "buildspecs", place / "buildspecs")
    write_tfvars(folder / TFVARS, described, images_per_rule=images_per_rule)
    return Configuration.initialize(folder, emulator)


def _same_resources(ours: Configuration, theirs: Configuration) -> Counter[str]:
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
        f"{kind}: {ours.get(kind, 0)} in Tandem's, {theirs.get(kind, 0)} in the HCL"
        for kind in sorted(ours.keys() | theirs.keys())
        if ours.get(kind, 0) != theirs.get(kind, 0)
    ]
