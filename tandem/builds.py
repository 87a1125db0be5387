"""The builds of a deployment: what each is given, and what its buildspec does with it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from tandem.buildspec import Buildspec, parse
from tandem.deployment import Action, BuildProject, Deployment, Pipeline, Variable
from tandem.deployment.buildspecs import Written
from tandem.deployment.place import Place
from tandem.deployment.symbols import symbol

PIPELINE_VARIABLE = re.compile(r"#\{([^.{}]+)\.([^{}]+)\}")
"""As in `#{Source.CommitId}`, in the configuration of an action: what an earlier one says.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""
_KINDS = {"SECRETS_MANAGER": "secret", "PARAMETER_STORE": "parameter"}


@dataclass(frozen=True)
class Build:
    """A build project as something runs it."""

    project: BuildProject
    pipeline: Pipeline | None = field(repr=False)
    """None where no pipeline runs it."""
    action: Action | None
    region: str

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """The environment variables that it gets: its region, those of the project and the action.

        What is known only when the pipeline runs, and what is stored elsewhere, is a symbol.

        https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
        """
        region = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), self.region)
        return region | {name: _value(it) for name, it in self._set.items()}

    @cached_property
    def stored(self) -> tuple[Variable, ...]:
        """Those of them whose values are secrets and parameters."""
        return tuple(it for it in self._set.values() if it.type != "PLAINTEXT")

    @property
    def complete(self) -> bool:
        """Whether those are all: what the action sets can be read."""
        return self._given is not None

    @property
    def text(self) -> str | None:
        """The buildspec as it is written; None where it is not seen: see `hidden`."""
        return self._written.text

    @property
    def hidden(self) -> str:
        """Why its text is not seen, as in `lies in the source (buildspec.yml)`; empty: it is."""
        if self.text is not None:
            return ""
        path = self._written.path
        return f"lies in the source ({path})" if path else "is known only after the apply"

    @cached_property
    def buildspec(self) -> Buildspec | None:
        """What the buildspec does; None where it is not seen."""
        return None if self.text is None else parse(self.text, self.variables)

    @cached_property
    def _given(self) -> tuple[Variable, ...] | None:
        return () if self.action is None else given_by(self.action)

    @cached_property
    def _set(self) -> Mapping[str, Variable]:
        return {it.name: it for it in (*self.project.variables, *(self._given or ()))}

    @cached_property
    def _written(self) -> Written:
        instead = self.action and self.action.configuration.get("BuildspecOverride")
        if instead:
            return Written.of(_known_later(instead))
        return Written(self.project.buildspec, self.project.buildspec_path)


@dataclass(frozen=True)
class PipelineBuild(Build):
    """A build project as an action of a pipeline runs it."""

    pipeline: Pipeline = field(repr=False)
    action: Action


class Builds:
    """All builds of a deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._alone: dict[str, Build] = {}

    @cached_property
    def in_pipelines(self) -> tuple[PipelineBuild, ...]:
        """All actions of pipelines that run a project of the deployment."""
        return tuple(
            PipelineBuild(project, pipeline, action, self._region(project))
            for pipeline in self._deployment.pipelines
            for action in pipeline.actions
            if (project := self._project(pipeline, action))
        )

    def of_pipeline(self, pipeline: Pipeline) -> Sequence[PipelineBuild]:
        """The builds of one pipeline, in its order."""
        return self._by_pipeline.get(pipeline.address, ())

    def of_project(self, project: BuildProject) -> Sequence[Build]:
        """How pipelines run a project; by itself where none does."""
        return self._by_project.get(project.address) or (self.alone(project),)

    def alone(self, project: BuildProject) -> Build:
        """A build that gets nothing but what its project says."""
        if project.address not in self._alone:
            self._alone[project.address] = Build(project, None, None, self._region(project))
        return self._alone[project.address]

    @cached_property
    def _by_pipeline(self) -> Mapping[str, Sequence[PipelineBuild]]:
        return _grouped((it.pipeline.address, it) for it in self.in_pipelines)

    @cached_property
    def _by_project(self) -> Mapping[str, Sequence[PipelineBuild]]:
        return _grouped((it.project.address, it) for it in self.in_pipelines)

    def _project(self, pipeline: Pipeline, action: Action) -> BuildProject | None:
        if action.provider != "CodeBuild":
            return None
        name = action.configuration.get("ProjectName", "")
        return self._deployment.project_run_by(pipeline, name)

    def _region(self, project: BuildProject) -> str:
        return Place.of(self._deployment, project.arn).region


@lru_cache(maxsize=1)
def builds_of(deployment: Deployment) -> Builds:
    """The builds of a deployment; worked out once for what is asked in a row."""
    return Builds(deployment)


def given_by(action: Action) -> tuple[Variable, ...] | None:
    """The variables that an action gives to its build; None: they cannot be read.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
    """
    if not action.configuration_known:
        return None
    try:
        return tuple(
            Variable(
                str(each["name"]),
                _known_later(str(each["value"])),
                str(each.get("type", "PLAINTEXT")),
            )
            for each in json.loads(action.configuration.get("EnvironmentVariables") or "[]")
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _known_later(text: str) -> str:
    """`text` with what earlier actions say as symbols, as in `Source.CommitId`."""
    return PIPELINE_VARIABLE.sub(lambda found: symbol(f"{found[1]}.{found[2]}"), text)


def _value(variable: Variable) -> str:
    if variable.type == "PLAINTEXT":
        return variable.value
    return symbol(f"{_KINDS.get(variable.type, 'value')} {variable.value}")


def _grouped(
    builds: Iterable[tuple[str, PipelineBuild]],
) -> Mapping[str, Sequence[PipelineBuild]]:
    found: dict[str, list[PipelineBuild]] = defaultdict(list)
    for key, build in builds:
        found[key].append(build)
    return dict(found)
