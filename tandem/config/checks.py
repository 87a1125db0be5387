"""What no setting can know alone: each check looks at all images, and names what to do.

A check is a function from the images, as far as they are right in themselves, to problems.
`CHECKS` has all of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from modules.naming import Names, artifact_name
from modules.settings import ExistingRepository
from modules.settings.build import RESERVED_VARIABLES
from modules.settings.types import is_token
from tandem.config.document import Document
from tandem.config.links import cycles
from tandem.config.models import ExternalBase, Image
from tandem.config.nodes import Node
from tandem.config.problems import Problem, did_you_mean

OWN_ARTIFACTS = frozenset(["Source", "SourceArtifact", "BuildArtifact"])
"""Names of artifacts and actions that every pipeline has."""
_LONGEST_REPOSITORY = 256
_LONGEST_ARTIFACT = 100


@dataclass(frozen=True)
class Checked:
    """What the checks look at."""

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


def check(checked: Checked) -> list[Problem]:
    """Everything that is wrong between the settings."""
    return [problem for find in CHECKS for problem in find(checked)]


def _unknown_bases(checked: Checked) -> Iterator[Problem]:
    known = checked.document.images
    for name, image in checked.images.items():
        for argument, base in image.bases.items():
            if isinstance(base, str) and base not in known:
                near = did_you_mean(base, [other for other in known if other != name])
                otherwise = 'one that is not in this file is written "repository: NAME"'
                yield checked.base(name, argument, f'no image named "{base}"; {near or otherwise}')


def _cycles(checked: Checked) -> Iterator[Problem]:
    links = {
        name: [base for base in image.bases.values() if isinstance(base, str)]
        for name, image in checked.images.items()
    }
    for cycle in cycles(links):
        first, base = cycle[0], cycle[1 % len(cycle)]
        argument = next(arg for arg, each in checked.images[first].bases.items() if each == base)
        if len(cycle) == 1:
            message = "is its own base: remove it, or name another image"
        else:
            way = " → ".join([*cycle, first])
            message = f"an endless loop of builds, {way}: remove one of these bases"
        yield checked.base(first, argument, message)


def _external_bases(checked: Checked) -> Iterator[Problem]:
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


def _arguments(checked: Checked) -> Iterator[Problem]:
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


def _approvals(checked: Checked) -> Iterator[Problem]:
    for name, image in checked.images.items():
        if image.approval and not image.deploy and "deploy" not in checked.wrong.get(name, ()):
            message = "there is nothing to approve: add deploy, or remove it"
            yield checked.problem(message, name, "approval")


def _renames(checked: Checked) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for name, image in checked.images.items():
        former = image.renamed_from
        if former is None:
            continue
        if former in checked.document.images:
            message = f'an image named "{former}" is still in the file: remove one of the two'
            yield checked.problem(message, name, "renamed_from")
        elif former in taken:
            message = f'"{former}" became "{taken[former]}" already: an image has one successor'
            yield checked.problem(message, name, "renamed_from")
        taken.setdefault(former, name)


def _repositories(checked: Checked) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name in checked.images:
        repository = checked.repository(name)
        if repository is None:
            continue
        key = "existing" if "existing" in _settings(checked, name) else "name"
        if len(repository) > _LONGEST_REPOSITORY:
            message = (
                f"the repository's name would have {len(repository)} characters, AWS takes "
                f"{_LONGEST_REPOSITORY}: give repository.name"
            )
            yield checked.problem(message, name, "repository")
        elif repository in owners:
            message = (
                f'"{repository}" is the repository of "{owners[repository]}" too: '
                "give one of them another name"
            )
            yield checked.problem(message, name, "repository", key)
        owners.setdefault(repository, name)


def _settings(checked: Checked, name: str) -> Mapping[str, Node]:
    entries = checked.document.images[name].mapping
    return entries["repository"].mapping if "repository" in entries else {}


def _names(checked: Checked) -> Iterator[Problem]:
    if checked.names is None:
        return
    names = checked.names
    owners: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name in checked.images:
        for kind, given in (
            ("pipeline", names.pipeline(name)),
            ("build project", names.build_project(name)),
            ("role", names.role(name, "pipeline")),
            ("role", names.role(name, "build")),
        ):
            owner = owners[kind].setdefault(given, name)
            if owner != name:
                yield checked.problem(
                    f'its {kind} would be named "{given}", as that of "{owner}": '
                    "give one of them a shorter name",
                    name,
                )
                break


def _tokens(checked: Checked) -> Iterator[Problem]:
    """Settings let CDKTF's tokens pass: in a file they would be a way around every limit."""
    yield from _tokens_in(checked.document, checked.document.root, ())


def _tokens_in(document: Document, node: Node, steps: tuple[str | int, ...]) -> Iterator[Problem]:
    if is_token(node.value):
        yield document.place(steps).problem("is a token of CDKTF: write a plain value")
    children: Iterable[tuple[str | int, Node]] = node.mapping.items()
    if isinstance(node.value, list):
        children = enumerate(node.value)
    for step, child in children:
        yield from _tokens_in(document, child, (*steps, step))


CHECKS: tuple[Callable[[Checked], Iterator[Problem]], ...] = (
    _unknown_bases,
    _cycles,
    _external_bases,
    _arguments,
    _approvals,
    _renames,
    _repositories,
    _names,
    _tokens,
)
