"""References to what is not there."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context

_TYPES = (
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_codebuild_project",
    "aws_codepipeline",
    "aws_ecr_repository",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_scheduler_schedule",
)


@check(
    "reference-to-nothing",
    title="The configuration refers to a resource that it does not have",
    remedy="add the resource, or refer to one that is there",
    page="https://developer.hashicorp.com/terraform/language/expressions/references",
)
def reference_to_nothing(context: Context) -> Iterator[Problem]:
    """Terraform refuses the configuration. A plan or a state has no such references."""
    for address, resource in context.deployment.resources.items():
        if resource.type in _TYPES:
            for missing in context.dangling(resource):
                yield Problem(address, f"it refers to {missing}, which is not in the configuration")
