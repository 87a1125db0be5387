"""From a file or a folder to the model, whichever of the three kinds it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tandem.deployment import configuration, plan, state
from tandem.deployment.building import build
from tandem.deployment.errors import InputError
from tandem.deployment.model import Deployment
from tandem.deployment.place import Place
from tandem.deployment.symbols import is_known, symbol
from tandem.deployment.world import World

_ACCOUNT = re.compile(r"arn:[a-z-]+:(?:codepipeline|codebuild|ecr|events):([a-z0-9-]+):(\d{12}):")
_SHOW = "terraform show -json"
_ROLE = re.compile(r"arn:[a-z-]+:iam::(\d{12}):role/")
_PASSED = {
    "aws_cloudwatch_event_target": "role_arn",
    "aws_codebuild_project": "service_role",
    "aws_codepipeline": "role_arn",
}
_MODULES = ("resource", "module", "data")


def read(path: Path) -> Deployment:
    """The model of a file or of a stack's folder.

    Args:
        path: JSON of a plan or a state, as `terraform show -json` prints them, or a
            configuration: a `.tf.json` file, a folder of them, or what `cdktf synth` wrote.

    Raises:
        InputError: It is none of these, or has no pipelines inside.
    """
    try:
        found = _configuration(path) if path.is_dir() else _json(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return _named(found, str(path))


def parse(content: bytes, name: str) -> Deployment:
    """The model of what a file holds; `name` is what the file is called in errors.

    Raises:
        InputError: As `read`.
    """
    return _named(_json(content, name), name)


def _named(document: Any, name: str) -> Deployment:
    try:
        return understand(document)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def understand(document: Any) -> Deployment:
    """The model of a parsed document of one of the three kinds.

    Raises:
        InputError: It is none of these, or has no pipelines inside.
    """
    found = model_of(lambda: _world(document))
    if not (found.pipelines or found.projects):
        raise InputError("has no pipeline and no build project inside")
    return found


def model_of(make: Callable[[], World], *, near: Place | None = None) -> Deployment:
    """The model of a world, whatever is in it.

    Args:
        make: Makes the world.
        near: The account and the region where the world does not say its own.

    Raises:
        InputError: What the world is made of is not as Terraform writes it.
    """
    try:
        world = make()
        world.forget()
        _place(world, near)
        world.forget()
        return build(world)
    except RecursionError as error:
        raise InputError("is nested too deep, or refers to itself; mend it, and plan it") from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise InputError(
            f"is not as Terraform writes it ({type(error).__name__}: {error})"
        ) from error


def _world(document: Any) -> World:
    if not isinstance(document, Mapping):
        raise InputError(f"is not a JSON object; give what {_SHOW} prints, or a .tf.json file")
    version = document.get("format_version")
    if version is not None:
        if not re.fullmatch(r"[01]\.\d+", str(version)):
            raise InputError(f"has format version {version}, and only 1 is known; use Terraform 1")
        if document.get("errored"):
            raise InputError("is a plan that failed: mend what Terraform says, and plan again")
        if "planned_values" in document or "resource_changes" in document:
            return plan.world(document)
        return state.world(document)
    if "version" in document and "serial" in document:
        raise InputError(f"is a state as Terraform keeps it; give what {_SHOW} prints")
    if any(key in document for key in _MODULES):
        return configuration.world(document)
    raise InputError(
        "is no plan, no state and no configuration of Terraform; "
        f"give what {_SHOW} prints, or a .tf.json file"
    )


def _json(content: bytes, name: str) -> Any:
    if content.startswith(b"PK"):
        raise InputError(f"{name}: is a plan file; give what `{_SHOW} {name}` prints")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: is no text; give what {_SHOW} prints") from error
    try:
        return json.loads(text)
    except RecursionError as error:
        raise InputError(f"{name}: is nested too deep; give what {_SHOW} prints") from error
    except json.JSONDecodeError as error:
        if name.endswith(".tf"):
            remedy = f"plan it, and give what {_SHOW} prints"
        elif error.pos >= len(text.rstrip()) - 1:
            remedy = "it ends too early: write it again"
        else:
            remedy = f"give what {_SHOW} prints, or a .tf.json file"
        raise InputError(f"{name}:{error.lineno}: is no JSON: {error.msg}; {remedy}") from error


def _configuration(folder: Path) -> Any:
    """What the `.tf.json` files of a folder say together."""
    stacks = sorted((folder / "stacks").glob("*/cdk.tf.json"))
    if len(stacks) > 1:
        names = ", ".join(str(stack.parent) for stack in stacks)
        raise InputError(f"{folder}: has {len(stacks)} stacks; give one of them: {names}")
    files = stacks or sorted(
        file for file in folder.glob("*.tf.json") if not file.name.endswith("override.tf.json")
    )
    if list(folder.glob("*.tf")):
        raise InputError(f"{folder}: has HCL inside: plan it, and give what {_SHOW} prints")
    if not files:
        raise InputError(f"{folder}: has no .tf.json file inside; run cdktf synth, or give a file")
    documents = [_json(file.read_bytes(), str(file)) for file in files]
    if len(documents) == 1:
        return documents[0]
    together: dict[str, list[Any]] = {}
    for file, document in zip(files, documents, strict=True):
        if not isinstance(document, Mapping):
            raise InputError(f"{file}: is not a JSON object; write Terraform's JSON")
        for section, content in document.items():
            together.setdefault(section, []).extend(
                content if isinstance(content, list) else [content]
            )
    return together


def _place(world: World, near: Place | None) -> None:
    """Find the account and the region: in data sources, or in the ARN of what exists."""
    asked = list(world.of_type("data.aws_caller_identity"))
    own = [it for it in asked if not it.module and it.region in (None, world.region)]
    for found in (own, asked):
        accounts = {str(it.argument_or_none("account_id")) for it in found}
        if len(accounts) == 1 and (account := accounts.pop()).isdigit():
            world.account = account
            break
    for instance in world.of_type("data.aws_region"):
        region = instance.argument_or_none("id") or instance.argument_or_none("name")
        is_own = not instance.module and instance.region is None
        if is_own and world.region == symbol("region") and isinstance(region, str):
            world.region = region if is_known(region) else world.region
    if near and world.account == symbol("account"):
        world.account = near.account
    if near and world.region == symbol("region"):
        world.region = near.region
    if world.account != symbol("account") and world.region != symbol("region"):
        return
    types = ("aws_codepipeline", "aws_codebuild_project", "aws_ecr_repository")
    for instance in world.of_type(*types, "aws_cloudwatch_event_rule"):
        said = _ACCOUNT.match(str(instance.argument_or_none("arn")))
        if said:
            if world.region == symbol("region"):
                world.region = said[1]
            if world.account == symbol("account"):
                world.account = said[2]
            return
    if world.account == symbol("account"):
        # A service assumes only roles of its own account: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
        accounts = {said[1] for said in map(_ROLE.match, _role_arns(world)) if said}
        if len(accounts) == 1:
            world.account = accounts.pop()


def _role_arns(world: World) -> Iterator[str]:
    """ARNs of roles that are passed to services."""
    for instance in world.of_type(*_PASSED):
        yield str(instance.argument_or_none(_PASSED[instance.type]))
