"""What no setting can know alone: each check looks at all images, and names what to do.

A check is a function from the images, as far as they are right in themselves, to problems.
`CHECKS` has all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from modules.settings.build import SECRET_VALUE
from modules.settings.types import is_token
from tandem.config.checked import Checked
from tandem.config.document import Document
from tandem.config.link_checks import arguments, cycles, external_bases, unknown_bases
from tandem.config.nodes import Node
from tandem.config.problems import Problem

_LONGEST_REPOSITORY = 256


def check(checked: Checked) -> list[Problem]:
    """Everything that is wrong between the settings."""
    return [problem for find in CHECKS for problem in find(checked)]


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


def _tags(checked: Checked) -> Iterator[Problem]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules."""
    tags = checked.document.root.mapping.get("tags")
    seen: dict[str, str] = {}
    for key in tags.mapping if tags else ():
        first = seen.setdefault(key.lower(), key)
        if first != key:
            message = f'differs from "{first}" in case only, and IAM takes them for one: keep one'
            yield checked.document.place(("tags", key)).problem(message)


def _secrets(checked: Checked) -> Iterator[Problem]:
    """Variables of a build are looked at where they are defined; these texts are read by all."""
    tags = checked.document.root.mapping.get("tags")
    texts: list[tuple[tuple[str, ...], object]] = [
        (("tags", key), node.value) for key, node in (tags.mapping if tags else {}).items()
    ]
    texts += [
        (("images", name, "approval", "message"), image.approval.message)
        for name, image in checked.images.items()
        if image.approval
    ]
    for steps, text in texts:
        if isinstance(text, str) and SECRET_VALUE.search(text):
            message = "looks like a secret, which anyone could read in the plan: remove it"
            yield checked.document.place(steps).problem(message)


def _reviews(checked: Checked) -> Iterator[Problem]:
    """A plan in a build or a workflow needs the state, and a role that can read it."""
    entries = checked.document.root.mapping
    review, state = (entries[key].mapping if key in entries else {} for key in ("review", "state"))
    wanted = {key for key in ("pipeline", "drift", "github") if key in review and review[key].value}
    if "s3" in state or not wanted:
        return
    if wanted & {"pipeline", "drift"}:
        key = min(wanted - {"github"}, key=list(review).index)
        message = "its build can read a state in S3 only: set state.s3"
        yield checked.document.place(("review", key)).problem(message)
    elif "cloud" not in state:
        message = "a workflow cannot read a local state: set state.s3 or state.cloud"
        yield checked.document.place(("review", "github")).problem(message)


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
    unknown_bases,
    cycles,
    external_bases,
    arguments,
    _approvals,
    _renames,
    _repositories,
    _names,
    _tags,
    _secrets,
    _reviews,
    _tokens,
)
