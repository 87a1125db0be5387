"""The pipelines that are measured: images built on one base, as a file of Tandem says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROJECT = "shop"
REGION = "us-east-1"
_CLUSTER = "prod"


def images(count: int, *, deploy: bool) -> dict[str, Any]:
    """A base and `count` images built on it, as the file's `images`.

    Args:
        count: Images on the base, 1 or more. One is named `web`: then it is the README's example.
        deploy: Deploy each to an ECS service of its own.

    """
    names = ["web"] if count == 1 else [f"app-{number:04}" for number in range(1, count + 1)]
    described: dict[str, Any] = {"base": {"source": {"codecommit": "base-image"}}}
    for name in names:
        described[name] = {"base": "base", "source": {"codecommit": name}}
        if deploy:
            target = {"cluster": _CLUSTER, "service": name, "container": name}
            described[name]["deploy"] = {"ecs": target}
    return described


def counted(count: int) -> str:
    """`1 image`, `50 images`."""
    return f"{count:,} image{'s' * (count > 1)}"


def write_yaml(file: Path, described: Mapping[str, Any]) -> None:
    """Write a file for Tandem; JSON is YAML."""
    content = {"project": PROJECT, "region": REGION, "images": described}
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")


def write_tfvars(file: Path, described: Mapping[str, Any], *, images_per_rule: int = 5) -> None:
    """Write the same images as variables of the hand-written HCL."""
    variables = {
        "project": PROJECT,
        "region": REGION,
        "images": {
            name: {
                "repository": image["source"]["codecommit"],
                "base": image.get("base"),
                "deploy": image.get("deploy", {}).get("ecs"),
            }
            for name, image in described.items()
        },
        "images_per_rule": images_per_rule,
    }
    file.write_text(json.dumps(variables, indent=1), encoding="utf-8")
