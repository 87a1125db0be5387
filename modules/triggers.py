"""What starts a pipeline: events of EventBridge and schedules, up to five pipelines a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modules._cdktf import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetInputTransformer,
    CloudwatchEventTargetRetryPolicy,
    Codepipeline,
    Construct,
    SqsQueue,
)
from modules.element import Element
from modules.expressions import Condition, Decision, Entries, Text, choose, document, negated
from modules.iam import ServiceRole, Statement, policy
from modules.naming import fit
from modules.project import Project

TARGETS_PER_RULE = 5
"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""
_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Revision:
    """Where an event says which revision of a source action fired it.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html
    """

    type: str
    """As StartPipelineExecution knows it: `IMAGE_DIGEST`, `COMMIT_ID`, `S3_OBJECT_VERSION_ID`."""
    path: str
    """JSON path in the event, as in `$.detail.image-digest`."""


@dataclass(frozen=True)
class Trigger:
    """An event or a schedule that starts pipelines."""

    name: str
    """Its rules are named after it."""
    description: str
    pattern: Mapping[str, object] | None = None
    """The event pattern; the rule adds the account. None: a schedule."""
    schedule: str | None = None
    """A `rate(…)` or `cron(…)` expression. None: events."""
    revision: Revision | None = None
    """None: the pipeline takes the newest revisions."""
    exists: Decision | Entries[Any] = True
    """Whether it is there; or for each entry of which map."""
    rule_name: str | None = None
    """The whole name of its rule. None: the project, and the name of the trigger."""


class Triggers(Element):
    """The rules of a stack. Pipelines with the same trigger share rules, five to each.

    So a thousand images on one base need 200 rules, of the 300 that an event bus may have.
    """

    def __init__(self, scope: Project) -> None:
        super().__init__(scope, "Triggers", address=scope.address)
        self._project = scope
        self._rules: dict[str, list[_Rule]] = {}
        self._named: dict[str, Trigger] = {}
        self.dead_letters = _DeadLetters(self, "dead_letters").arn
        """ARN of the queue of the events that could start nothing."""

    @staticmethod
    def of(scope: Construct) -> Triggers:
        """The triggers of the stack that `scope` is in."""
        project = Project.of(scope)
        if project.triggers is None:
            project.triggers = Triggers(project)
        return project.triggers

    def start(
        self, pipeline: Codepipeline, on: Trigger, *, id: str, action: str | None = None
    ) -> CloudwatchEventTarget:
        """Start `pipeline` when `on` fires.

        Args:
            pipeline: The pipeline, of type V2 where the trigger has a revision.
            on: What starts it.
            id: The image the pipeline builds: names the target.
            action: The source action that gets the revision that fired.
        """
        name = self._name(on)
        rules = self._rules.setdefault(name, [])
        if not rules or rules[-1].is_full:
            suffix = f"-{len(rules) + 1}" if rules else ""
            rules.append(_Rule(self, f"{name}{suffix}", trigger=on))
        rule = rules[-1]
        rule.grant_start(pipeline)
        suffix = f"{name}_{id}" if id else name
        return self.place(
            CloudwatchEventTarget(
                self,
                f"{name}_{id}",
                rule=rule.name,
                target_id=self._project.names.rule(id),
                arn=pipeline.arn,
                role_arn=rule.role.arn,
                input_transformer=_exact_revision(on.revision, action),
                dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=self.dead_letters),
                # What EventBridge does by default, said so that nobody has to look it up.
                retry_policy=CloudwatchEventTargetRetryPolicy(
                    maximum_event_age_in_seconds=_DAY_SECONDS, maximum_retry_attempts=185
                ),
                depends_on=[rule.role.policy],
            ),
            suffix,
            exists=rule.exists,
        )

    def _name(self, trigger: Trigger) -> str:
        """The trigger's name, or another where a different trigger has it already."""
        name = trigger.name
        if self._named.setdefault(name, trigger) != trigger:
            name = fit(f"{name}/{trigger.description}", limit=2 * len(name) + 10)
            self._named[name] = trigger
        return name


class _Rule(Element):
    """One rule, and the role with which it starts its pipelines and no others."""

    def __init__(self, scope: Triggers, id: str, *, trigger: Trigger) -> None:
        super().__init__(scope, id, exists=trigger.exists)
        project = Project.of(self)
        names = project.names
        # An event bus may get the events of other accounts as well.
        pattern = trigger.pattern and {"account": [project.account], **trigger.pattern}
        self._pipelines: list[str] = []
        rule = self.place(
            CloudwatchEventRule(
                self,
                "rule",
                name=names.rule(id) if trigger.rule_name is None else trigger.rule_name,
                description=trigger.description,
                event_pattern=document(pattern) if pattern else None,
                schedule_expression=trigger.schedule,
                tags=project.tags,
            )
        )
        self.name = rule.name
        self.role = ServiceRole(
            self,
            "role",
            name=names.role(id, "start")
            if trigger.rule_name is None
            else f"{trigger.rule_name}-start",
            service="events.amazonaws.com",
            source_arn=project.arn("events", f"rule/{rule.name}"),
        )

    @property
    def is_full(self) -> bool:
        return len(self._pipelines) == TARGETS_PER_RULE

    def grant_start(self, pipeline: Codepipeline) -> None:
        """Let the rule start a pipeline.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/create-cwe-ecr-source-console.html
        """
        self._pipelines.append(Project.of(self).arn("codepipeline", pipeline.name))
        self.role.allow_only(
            Statement("Start", ["codepipeline:StartPipelineExecution"], self._pipelines)
        )


class _DeadLetters(Element):
    """Where events wait, for 14 days, that could start no pipeline.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """

    def __init__(self, scope: Triggers, id: str) -> None:
        project = Project.of(scope)
        shared = project.shared_dead_letters
        is_shared = Condition(f"{shared} != null") if shared else False
        super().__init__(scope, id, exists=negated(is_shared))
        name = project.names.queue("dead-letters")
        # A rule's name may be cut, but it always begins with the project's; a module does not know
        # the names of those that share its queue.
        rules = project.arn("events", "rule/*" if shared else f"rule/{project.names.prefix}-*")
        receive = Statement(
            "DeadLetters",
            ["sqs:SendMessage"],
            [project.arn("sqs", name)],
            {
                "StringEquals": {"aws:SourceAccount": project.account},
                "ArnLike": {"aws:SourceArn": rules},
            },
        )
        queue = self.place(
            SqsQueue(
                self,
                "queue",
                name=name,
                message_retention_seconds=14 * _DAY_SECONDS,
                sqs_managed_sse_enabled=True,
                # Not a resource of its own, whose destruction takes the provider 25 s more.
                policy=policy(
                    [{**receive.document(), "Principal": {"Service": "events.amazonaws.com"}}]
                ),
                tags=project.tags,
            )
        )
        own = project.arn("sqs", queue.name)
        arn = choose(is_shared, Text(f"{shared}.arn"), own) if shared else own
        self.arn = self.local("dead_letters_arn", arn)


def _exact_revision(
    revision: Revision | None, action: str | None
) -> CloudwatchEventTargetInputTransformer | None:
    """Start with exactly the revision that fired, not with what is newest by then.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html
    """
    if revision is None:
        return None
    override = {
        "actionName": action,
        "revisionType": revision.type,
        "revisionValue": "<revision>",
    }
    return CloudwatchEventTargetInputTransformer(
        input_paths={"revision": revision.path},
        input_template=document({"sourceRevisions": [override]}),
    )
