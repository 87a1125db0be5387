"""What starts a build of a project: events and schedules of EventBridge, and hosts of code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from modules._cdktf import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetInputTransformer,
    CloudwatchEventTargetRetryPolicy,
    CodebuildWebhook,
    CodebuildWebhookFilterGroup,
    CodebuildWebhookFilterGroupFilter,
    Construct,
    TerraformResource,
)
from modules.element import Element, literal
from modules.expressions import document
from modules.iam import ServiceRole, Statement
from modules.plan_review.build import RepositoryBuild
from modules.project import Project
from modules.triggers import Triggers

_HOUR_SECONDS = 3_600
"""A build that starts later helps nobody."""


class StartsBuild(Element):
    """A rule that starts builds of one project, and the role with which it does.

    Args:
        starts: The project.
        description: What happens when.
        pattern: The event pattern; the account is added. None: a schedule.
        schedule: A `rate(…)` or `cron(…)` expression. None: events.
        overrides: What StartBuild is given of the event, by JSON path. None: nothing.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        starts: RepositoryBuild,
        description: str,
        pattern: Mapping[str, object] | None = None,
        schedule: str | None = None,
        overrides: CloudwatchEventTargetInputTransformer | None = None,
    ) -> None:
        super().__init__(scope, id)
        project = Project.of(self)
        name = project.names.rule(self.address)
        rule = self.place(
            CloudwatchEventRule(
                self,
                "rule",
                name=name,
                description=description,
                event_pattern=document({"account": [project.account], **pattern})
                if pattern
                else None,
                schedule_expression=schedule,
                tags=project.tags,
            )
        )
        role = ServiceRole(
            self,
            "role",
            name=project.names.role(self.address, "start"),
            service="events.amazonaws.com",
            source_arn=project.arn("events", f"rule/{rule.name}"),
        )
        role.allow(Statement("Start", ["codebuild:StartBuild"], [starts.arn]))
        self.place(
            CloudwatchEventTarget(
                self,
                "target",
                rule=rule.name,
                target_id=name,
                arn=starts.arn,
                role_arn=role.arn,
                input_transformer=overrides,
                dead_letter_config=CloudwatchEventTargetDeadLetterConfig(
                    arn=Triggers.of(self).dead_letters
                ),
                retry_policy=CloudwatchEventTargetRetryPolicy(
                    maximum_event_age_in_seconds=_HOUR_SECONDS, maximum_retry_attempts=185
                ),
                depends_on=[role.policy],
            )
        )


class StartsBuildByWebhook(Element):
    """A webhook by which the host of a repository starts builds of one project.

    Args:
        starts: The project.
        filters: Patterns that an event must match, by what they are compared with.
        depends_on: What must be there before it.

    https://docs.aws.amazon.com/codebuild/latest/userguide/webhooks.html
    """

    def __init__(
        self,
        scope: Element,
        id: str,
        *,
        starts: RepositoryBuild,
        filters: Mapping[str, str],
        depends_on: Sequence[TerraformResource] = (),
    ) -> None:
        super().__init__(scope, id, address=scope.address)
        self.place(
            CodebuildWebhook(
                self,
                "webhook",
                project_name=starts.name,
                build_type="BUILD",
                filter_group=[
                    CodebuildWebhookFilterGroup(
                        filter=[
                            CodebuildWebhookFilterGroupFilter(type=kind, pattern=literal(pattern))
                            for kind, pattern in filters.items()
                        ]
                    )
                ],
                depends_on=list(depends_on) or None,
            )
        )


def exact(text: str) -> str:
    """`text` as a regular expression for itself, as in the filters of a webhook."""
    return re.sub(r"([^A-Za-z0-9_/-])", r"\\\1", text)
