"""The project that builds an image and pushes it."""

from modules.codebuild.buildspec import standard_variables
from modules.codebuild.project import BuildProject

__all__ = ["BuildProject", "standard_variables"]
