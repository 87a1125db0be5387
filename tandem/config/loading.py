"""From a path to settings, or to everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from modules.naming import Names
from modules.settings.types import SETTINGS, EnvironmentName, ProjectName
from tandem.config.checked import Checked
from tandem.config.checks import check
from tandem.config.default_checks import default_problems
from tandem.config.document import Document
from tandem.config.fields import fields_of
from tandem.config.models import Config, Image
from tandem.config.problems import ConfigError, Problem
from tandem.config.quotas import quotas, surprises
from tandem.config.review import Review
from tandem.config.wording import problems_of
from tandem.config.yaml_file import read


@dataclass(frozen=True, config=SETTINGS)
class _Reviewed:
    """What a review needs of the file."""

    review: Review = Field(default_factory=Review)


_CONFIG = TypeAdapter(Config)
_REVIEWED = TypeAdapter(_Reviewed)
_IMAGE = TypeAdapter(Image)
_PROJECT: TypeAdapter[str] = TypeAdapter(ProjectName)
_ENVIRONMENT: TypeAdapter[str | None] = TypeAdapter(EnvironmentName | None)
_ANY_SOURCE = {"source": {"codecommit": "any"}}  # no check looks at it


def load(path: Path) -> Config:
    """Read and check a file.

    Args:
        path: The YAML file. Nothing is read but this file.

    Returns:
        The settings. Their `warnings` say which quotas of AWS they exceed.

    Raises:
        ConfigError: The file is wrong; it has every problem, by line.
    """
    root, problems = read(path)
    document = Document(root)
    problems += default_problems(document)
    config: Config | None = None
    try:
        config = _CONFIG.validate_python(_plain(document))
    except ValidationError as error:
        problems += problems_of(error, document)
    images, wrong = (config.images, {}) if config else _right_parts(document)
    problems += check(Checked(document, images, _names(document), wrong))
    if problems or config is None:
        raise _error(path, problems)
    config.warnings.extend([*quotas(config, document), *surprises(config, document)])
    return config


def load_review(path: Path) -> Review:
    """Read and check `review:` of a file, which need not say anything of images.

    What else it says is for other commands to check: plans of other Terraform are reviewed too.

    Args:
        path: The YAML file. Nothing is read but this file.

    Raises:
        ConfigError: This part of the file is wrong, or there is a key that no part has.
    """
    root, problems = read(path, needs="review")
    document = Document(root)
    others = {"defaults", *fields_of(Config)} - set(fields_of(_Reviewed))
    plain = {key: value for key, value in _plain(document).items() if key not in others}
    reviewed = _Reviewed()
    try:
        reviewed = _REVIEWED.validate_python(plain)
    except ValidationError as error:
        problems += problems_of(error, document)
    if problems:
        raise _error(path, problems)
    return reviewed.review


def _error(path: Path, problems: Iterable[Problem]) -> ConfigError:
    return ConfigError(path, sorted(dict.fromkeys(problems), key=lambda each: each.line or 0))


def _plain(document: Document) -> dict[str, object]:
    entries = document.root.mapping.items()
    return {key: node.plain() for key, node in entries if key != "defaults"}


def _right_parts(document: Document) -> tuple[dict[str, Image], dict[str, set[str]]]:
    """The images without the keys that are wrong, and these keys: the rest is checked still."""
    images, wrong = {}, {}
    for name, node in document.images.items():
        plain = node.plain()
        try:
            images[name] = _IMAGE.validate_python(plain)
        except ValidationError as error:
            if not isinstance(plain, dict):
                continue
            keys = {str(details["loc"][0]) for details in error.errors() if details["loc"]}
            rest = {key: value for key, value in plain.items() if key not in keys}
            images[name] = _IMAGE.validate_python({**_ANY_SOURCE, **rest})
            wrong[name] = keys
    return images, wrong


def _names(document: Document) -> Names | None:
    top = {
        key: node.plain() if (node := document.root.mapping.get(key)) else None
        for key in ("project", "environment")
    }
    try:
        return Names(
            _PROJECT.validate_python(top["project"]),
            _ENVIRONMENT.validate_python(top["environment"]),
        )
    except ValidationError:
        return None
