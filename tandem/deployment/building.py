"""From resources to the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.blocks import (
    Values,
    block,
    blocks,
    document,
    flag,
    text,
    text_map,
    texts,
)
from tandem.deployment.buildspecs import Written
from tandem.deployment.events import rules
from tandem.deployment.model import (
    Action,
    Bucket,
    BuildProject,
    Deployment,
    Key,
    Pipeline,
    Policy,
    Repository,
    Resource,
    Service,
    Stage,
    Store,
    TaskDefinition,
    Unresolved,
    Variable,
)
from tandem.deployment.policies import add_documents, policy_of, roles
from tandem.deployment.symbols import is_known, symbol
from tandem.deployment.world import Instance, World


def build(world: World) -> Deployment:
    """The model of a world."""
    add_documents(world)
    resources = {
        address: Resource(address, found.type, world.values(found), found.after)
        for address, found in sorted(world.instances.items())
    }
    builder = _Builder(world, resources)
    return Deployment(
        kind=world.kind,
        account=world.account,
        region=world.region,
        partition=world.partition,
        resources=resources,
        repositories=tuple(builder.repositories()),
        projects=tuple(builder.projects()),
        pipelines=tuple(builder.pipelines()),
        rules=tuple(rules(world)),
        roles=tuple(roles(world)),
        buckets=tuple(builder.buckets()),
        keys=tuple(builder.keys()),
        task_definitions=tuple(builder.task_definitions()),
        services=tuple(builder.services()),
        unresolved=tuple(dict.fromkeys(world.unresolved)),  # the last: it grows with the others
    )


class _Builder:
    def __init__(self, world: World, resources: Mapping[str, Resource]) -> None:
        self._world = world
        self._resources = resources

    def _each(self, *types: str) -> Iterator[tuple[Instance, Values]]:
        for instance in self._world.of_type(*types):
            yield instance, self._resources[instance.address].values

    def _attribute(self, instance: Instance, name: str) -> str:
        return str(self._world.attribute(instance, name))

    def _beside(self, type: str, attribute: str) -> Mapping[str, Instance]:
        """Resources that say something of another one, by what `attribute` calls it."""
        return {str(self._world.attribute(it, attribute)): it for it in self._world.of_type(type)}

    def _policy(self, instance: Instance | None) -> Policy | None:
        return policy_of(self._world, instance) if instance else None

    def repositories(self) -> Iterator[Repository]:
        policies = self._beside("aws_ecr_repository_policy", "repository")
        for instance, values in self._each("aws_ecr_repository", "data.aws_ecr_repository"):
            name = self._attribute(instance, "name")
            encryption = block(values, "encryption_configuration")
            yield Repository(
                address=instance.address,
                name=name,
                arn=self._attribute(instance, "arn"),
                url=self._attribute(instance, "repository_url"),
                immutable=text(values, "image_tag_mutability") == "IMMUTABLE",
                policy=self._policy(policies.get(name)),
                key=text(encryption, "kms_key")
                if text(encryption, "encryption_type") == "KMS"
                else None,
            )

    def projects(self) -> Iterator[BuildProject]:
        for instance, values in self._each("aws_codebuild_project"):
            source, environment = block(values, "source"), block(values, "environment")
            said = text(source, "buildspec")
            written = Written.of(said or "buildspec.yml")
            if written.text is None and written.path is None:
                why = "it is known only after the apply"
                self._note(instance, "source.buildspec", why)
            yield BuildProject(
                address=instance.address,
                name=self._attribute(instance, "name"),
                arn=self._attribute(instance, "arn"),
                role_arn=self._attribute(instance, "service_role"),
                source_type=text(source, "type") or "",
                buildspec=written.text,
                buildspec_path=written.path,
                variables=tuple(
                    Variable(
                        text(each, "name") or "",
                        text(each, "value") or "",
                        text(each, "type") or "PLAINTEXT",
                    )
                    for each in blocks(environment, "environment_variable")
                ),
                privileged=flag(environment, "privileged_mode", default=False),
                image=text(environment, "image") or "",
                pulls_as_itself=text(environment, "image_pull_credentials_type") == "SERVICE_ROLE",
                machine=text(environment, "type") or "",
                key=text(values, "encryption_key"),
                resource=self._resources[instance.address],
            )

    def pipelines(self) -> Iterator[Pipeline]:
        for instance, values in self._each("aws_codepipeline"):
            yield Pipeline(
                address=instance.address,
                name=self._attribute(instance, "name"),
                arn=self._attribute(instance, "arn"),
                type=text(values, "pipeline_type") or "V1",
                mode=text(values, "execution_mode") or "SUPERSEDED",
                role_arn=self._attribute(instance, "role_arn"),
                stores=tuple(
                    Store(
                        bucket=text(each, "location") or "",
                        key=text(block(each, "encryption_key"), "id"),
                        region=text(each, "region"),
                    )
                    for each in blocks(values, "artifact_store")
                ),
                stages=tuple(
                    Stage(
                        text(each, "name") or "",
                        tuple(self._action(instance, action) for action in blocks(each, "action")),
                    )
                    for each in blocks(values, "stage")
                ),
                triggers=tuple(blocks(values, "trigger")),
                variables=tuple(text(each, "name") or "" for each in blocks(values, "variable")),
                resource=self._resources[instance.address],
            )

    def _action(self, pipeline: Instance, values: Values) -> Action:
        name = text(values, "name") or ""
        configuration = values.get("configuration")
        known = not isinstance(configuration, str)
        if not known:
            why = "a part of it is known only after the apply, so the plan has nothing of it"
            self._note(pipeline, f"configuration of the action {name}", why)
        order = text(values, "run_order") or "1"
        return Action(
            name=name,
            category=text(values, "category") or "",
            owner=text(values, "owner") or "",
            provider=text(values, "provider") or "",
            configuration=text_map(values, "configuration"),
            inputs=texts(values, "input_artifacts"),
            outputs=texts(values, "output_artifacts"),
            namespace=text(values, "namespace"),
            run_order=int(order) if order.isdigit() else 1,
            region=_known(text(values, "region")),
            role_arn=text(values, "role_arn"),
            configuration_known=known,
        )

    def _note(self, instance: Instance, attribute: str, why: str) -> None:
        self._world.unresolved.append(Unresolved(instance.address, attribute, why))

    def buckets(self) -> Iterator[Bucket]:
        policies = self._beside("aws_s3_bucket_policy", "bucket")
        versioning = self._beside("aws_s3_bucket_versioning", "bucket")
        notifications = self._beside("aws_s3_bucket_notification", "bucket")
        for instance, values in self._each("aws_s3_bucket", "data.aws_s3_bucket"):
            name = self._attribute(instance, "bucket")
            yield Bucket(
                address=instance.address,
                name=name,
                arn=self._attribute(instance, "arn"),
                policy=self._policy(policies.get(name)),
                versioned=self._versioned(versioning.get(name), values),
                sends_events=name in notifications
                and flag(
                    self._resources[notifications[name].address].values,
                    "eventbridge",
                    default=False,
                ),
            )

    def _versioned(self, resource: Instance | None, values: Values) -> bool | None:
        if resource is not None:
            said = block(self._resources[resource.address].values, "versioning_configuration")
            return text(said, "status") == "Enabled"
        said = block(values, "versioning")
        return flag(said, "enabled", default=False) if said else None

    def keys(self) -> Iterator[Key]:
        policies = self._beside("aws_kms_key_policy", "key_id")
        for instance, values in self._each("aws_kms_key"):
            beside = policies.get(self._attribute(instance, "key_id"))
            own = policy_of(self._world, instance) if document(values.get("policy")) else None
            arn = self._attribute(instance, "arn")
            yield Key(instance.address, arn, self._policy(beside) or own)

    def task_definitions(self) -> Iterator[TaskDefinition]:
        types = ("aws_ecs_task_definition", "data.aws_ecs_task_definition")
        for instance, values in self._each(*types):
            looked_up = instance.type.startswith("data.")
            roles = ("task_role_arn", "execution_role_arn")
            yield TaskDefinition(
                address=instance.address,
                family=self._attribute(instance, "family"),
                arn=self._attribute(instance, "arn"),
                containers=_containers(values.get("container_definitions")),
                role_arns=tuple(
                    self._attribute(instance, role)
                    for role in roles
                    if text(values, role) or (looked_up and role not in values)
                ),
            )

    def services(self) -> Iterator[Service]:
        for instance, values in self._each("aws_ecs_service", "data.aws_ecs_service"):
            looked_up = instance.type.startswith("data.")
            cluster = text(values, "cluster_arn" if looked_up else "cluster") or "default"
            yield Service(
                address=instance.address,
                name=text(values, "service_name" if looked_up else "name")
                or symbol(f"{instance.address}.name"),
                cluster=cluster.rpartition("/")[2] if ":cluster/" in cluster else cluster,
                task_definition=self._attribute(instance, "task_definition"),
            )


def _known(value: str | None) -> str | None:
    return value if value is None or is_known(value) else None


def _containers(value: Any) -> tuple[str, ...] | None:
    """Names of containers, from JSON."""
    found = document(f'{{"containers": {value}}}') if isinstance(value, str) else None
    if found is None or not isinstance(found["containers"], list):
        return None
    names: dict[str, None] = defaultdict()
    for container in found["containers"]:
        if not isinstance(container, Mapping) or not isinstance(container.get("name"), str):
            return None
        names[container["name"]] = None
    return tuple(names)
