"""What a target of a rule or of a schedule is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from tandem.deployment import BuildProject, Deployment, Pipeline, Target
from tandem.deployment.symbols import equal, is_known, readable

_UNIVERSAL = re.compile(
    r"arn:[^:]*:scheduler:::aws-sdk:(codepipeline:startPipelineExecution|codebuild:startBuild)"
)


class Targets:
    """Finds targets by their ARN."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._pipelines = {pipeline.name: pipeline for pipeline in deployment.pipelines}

    def of(self, target: Target) -> Pipeline | BuildProject | str:
        """The pipeline or the project; what it is in words where it is neither, or not here."""
        pipeline = self._deployment.pipeline_of.get(target.arn)
        if pipeline:
            return pipeline
        universal = _UNIVERSAL.fullmatch(target.arn)
        if universal:
            return self._universal(target, universal[1])
        service, name = _service_and_name(target.arn)
        if service == "codepipeline":
            # A rule can only start what is in its own account and region.
            named = self._pipelines.get(name)
            if named and equal(named.arn, target.arn) is not False:
                return named
        if service == "codebuild":
            short = name.removeprefix("project/")
            found = self._deployment.project_of.get(target.arn)
            found = found or self._deployment.project_of.get(short)
            if found:
                return found
        if not service or not is_known(service):
            return f"a target that is known only after the apply: {target.address}"
        return f"{service} {readable(name)}"

    def _universal(self, target: Target, call: str) -> Pipeline | BuildProject | str:
        """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html."""
        try:
            given = json.loads(target.input or "{}")
        except ValueError:
            given = {}
        given = given if isinstance(given, Mapping) else {}
        if call.startswith("codepipeline"):
            name = str(given.get("Name", ""))
            return self._pipelines.get(name) or f"codepipeline {readable(name)}".strip()
        name = str(given.get("ProjectName", ""))
        return self._deployment.project_of.get(name) or f"codebuild {readable(name)}".strip()


def _service_and_name(arn: str) -> tuple[str, str]:
    parts = arn.split(":", 5)
    return (parts[2], parts[5]) if len(parts) == 6 and parts[0] == "arn" else ("", "")
