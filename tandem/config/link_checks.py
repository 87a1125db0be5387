"""Checks of what is built from what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modules.naming import artifact_name
from modules.settings.build import RESERVED_VARIABLES
from tandem.config.checked import Checked
from tandem.config.links import cycles as find_cycles
from tandem.config.models import ExternalBase
from tandem.config.problems import Problem, did_you_mean

OWN_ARTIFACTS = frozenset(["Source", "SourceArtifact", "BuildArtifact"])
"""Names of artifacts and actions that every pipeline has."""
_LONGEST_ARTIFACT = 100


def unknown_bases(checked: Checked) -> Iterator[Problem]:
    """A base must be an image of the file, unless it says that it is not."""
    known = checked.document.images
    for name, image in checked.images.items():
        for argument, base in image.bases.items():
            if isinstance(base, str) and base not in known:
                near = did_you_mean(base, [other for other in known if other != name])
                otherwise = 'one that is not in this file is written "repository: NAME"'
                yield checked.base(name, argument, f'no image named "{base}"; {near or otherwise}')


def cycles(checked: Checked) -> Iterator[Problem]:
    """An image that is built from itself would be built forever."""
    links = {
        name: [base for base in image.bases.values() if isinstance(base, str)]
        for name, image in checked.images.items()
    }
    for cycle in find_cycles(links):
        first, base = cycle[0], cycle[1 % len(cycle)]
        argument = next(arg for arg, each in checked.images[first].bases.items() if each == base)
        if len(cycle) == 1:
            message = "is its own base: remove it, or name another image"
        else:
            way = " → ".join([*cycle, first])
            message = f"an endless loop of builds, {way}: remove one of these bases"
        yield checked.base(first, argument, message)


def external_bases(checked: Checked) -> Iterator[Problem]:
    """A base elsewhere must not be an image of the file, or builds could loop unseen."""
    owners = {(checked.repository(name), image.tag): name for name, image in checked.images.items()}
    for name, image in checked.images.items():
        for argument, base in image.bases.items():
            if not isinstance(base, ExternalBase):
                continue
            owner = owners.get((base.repository, base.tag))
            pushed = f'"{base.repository}:{base.tag}"'
            if owner == name:
                yield checked.base(
                    name, argument, f"{pushed} is what this image is pushed to: an endless loop"
                )
            elif owner:
                yield checked.base(
                    name, argument, f'{pushed} is an image of this file: write "{owner}" instead'
                )


def arguments(checked: Checked) -> Iterator[Problem]:
    """Each build argument needs an artifact of its own, and a variable that nothing else sets."""
    for name, image in checked.images.items():
        by_artifact: dict[str, str] = {}
        by_base: dict[str | ExternalBase, str] = {}
        for argument, base in image.bases.items():
            artifact = artifact_name(argument)
            if argument in RESERVED_VARIABLES or argument.startswith(("CODEBUILD_", "AWS_")):
                message = "the build sets this itself: choose another build argument"
            elif not re.fullmatch(rf"[A-Za-z0-9_]{{1,{_LONGEST_ARTIFACT}}}", artifact):
                message = "gives no name for an artifact: choose another build argument"
            elif artifact in OWN_ARTIFACTS:
                message = f"gives {artifact}, which every pipeline has: choose another argument"
            elif other := by_artifact.get(artifact):
                message = f"gives the artifact {artifact}, as {other} does: choose another argument"
            elif other := by_base.get(base):
                message = f"is the same image as {other}: use one build argument for both"
            elif argument in image.build.environment or argument in image.build.arguments:
                message = "is set under build too: keep one"
            else:
                by_artifact[artifact] = by_base[base] = argument
                continue
            yield checked.base(name, argument, message)
