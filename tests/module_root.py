"""A root module that says with the exported modules what a file says."""

from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from synthesis import Block

from tandem.config import Config, ExternalBase
from tandem.config.fields import fields_of
from tandem.config.models import Image

OF_THE_ROOT = {"project", "environment", "region", "account", "state", "images", "artifacts"}
"""Keys of the file that are no variable of `image-pipeline`: the root module's own affair."""
OF_AN_IMAGE = {"source", "base", "repository", "build", "renamed_from"}
"""Keys of an image that a variable says in another way. The name before is a `moved` block."""
BASE = "base"
"""The image whose module makes the queue that all share."""


def root_module(config: Config, modules: Path) -> Block:
    """The root module as JSON; every value that is a default is left to the modules.

    A key of the file that is new becomes a variable of the same name, which Terraform refuses as
    long as no module has it.
    """
    calls = {"artifacts": _artifact_store(config, modules)} | {
        name: _image_pipeline(config, name, modules) for name in config.order()
    }
    provider = {"region": config.region, "allowed_account_ids": [config.account]}
    return {"provider": {"aws": provider}, "module": calls}


def _artifact_store(config: Config, modules: Path) -> Block:
    return {
        "source": str(modules / "artifact-store"),
        "name": config.names.prefix,
        **_said(config.artifacts),
        "tags": config.tags,
    }


def _image_pipeline(config: Config, name: str, modules: Path) -> Block:
    image = config.images[name]
    call: Block = {
        "source": str(modules / "image-pipeline"),
        "name": config.names.pipeline(name),
        "code": _said(image.source),
        "repository": _repository(config, name),
        "build": _build(image),
        "artifact_store": "${module.artifacts.store}",
    }
    call |= {key: value for key, value in _said(config).items() if key not in OF_THE_ROOT}
    call |= {key: value for key, value in _said(image).items() if key not in OF_AN_IMAGE}
    bases = {argument: _base(base) for argument, base in image.bases.items()}
    if bases:
        call["base"] = bases if isinstance(image.base, dict) else next(iter(bases.values()))
    if name != BASE:
        call["dead_letters"] = f"${{module.{BASE}.dead_letters}}"
    return call


def _repository(config: Config, name: str) -> Block:
    """The file names a new repository after its project; a module cannot."""
    said: Block = _said(config.images[name].repository)
    return said if "existing" in said else {"name": config.names.repository(name), **said}


def _build(image: Image) -> Block:
    said: Block = _said(image.build)
    environment = said.pop("environment", {})
    if environment:
        said["environment"] = {
            name: {"value": value} if isinstance(value, str) else value
            for name, value in environment.items()
        }
    return said


def _base(base: str | ExternalBase) -> Any:
    if isinstance(base, str):
        return f"${{module.{base}.image}}"
    return {"repository": base.repository, "tag": base.tag}


def _said(value: Any) -> Any:
    """What is not a default, as JSON in which Terraform sees no expression."""
    match value:
        case str():
            return value.replace("${", "$${").replace("%{", "%%{")
        case dict():
            return {key: _said(item) for key, item in value.items()}
        case list():
            return [_said(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {
                name: _said(getattr(value, name))
                for name, field in fields_of(type(value)).items()
                if getattr(value, name)
                != field.get_default(call_default_factory=True, validated_data={})
            }
    return value
