"""The builds of pipelines: what each is given, and what it does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tandem.buildspec import Buildspec, parse
from tandem.deployment.model import Action, BuildProject, Deployment, Pipeline
from tandem.deployment.symbols import symbol

PIPELINE_VARIABLE = re.compile(r"#\{([^.{}]+)\.([^{}]+)\}")
"""As in `#{Source.CommitId}`: a namespace and the name of a variable.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""


@dataclass(frozen=True)
class Build:
    """An action of a pipeline that runs a build project."""

    pipeline: Pipeline
    action: Action
    project: BuildProject
    variables: Mapping[str, str] = field(repr=False)
    """What the project and the action set, as it is written: with `#{Source.CommitId}`."""
    complete: bool
    """Whether those are all: what the action sets can be read."""
    text: str | None = field(repr=False)
    """The buildspec as it is written, or where it lies; None: it is not known."""
    buildspec: Buildspec | None = field(repr=False)
    """None where it is not known."""


class Buildspecs:
    """Buildspecs, each read once for the variables that it is given."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._read: dict[tuple[str, frozenset[tuple[str, str]]], Buildspec] = {}

    @cached_property
    def builds(self) -> tuple[Build, ...]:
        """All actions that run a build project that is known."""
        return tuple(self._builds())

    def alone(self, project: BuildProject) -> Buildspec | None:
        """The buildspec of a project, with no more variables than its own."""
        return self._parsed(project.buildspec, project_variables(project))

    def _builds(self) -> Iterator[Build]:
        projects = self._deployment.project_of
        for pipeline in self._deployment.pipelines:
            for action in pipeline.actions:
                project = projects.get(action.configuration.get("ProjectName", ""))
                if action.provider == "CodeBuild" and project:
                    yield self._build(pipeline, action, project)

    def _build(self, pipeline: Pipeline, action: Action, project: BuildProject) -> Build:
        own = action_variables(action)
        variables = {**project_variables(project), **(own or {})}
        text = action.configuration.get("BuildspecOverride") or project.buildspec
        return Build(
            pipeline=pipeline,
            action=action,
            project=project,
            variables=variables,
            complete=own is not None,
            text=text,
            buildspec=self._parsed(text, variables),
        )

    def _parsed(self, text: str | None, variables: Mapping[str, str]) -> Buildspec | None:
        if text is None or not any(mark in text for mark in ("\n", "{", "version:")):
            return None  # a path in the source
        known = {name: unknown_variables(value) for name, value in variables.items()}
        key = text, frozenset(known.items())
        if key not in self._read:
            self._read[key] = parse(text, known)
        return self._read[key]


def project_variables(project: BuildProject) -> dict[str, str]:
    """The environment variables of a project."""
    return {it.name: _value(it.name, it.type, it.value) for it in project.variables}


def action_variables(action: Action) -> dict[str, str] | None:
    """The environment variables that an action gives to its build; None: it cannot be read.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
    """
    text = action.configuration.get("EnvironmentVariables")
    if not text:
        return {}
    try:
        entries: Any = json.loads(text)
        return {
            str(it["name"]): _value(it["name"], it.get("type", "PLAINTEXT"), str(it["value"]))
            for it in entries
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _value(name: str, type: str, value: str) -> str:
    """The value; nobody knows it where it is kept in Secrets Manager or Parameter Store."""
    return value if type == "PLAINTEXT" else symbol(f"{type} {name}")


def unknown_variables(text: str) -> str:
    """`text` with the variables of the pipeline, which only an execution knows, as symbols."""
    return PIPELINE_VARIABLE.sub(lambda found: symbol(found[0]), text)
