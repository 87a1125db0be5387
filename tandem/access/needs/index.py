"""Parts of a deployment by what they are asked for: each is looked for a thousand times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tandem.deployment import Action, BuildProject, Deployment, Pipeline, Resource, TaskDefinition
from tandem.deployment.blocks import block, text
from tandem.deployment.symbols import symbol


class Index:
    """What is asked of one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.types: Mapping[str, Sequence[Resource]] = self._types()
        self.keys = self._keys()
        self.encryption = self._encryption()
        self.tasks = self._tasks()
        self.log_groups = {
            text(group.values, "name") for group in self.of_type("aws_cloudwatch_log_group")
        }
        self.runs = self._runs()

    def _types(self) -> Mapping[str, Sequence[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.deployment.resources.values():
            found[resource.type].append(resource)
        return found

    def of_type(self, *types: str) -> Sequence[Resource]:
        """Resources of some types; of the data sources' too."""
        return [
            resource
            for name in types
            for kind in (name, f"data.{name}")
            for resource in self.types.get(kind, ())
        ]

    def _keys(self) -> Mapping[str, str]:
        """The key of each alias, by the alias's name and its ARN."""
        found: dict[str, str] = {}
        for alias in self.of_type("aws_kms_alias"):
            key = text(alias.values, "target_key_arn") or text(alias.values, "target_key_id")
            for name in ("name", "arn"):
                if key:
                    found[text(alias.values, name) or symbol(f"{alias.address}.{name}")] = key
        return found

    def _encryption(self) -> Mapping[str, str | None]:
        """The key that encrypts the objects of each bucket whose encryption is known."""
        found: dict[str, str | None] = {}
        for bucket in self.deployment.buckets:
            resource = self.deployment.resources.get(bucket.address)
            # Since 2023 S3 encrypts with a key of its own where nothing is said.
            if resource and not resource.type.startswith("data."):
                found[bucket.name] = None
        for resource in self.of_type("aws_s3_bucket_server_side_encryption_configuration"):
            default = block(resource.values, "rule", "apply_server_side_encryption_by_default")
            found[text(resource.values, "bucket") or ""] = text(default, "kms_master_key_id")
        return found

    def _tasks(self) -> Mapping[str, TaskDefinition]:
        """Task definitions by ARN, by family, and by what a data source looks up."""
        found: dict[str, TaskDefinition] = {}
        for task in self.deployment.task_definitions:
            resource = self.deployment.resources.get(task.address)
            asked = text(resource.values, "task_definition") if resource else None
            for name in (asked, task.family, task.arn):
                if name:
                    found.setdefault(name, task)
        return found

    def _runs(self) -> Mapping[str, Sequence[tuple[Pipeline, Action]]]:
        """The actions that run each build project, by the project's ARN."""
        found: dict[str, list[tuple[Pipeline, Action]]] = defaultdict(list)
        for pipeline in self.deployment.pipelines:
            for action in pipeline.actions:
                project = self.project(action)
                if project:
                    found[project.arn].append((pipeline, action))
        return found

    def project(self, action: Action) -> BuildProject | None:
        """The project that an action runs, if it is in the deployment."""
        if action.provider != "CodeBuild":
            return None
        return self.deployment.project_of.get(action.configuration.get("ProjectName", ""))


_last: list[Index] = []


def index_of(deployment: Deployment) -> Index:
    """The index of a deployment; made once for what is asked in a row."""
    if not _last or _last[0].deployment is not deployment:
        _last[:] = [Index(deployment)]
    return _last[0]
