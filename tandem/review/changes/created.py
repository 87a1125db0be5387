"""What a reader should see of a resource that is created, besides its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tandem.deployment.blocks import block
from tandem.review.changes.attributes import new_attribute
from tandem.review.changes.texts import is_nothing
from tandem.review.model import AttributeChange

Json = Mapping[str, Any]


def _variables(value: Any) -> Any:
    return ", ".join(str(it.get("name")) for it in value) if isinstance(value, list) else value


def _stages(value: Any) -> Any:
    """As in `Source (CodeCommit, ECR) → Build (CodeBuild)`."""
    if not isinstance(value, list):
        return value
    return " → ".join(f"{it.get('name')} ({_providers(it)})" for it in value)


def _providers(stage: Json) -> str:
    return ", ".join(str(it.get("provider")) for it in stage.get("action") or [])


def _same(value: Any) -> Any:
    return value


_SHOWN: Mapping[str, tuple[tuple[str, Callable[[Any], Any]], ...]] = {
    "aws_codebuild_project": (
        ("service_role", _same),
        ("source.type", _same),
        ("source.location", _same),
        ("source.buildspec", _same),
        ("environment.image", _same),
        ("environment.privileged_mode", _same),
        ("environment.environment_variable", _variables),
    ),
    "aws_codepipeline": (("role_arn", _same), ("stage", _stages)),
}
"""Attributes by type, and how to say each in a line."""


def shown_of_created(
    type: str, values: Json, exposing: Iterable[str] = ()
) -> tuple[AttributeChange, ...]:
    """What runs with which role, and what `exposing` attributes open to everybody."""
    paths = (*_SHOWN.get(type, ()), *((name, _same) for name in exposing))
    found = ((path, said(_value(values, path))) for path, said in paths)
    return tuple(new_attribute(path, value) for path, value in found if not is_nothing(value))


def _value(values: Json, path: str) -> Any:
    outer, _, inner = path.partition(".")
    return block(values, outer).get(inner) if inner else values.get(outer)
