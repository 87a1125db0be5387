"""The buildspec of a build: the user's own or a standard one, and what a standard one is told."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from modules.element import literal
from modules.expressions import (
    Decision,
    Entries,
    Text,
    choose,
    default,
    either,
    equal,
    given,
    joined_keys,
    some,
)
from modules.settings import Build

_BUILDSPECS = Path(__file__).resolve().parents[2] / "buildspecs"


def buildspec_of(settings: Build, standard: str) -> str:
    """The path of a buildspec in the source, or the text of a standard one, as it is in the file.

    CodeBuild takes either in the same place.
    """
    if isinstance(standard, Text):
        text = Text(f'file("${{path.module}}/buildspecs/${{{standard.expression}}}.yml")')
        return default(settings.buildspec, text)
    return literal(settings.buildspec) if settings.buildspec else standard_buildspec(standard)


@cache
def standard_buildspec(name: str) -> str:
    """The text of a standard buildspec: read once, however many images there are."""
    return literal((_BUILDSPECS / f"{name}.yml").read_text(encoding="utf-8"))


def pulls_its_image(settings: Build) -> Decision:
    """Whether a build may pull what it pushed before: for its layers, or for all we know."""
    return either(equal(settings.cache, "registry"), given(settings.buildspec))


def standard_variables(
    build: Build,
    *,
    bases: Mapping[str, Any] | Entries[Any],
    repository_url: str,
    tag: str,
    container: str,
) -> dict[str, str | None]:
    """The environment variables that the standard buildspecs know; None is left out."""
    return {
        "REPOSITORY_URI": repository_url,
        "IMAGE_TAG": tag,
        "CONTAINER_NAME": container,
        "BASE_IMAGES": choose(some(bases), joined_keys(bases), None),
        "BUILD_ARGS": choose(some(build.arguments), joined_keys(build.arguments), None),
        "DOCKERFILE": build.dockerfile,
        "BUILD_CONTEXT": build.context,
        "PLATFORM": build.platform,
        "CACHE": choose(equal(build.cache, "registry"), "registry", None),
    }
