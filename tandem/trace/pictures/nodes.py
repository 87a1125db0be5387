"""Nodes, named as people and AWS name the things, and the Terraform addresses they answer for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from tandem.deployment.model import BuildProject, Deployment, Pipeline, Role, Service
from tandem.deployment.symbols import readable
from tandem.trace.pictures.model import Node, NodeKind, node_id


class Nodes:
    """The nodes of a picture, each made when it is first asked for."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._nodes: dict[str, Node] = {}
        self._owners: dict[str, set[str]] = defaultdict(set)
        self._services: dict[str, list[Service]] = defaultdict(list)
        for service in deployment.services:
            self._services[f"ECS {service.cluster}/{service.name}"].append(service)

    @property
    def owners(self) -> Mapping[str, set[str]]:
        """The nodes that the resource at an address is about."""
        return self._owners

    def finished(self, built: set[str]) -> list[Node]:
        """All nodes; images that are not in `built` are built elsewhere."""
        return [
            replace(node, kind="elsewhere") if node.kind == "image" and key not in built else node
            for key, node in self._nodes.items()
        ]

    def what(self, what: Pipeline | BuildProject) -> str:
        """A pipeline with its stages and its build projects, or a project outside any pipeline."""
        name = readable(what.name)
        if isinstance(what, BuildProject):
            return self._add("build", name, key=what.address, owns=self._project_parts(what))
        named = (it.configuration.get("ProjectName", "") for it in what.actions)
        projects = [it for it in map(self._deployment.project_of.get, named) if it is not None]
        parts = [what.address, *role_parts(self._deployment.role_of.get(what.role_arn))]
        for project in projects:
            parts += self._project_parts(project)
        stages = ", ".join(readable(stage.name) for stage in what.stages)
        others = sorted({readable(it.name) for it in projects} - {name})
        notes = (stages, *(f"builds in {it}" for it in others))
        return self._add("pipeline", name, *notes, key=what.address, owns=parts)

    def image(self, repository: str, tag: str) -> str:
        """An image of an ECR repository."""
        found = self._deployment.repository_of.get(repository)
        owns = [found.address] if found else []
        return self._add("image", readable(f"{repository}:{tag}"), owns=owns)

    def git(self, words: str) -> str:
        """A push or a pull request, as in `push to base-image (main)`."""
        said = re.fullmatch(r"(.*?) \((.*)\)(.*)", words)
        name, *notes = (said[1], said[2] + said[3]) if said else (words,)
        return self._add("git", name, *notes, key=words)

    def upload(self, bucket: str, key: str) -> str:
        """An upload of an object to a bucket."""
        found = self._deployment.bucket_of.get(bucket)
        owns = [found.address] if found else []
        name, object_key = f"upload to {readable(bucket)}", readable(key)
        return self._add("upload", name, object_key, key=f"{bucket}/{key}", owns=owns)

    def schedule(self, words: str, rule: str, address: str) -> str:
        """The moments of one rule, as in `rate(7 days)`."""
        return self._add("schedule", words, key=f"{words} {readable(rule)}", owns=[address])

    def event(self, words: str) -> str:
        """Whatever else may start something."""
        return self._add("event", words)

    def deploy(self, words: str) -> str:
        """What a pipeline deploys to, as in `ECS prod/web`."""
        made = self._add("deploy", readable(words))
        for service in self._services.get(words, ()):
            self._owners[service.address].add(made)
            for task in self._deployment.task_definitions:
                if service.task_definition in (task.arn, task.family):
                    self._owners[task.address].add(made)
        return made

    def _project_parts(self, project: BuildProject) -> list[str]:
        return [project.address, *role_parts(self._deployment.role_of.get(project.role_arn))]

    def _add(
        self,
        kind: NodeKind,
        name: str,
        *notes: str,
        key: str = "",
        owns: list[str] | None = None,
    ) -> str:
        made = node_id(kind, name, key or name)
        if made not in self._nodes:
            self._nodes[made] = Node(made, kind, name, notes, owns[0] if owns else None)
            for address in owns or []:
                self._owners[address].add(made)
        return made


def role_parts(role: Role | None) -> list[str]:
    """The addresses of a role and of what says what it may do."""
    return [] if role is None else [role.address, *(policy.address for policy in role.policies)]
