"""Checks of `defaults` alone: a wrong default is wrong even if every image replaces it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import TypeAdapter, ValidationError

from modules.settings import S3, CodeCommit, Connection
from tandem.config.document import Document
from tandem.config.fields import fields_of
from tandem.config.models import SOURCE_KINDS, Image
from tandem.config.problems import Problem, listed
from tandem.config.wording import problems_of

_IMAGE = TypeAdapter(Image)
_KINDS: dict[type, dict[str, str]] = {
    CodeCommit: {"codecommit": "any"},
    Connection: {
        "connection": f"arn:aws:codeconnections:us-east-1:{'0' * 12}:connection/{'0' * 36}"
    },
    S3: {"s3": "any"},
}
"""What makes half a source one of its kind."""


def default_problems(document: Document) -> Iterator[Problem]:
    """What is wrong with the defaults, apart from what they leave to the images."""
    defaults = document.defaults
    if defaults is None or defaults.value is None:
        return
    if not isinstance(defaults.value, dict):
        yield document.place(["defaults"]).problem("must be a mapping of settings of an image")
        return
    settings = {key: node.plain() for key, node in defaults.value.items()}
    source = settings.get("source")
    if isinstance(source, dict):
        known = [key for key in source if any(key in fields_of(cls) for cls in _KINDS)]
        fitting = [cls for cls in _KINDS if all(key in fields_of(cls) for key in known)]
        if not fitting:
            yield document.place(["defaults", "source"]).problem(
                f"no source has {listed(known, 'and')}: keep those of one kind"
            )
        elif not source.keys() & set(SOURCE_KINDS):
            settings["source"] = {**_KINDS[fitting[0]], **source}
    yield from _image_problems(settings, document)


def _image_problems(settings: Mapping[str, object], document: Document) -> Iterator[Problem]:
    try:
        _IMAGE.validate_python(settings)
    except ValidationError as error:
        yield from problems_of(error, document, within=("defaults",), partial=True)
