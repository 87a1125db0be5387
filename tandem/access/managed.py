"""Which statements of a role are in policies of AWS, which nobody can edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tandem.access.requests import statement_names
from tandem.deployment.model import Deployment, Policy, Role
from tandem.deployment.statements import texts

_OF_AWS = ":iam::aws:policy/"
_ATTACHING = ("policy_arn", "managed_policy_arns", "policy_arns")


def of_aws(role: Role, deployment: Deployment) -> Mapping[str, str]:
    """The names of AWS's policies by those of their statements.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
    """
    found: dict[str, str] = {}
    for policy in role.policies:
        resource = deployment.resources.get(policy.address)
        if resource is not None and _is_of_aws(policy, resource.values):
            found |= dict.fromkeys(statement_names(policy), policy.name)
    return found


def instead(statements: Sequence[str], theirs: Mapping[str, str]) -> str:
    """What to do about statements that nobody can edit; empty: all of them can be edited."""
    names = " and ".join(dict.fromkeys(theirs[it] for it in statements if it in theirs))
    if not names:
        return ""
    return (
        f"replace {names} by a policy of your own with only the actions and resources that are "
        "needed: a policy of AWS cannot be edited"
    )


def _is_of_aws(policy: Policy, values: Mapping[str, Any]) -> bool:
    return any(
        _OF_AWS in arn and arn.endswith(f"/{policy.name}")
        for key in _ATTACHING
        for arn in texts(values.get(key))
    )
