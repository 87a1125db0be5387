"""Variables: of the pipeline, and of the environment of its builds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from tandem.builds import PIPELINE_VARIABLE, given_by
from tandem.deployment.model import Action, Pipeline
from tandem.deployment.symbols import is_known
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context

_PAGE = "https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html"
_OUTPUTS: Mapping[str, frozenset[str]] = {
    "ECR": frozenset({"RegistryId", "RepositoryName", "ImageTag", "ImageDigest", "ImageURI"}),
    "CodeCommit": frozenset(
        {
            "RepositoryName",
            "BranchName",
            "AuthorDate",
            "CommitterDate",
            "CommitId",
            "CommitMessage",
        }
    ),
    "S3": frozenset({"BucketName", "ETag", "ObjectKey", "VersionId"}),
}
"""The output variables of source actions that have the same ones always."""


@check(
    "variables-broken",
    title="The action's environment variables cannot be read",
    remedy="make EnvironmentVariables with jsonencode: a list of objects with name, value and type",
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html",
)
def variables_broken(context: Context) -> Iterator[Problem]:
    """The apply or the build fails: `EnvironmentVariables` is no JSON list of variables."""
    for pipeline in context.whole_pipelines:
        for action in pipeline.actions:
            said = action.configuration.get("EnvironmentVariables")
            if said and given_by(action) is None and not _may_be_json(said):
                yield Problem(
                    pipeline.address,
                    f'EnvironmentVariables of "{action.name}" is no JSON list of variables',
                )


@check(
    "variable-of-nothing",
    title="The variable is set by no earlier action",
    remedy="set namespace on the earlier action, and use a variable that it has",
    page=_PAGE,
)
def variable_of_nothing(context: Context) -> Iterator[Problem]:
    """`#{Namespace.Name}` is set by an earlier action that has this `namespace`.

    Each kind of action sets variables of its own; `#{variables.Name}` is a variable of the
    pipeline itself.
    """
    for pipeline in context.whole_pipelines:
        for number, stage in enumerate(pipeline.stages):
            for action in stage.actions:
                seen = set()
                for text in action.configuration.values():
                    for found in PIPELINE_VARIABLE.finditer(text):
                        if not is_known(found[0]):
                            continue
                        why = _unset(pipeline, (number, action.run_order), found[1], found[2])
                        if why and found[0] not in seen:
                            seen.add(found[0])
                            yield Problem(
                                pipeline.address, f'"{action.name}" uses {found[0]}, but {why}'
                            )


def _may_be_json(text: str) -> bool:
    """Whether it is no JSON only because a part of it is not known yet."""
    try:
        json.loads(text)
    except ValueError:
        return not is_known(text)
    return False


def _unset(pipeline: Pipeline, at: tuple[int, int], namespace: str, name: str) -> str | None:
    if namespace == "codepipeline":
        return None
    if namespace == "variables":
        if all(map(is_known, pipeline.variables)) and name not in pipeline.variables:
            return f"the pipeline has no variable {name}"
        return None
    found = [
        ((number, action.run_order), action)
        for number, stage in enumerate(pipeline.stages)
        for action in stage.actions
        if action.namespace == namespace
    ]
    if not found:
        unknown = any(not is_known(it.namespace or "") for it in pipeline.actions)
        return None if unknown else f"no action has the namespace {namespace}"
    if all(order >= at for order, _ in found):
        return f'"{found[0][1].name}", whose namespace that is, does not run before it'
    if all(_lacks(action, name) for _, action in found):
        return f'"{found[0][1].name}", whose namespace that is, sets no {name}'
    return None


def _lacks(action: Action, name: str) -> bool:
    known = _OUTPUTS.get(action.provider)
    return known is not None and action.owner == "AWS" and is_known(name) and name not in known
