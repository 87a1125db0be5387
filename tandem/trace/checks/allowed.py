"""Whether a role may do something, where that is certain from its statements alone.

No evaluator of policies: conditions, NotAction and NotResource are left to `tandem access`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tandem.deployment.model import Deployment, Document, Policy, Role
from tandem.deployment.symbols import equal, is_known, symbol

_WILDCARD = re.compile(r"\*|\?|\$\{[^}]*\}")


def allows(deployment: Deployment, role: Role, action: str, resource: str) -> bool | None:
    """Whether `role` may do `action` on `resource`.

    Args:
        deployment: What the role is part of.
        role: The role.
        action: As in `codepipeline:StartPipelineExecution`.
        resource: The ARN, which may hold symbols.

    Returns:
        None where that is not certain: a policy is not known, a condition decides, or the role is
        managed elsewhere.
    """
    if is_data(role.address) or _attached_in_the_dark(deployment):
        return None
    granted = _granted(role.policies, action, resource)
    if granted is not True or role.boundary is None:
        return granted
    return _granted((role.boundary,), action, resource)


def trusts(role: Role, service: str) -> bool | None:
    """Whether `service`, as in `events.amazonaws.com`, may assume `role`; None: not certain.

    Conditions are taken to be true: what they say of the caller is for `tandem access`.
    """
    if role.trust is None:
        return None
    allowed: bool | None = False
    for statement in statements_of(role.trust):
        found = _names(statement, service)
        if statement.get("Effect") == "Deny" and found is not False:
            return None
        if statement.get("Effect") == "Allow" and found is not False:
            allowed = found or allowed or None
    return allowed


def statements_of(document: Document) -> Iterator[Mapping[str, Any]]:
    """The statements of a policy: AWS takes one alone as well as a list."""
    for statement in listed(document.get("Statement")):
        if isinstance(statement, Mapping):
            yield statement


def listed(value: Any) -> list[Any]:
    """A value that AWS takes alone or in a list, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def is_data(address: str) -> bool:
    """Whether an address is that of a data source: something managed elsewhere."""
    return address.startswith("data.") or ".data." in address


def _attached_in_the_dark(deployment: Deployment) -> bool:
    """Whether a policy is attached to nobody knows which role."""
    return any(
        "aws_iam_" in unresolved.address
        and unresolved.attribute in ("role", "roles", "role_name", "policy_arn")
        for unresolved in deployment.unresolved
    )


def _granted(policies: tuple[Policy, ...], action: str, resource: str) -> bool | None:
    allowed: bool | None = False
    for policy in policies:
        if policy.document is None:
            allowed = allowed or None
            continue
        for statement in statements_of(policy.document):
            applies = _applies(statement, action, resource)
            if applies is False:
                continue
            if statement.get("Effect") == "Deny":
                return None if applies is None else False
            if statement.get("Effect") == "Allow":
                allowed = True if applies else allowed or None
    return allowed


def _applies(statement: Mapping[str, Any], action: str, resource: str) -> bool | None:
    if "NotAction" in statement or "NotResource" in statement:
        return None
    actions = _any(
        _matches(str(it).lower(), action.lower()) for it in listed(statement.get("Action"))
    )
    resources = _any(_matches(str(it), resource) for it in listed(statement.get("Resource")))
    if actions is False or resources is False:
        return False
    return None if actions is None or resources is None or statement.get("Condition") else True


def _matches(pattern: str, text: str) -> bool | None:
    """Whether a pattern with `*` and `?` matches; None where unknown parts decide."""
    if pattern in ("*", text) or fnmatchcase(text, pattern.replace("[", "[[]")):
        return True
    if is_known(pattern) and is_known(text) and "${" not in pattern:
        return False
    return None if equal(_WILDCARD.sub(symbol("any"), pattern), text) is not False else False


def _any(answers: Iterator[bool | None]) -> bool | None:
    found: bool | None = False
    for answer in answers:
        if answer:
            return True
        found = None if answer is None else found
    return found


def _names(statement: Mapping[str, Any], service: str) -> bool | None:
    """Whether a statement of a trust policy is about a service that assumes the role."""
    if "NotPrincipal" in statement or "NotAction" in statement:
        return None
    assumes = _any(
        _matches(str(it).lower(), "sts:assumerole") for it in listed(statement.get("Action"))
    )
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        principals = listed(principal.get("Service"))
    else:
        principals = [service if it == "*" else it for it in listed(principal)]
    named = _any(_is_service(str(it), service) for it in principals)
    if assumes is False or named is False:
        return False
    return True if assumes and named else None


def _is_service(principal: str, service: str) -> bool | None:
    """Whether a principal is a service, also where it names the region or China's domain."""
    name, _, domain = service.partition(".")
    if is_known(principal):
        head, _, rest = principal.removesuffix(".cn").partition(".")
        return head == name and (rest == domain or rest.endswith(f".{domain}"))
    return None if equal(principal, service) is not False or _region_in(principal, name) else False


def _region_in(principal: str, name: str) -> bool:
    return principal.startswith(f"{name}.")
