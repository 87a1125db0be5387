"""Roles, policies and deployments for the tests of the permissions."""

from __future__ import annotations

from typing import Any

from tandem.access.needs import Need
from tandem.deployment.model import BuildProject, Deployment, Policy, Resource, Role

ACCOUNT = "123456789012"
REGISTRY = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository"
WEB = f"{REGISTRY}/shop/web"
BASE = f"{REGISTRY}/shop/base"
BUILD = "aws_iam_role.build"

Values = dict[str, Any]


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> Values:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> Values:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def policy(address: str, *statements: Values) -> Policy:
    return Policy(address, address, {"Version": "2012-10-17", "Statement": list(statements)})


def trusting(principal: Any, **conditions: Any) -> Values:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if conditions:
        statement["Condition"] = conditions
    return {"Version": "2012-10-17", "Statement": [statement]}


FROM_HERE = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
CODEBUILD = trusting({"Service": "codebuild.amazonaws.com"}, **FROM_HERE)


def role(
    *policies: Policy,
    address: str = BUILD,
    trust: Values | None = CODEBUILD,
    boundary: Policy | None = None,
    account: str = ACCOUNT,
) -> Role:
    name = address.rpartition(".")[2]
    return Role(address, name, f"arn:aws:iam::{account}:role/{name}", trust, policies, boundary)


def may(*statements: Values) -> Role:
    """A role with one policy."""
    return role(policy("aws_iam_role_policy.build", *statements))


def need(role: Role, action: str, resource: str, why: str = "it works", **more: Any) -> Need:
    context = more.pop("context", {})
    return Need(role, action, resource, context, why, "https://docs.aws.amazon.com/", **more)


def project(role: Role) -> BuildProject:
    address = "aws_codebuild_project.build"
    return BuildProject(
        address=address,
        name="build",
        arn=f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/build",
        role_arn=role.arn,
        source_type="CODEPIPELINE",
        buildspec=None,
        buildspec_path=None,
        variables=(),
        privileged=True,
        image="aws/codebuild/amazonlinux2-x86_64-standard:5.0",
        pulls_as_itself=False,
        machine="LINUX_CONTAINER",
        key=None,
        resource=Resource(address, "aws_codebuild_project", {}),
    )


def deployment(*roles: Role, account: str = ACCOUNT, **more: Any) -> Deployment:
    nothing: Values = dict.fromkeys(
        (
            "repositories",
            "projects",
            "pipelines",
            "rules",
            "buckets",
            "keys",
            "task_definitions",
            "services",
            "unresolved",
        ),
        (),
    )
    return Deployment(
        kind="state",
        account=account,
        region="eu-west-1",
        partition="aws",
        roles=roles,
        **{**nothing, "resources": {}, **more},
    )
