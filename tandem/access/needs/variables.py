"""What a build needs to read the secrets and parameters of its environment variables."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.access.chosen import SUFFIX
from tandem.access.needs.asking import Asker
from tandem.access.needs.index import index_of
from tandem.access.needs.need import Need, Unclear
from tandem.access.needs.stored import key_arn, via
from tandem.builds import Build
from tandem.deployment import Resource
from tandem.deployment.blocks import text
from tandem.deployment.symbols import is_known, symbol

_PAGE = "https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env"
_KEY_PAGE = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html"
_PARAMETER_KEY_PAGE = (
    "https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html"
)
_ARN_PARTS = 7
"""Of a secret's ARN; CodeBuild takes a JSON key, a stage and a version after it."""


def stored_values(run: Build, role: Asker) -> Iterator[Need]:
    """Read the secrets and the parameters."""
    name = run.project.name
    for secret in _named(run, "SECRETS_MANAGER"):
        known = _secret(role, secret)
        why = f"{name} reads the secret {secret}"
        yield from _read(
            role, "secretsmanager:GetSecretValue", secret_arn(role, secret), known, why
        )
        key = key_arn(role, text(known.values, "kms_key_id")) if known else None
        if key:
            through = via(role, "secretsmanager")
            yield from role.ask("kms:Decrypt", key, why, _KEY_PAGE, context=through)
    for parameter in _named(run, "PARAMETER_STORE"):
        known = _parameter(role, parameter)
        why = f"{name} reads the parameter {parameter}"
        yield from _read(role, "ssm:GetParameters", parameter_arn(role, parameter), known, why)
        key = key_arn(role, text(known.values, "key_id")) if known else None
        if key:
            through = via(role, "ssm")
            yield from role.ask("kms:Decrypt", key, why, _PARAMETER_KEY_PAGE, context=through)


def _read(
    role: Asker, action: str, composed: str, known: Resource | None, why: str
) -> Iterator[Need]:
    """Read one, which a policy may name by its composed ARN or as the attribute of the resource."""
    arn = composed
    if known:
        arn = text(known.values, "arn") or symbol(f"{known.address}.arn")
    for need in role.ask(action, arn, why, _PAGE):
        yield need if arn == composed else need._replace(alternatives=((action, composed),))


def unclear_values(run: Build, role: Asker) -> Iterator[Unclear]:
    """What is not known: the keys that encrypt what is not in the deployment."""
    missing = [
        *(name for name in _named(run, "SECRETS_MANAGER") if _secret(role, name) is None),
        *(name for name in _named(run, "PARAMETER_STORE") if _parameter(role, name) is None),
    ]
    for name in missing:
        yield role.unclear("kms:Decrypt", f"which key encrypts {name} is not known here")


def _named(run: Build, type: str) -> list[str]:
    """The secrets or parameters that the environment or the buildspec names, each once."""
    seen = run.buildspec
    in_buildspec: tuple[str, ...] = ()
    if seen:
        in_buildspec = seen.secrets if type == "SECRETS_MANAGER" else seen.parameters
    named = [each.value for each in run.stored if each.type == type]
    return list(dict.fromkeys([*named, *in_buildspec]))


def secret_arn(role: Asker, secret: str) -> str:
    """ARN of a secret that is given by its name or its ARN, with a JSON key or without."""
    if secret.startswith("arn:"):
        return ":".join(secret.split(":")[:_ARN_PARTS]) if is_known(secret) else secret
    if secret.startswith("\ue000"):
        return secret.partition("\ue001")[0] + "\ue001"
    return role.place.arn("secretsmanager", f"secret:{secret.partition(':')[0]}-{SUFFIX}")


def parameter_arn(role: Asker, parameter: str) -> str:
    """ARN of a parameter that is given by its name or its ARN."""
    if parameter.startswith("arn:"):
        return parameter
    return role.place.arn("ssm", f"parameter/{parameter.removeprefix('/')}")


def _secret(role: Asker, secret: str) -> Resource | None:
    name = secret.partition(":")[0]
    for known in index_of(role.deployment).of_type("aws_secretsmanager_secret"):
        attributes = (symbol(f"{known.address}.{it}") for it in ("arn", "id"))
        arns = (text(known.values, "arn"), text(known.values, "id"), *attributes)
        if text(known.values, "name") == name or any(it and secret.startswith(it) for it in arns):
            return known
    return None


def _parameter(role: Asker, parameter: str) -> Resource | None:
    for known in index_of(role.deployment).of_type("aws_ssm_parameter"):
        own = (symbol(f"{known.address}.{it}") for it in ("arn", "name"))
        if parameter in (text(known.values, "name"), text(known.values, "arn"), *own):
            return known
    return None
