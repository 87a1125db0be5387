"""What acts in another role than before, of which the plan does not say what it may do."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.deployment.addresses import is_data
from tandem.deployment.blocks import blocks, text
from tandem.deployment.model import Deployment, Resource
from tandem.deployment.symbols import readable
from tandem.review.model import PermissionChange
from tandem.review.permissions.subjects import ELSEWHERE, NOT_KNOWN

_ROLES = {
    "aws_codebuild_project": ("service_role",),
    "aws_codepipeline": ("role_arn",),
    "aws_lambda_function": ("role",),
    "aws_cloudwatch_event_target": ("role_arn",),
    "aws_ecs_task_definition": ("task_role_arn", "execution_role_arn"),
    "aws_sfn_state_machine": ("role_arn",),
}
"""What acts in a role, with the arguments that say in which."""


def switched(before: Deployment | None, after: Deployment) -> Iterator[PermissionChange]:
    """Build projects, pipelines and the like whose role changes to one managed elsewhere."""
    held = {it.arn for it in after.roles if not is_data(it.address)}
    for resource in after.resources.values() if before is not None else ():
        former = before.resources.get(resource.address) if before is not None else None
        if former is None or resource.type not in _ROLES:
            continue
        had = dict(_roles(former))
        unknown = tuple(
            f"{where} {readable(arn)} {ELSEWHERE}: what it may do {NOT_KNOWN}"
            for where, arn in _roles(resource)
            if arn not in held and arn not in had.values()
        )
        if unknown:
            name = readable(text(resource.values, "name") or resource.address)
            yield PermissionChange(resource.address, name, "role", unknown=unknown)


def _roles(resource: Resource) -> Iterator[tuple[str, str]]:
    """The roles of a resource, by what names them."""
    for argument in _ROLES[resource.type]:
        if arn := text(resource.values, argument):
            yield f"its {argument}", arn
    for stage in blocks(resource.values, "stage"):
        for action in blocks(stage, "action"):
            if arn := text(action, "role_arn"):
                said = f"{text(stage, 'name')}/{text(action, 'name')}"
                yield f"the role_arn of its action {said}", arn
