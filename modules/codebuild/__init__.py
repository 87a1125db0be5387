"""The project that builds an image and pushes it."""

from modules.codebuild.project import BuildProject

__all__ = ["BuildProject"]
