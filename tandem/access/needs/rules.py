"""What rules and schedules need of their targets' roles."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.access.needs.asking import asker
from tandem.access.needs.need import Need, Unclear
from tandem.deployment import Deployment

_EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-iam-roles.html"
_SCHEDULER = (
    "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html"
)
_STARTS = {
    "codepipeline": "codepipeline:StartPipelineExecution",
    "codebuild": "codebuild:StartBuild",
}


def _start(deployment: Deployment, arn: str) -> str | None:
    """The action that starts a target; None: it is neither a pipeline nor a project."""
    if arn in deployment.pipeline_of:
        return _STARTS["codepipeline"]
    if arn in deployment.project_of:
        return _STARTS["codebuild"]
    return next((action for name, action in _STARTS.items() if f":{name}:" in arn), None)


def rule_needs(deployment: Deployment) -> Iterator[Need]:
    """Start the pipelines and the builds that are targets."""
    for rule in deployment.rules:
        page = _SCHEDULER if rule.service.startswith("scheduler") else _EVENTS
        for target in rule.targets:
            role = asker(deployment, target.role_arn, at=target.arn)
            action = _start(deployment, target.arn)
            if role and action:
                known = deployment.pipeline_of.get(target.arn) or deployment.project_of.get(
                    target.arn
                )
                why = f"{rule.name} starts {known.name if known else target.arn}"
                yield from role.ask(action, target.arn, why, page)


def rule_unclear(deployment: Deployment) -> Iterator[Unclear]:
    """What other targets may need."""
    for rule in deployment.rules:
        for target in rule.targets:
            role = asker(deployment, target.role_arn, at=target.arn)
            if role and _start(deployment, target.arn) is None:
                yield role.unclear("*", f"{rule.name}: what {target.arn} needs is not known here")
