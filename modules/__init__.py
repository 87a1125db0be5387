"""Constructs for linked container image pipelines on AWS.

    base = ImagePipeline(stack, "base", source=CodeCommit("base-image"))
    web = ImagePipeline(stack, "web", source=CodeCommit("web"), base=base.image)

The constructs are imported when they are first asked for: importing them starts Node, which the
settings and the names do without. `App`, `AwsProvider` and `TerraformStack` are CDKTF's own, here
because they load much faster this way than from CDKTF's packages.
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
    GithubPlans,
    Parameter,
    Patterns,
    Repository,
    ReviewedCodeCommit,
    ReviewedConnection,
    S3State,
    Secret,
    Vpc,
)

if TYPE_CHECKING:
    from modules._cdktf import App, AwsProvider, TerraformStack
    from modules.artifacts import ArtifactStore
    from modules.bases import Image
    from modules.codebuild import BuildProject
    from modules.ecr import ExistingImageRepository, ImageRepository
    from modules.image_pipeline import ImagePipeline
    from modules.plan_review import DriftReview, GithubPlanRole, PlanApply, PlanReview
    from modules.project import Project

_CONSTRUCTS = {
    "App": "modules._cdktf",
    "ArtifactStore": "modules.artifacts",
    "AwsProvider": "modules._cdktf",
    "BuildProject": "modules.codebuild",
    "DriftReview": "modules.plan_review",
    "ExistingImageRepository": "modules.ecr",
    "GithubPlanRole": "modules.plan_review",
    "Image": "modules.bases",
    "ImagePipeline": "modules.image_pipeline",
    "ImageRepository": "modules.ecr",
    "PlanApply": "modules.plan_review",
    "PlanReview": "modules.plan_review",
    "Project": "modules.project",
    "TerraformStack": "modules._cdktf",
}

__all__ = [
    "S3",
    "App",
    "Approval",
    "ArtifactStore",
    "Artifacts",
    "AwsProvider",
    "Build",
    "BuildProject",
    "CodeCommit",
    "Connection",
    "DriftReview",
    "EcsDeploy",
    "ExistingImageRepository",
    "ExistingRepository",
    "Filters",
    "GithubPlanRole",
    "GithubPlans",
    "Image",
    "ImagePipeline",
    "ImageRepository",
    "Parameter",
    "Patterns",
    "PlanApply",
    "PlanReview",
    "Project",
    "Repository",
    "ReviewedCodeCommit",
    "ReviewedConnection",
    "S3State",
    "Secret",
    "TerraformStack",
    "Vpc",
]


def __getattr__(name: str) -> object:
    if name in _CONSTRUCTS:
        return getattr(import_module(_CONSTRUCTS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
