"""The files of every exported module. Importing this starts Node."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from modules._cdktf import TerraformStack
from tandem.export import stacks
from tandem.export.moves import MOVES
from tandem.export.readme import readme
from tandem.export.synthesis import synthesize
from tandem.export.variables import variables

ROOT = Path(__file__).resolve().parents[2]
_BUILDSPECS = ROOT / "buildspecs"
_ADDRESS = "git::https://github.com/ORGANIZATION/tandem.git//terraform/{}?ref=VERSION"
_NEIGHBOUR = re.compile(r'"\.\./\.\.(?:/\.\./([\w-]+))?"')
"""The source of a module in an example: this module, or one that is exported beside it."""


@dataclass(frozen=True)
class _Module:
    build: Callable[[TerraformStack], None]
    summary: str
    buildspecs: tuple[str, ...] = ()


_MODULES = {
    "image-pipeline": _Module(
        stacks.image_pipeline,
        "A pipeline that builds a container image and pushes it to ECR, whenever its source or one "
        "of its base images changes, and deploys it to ECS if asked.",
        ("app", "base"),
    ),
    "image-repository": _Module(
        stacks.image_repository,
        "An ECR repository that keeps what was built last and forgets the rest.",
    ),
    "build-project": _Module(
        stacks.build_project,
        "A CodeBuild project that builds a container image and pushes it to ECR, with its role and "
        "its log, for a pipeline of your own.",
        ("base",),
    ),
    "artifact-store": _Module(
        stacks.artifact_store,
        "A bucket through which the stages of any number of pipelines pass files to each other.",
    ),
}


def exported(folder: Path) -> dict[Path, str]:
    """The files of the modules, and what they must hold.

    Args:
        folder: Where the modules go, each into a folder of its own.
    """
    return {
        folder / name / path: text
        for name, module in _MODULES.items()
        for path, text in _files(name, module).items()
    }


def _files(name: str, module: _Module) -> dict[str, str]:
    described = synthesize(module.build, variables(name), MOVES[name])
    return {
        **{path: f"{json.dumps(content, indent=2)}\n" for path, content in described.items()},
        **{
            f"buildspecs/{buildspec}.yml": (_BUILDSPECS / f"{buildspec}.yml").read_text("utf-8")
            for buildspec in module.buildspecs
        },
        "README.md": readme(
            name,
            summary=module.summary,
            files=described,
            example=_example(name),
        ),
    }


def _example(name: str) -> str:
    """The simple example of a module, as it stands in another repository."""
    text = (ROOT / "terraform" / name / "examples/simple/main.tf").read_text(encoding="utf-8")
    text = _NEIGHBOUR.sub(lambda source: f'"{_ADDRESS.format(source[1] or name)}"', text)
    return f"# ORGANIZATION has a copy of this repository, of which VERSION is a tag.\n\n{text}"
