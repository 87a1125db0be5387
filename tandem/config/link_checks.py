"""Checks of what is built from what."""

from __future__ import annotations

from collections.abc import Iterator

from modules.settings.bases import base_problems
from tandem.config.checked import Checked
from tandem.config.links import cycles as find_cycles
from tandem.config.models import ExternalBase
from tandem.config.problems import Problem, did_you_mean


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
        for argument, message in base_problems(image.bases, image.build):
            yield checked.base(name, argument, message)
