"""Policies of resources: whom they let in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tandem.deployment.blocks import document, text, texts
from tandem.deployment.model import Deployment, Document, Policy, Resource
from tandem.deployment.symbols import is_known, symbol
from tandem.review.permissions.subjects import Source, Subject, key_of

_TARGETS = (
    "bucket",
    "repository",
    "repository_name",
    "queue_url",
    "key_id",
    "secret_arn",
    "resource_arn",
    "function_name",
    "vault_name",
    "backup_vault_name",
    "file_system_id",
    "event_bus_name",
    "rest_api_id",
    "domain_name",
    "arn",
)
"""Arguments of a policy's resource that say whose policy it is."""
_GIVEN = ("aws_lambda_permission", "aws_kms_grant")
"""What lets somebody in without being a policy: the resource may have one as well."""
_UNKNOWN = ("policy", "policy_document", "resource_policy", "access_policy", "access_policies")
"""Attributes that are policies of resources even where their text is not known."""
_SAYS_STATEMENT = re.compile(r"\"statement\"|\\u", re.IGNORECASE)
"""What may be a policy, as JSON writes it."""
_NAMES = ("id", "arn", "url", "name", "bucket", "key_id", "function_name", "domain_name")
_IDENTITIES = ("aws_iam_", "aws_ssoadmin_", "aws_organizations_", "data.")
"""What holds policies of another kind, or only writes documents."""


def of_resources(deployment: Deployment) -> Iterator[Subject]:
    """What policies of resources say, each with the resource that has it."""
    beside: dict[tuple[str, str], Subject] = {}
    inside: list[Subject] = []
    by_name = _ByName(deployment)
    for resource in deployment.resources.values():
        if resource.type.startswith(_IDENTITIES):
            continue
        for attribute, found in _policies(resource):
            subject = _subject(resource, attribute, found, by_name)
            if subject.key != resource.address:
                # Several statements may be given to one resource, as with aws_lambda_permission.
                key = subject.key, subject.part
                beside[key] = _joined(beside[key], subject) if key in beside else subject
            else:
                inside.append(subject)
    yield from beside.values()
    # A state has in the resource as well what a resource of its own says: that one is newer.
    yield from (it for it in inside if (it.key, it.part) not in beside)


class _ByName:
    """Resources by what others call them."""

    def __init__(self, deployment: Deployment) -> None:
        self._found: dict[tuple[str, str], str] = {}
        resources = deployment.resources.values()
        owners = {owner for kind in {it.type for it in resources} for owner in _owners(kind)}
        for resource in resources:
            for name in _NAMES if resource.type in owners else ():
                said = resource.values.get(name)
                if isinstance(said, str):
                    self._found.setdefault((resource.type, said), resource.address)

    def of(self, resource: Resource) -> str:
        """The address of the resource whose policy this one is; its own: it is not to be seen."""
        for argument in _TARGETS:
            said = resource.values.get(argument)
            for owner in _owners(resource.type) if isinstance(said, str) else ():
                found = self._found.get((owner, str(said)))
                if found:
                    return found
        return resource.address


def _owners(type: str) -> Iterator[str]:
    """The types whose policy a type may be: the one whose name it begins with."""
    if type == "aws_lambda_permission":
        yield "aws_lambda_function"
    if type == "aws_kms_grant":
        yield "aws_kms_key"
    owner = type.removesuffix("_policy").removesuffix("_resource")
    if owner != type:
        yield owner


def _subject(
    resource: Resource, attribute: str, found: Document | None, by_name: _ByName
) -> Subject:
    of = by_name.of(resource)
    is_seen = of != resource.address
    target = next((str(resource.values[it]) for it in _TARGETS if text(resource.values, it)), "")
    is_elsewhere = not is_seen and _is_beside(resource)
    return Subject(
        key=key_of(resource.type, target) if is_elsewhere and target else of,
        part=attribute if resource.type in _GIVEN or not is_seen else "policy",
        address=resource.address,
        name=text(resource.values, "name") or target or resource.address,
        kind="resource",
        policies=(
            Source(Policy(resource.address, attribute, found), resource.values.get(attribute)),
        ),
        is_elsewhere=is_elsewhere,
        is_default=not is_seen
        and not resource.type.endswith("_policy")
        and _is_default(resource, attribute, found),
    )


def _is_beside(resource: Resource) -> bool:
    """Whether its policy is that of another resource."""
    return resource.type in _GIVEN or resource.type.endswith("_policy")


def _joined(one: Subject, other: Subject) -> Subject:
    return replace(one, policies=(*one.policies, *other.policies))


def _policies(resource: Resource) -> Iterator[tuple[str, Document | None]]:
    """The policies that a resource has, by attribute; None: not known."""
    values = resource.values
    if resource.type == "aws_lambda_permission":
        yield "statement", _permission(values)
        return
    if resource.type == "aws_kms_grant":
        yield "grant", _grant(values)
        return
    for attribute, said in values.items():
        if "polic" not in attribute or not isinstance(said, str) or not said:
            continue
        found = document(said)
        if found is not None:
            if _SAYS_STATEMENT.search(said):
                yield attribute, found
        elif (
            attribute in _UNKNOWN
            and "lifecycle" not in resource.type
            and (not is_known(said) or _SAYS_STATEMENT.search(said))
        ):
            yield attribute, None


def _is_default(resource: Resource, attribute: str, found: Document | None) -> bool:
    """Whether nothing is known of a policy in a resource that is made: AWS writes most of these."""
    address, values = resource.address, resource.values
    unknown = [name for name, said in values.items() if said == symbol(f"{address}.{name}")]
    return found is None and attribute in unknown and len(unknown) > 1


def _permission(values: Mapping[str, Any]) -> Document:
    """The statement of an `aws_lambda_permission`.

    https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
    """
    principal = text(values, "principal") or "*"
    is_service = principal.endswith((".amazonaws.com", ".amazonaws.com.cn"))
    conditions: dict[str, dict[str, str]] = {}
    for argument, operator, key in (
        ("source_arn", "ArnLike", "aws:SourceArn"),
        ("source_account", "StringEquals", "aws:SourceAccount"),
        ("principal_org_id", "StringEquals", "aws:PrincipalOrgID"),
        ("function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"),
    ):
        if text(values, argument):
            conditions.setdefault(operator, {})[key] = str(values[argument])
    qualifier = text(values, "qualifier")
    statement = {
        "Sid": text(values, "statement_id") or "",
        "Effect": "Allow",
        "Principal": {"Service" if is_service else "AWS": principal},
        "Action": text(values, "action") or "lambda:*",
        "Resource": f"{text(values, 'function_name')}{f':{qualifier}' if qualifier else ''}",
        "Condition": conditions,
    }
    return {"Statement": [statement]}


def _grant(values: Mapping[str, Any]) -> Document:
    """What an `aws_kms_grant` allows.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": text(values, "grantee_principal") or "*"},
        "Action": [f"kms:{it}" for it in texts(values, "operations")],
        "Resource": text(values, "key_id") or "*",
        "Condition": {"grant": {"constraints": json.dumps(values.get("constraints") or [])}},
    }
    return {"Statement": [statement]}
