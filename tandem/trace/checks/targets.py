"""Targets that EventBridge cannot start: no role, no permission, no such pipeline."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.deployment.model import Pipeline
from tandem.deployment.symbols import is_known, readable
from tandem.trace.allowed import allows, trusts
from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context, Link

START = "codepipeline:StartPipelineExecution"
_PAGE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-iam-roles.html"


@check(
    "target-without-role",
    title="The target has no role to start the pipeline with",
    remedy="give it role_arn: a role that events.amazonaws.com may assume",
    page=_PAGE,
)
def target_without_role(context: Context) -> Iterator[Problem]:
    """EventBridge starts a pipeline with the target's role: without one it starts nothing."""
    for link, pipeline in _started(context):
        if not link.target.role_arn:
            yield Problem(
                link.target.address, f"it has no role, so it cannot start {readable(pipeline.name)}"
            )


@check(
    "role-cannot-start",
    title="The target's role may not start the pipeline",
    remedy=f"allow the role {START} on the pipeline's ARN",
    page=_PAGE,
)
def role_cannot_start(context: Context) -> Iterator[Problem]:
    """The event matches, and EventBridge's call is denied.

    Silent where a condition decides, or where a policy is not known.
    """
    for link, pipeline in _started(context):
        role = context.role(link.target.role_arn)
        if role and allows(context.deployment, role, START, pipeline.arn) is False:
            yield Problem(
                role.address,
                f"it may not start {readable(pipeline.name)}, which {link.target.address} starts "
                "with it",
            )


@check(
    "role-not-assumable",
    title="The role cannot be assumed by the service that uses it",
    remedy="allow the service sts:AssumeRole in the role's assume_role_policy",
    page="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html",
)
def role_not_assumable(context: Context) -> Iterator[Problem]:
    """CodePipeline, CodeBuild and EventBridge each need to be named in the trust of their role."""
    said = set()
    for arn, service, user in _used_roles(context):
        role = context.role(arn)
        if role and (arn, service) not in said and trusts(role, service) is False:
            said.add((arn, service))
            yield Problem(role.address, f"{service} may not assume it, but {user} needs that")


@check(
    "target-arn-wrong",
    title="The target's ARN is not that of the pipeline",
    remedy="refer to the pipeline's arn",
    page="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html",
)
def target_arn_wrong(context: Context) -> Iterator[Problem]:
    """The ARN names the pipeline in another region or account, or it is no ARN but a name."""
    by_name = {pipeline.name: pipeline for pipeline in context.deployment.pipelines}
    known = context.deployment.pipeline_of
    for link in context.links:
        arn = link.target.arn
        if not is_known(arn) or arn in known:
            continue
        if arn in by_name:
            yield Problem(link.target.address, f'its arn is "{arn}", a name and no ARN')
            continue
        parts = arn.split(":")
        named = by_name.get(parts[5]) if len(parts) == 6 and parts[2] == "codepipeline" else None
        # A rule starts no pipeline of another region; it may be meant for another one of that name.
        if (
            named
            and is_known(named.arn)
            and link.rule.arn.split(":")[3:5] == named.arn.split(":")[3:5]
        ):
            yield Problem(
                link.target.address, f"its arn is {arn}, and the pipeline's is {named.arn}"
            )


def _started(context: Context) -> Iterator[tuple[Link, Pipeline]]:
    for link in context.links:
        pipeline = context.deployment.pipeline_of.get(link.target.arn)
        if pipeline:
            yield link, pipeline


def _used_roles(context: Context) -> Iterator[tuple[str, str, str]]:
    """ARN of the role, the service that assumes it, and the address of what says so."""
    for pipeline in context.deployment.pipelines:
        yield pipeline.role_arn, "codepipeline.amazonaws.com", pipeline.address
    for project in context.deployment.projects:
        yield project.role_arn, "codebuild.amazonaws.com", project.address
    for link, _ in _started(context):
        if link.target.role_arn:
            yield link.target.role_arn, link.rule.service, link.target.address
