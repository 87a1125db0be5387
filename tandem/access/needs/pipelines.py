"""What pipelines need of their roles: their stores, and each of their actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tandem.access.needs import deploys, invocations, sources
from tandem.access.needs.asking import Asker, asker
from tandem.access.needs.index import index_of
from tandem.access.needs.need import Need, Unclear
from tandem.access.needs.steps import GUIDE, Step
from tandem.access.needs.stored import pipeline_store, unclear_encryption
from tandem.deployment import Action, Deployment, Pipeline

_KINDS: Mapping[tuple[str, str], Callable[[Step], Iterator[Need]]] = {
    ("Approval", "Manual"): invocations.approval,
    ("Build", "CodeBuild"): invocations.codebuild,
    ("Build", "ECRBuildAndPublish"): invocations.build_and_publish,
    ("Compute", "Commands"): invocations.commands,
    ("Deploy", "CloudFormation"): deploys.cloudformation,
    ("Deploy", "CodeDeploy"): deploys.codedeploy,
    ("Deploy", "CodeDeployToECS"): deploys.codedeploy_to_ecs,
    ("Deploy", "ECS"): deploys.ecs,
    ("Deploy", "S3"): deploys.s3,
    ("Invoke", "CodePipeline"): invocations.codepipeline,
    ("Invoke", "Lambda"): invocations.aws_lambda,
    ("Invoke", "StepFunctions"): invocations.step_functions,
    ("Source", "CodeCommit"): sources.codecommit,
    ("Source", "CodeStarSourceConnection"): sources.connection,
    ("Source", "ECR"): sources.ecr,
    # By a token of GitHub's, without AWS.
    ("Source", "GitHub"): lambda _: iter(()),
    ("Source", "S3"): sources.s3,
    ("Test", "CodeBuild"): invocations.codebuild,
}
"""By category and provider.

https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-valid-providers.html
"""


def pipeline_needs(deployment: Deployment) -> Iterator[Need]:
    """What every pipeline needs of its role, and of the roles of its actions."""
    for pipeline in deployment.pipelines:
        own = asker(deployment, pipeline.role_arn, at=pipeline.arn)
        if own:
            yield from _stores(pipeline, own)
        for action in pipeline.actions:
            if own and action.role_arn:
                page = f"{GUIDE}/pipelines-create-cross-account.html"
                why = f"{action.name} is done by a role of its own"
                yield from own.ask("sts:AssumeRole", action.role_arn, why, page)
        for step in steps(deployment, pipeline):
            if step.action.role_arn:
                yield from _stores(pipeline, step.asker)
            kind = _KINDS.get((step.action.category, step.action.provider))
            if kind and step.action.configuration_known:
                yield from kind(step)


def _stores(pipeline: Pipeline, own: Asker) -> Iterator[Need]:
    for store in pipeline.stores:
        yield from pipeline_store(store, pipeline.name, own.within(store.region))


def steps(deployment: Deployment, pipeline: Pipeline) -> Iterator[Step]:
    """The actions whose roles are in the deployment."""
    for action in pipeline.actions:
        role = asker(deployment, action.role_arn or pipeline.role_arn, at=pipeline.arn)
        if role:
            yield Step(pipeline, action, role.within(action.region))


def pipeline_unclear(deployment: Deployment) -> Iterator[Unclear]:
    """What pipelines may need besides."""
    for pipeline in deployment.pipelines:
        own = asker(deployment, pipeline.role_arn, at=pipeline.arn)
        if own:
            for store in pipeline.stores:
                yield from unclear_encryption(store.key, own, f"artifacts in {store.bucket}")
        for step in steps(deployment, pipeline):
            yield from _unclear(step)


def _unclear(step: Step) -> Iterator[Unclear]:
    action, role = step.action, step.asker
    kind = action.category, action.provider
    if not action.configuration_known:
        yield role.unclear("*", f"the configuration of {action.name} is not known yet")
    elif kind not in _KINDS:
        yield role.unclear("*", f"{action.name}: what {_kind(action)} needs is not known here")
    match kind:
        case "Deploy", "ECS":
            yield from deploys.unclear_ecs(step)
        case "Deploy", "CodeDeployToECS":
            yield from deploys.unclear_codedeploy_to_ecs(step)
        case ("Compute", "Commands") | ("Build", "ECRBuildAndPublish"):
            yield role.unclear("*", f"{action.name} runs commands as the pipeline's role")
        case "Source", "S3" if step.said("S3Bucket") not in index_of(role.deployment).encryption:
            why = f"how {step.said('S3Bucket')} is encrypted is not known here"
            yield role.unclear("kms:Decrypt", why)


def _kind(action: Action) -> str:
    return f"an action {action.category} {action.provider}"
