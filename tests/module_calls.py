"""Calls of the exported modules, and what Terraform plans for them in the emulator."""

import json
import shutil
from pathlib import Path

from synthesis import ROOT, Block

from tandem.emulator import Emulator
from tandem.terraform import Terraform

MODULES = {folder.name: folder for folder in sorted((ROOT / "terraform").glob("*/"))}
LEFT_OUT = shutil.ignore_patterns("examples", "tests", ".terraform*")
"""What a copy of a module does without."""
ACCOUNT = "111122223333"
REGION = "eu-west-1"

CALLS: dict[str, Block] = {
    "artifact-store": {"name": "shared"},
    "build-project": {
        "name": "alone",
        "repository": {
            "name": "acme/web",
            "arn": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/acme/web",
            "url": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/acme/web",
        },
        "artifact_store": {"bucket": "shared", "bucket_arn": "arn:aws:s3:::shared"},
    },
    "image-pipeline": {"name": "web", "code": {"codecommit": "web"}},
    "image-repository": {"name": "acme/base"},
}
"""Each module with its defaults."""


def write_calls(root: Path) -> None:
    """Write a root module with `CALLS`, and copies of the modules, into a folder."""
    for name, folder in MODULES.items():
        shutil.copytree(folder, root / name, ignore=LEFT_OUT)
    calls = {name: {"source": f"./{name}", **CALLS[name]} for name in MODULES}
    (root / "main.tf.json").write_text(json.dumps({"module": calls}))


def plan_calls(root: Path) -> Block:
    """Plan `CALLS` in a folder; as `terraform show -json`."""
    write_calls(root)
    with Emulator(account_id=ACCOUNT) as emulator:
        terraform = Terraform(root, environment=emulator.environment(region=REGION))
        terraform.init()
        terraform.plan(out=root / "tfplan")
        return terraform.show_json(root / "tfplan")
