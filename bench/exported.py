"""`terraform plan` of the exported modules, and of hand-written HCL of the same resources."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.example import REGION, images, write_tfvars
from bench.measure import Say
from bench.plan import HCL, TFVARS, Configuration, compare, hand_written, section
from bench.report import Section
from bench.synthesis import ROOT
from tandem.emulator import Emulator, seed

_COUNT = 50
_CALLS = ROOT / "bench/modules"
_MODULES = ROOT / "terraform"
_SHARED = ("variables.tf", "versions.tf")
"""Files of the HCL that the calls need too."""


def against_hcl(folder: Path, *, quick: bool, say: Say) -> Section:
    """Plan the creation of everything, in an emulated account that has nothing of it."""
    described = images(_COUNT, deploy=True)
    with Emulator() as emulator:
        seed(emulator, _services(described), region=REGION)
        ours = _called(folder, described, emulator, say)
        # A module knows of no other one: each makes a rule of its own.
        theirs = hand_written(folder, described, emulator, images_per_rule=1, say=say)
        compared = compare(ours, theirs, pairs=2 if quick else 5, say=say)
    return section(
        {_COUNT: compared},
        title="terraform plan of the exported modules against HCL, into an empty emulated account",
        ours=("modules", "exported modules"),
        limit=1.1,
    )


def _called(
    place: Path, described: Mapping[str, Any], emulator: Emulator, say: Say
) -> Configuration:
    say("terraform init of the modules")
    folder = place / _CALLS.relative_to(ROOT)
    shutil.copytree(_CALLS, folder, ignore=shutil.ignore_patterns(".terraform*"))
    for name in _SHARED:
        shutil.copy(HCL / name, folder)
    shutil.copytree(_MODULES, place / _MODULES.name, ignore=shutil.ignore_patterns(".terraform*"))
    write_tfvars(folder / TFVARS, described)
    return Configuration.initialize(folder, emulator)


def _services(described: Mapping[str, Any]) -> dict[str, Any]:
    """The ECS services of the images, as `seed` finds them in a stack."""
    targets = [image["deploy"]["ecs"] for image in described.values() if "deploy" in image]
    return {
        "data": {
            "aws_ecs_service": {
                target["service"]: {
                    "cluster_arn": f"arn:aws:ecs:{REGION}::cluster/{target['cluster']}",
                    "service_name": target["service"],
                }
                for target in targets
            }
        }
    }
