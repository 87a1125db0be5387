"""What the commands of a CodeBuild buildspec do, read from its text."""

from tandem.buildspec.model import Buildspec, Command, Image
from tandem.buildspec.reading import parse

__all__ = ["Buildspec", "Command", "Image", "parse"]
