"""What must hold between the bases of an image, and between them and its build."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping

from modules.naming import artifact_name
from modules.settings.build import RESERVED_PREFIXES, RESERVED_VARIABLES, Build

OWN_ARTIFACTS = frozenset(["Source", "SourceArtifact", "BuildArtifact"])
"""Names of artifacts and actions that every pipeline has."""
MOST_BASES = 4
"""A build action takes 5 artifacts, and the source is one of them.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-action-artifacts.html
"""
_ARTIFACT = re.compile(r"[A-Za-z0-9_]{1,100}")
"""https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html"""


def base_problems(bases: Mapping[str, Hashable], build: Build) -> Iterator[tuple[str, str]]:
    """Build arguments that cannot be, each with the reason.

    Each needs an artifact and an image of its own, and a variable that nothing else sets.
    """
    by_artifact: dict[str, str] = {}
    by_base: dict[Hashable, str] = {}
    for argument, base in bases.items():
        artifact = artifact_name(argument)
        if argument in RESERVED_VARIABLES or argument.startswith(RESERVED_PREFIXES):
            yield argument, "the build sets this itself: choose another build argument"
        elif not _ARTIFACT.fullmatch(artifact):
            yield argument, "gives no name for an artifact: choose another build argument"
        elif artifact in OWN_ARTIFACTS:
            yield argument, f"gives {artifact}, which every pipeline has: choose another argument"
        elif other := by_artifact.get(artifact):
            message = f"gives the artifact {artifact}, as {other} does: choose another argument"
            yield argument, message
        elif other := by_base.get(base):
            yield argument, f"is the same image as {other}: use one build argument for both"
        elif argument in build.environment or argument in build.arguments:
            yield argument, "is set under build too: keep one"
        elif len(by_base) == MOST_BASES:
            yield argument, f"is one base too many: AWS lets a build have {MOST_BASES}"
        else:
            by_artifact[artifact] = by_base[base] = argument
