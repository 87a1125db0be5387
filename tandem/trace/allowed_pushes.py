"""Where a build may push to, by the policies of its role."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.deployment import BuildProject, Deployment, Repository

_PUSH = "ecr:putimage"


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
        if policy.document is None:
            all_known = False
            continue
        for statement in _listed(policy.document.get("Statement")):
            if statement.get("Effect") != "Allow" or not _allows_push(statement):
                continue
            for arn in _listed(statement.get("Resource")):
                repository = deployment.repository_of.get(str(arn))
                if repository and str(arn) == repository.arn:
                    found[repository.arn] = repository
                else:
                    all_known = False
            all_known = all_known and "NotResource" not in statement
    return AllowedPushes(tuple(found.values()), all_known)


def _allows_push(statement: Mapping[str, Any]) -> bool:
    if "NotAction" in statement:
        return True
    actions = [str(action).lower() for action in _listed(statement.get("Action"))]
    return any(fnmatch.fnmatchcase(_PUSH, action) for action in actions)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
