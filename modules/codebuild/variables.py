"""Environment variables of a build, and the right to read those that are stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from modules._cdktf import CodebuildProjectEnvironmentEnvironmentVariable
from modules.element import literal
from modules.expressions import Condition, Decision, Text, choose, each, given, hcl, some, where
from modules.iam import ServiceRole, Statement
from modules.project import Project
from modules.settings import Build, Parameter, Secret
from modules.settings.types import is_token
from modules.symbols import AnyVariable


def variables(settings: Build, standard: Mapping[str, str | None]) -> list[Any]:
    """Environment variables: those of the standard buildspec that are given, and the user's."""
    own = [
        part
        for name, value in standard.items()
        for part in where(given(value), _variable(name, value))
    ]
    return [*own, *each(settings.arguments, _variable), *each(settings.environment, _variable)]


def _variable(name: str, value: Any) -> CodebuildProjectEnvironmentEnvironmentVariable:
    match value:
        case Secret():
            kind, text = "SECRETS_MANAGER", value.secret
        case Parameter():
            kind, text = "PARAMETER_STORE", value.parameter
        case AnyVariable():
            kind, text = value.kind, value.text
        case _:
            kind, text = "PLAINTEXT", value
    return CodebuildProjectEnvironmentEnvironmentVariable(
        name=name, value=literal("" if text is None else text), type=kind
    )


def grant_variables(role: ServiceRole, settings: Build) -> None:
    """Let the build read the secrets and parameters that its variables name."""
    stored, project = settings.environment, Project.of(role)

    def has(attribute: str) -> Callable[[str, object], Decision]:
        return lambda _name, value: given(getattr(value, attribute, None))

    secret, parameter, key = has("secret"), has("parameter"), has("kms_key")
    role.allow(
        Statement(
            "Secrets",
            ["secretsmanager:GetSecretValue"],
            each(stored, lambda _name, value: _secret_arn(project, value.secret), secret),
            when=some(stored, secret),
        ),
        Statement(
            "Parameters",
            ["ssm:GetParameters"],
            each(stored, lambda _name, value: _parameter_arn(project, value.parameter), parameter),
            when=some(stored, parameter),
        ),
        Statement(
            "VariableKeys",
            ["kms:Decrypt"],
            each(stored, lambda _name, value: value.kms_key, key),
            when=some(stored, key),
        ),
    )


def _secret_arn(project: Project, secret: str) -> str:
    """ARN of a secret; to a name Secrets Manager appends six characters that nobody knows.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
    """
    by_name = project.arn("secretsmanager", f"secret:{literal(_joined(secret, 1))}-??????")
    return choose(_is_arn(secret), literal(_joined(secret, 7)), by_name)


def _parameter_arn(project: Project, parameter: str) -> str:
    name = (
        Text(f'trimprefix({hcl(parameter)}, "/")')
        if is_token(parameter)
        else literal(parameter.lstrip("/"))
    )
    by_name = project.arn("ssm", f"parameter/{name}")
    return choose(_is_arn(parameter), literal(parameter), by_name)


def _is_arn(name: str) -> Decision:
    if is_token(name):
        return Condition(f'startswith({hcl(name)}, "arn:")')
    return name.startswith("arn:")


def _joined(name: str, count: int) -> str:
    """The first parts of a name that has colons in it."""
    if is_token(name):
        parts = f'split(":", {hcl(name)})'
        return Text(f'join(":", slice({parts}, 0, {count}))')
    return ":".join(name.split(":")[:count])
