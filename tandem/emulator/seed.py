"""What a stack takes as already there, created in the emulator before the stack is applied."""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment import InputError, understand
from tandem.emulator.server import Emulator

_ECS_TASKS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


class SeedError(ValueError):
    """A data source of the stack does not say literally what it looks for."""


def seed(emulator: Emulator, stack: Mapping[str, Any], *, region: str = "us-east-1") -> None:
    """Create what the data sources of a parsed `cdk.tf.json` look for. Again changes nothing.

    - `data.aws_ecr_repository`: the repository, empty.
    - `data.aws_ecs_cluster`: the cluster.
    - `data.aws_ecs_service`: its cluster, the service, and what follows for its family.
    - `data.aws_ecs_task_definition`: one revision with one container, named as the build that is
      deployed to the service names it, or else all three as the service; with a task role
      `NAME-task` and an execution role `NAME-execution`.

    Args:
        emulator: Where to create them.
        stack: The parsed JSON.
        region: Used where the provider of a data source names none literally.

    Raises:
        SeedError: A name is computed, and nothing else in the stack provides it.
    """
    for block, address, where in _data(stack, "aws_ecr_repository", region):
        if repository := _name(block, "name", address):
            _repository(emulator.client("ecr", region=where), repository)
    clusters = {}
    for block, address, where in _data(stack, "aws_ecs_cluster", region):
        if cluster := _name(block, "cluster_name", address):
            _cluster(emulator.client("ecs", region=where), cluster)
            clusters[f"${{{address}.arn}}"] = cluster
    iam = emulator.client("iam")
    containers = _containers(stack)
    for block, address, where in _data(stack, "aws_ecs_service", region):
        cluster = clusters.get(block["cluster_arn"]) or _name(block, "cluster_arn", address)
        service = _name(block, "service_name", address)
        if cluster and service:
            container = containers.get(service, service)
            _service(emulator.client("ecs", region=where), iam, cluster, service, container)
    for block, address, where in _data(stack, "aws_ecs_task_definition", region):
        if family := _name(block, "task_definition", address):
            family = family.partition(":")[0]
            _task_definition(emulator.client("ecs", region=where), iam, family, family)


def _data(
    stack: Mapping[str, Any], kind: str, region: str
) -> Iterator[tuple[Mapping[str, Any], str, str]]:
    """Yield each data source of a kind, its address and its region."""
    providers = stack.get("provider", {}).get("aws", [])
    regions = {
        f"aws.{block['alias']}" if "alias" in block else "aws": block.get("region", "${")
        for block in (providers if isinstance(providers, list) else [providers])
    }
    for name, block in stack.get("data", {}).get(kind, {}).items():
        where = regions.get(block.get("provider", "aws"), region)
        yield block, f"data.{kind}.{name}", region if "${" in where else where


def _name(block: Mapping[str, Any], argument: str, address: str) -> str | None:
    """Return the name an argument gives, bare or in an ARN; none where the stack provides it."""
    value = str(block[argument])
    # Account, region and partition of an ARN may be computed: the name follows its first "/".
    name = value.partition(":")[2].partition("/")[2] if value.startswith("arn:") else value
    if "${" not in name:
        return name
    if re.match(r"\$\{(data\.)?aws_ec[rs]_", value):
        return None
    raise SeedError(
        f"{address}.{argument}: the emulator can create literal names only, not {value}"
    )


def _cluster(ecs: Any, name: str) -> None:
    if not ecs.describe_clusters(clusters=[name])["clusters"]:
        ecs.create_cluster(clusterName=name)


def _containers(stack: Mapping[str, Any]) -> dict[str, str]:
    """The container that is deployed to, by the name of its service."""
    try:
        deployment = understand(stack)
    except InputError:
        return {}  # nothing is deployed
    return {
        action.configuration.get("ServiceName", ""): variable.value
        for pipeline in deployment.pipelines
        for built in pipeline.actions
        if built.provider == "CodeBuild"
        for project in [
            deployment.project_run_by(pipeline, built.configuration.get("ProjectName", ""))
        ]
        if project
        for variable in project.variables
        if variable.name == "CONTAINER_NAME"
        for action in pipeline.actions
        if action.provider == "ECS"
    }


def _service(ecs: Any, iam: Any, cluster: str, name: str, container: str) -> None:
    _cluster(ecs, cluster)
    _task_definition(ecs, iam, name, container)
    if not ecs.describe_services(cluster=cluster, services=[name])["services"]:
        ecs.create_service(cluster=cluster, serviceName=name, taskDefinition=name, desiredCount=1)


def _task_definition(ecs: Any, iam: Any, family: str, container: str) -> None:
    if family in ecs.list_task_definition_families(familyPrefix=family)["families"]:
        return
    ecs.register_task_definition(
        family=family,
        taskRoleArn=_role(iam, f"{family}-task"),
        executionRoleArn=_role(iam, f"{family}-execution"),
        containerDefinitions=[
            {"name": container, "image": "scratch", "memory": 128, "essential": True}
        ],
    )


def _role(iam: Any, name: str) -> str:
    """Return the ARN of a role that ECS tasks may take."""
    with contextlib.suppress(iam.exceptions.NoSuchEntityException):
        return str(iam.get_role(RoleName=name)["Role"]["Arn"])
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_ECS_TASKS))
    return str(role["Role"]["Arn"])


def _repository(ecr: Any, name: str) -> None:
    with contextlib.suppress(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName=name)
