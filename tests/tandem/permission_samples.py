"""Small states, before and after, for the tests of what a plan changes in permissions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tandem.deployment import Deployment, Role
from tandem.deployment import state as states
from tandem.deployment.reading import model_of
from tandem.review.model import Grant, PermissionChange
from tandem.review.permissions import permission_changes

ACCOUNT = "123456789012"
WEB = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/web"
BASE = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/base"
CODEBUILD = {"Service": "codebuild.amazonaws.com"}

Values = dict[str, Any]


def document(*statements: Values) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def state(resources: Mapping[str, Values]) -> Deployment:
    """A deployment of resources by address."""
    listed = []
    for address, values in resources.items():
        mode = "data" if address.startswith("data.") else "managed"
        parts = address.removeprefix("data.").partition("[")[0].split(".")
        listed.append(
            {
                "address": address,
                "mode": mode,
                "type": parts[-2],
                "name": parts[-1],
                "values": values,
            }
        )
    return model_of(lambda: states.world({"values": {"root_module": {"resources": listed}}}))


def assumable(*statements: Values, **values: Any) -> Values:
    """A role."""
    name = values.pop("name", "build")
    given = statements or ({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": CODEBUILD},)
    return {
        "name": name,
        "arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "assume_role_policy": document(*given),
        **values,
    }


def inline(*statements: Values, role: str = "build", name: str = "build") -> Values:
    """A policy of a role."""
    return {"role": role, "name": name, "policy": document(*statements)}


def with_policy(*statements: Values, **role: Any) -> Deployment:
    """A deployment of a role with one policy."""
    return state(
        {
            "aws_iam_role.build": assumable(**role),
            "aws_iam_role_policy.build": inline(*statements),
        }
    )


def changes(
    before: Deployment | None, after: Deployment, **more: Any
) -> dict[tuple[str, str], PermissionChange]:
    """The changes by address and kind."""
    found = permission_changes(before, after, **more)
    return {(it.address, it.kind): it for it in found}


def change(before: Deployment | None, after: Deployment, **more: Any) -> PermissionChange:
    """The only change."""
    found = permission_changes(before, after, **more)
    assert len(found) == 1, found
    return found[0]


def said(grants: tuple[Grant, ...]) -> list[tuple[str, str]]:
    """The actions and resources of grants."""
    return [(" ".join(it.actions), " ".join(it.resources)) for it in grants]


def judged_role(deployment: Deployment, address: str = "aws_iam_role.build") -> Role:
    """A role of a deployment."""
    return next(it for it in deployment.roles if it.address == address)
