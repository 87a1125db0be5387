"""The project that builds an image and pushes it."""

from modules.codebuild.buildspec import pulls_its_image, standard_variables
from modules.codebuild.project import BuildProject

__all__ = ["BuildProject", "pulls_its_image", "standard_variables"]
