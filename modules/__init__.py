"""Constructs for linked container image pipelines on AWS.

    base = ImagePipeline(stack, "base", source=CodeCommit("base-image"))
    web = ImagePipeline(stack, "web", source=CodeCommit("web"), base=base.image)

The constructs are imported when they are first asked for: importing them starts Node, which the
settings and the names do without.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from modules.settings import (
    S3,
    Approval,
    Artifacts,
    Build,
    CodeCommit,
    Connection,
    EcsDeploy,
    ExistingRepository,
    Filters,
    Parameter,
    Patterns,
    Repository,
    Secret,
    Vpc,
)

if TYPE_CHECKING:
    from modules.artifacts import ArtifactStore
    from modules.codebuild import BuildProject
    from modules.ecr import ExistingImageRepository, ImageRepository
    from modules.image_pipeline import Image, ImagePipeline
    from modules.project import Project

_CONSTRUCTS = {
    "ArtifactStore": "modules.artifacts",
    "BuildProject": "modules.codebuild",
    "ExistingImageRepository": "modules.ecr",
    "Image": "modules.image_pipeline",
    "ImagePipeline": "modules.image_pipeline",
    "ImageRepository": "modules.ecr",
    "Project": "modules.project",
}

__all__ = [
    "S3",
    "Approval",
    "ArtifactStore",
    "Artifacts",
    "Build",
    "BuildProject",
    "CodeCommit",
    "Connection",
    "EcsDeploy",
    "ExistingImageRepository",
    "ExistingRepository",
    "Filters",
    "Image",
    "ImagePipeline",
    "ImageRepository",
    "Parameter",
    "Patterns",
    "Project",
    "Repository",
    "Secret",
    "Vpc",
]


def __getattr__(name: str) -> object:
    if name in _CONSTRUCTS:
        return getattr(import_module(_CONSTRUCTS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
