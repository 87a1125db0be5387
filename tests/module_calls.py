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

STORE = {"bucket": "shared", "bucket_arn": "arn:aws:s3:::shared"}
QUEUE = {"arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead-letters"}
ECR = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/acme/web"
URL = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/acme/web"
BUILD = {
    "cache": "registry",
    "environment": {
        "STAGE": {"value": "production"},
        "NPM": {"secret": "shop/npm:token"},
        "LICENSE": {"parameter": "/shop/license"},
    },
    "vpc": {
        "vpc": "vpc-0123456789abcdef0",
        "subnets": ["subnet-0123456789abcdef0"],
        "security_groups": ["sg-0123456789abcdef0"],
    },
}
REPOSITORY = {"name": "acme/web", "arn": ECR, "url": URL}
PLANNED: dict[str, tuple[str, Block]] = {
    "store": ("artifact-store", {"name": "shared"}),
    "project": (
        "build-project",
        {"name": "project", "repository": REPOSITORY, "artifact_store": STORE},
    ),
    "unprotected": ("image-repository", {"name": "acme/unprotected", "protect": False}),
    "defaults": ("image-pipeline", {"name": "web", "code": {"codecommit": "web"}}),
}
"""Module calls that are only planned: a bucket and a queue take the provider a minute each."""
APPLIED: dict[str, tuple[str, Block]] = {
    "base": ("image-repository", {"name": "acme/base"}),
    "build": (
        "build-project",
        {
            "name": "alone",
            "repository": REPOSITORY,
            "artifact_store": STORE,
            "build": BUILD,
        },
    ),
    "codecommit": (
        "image-pipeline",
        {
            "name": "codecommit",
            "code": {"codecommit": "web"},
            "base": "${module.base.image}",
            "build": BUILD,
            "approval": {"sns_topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:releases"},
            "deploy": {
                "ecs": {
                    "cluster": "production",
                    "service": "web",
                    "container": "web",
                    "task_roles": [f"arn:aws:iam::{ACCOUNT}:role/web"],
                }
            },
            "schedule": "rate(7 days)",
            "artifact_store": STORE,
            "dead_letters": QUEUE,
        },
    ),
    "connection": (
        "image-pipeline",
        {
            "name": "connection",
            "code": {
                "connection": f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/"
                "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
                "repository": "acme/web",
                "full_clone": True,
            },
            "artifact_store": STORE,
            "dead_letters": QUEUE,
        },
    ),
    "s3": (
        "image-pipeline",
        {
            "name": "s3",
            "code": {"s3": "acme-sources", "key": "web.zip"},
            "repository": {"protect": False},
            "artifact_store": STORE,
            "dead_letters": QUEUE,
        },
    ),
}
"""Applied, and then planned again: a plan says of a policy what is known before it is applied."""
CALLS = {**PLANNED, **APPLIED}


def plan_calls(root: Path) -> Block:
    """Plan `CALLS` in the folder `root`, when `APPLIED` exist; as `terraform show -json`."""
    for name, folder in MODULES.items():
        shutil.copytree(folder, root / name, ignore=LEFT_OUT)
    calls = {
        call: {"source": f"./{module}", **variables} for call, (module, variables) in CALLS.items()
    }
    (root / "main.tf.json").write_text(json.dumps({"module": calls}))
    with Emulator(account_id=ACCOUNT) as emulator:
        environment = emulator.environment(region=REGION)
        some = {"TF_CLI_ARGS_plan": " ".join(f"-target=module.{call}" for call in APPLIED)}
        terraform = Terraform(root, environment={**environment, **some})
        terraform.init()
        terraform.plan(out=root / "tfplan")
        terraform.apply(root / "tfplan")
        terraform = Terraform(root, environment=environment)
        terraform.plan(out=root / "tfplan")
        return terraform.show_json(root / "tfplan")
