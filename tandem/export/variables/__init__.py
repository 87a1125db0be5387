"""The variables of the exported modules, made of the settings classes: a rule is said once.

https://developer.hashicorp.com/terraform/language/values/variables
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from modules.settings import S3, Artifacts, CodeCommit, Connection, ExistingRepository, Repository
from modules.settings.types import Between, ModuleName, Text
from tandem.config.fields import fields_of
from tandem.config.models import Config, Image
from tandem.export.variables import checks
from tandem.export.variables.base import base
from tandem.export.variables.hcl import plain
from tandem.export.variables.rules import Validation, validations, words
from tandem.export.variables.shapes import (
    Attribute,
    Choice,
    Collection,
    Object,
    Rule,
    Shape,
    Single,
    attribute,
    merged,
    settings,
)
from tandem.export.variables.shared import PushedRepository, SharedQueue, SharedStore

_WORDS = {
    "approval": "Ask a person before the deployment; {} asks without more ado. null: nobody is "
    "asked.",
    "build": "How the image is built: the settings of its CodeBuild project.",
    "deploy": "Where a new image is deployed. null: nowhere.",
    "schedule": "Build it at these times too, in case an event was lost. null: never. An "
    "expression of EventBridge:",
    "permissions_boundary": "ARN of the policy that bounds every role. null: none.",
    "build.environment": "Environment variables of the build, by name: each has exactly one of "
    "value, secret and parameter. Name secrets, never write them: a value can be read in the plan, "
    "the state and the console.",
    "build.environment[*].kms_key": "The key of your own that encrypts the secret or the "
    "parameter. null: the service's own, or none.",
    "code.branch": "The branch to build: the main one, or a release branch. Not with s3.",
    "code.filters.branches": "Branches. null: the source's `branch`.",
    "code.filters.paths": "Changed files.",
    "code.filters.tags": "Git tags. AWS takes either tags or branches and paths.",
    "repository.name": "Name of the repository. null: the module's `name`.",
}
"""What a docstring says in the words of YAML or Python, or of one class of several."""


_Variables = dict[str, Attribute]


def variables(module: str) -> dict[str, dict[str, object]]:
    """What `variable` holds in the `variables.tf.json` of a module."""
    return {name: _block(name, each) for name, each in MODULES[module]().items()}


def _block(name: str, variable: Attribute) -> dict[str, object]:
    block: dict[str, object] = {
        "type": str(variable.shape),
        "description": plain(_described(name, variable)),
    }
    if not variable.required:
        block["default"] = variable.default
    block["nullable"] = variable.nullable
    if rules := [*validations(name, variable), *(_CHECKS[name]() if name in _CHECKS else ())]:
        block["validation"] = rules
    return block


def _described(name: str, variable: Attribute) -> str:
    """A sentence or two, and a line for every attribute."""
    first = _WORDS.get(name, variable.description)
    if isinstance(variable.shape, Single):
        texts = [rule for rule in variable.shape.rules if isinstance(rule, Text)]
        first = " ".join([first, *(_sentence(text, after=first) for text in texts)])
    lines = [
        f"{path} - {_WORDS.get(path, each.description)}{_limits(each)}"
        for path, each in attributes(name, variable.shape)
    ]
    return "\n".join([f"{first}{_limits(variable)}", *([""] if lines else []), *lines])


def _limits(each: Attribute) -> str:
    """The choices or the range of a value, where its description does not have them."""
    rules = each.shape.rules if isinstance(each.shape, Single) else ()
    return "".join(
        f" {_sentence(rule)}"
        for rule in rules
        if isinstance(rule, Choice)
        or (isinstance(rule, Between) and f"{rule.least}-{rule.most}" not in each.description)
    )


def _sentence(rule: Rule, *, after: str = "") -> str:
    text = words(rule)
    if after.endswith(":"):
        return f"{text}."
    if isinstance(rule, Choice):
        return f"{'One of' if ',' in text else 'Either'} {text}."
    return f"{text[:1].upper()}{text[1:]}."


def attributes(path: str, shape: Shape) -> Iterator[tuple[str, Attribute]]:
    """Every attribute of the objects in a variable, by its path."""
    if isinstance(shape, Object):
        for name, each in shape.attributes.items():
            yield f"{path}.{name}", each
            yield from attributes(f"{path}.{name}", each.shape)
    elif isinstance(shape, Collection):
        yield from attributes(f"{path}[*]", shape.element)


def _code() -> Iterator[Validation]:
    yield from checks.kinds("code", CodeCommit, Connection, S3)
    yield from checks.filters("code.filters")


_CHECKS: Mapping[str, Callable[[], Iterator[Validation]]] = {
    "base": base,
    "build": checks.build,
    "code": _code,
}


def _fields(cls: type, *names: str) -> _Variables:
    """The variables that fields of a class become."""
    fields = fields_of(cls)
    return {name: attribute(fields[name]) for name in names}


def _name(description: str) -> Attribute:
    return Attribute(Single("string", get_args(ModuleName)[1:]), description, required=True)


def _image_pipeline() -> _Variables:
    return {
        "name": _name("What every resource is named after."),
        "code": Attribute(
            merged(CodeCommit, Connection, S3),
            "Where the Dockerfile lives, and what starts a build: exactly one of codecommit, "
            "connection (GitHub, GitLab, Bitbucket, Azure DevOps) and s3 says the kind.",
            required=True,
        ),
        "base": Attribute(
            Single("any"),
            "What the image is built from, and rebuilt on: `module.NAME.image`, or "
            '{repository = "design/fonts", tag = "newest"} for any ECR repository of this account '
            "and region, or up to 4 of these by build argument, as in "
            "{BASE_IMAGE = module.NAME.image}. A single one is the build argument BASE_IMAGE. "
            "null: nothing that starts a build.",
        ),
        "repository": Attribute(
            merged(ExistingRepository, Repository),
            "The ECR repository that the image is pushed to: a new one, or an existing one, for "
            "which no other attribute counts.",
            default={},
        ),
        **_fields(Image, "build", "tag", "mode", "retry", "approval", "deploy", "schedule"),
        "artifacts": Attribute(
            settings(Artifacts),
            "The module's own bucket, in which the pipeline passes files from stage to stage; "
            "there is none with artifact_store.",
            default={},
        ),
        "artifact_store": Attribute(
            settings(SharedStore),
            "The bucket that several pipelines share: `module.NAME.store` of the artifact-store "
            "module. null: the module makes one.",
        ),
        "dead_letters": Attribute(
            settings(SharedQueue),
            "The SQS queue for events that could start nothing: `module.NAME.dead_letters`. "
            "null: the module makes one.",
        ),
        **_fields(Config, "permissions_boundary", "tags"),
    }


def _image_repository() -> _Variables:
    kept = _fields(Repository, "keep_images", "untagged_days", "scan_on_push", "kms_key", "protect")
    name = attribute(fields_of(ExistingRepository)["existing"])
    return {
        "name": name,
        **kept,
        **_fields(Image, "tag"),
        **_fields(Config, "tags"),
    }


def _build_project() -> _Variables:
    return {
        "name": _name("What every resource is named after."),
        **_fields(Image, "build"),
        "repository": Attribute(
            settings(PushedRepository),
            "The ECR repository that the image is pushed to.",
            required=True,
        ),
        "artifact_store": Attribute(
            settings(SharedStore),
            "The bucket that has the sources: `module.NAME.store` of the artifact-store module.",
            required=True,
        ),
        **_fields(Image, "tag"),
        **_fields(Config, "permissions_boundary", "tags"),
    }


def _artifact_store() -> _Variables:
    return {
        "name": _name("What the bucket is named after."),
        **_fields(Artifacts, "kms_key", "expire_days"),
        **_fields(Config, "tags"),
    }


MODULES: Mapping[str, Callable[[], _Variables]] = {
    "image-pipeline": _image_pipeline,
    "image-repository": _image_repository,
    "build-project": _build_project,
    "artifact-store": _artifact_store,
}
"""The exported modules, and what makes their variables, in the order of the files."""
