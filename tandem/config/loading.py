"""From a path to settings, or to everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from modules.naming import Names
from tandem.config.checks import Checked, check
from tandem.config.document import Document
from tandem.config.models import Config, EnvironmentName, Image, ProjectName
from tandem.config.problems import ConfigError, Problem
from tandem.config.quotas import quotas
from tandem.config.wording import problems_of
from tandem.config.yaml_file import read

_CONFIG = TypeAdapter(Config)
_IMAGE = TypeAdapter(Image)
_PROJECT: TypeAdapter[str] = TypeAdapter(ProjectName)
_ENVIRONMENT: TypeAdapter[str | None] = TypeAdapter(EnvironmentName | None)


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
    problems += _default_problems(document)
    config: Config | None = None
    try:
        config = _CONFIG.validate_python(_plain(document))
    except ValidationError as error:
        problems += problems_of(error, document)
    images = config.images if config else _valid_images(document)
    problems += check(Checked(document, images, _names(document)))
    if problems or config is None:
        raise ConfigError(path, sorted(dict.fromkeys(problems), key=lambda each: each.line or 0))
    config.warnings.extend(quotas(config, document))
    return config


def _plain(document: Document) -> dict[str, object]:
    entries = document.root.mapping.items()
    return {key: node.plain() for key, node in entries if key != "defaults"}


def _default_problems(document: Document) -> Iterator[Problem]:
    """What is wrong with the defaults, even if every image replaces them."""
    defaults = document.defaults
    if defaults is None or defaults.value is None:
        return
    if not isinstance(defaults.value, dict):
        yield document.place(["defaults"]).problem("must be a mapping of settings of an image")
        return
    try:
        _IMAGE.validate_python(defaults.plain())
    except ValidationError as error:
        yield from problems_of(error, document, within=("defaults",), partial=True)


def _valid_images(document: Document) -> dict[str, Image]:
    images = {}
    for name, node in document.images.items():
        try:
            images[name] = _IMAGE.validate_python(node.plain())
        except ValidationError:
            continue
    return images


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
