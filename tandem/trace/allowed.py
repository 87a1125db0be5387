"""What roles may do, where that is certain from their statements alone.

No evaluator of policies: conditions, NotAction and NotResource are left to `tandem access`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tandem.deployment.addresses import is_data
from tandem.deployment.model import BuildProject, Deployment, Policy, Repository, Role
from tandem.deployment.statements import covers, covers_action, statements_in, texts
from tandem.deployment.symbols import equal, is_known, symbol
from tandem.trace.patterns import some

_WILDCARD = re.compile(r"\*|\?|\$\{[^}]*\}")
_PUSH = "ecr:PutImage"


@dataclass(frozen=True)
class AllowedPushes:
    """Repositories of which a role's policies name the ARN where they allow a push."""

    repositories: tuple[Repository, ...]
    all_known: bool
    """Whether there is surely no other."""


def allowed_pushes(deployment: Deployment, project: BuildProject) -> AllowedPushes:
    """Look up where the role of a project lets it push to.

    A plain look at what is allowed: what is denied, or allowed under conditions, is not asked.
    """
    role = deployment.role_of.get(project.role_arn)
    found: dict[str, Repository] = {}
    all_known = role is not None
    for policy in role.policies if role else ():
        all_known = all_known and policy.document is not None
        for statement in statements_in(policy.document):
            if statement.get("Effect") != "Allow" or not _allows_push(statement):
                continue
            for arn in texts(statement.get("Resource")):
                repository = deployment.repository_of.get(arn)
                if repository and arn == repository.arn:
                    found[arn] = repository
                else:
                    all_known = False
            all_known = all_known and "NotResource" not in statement
    return AllowedPushes(tuple(found.values()), all_known)


def _allows_push(statement: Mapping[str, Any]) -> bool:
    actions = texts(statement.get("Action"))
    return "NotAction" in statement or any(covers_action(it, _PUSH) for it in actions)


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
    if is_data(role.address) or deployment.attached_in_the_dark:
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
    for statement in statements_in(role.trust):
        found = _names(statement, service)
        if statement.get("Effect") == "Deny" and found is not False:
            return None
        if statement.get("Effect") == "Allow" and found is not False:
            allowed = found or allowed or None
    return allowed


def _granted(policies: Iterable[Policy], action: str, resource: str) -> bool | None:
    allowed: bool | None = False
    for policy in policies:
        if policy.document is None:
            allowed = allowed or None
            continue
        for statement in statements_in(policy.document):
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
    actions = some(_matches(it.lower(), action.lower()) for it in texts(statement.get("Action")))
    resources = some(_matches(it, resource) for it in texts(statement.get("Resource")))
    if actions is False or resources is False:
        return False
    return None if actions is None or resources is None or statement.get("Condition") else True


def _matches(pattern: str, text: str) -> bool | None:
    """Whether a pattern with `*` and `?` matches; None where unknown parts decide."""
    has_variable = "${" in pattern
    if not has_variable and covers(pattern, text):
        return True
    if not has_variable and is_known(pattern) and is_known(text):
        return False
    return None if equal(_WILDCARD.sub(symbol("any"), pattern), text) is not False else False


def _names(statement: Mapping[str, Any], service: str) -> bool | None:
    """Whether a statement of a trust policy is about a service that assumes the role."""
    if "NotPrincipal" in statement or "NotAction" in statement:
        return None
    assumes = some(_matches(it.lower(), "sts:assumerole") for it in texts(statement.get("Action")))
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        principals = texts(principal.get("Service"))
    else:
        principals = tuple(service if it == "*" else it for it in texts(principal))
    named = some(_is_service(it, service) for it in principals)
    if assumes is False or named is False:
        return False
    return True if assumes and named else None


def _is_service(principal: str, service: str) -> bool | None:
    """Whether a principal is a service, also where it names the region or China's domain."""
    name, _, domain = service.partition(".")
    if is_known(principal):
        head, _, rest = principal.removesuffix(".cn").partition(".")
        return head == name and (rest == domain or rest.endswith(f".{domain}"))
    in_region = principal.startswith(f"{name}.")
    return None if in_region or equal(principal, service) is not False else False
