"""What Terraform and CodePipeline ask for, and is not said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tandem.trace.checks.check import Problem, check
from tandem.trace.checks.context import Context
from tandem.trace.git_filters import blocks

_CONFIGURATION: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("Source", "ECR"): ("RepositoryName",),
    ("Source", "CodeCommit"): ("RepositoryName", "BranchName"),
    ("Source", "CodeStarSourceConnection"): ("ConnectionArn", "FullRepositoryId", "BranchName"),
    ("Source", "S3"): ("S3Bucket", "S3ObjectKey"),
    ("Build", "CodeBuild"): ("ProjectName",),
    ("Test", "CodeBuild"): ("ProjectName",),
    ("Deploy", "ECS"): ("ClusterName", "ServiceName"),
    ("Deploy", "CodeDeploy"): ("ApplicationName", "DeploymentGroupName"),
    ("Deploy", "CodeDeployToECS"): ("ApplicationName", "DeploymentGroupName"),
    ("Deploy", "S3"): ("BucketName", "Extract"),
}

Required = Mapping[str, "Required | None"]
"""Arguments by name; those of nested blocks below their block."""

_ACTION: Required = dict.fromkeys(("name", "category", "owner", "provider", "version"))
_REQUIRED: Mapping[str, Required] = {
    "aws_cloudwatch_event_target": dict.fromkeys(("rule", "arn")),
    "aws_codebuild_project": {
        "name": None,
        "service_role": None,
        "artifacts": {"type": None},
        "environment": {
            "compute_type": None,
            "image": None,
            "type": None,
            "environment_variable": {"name": None, "value": None},
        },
        "source": {"type": None},
    },
    "aws_codepipeline": {
        "name": None,
        "role_arn": None,
        "artifact_store": dict.fromkeys(("location", "type")),
        "stage": {"name": None, "action": _ACTION},
        "trigger": {"provider_type": None, "git_configuration": {"source_action_name": None}},
    },
    "aws_ecr_repository": {"name": None},
    "aws_iam_role": {"assume_role_policy": None},
    "aws_iam_role_policy": dict.fromkeys(("role", "policy")),
    "aws_iam_role_policy_attachment": dict.fromkeys(("role", "policy_arn")),
}
"""Of each type, the arguments without which the provider refuses it."""
_MAY_BE_NONE = ("environment_variable", "trigger")
"""Blocks of which there may be none."""


@check(
    "action-incomplete",
    title="The configuration of an action lacks what its provider needs",
    remedy="add it to the configuration of the action",
    page="https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html",
)
def action_incomplete(context: Context) -> Iterator[Problem]:
    """The apply fails: each provider asks for certain keys in the action's `configuration`."""
    for pipeline in context.deployment.pipelines:
        for action in pipeline.actions:
            if action.owner != "AWS" or not action.configuration_known:
                continue
            needed = _CONFIGURATION.get((action.category, action.provider), ())
            missing = [key for key in needed if not action.configuration.get(key)]
            if missing:
                yield Problem(
                    pipeline.address,
                    f'the configuration of "{action.name}" has no {" and no ".join(missing)}',
                )


@check(
    "argument-missing",
    title="The configuration lacks what the AWS provider asks for",
    remedy="add the argument",
    page="https://registry.terraform.io/providers/hashicorp/aws/latest/docs",
)
def argument_missing(context: Context) -> Iterator[Problem]:
    """Terraform refuses the configuration. A plan or a state always has these arguments."""
    if context.deployment.kind != "configuration":
        return
    for address, resource in context.deployment.resources.items():
        for path in _missing(resource.values, _REQUIRED.get(resource.type, {})):
            yield Problem(address, f"it has no {path}")


def _missing(values: Mapping[str, Any], required: Required, within: str = "") -> Iterator[str]:
    for name, inner in required.items() if "dynamic" not in values else ():
        path = f"{within}{name}"
        if values.get(name) in (None, [], {}):
            if name not in _MAY_BE_NONE:
                yield path
        elif inner:
            for block in blocks(values, name):
                yield from _missing(block, inner, f"{path}.")
