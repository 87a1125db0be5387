"""CodeBuild as moto has it, with the projects that pipelines need."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import moto.codebuild.urls
from moto.codebuild.exceptions import ResourceAlreadyExistsException, ResourceNotFoundException
from moto.codebuild.models import CodeBuild
from moto.codebuild.responses import CodeBuildResponse
from moto.core.responses import ActionResult
from moto.core.utils import unix_time

_Fields = dict[str, Any]
_HOOK = "https://codebuild.example/webhook"


def mend() -> None:
    """Answer CodeBuild's calls from here."""
    moto.codebuild.urls.url_paths["{0}/$"] = _MendedCodeBuild.dispatch


class _MendedCodeBuild(CodeBuildResponse):
    """Keeps a project exactly as it was sent.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Project.html
    """

    def create_project(self) -> ActionResult:
        # moto asks for a `location` even where AWS allows none (CODEPIPELINE, NO_SOURCE), and
        # drops encryptionKey, concurrentBuildLimit, secondarySources, secondaryArtifacts,
        # fileSystemLocations, buildBatchConfig, autoRetryLimit and badgeEnabled.
        wanted = json.loads(self.body)
        name = wanted["name"]
        backend = self.codebuild_backend
        if name in backend.codebuild_projects:
            arn = backend.codebuild_projects[name].arn
            raise ResourceAlreadyExistsException(f"Project already exists: {arn}")
        backend.create_project(
            project_name=name,
            description=None,
            project_source=wanted["source"],
            artifacts=wanted["artifacts"],
            environment=wanted["environment"],
            service_role=wanted["serviceRole"],
            tags=wanted.get("tags"),
            cache=None,
            timeout=60,
            queued_timeout=480,
            source_version=None,
            logs_config=None,
            vpc_config=None,
        )
        return _changed(backend.codebuild_projects[name], wanted)

    def update_project(self) -> ActionResult:
        # Missing in moto.
        wanted = json.loads(self.body)
        project = self.codebuild_backend.codebuild_projects.get(wanted["name"])
        if project is None:
            raise ResourceNotFoundException(f"Project cannot be found: {wanted['name']}")
        return _changed(project, wanted)

    def create_webhook(self) -> ActionResult:
        # Missing in moto, with the two below: a project then has it, and no host is told.
        return self._webhook(lambda _, wanted: {"url": _HOOK, "payloadUrl": _HOOK, **wanted})

    def update_webhook(self) -> ActionResult:
        return self._webhook(lambda kept, wanted: {**kept, **wanted})

    def delete_webhook(self) -> ActionResult:
        self._project(json.loads(self.body)).pop("webhook", None)
        return ActionResult({})

    def _webhook(self, changed: Callable[[_Fields, _Fields], _Fields]) -> ActionResult:
        wanted = json.loads(self.body)
        kept = self._project(wanted)
        said = {name: value for name, value in wanted.items() if name != "projectName"}
        kept["webhook"] = changed(kept.get("webhook", {}), said)
        return ActionResult({"webhook": kept["webhook"]})

    def _project(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        project = self.codebuild_backend.codebuild_projects.get(wanted["projectName"])
        if project is None:
            raise ResourceNotFoundException(f"Project cannot be found: {wanted['projectName']}")
        return project.project_metadata


def _changed(project: CodeBuild, wanted: Mapping[str, Any]) -> ActionResult:
    """Take over the fields that were sent, in AWS's ways of taking one back, and answer."""
    kept = project.project_metadata
    kept.update(wanted, lastModified=unix_time())
    if "badgeEnabled" in wanted:
        kept["badge"] = {"badgeEnabled": kept.pop("badgeEnabled")}
    if wanted.get("concurrentBuildLimit") == -1:
        del kept["concurrentBuildLimit"]
    for field in ("vpcConfig", "buildBatchConfig"):
        if wanted.get(field) == {}:
            del kept[field]
    project.service_role = kept["serviceRole"]
    return ActionResult({"project": kept})
