"""The images that an image is built on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from modules.codepipeline import Pipeline
from modules.ecr import AnyImageRepository, RepositoryReference
from modules.expressions import Decision, Entries


@dataclass(frozen=True)
class Image:
    """What another pipeline builds on: a repository, and the tag in it that links."""

    name: str
    """What the trigger is named after."""
    repository: AnyImageRepository | RepositoryReference
    tag: str
    pipeline: Pipeline | None = None
    """The pipeline that builds it. None: it is built elsewhere."""


Bases = Mapping[str, Image] | Entries[Image]
"""By the build argument that each is given to."""


def each_with_resources(
    bases: Bases,
) -> Iterator[tuple[str, Image, Decision | Entries[Image]]]:
    """What has resources of its own: each base, or for a map that Terraform knows, its entry."""
    if isinstance(bases, Entries):
        yield *bases.entry("each.key", "each.value"), bases
    else:
        yield from ((argument, image, True) for argument, image in bases.items())
