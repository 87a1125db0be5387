"""Small deployments in Terraform's JSON, for the tables of what roles need."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tandem.access.needs import Need
from tandem.deployment import Deployment, understand

ACCOUNT, REGION = "111122223333", "eu-west-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def action(category: str, provider: str, **settings: Any) -> dict[str, Any]:
    settings.setdefault("name", provider)
    return {"category": category, "owner": "AWS", "provider": provider, "version": "1", **settings}


def pipeline(*actions: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
    return {
        "name": "web",
        "role_arn": "${aws_iam_role.pipeline.arn}",
        "pipeline_type": "V2",
        "artifact_store": {"location": "store", "type": "S3"},
        "stage": [{"name": "All", "action": list(actions)}],
        **settings,
    }


def project(commands: Iterable[str] = (), **settings: Any) -> dict[str, Any]:
    text = json.dumps({"version": 0.2, "phases": {"build": {"commands": list(commands)}}})
    return {
        "name": "web",
        "service_role": "${aws_iam_role.build.arn}",
        "source": {"type": "CODEPIPELINE", "buildspec": text},
        "artifacts": {"type": "CODEPIPELINE"},
        "environment": environment(),
        **settings,
    }


def environment(**values: str) -> dict[str, Any]:
    variables = [{"name": name, "value": value} for name, value in values.items()]
    return {
        "image": "aws/codebuild/standard:7.0",
        "type": "LINUX_CONTAINER",
        "privileged_mode": True,
        "environment_variable": variables,
    }


def deployment(**resources: Mapping[str, Any]) -> Deployment:
    """With a role for pipelines, one for builds and one for rules."""
    roles = {name: {"name": name} for name in ("pipeline", "build", "rule")}
    return understand(
        {
            "provider": {"aws": [{"region": REGION, "allowed_account_ids": [ACCOUNT]}]},
            "resource": {"aws_iam_role": roles | dict(resources.pop("aws_iam_role", {}))}
            | dict(resources),
        }
    )


def asked(
    found: Iterable[Need], role: str, *services: str, optional: bool = False
) -> dict[str, set[str]]:
    """What one role needs of some services: resources by action."""
    requests: dict[str, set[str]] = {}
    for need in found:
        is_asked = need.role.name == role and (optional or not need.optional)
        if is_asked and need.action.partition(":")[0] in services:
            requests.setdefault(need.action, set()).add(need.resource)
    return requests


def on(resource: str, actions: str, service: str) -> dict[str, set[str]]:
    return {f"{service}:{action}": {resource} for action in actions.split()}
