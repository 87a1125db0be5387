"""Stages and types of pipelines that CodePipeline refuses.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tandem.deployment.model import Pipeline
from tandem.deployment.place import Place
from tandem.deployment.symbols import equal, is_known, readable
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context
from tandem.trace.git_filters import blocks

_PAGE = "https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-requirements.html"


@check(
    "stages-refused",
    title="CodePipeline refuses the stages",
    remedy="begin with one stage of source actions, and let other stages follow",
    page=_PAGE,
)
def stages_refused(context: Context) -> Iterator[Problem]:
    """The apply fails: sources are in the first stage, and nothing else is.

    There are at least two stages, and the actions of each have different names.
    """
    for pipeline in context.whole_pipelines:
        for why in _refused(pipeline):
            yield Problem(pipeline.address, why)


@check(
    "type-too-old",
    title="A pipeline of type V1 is given what only V2 has",
    remedy='set pipeline_type to "V2"',
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-types.html",
)
def type_too_old(context: Context) -> Iterator[Problem]:
    """Execution modes, triggers, variables and conditions need type V2.

    Terraform's default is V1.
    """
    for pipeline in context.deployment.pipelines:
        needs = list(_needs_v2(pipeline))
        if pipeline.type == "V1" and needs:
            yield Problem(pipeline.address, f"it is of type V1, which has no {', '.join(needs)}")


@check(
    "store-missing",
    title="An action runs in a region for which the pipeline has no artifact store",
    remedy="add an artifact_store with that region to the pipeline",
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-create-cross-region.html",
)
def store_missing(context: Context) -> Iterator[Problem]:
    """The apply fails: each region in which an action runs needs a bucket for its artifacts."""
    for pipeline in context.whole_pipelines:
        home = Place.of(context.deployment, pipeline.arn).region
        regions = [store.region or home for store in pipeline.stores]
        for action in pipeline.actions:
            used = action.region
            if used and regions and all(equal(used, it) is False for it in (home, *regions)):
                yield Problem(
                    pipeline.address,
                    f'"{action.name}" runs in {used}, and the artifact stores are of '
                    f"{', '.join(map(readable, dict.fromkeys(regions)))}",
                )


def _refused(pipeline: Pipeline) -> Iterator[str]:
    if not pipeline.stages:
        return
    if len(pipeline.stages) == 1:
        yield "it has one stage, and needs two"
    first, *others = pipeline.stages
    for action in first.actions:
        if is_known(action.category) and action.category not in ("", "Source"):
            yield f'its first stage holds "{action.name}", which is no source action'
    for stage in others:
        for action in stage.actions:
            if action.category == "Source":
                yield f'the source action "{action.name}" is not in the first stage'
    for stage in pipeline.stages:
        for name, count in Counter(it.name for it in stage.actions).items():
            if name and count > 1:
                yield f'{count} actions of the stage "{stage.name}" are named "{name}"'
    for name, count in Counter(it.name for it in pipeline.stages).items():
        if name and count > 1:
            yield f'{count} stages are named "{name}"'


def _needs_v2(pipeline: Pipeline) -> Iterator[str]:
    if pipeline.mode in ("QUEUED", "PARALLEL"):
        yield f"execution mode {pipeline.mode}"
    if pipeline.triggers:
        yield "triggers"
    if pipeline.variables:
        yield "variables"
    for block in ("before_entry", "on_success", "on_failure"):
        if any(it.get(block) for it in blocks(pipeline.resource.values, "stage")):
            yield block
