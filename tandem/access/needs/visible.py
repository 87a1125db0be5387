"""How build projects are run, and what can be seen of what they do then."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tandem.access.needs.index import index_of
from tandem.buildspec import Buildspec, parse
from tandem.deployment import Action, BuildProject, Deployment, Pipeline, Variable
from tandem.deployment.symbols import symbol

_OUTPUT = re.compile(r"#\{([^{}]+)\}")


@dataclass(frozen=True)
class Run:
    """One way in which a build project is run."""

    project: BuildProject
    pipeline: Pipeline | None
    action: Action | None
    stored: tuple[Variable, ...]
    """Environment variables whose values are secrets or parameters."""
    variables: Mapping[str, str]
    """The other ones, with a symbol for what an earlier action will say."""
    known: bool
    """Whether all variables are known by their names."""

    @property
    def buildspec(self) -> Buildspec | None:
        """What its commands do; None: it lies in the source, or is not known."""
        if self.project.buildspec is None:
            return None
        return _parsed(self.project.buildspec, tuple(sorted(self.variables.items())))


def runs(deployment: Deployment, project: BuildProject) -> Iterator[Run]:
    """How the pipelines run a project; by itself where none does."""
    actions = index_of(deployment).runs.get(project.arn, ())
    for pipeline, action in actions:
        given = _given(action)
        yield _run(deployment, project, pipeline, action, given)
    if not actions:
        yield _run(deployment, project, None, None, ())


def _run(
    deployment: Deployment,
    project: BuildProject,
    pipeline: Pipeline | None,
    action: Action | None,
    given: tuple[Variable, ...] | None,
) -> Run:
    all_variables = {each.name: each for each in (*project.variables, *(given or ()))}
    region = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), deployment.region)
    return Run(
        project=project,
        pipeline=pipeline,
        action=action,
        stored=tuple(each for each in all_variables.values() if each.type != "PLAINTEXT"),
        variables=region
        | {
            each.name: _OUTPUT.sub(lambda found: symbol(found[1]), each.value)
            if each.type == "PLAINTEXT"
            else symbol(f"{each.type.lower()} {each.value}")
            for each in all_variables.values()
        },
        known=given is not None,
    )


def _given(action: Action) -> tuple[Variable, ...] | None:
    """The variables of an action; None: they are not known.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html#action-reference-CodeBuild-config
    """
    if not action.configuration_known:
        return None
    try:
        found = json.loads(action.configuration.get("EnvironmentVariables") or "[]")
        return tuple(
            Variable(str(each["name"]), str(each["value"]), str(each.get("type", "PLAINTEXT")))
            for each in found
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


@lru_cache(maxsize=4096)
def _parsed(text: str, variables: tuple[tuple[str, str], ...]) -> Buildspec:
    return parse(text, dict(variables))
