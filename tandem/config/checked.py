"""What the checks look at."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from modules.naming import Names
from modules.settings import ExistingRepository
from tandem.config.document import Document
from tandem.config.models import Image
from tandem.config.problems import Problem


@dataclass(frozen=True)
class Checked:
    """A file whose settings are right in themselves, or as many of them as are."""

    document: Document
    images: Mapping[str, Image]
    """Those with a mapping of settings, without the keys that are wrong."""
    names: Names | None
    """None: the project or the environment is wrong."""
    wrong: Mapping[str, Set[str]]
    """The keys of an image that are wrong, and have their defaults here."""

    def problem(self, message: str, *steps: str) -> Problem:
        """A problem of the setting at `steps` below `images`, or of the nearest there is."""
        return self.document.place(("images", *steps)).problem(message)

    def base(self, image: str, argument: str, message: str) -> Problem:
        """A problem of what `image` is given for a build argument."""
        return self.problem(message, image, "base", argument)

    def repository(self, image: str) -> str | None:
        """The name of the image's repository, where it is known."""
        if "repository" in self.wrong.get(image, ()):
            return None
        settings = self.images[image].repository
        if isinstance(settings, ExistingRepository):
            return settings.existing
        return settings.name or (self.names.repository(image) if self.names else None)
