"""What a check may look at: the deployment, what starts what, and what the builds do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tandem.builds import Builds, builds_of
from tandem.deployment.addresses import is_data, without_keys
from tandem.deployment.model import (
    BuildProject,
    Deployment,
    Pipeline,
    Resource,
    Role,
    Rule,
    Service,
    Target,
    TaskDefinition,
)
from tandem.deployment.symbols import equal
from tandem.trace.checks.circles import circles
from tandem.trace.checks.samples import Source, source_of
from tandem.trace.checks.whole import is_whole
from tandem.trace.following import Follower, Push
from tandem.trace.patterns import matches, some


@dataclass(frozen=True)
class Link:
    """A rule, or a schedule, and one of its targets."""

    rule: Rule
    target: Target


class Context:
    """Everything that checks share, worked out once."""

    def __init__(self, deployment: Deployment, follower: Follower) -> None:
        self.deployment = deployment
        self._follower = follower
        self._sources: dict[str, list[Source]] = {}
        self._fires: dict[tuple[str, tuple[str, str, str]], bool | None] = {}

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All rules with all their targets."""
        return tuple(Link(rule, it) for rule in self.deployment.rules for it in rule.targets)

    @cached_property
    def _links_by_target(self) -> Mapping[str, list[Link]]:
        found: dict[str, list[Link]] = defaultdict(list)
        for link in self.links:
            found[link.target.arn].append(link)
        return found

    @cached_property
    def whole_pipelines(self) -> tuple[Pipeline, ...]:
        """The pipelines all of whose stages and actions are known."""
        return tuple(it for it in self.deployment.pipelines if is_whole(it))

    def links_to(self, pipeline: Pipeline) -> list[Link]:
        """What certainly has `pipeline` as its target, whether enabled or not."""
        return self._links_by_target.get(pipeline.arn, [])

    def perhaps_to(self, pipeline: Pipeline) -> Iterator[Link]:
        """What may have `pipeline` as its target: nobody knows before the apply."""
        for link in self._in_the_dark:
            if equal(link.target.arn, pipeline.arn) is None:
                yield link

    @cached_property
    def _in_the_dark(self) -> list[Link]:
        known = set(self.deployment.pipeline_of)
        return [link for link in self.links if link.target.arn not in known]

    @cached_property
    def to_others(self) -> list[Link]:
        """What has something else as its target that may start a pipeline: a function, a queue."""
        started = (":codepipeline:", ":codebuild:")
        return [
            link
            for link in self._in_the_dark
            if not any(kind in link.target.arn for kind in started)
        ]

    @cached_property
    def gets_events_of_others(self) -> bool:
        """Whether other accounts may send events to the bus.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
        """
        types = ("aws_cloudwatch_event_permission", "aws_cloudwatch_event_bus_policy")
        return any(it.type in types for it in self.deployment.resources.values())

    @cached_property
    def names_account(self) -> bool:
        """Whether a rule that starts a pipeline names the account whose events it takes."""
        return any(
            "account" in (link.rule.pattern or {})
            for pipeline in self.deployment.pipelines
            for link in self.links_to(pipeline)
        )

    @cached_property
    def started_by_command(self) -> bool:
        """Whether a build starts pipelines by itself."""
        return any(
            "start-pipeline-execution" in (it.buildspec or "") for it in self.deployment.projects
        )

    @cached_property
    def invoked(self) -> frozenset[str]:
        """Names of the pipelines that others run as an action.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodePipeline.html
        """
        return frozenset(
            action.configuration.get("PipelineName", "")
            for pipeline in self.deployment.pipelines
            for action in pipeline.actions
            if action.provider == "CodePipeline" and action.category == "Invoke"
        )

    def has_unknown_rule(self, pipeline: Pipeline) -> bool:
        """Whether a target of a rule that nobody knows here may be the pipeline."""
        return any(
            equal(str(target.values.get("arn")), pipeline.arn) is not False
            for target in self._of_unknown_rules
        )

    @cached_property
    def _of_unknown_rules(self) -> list[Resource]:
        resources = self.deployment.resources
        return [
            resources[it.address]
            for it in self.deployment.unresolved
            if it.attribute == "rule"
            and it.address in resources
            and not self.dangling(resources[it.address])
        ]

    def dangling(self, resource: Resource) -> list[str]:
        """What a resource of a configuration refers to, and is not there."""
        if self.deployment.kind != "configuration":
            return []
        return sorted(
            it for it in resource.after - self._addresses if it.startswith(("aws_", "data.aws_"))
        )

    @cached_property
    def _addresses(self) -> frozenset[str]:
        return frozenset(map(without_keys, self.deployment.resources))

    def sources(self, pipeline: Pipeline) -> list[Source]:
        """The source actions whose changes EventBridge tells of."""
        if pipeline.address not in self._sources:
            found = (source_of(it, pipeline, self.deployment) for it in pipeline.sources)
            self._sources[pipeline.address] = [it for it in found if it]
        return self._sources[pipeline.address]

    def fires(self, rule: Rule, source: Source) -> bool | None:
        """As the function, remembered."""
        key = rule.address, source.key
        if key not in self._fires:
            self._fires[key] = False if self.is_deaf(rule) else fires(rule, source)
        return self._fires[key]

    def is_deaf(self, rule: Rule) -> bool:
        """Whether a rule is on a bus of this Terraform that gets no events of AWS's services.

        Unless another rule sends them on: `to_others` has what may.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html
        """
        return bus_of(rule) in self._own_buses and not self.gets_events_of_others

    @cached_property
    def _own_buses(self) -> frozenset[str]:
        return frozenset(
            str(it.values.get("name"))
            for it in self.deployment.resources.values()
            if it.type == "aws_cloudwatch_event_bus" and not is_data(it.address)
        )

    def role(self, arn: str | None) -> Role | None:
        """The role of that ARN, where it is managed here."""
        role = self.deployment.role_of.get(arn or "")
        return None if role is None or is_data(role.address) else role

    @cached_property
    def builds(self) -> Builds:
        """What the pipelines and projects build."""
        return builds_of(self.deployment)

    @cached_property
    def services(self) -> Mapping[tuple[str, str], list[Service]]:
        """ECS services by cluster and name."""
        found: dict[tuple[str, str], list[Service]] = defaultdict(list)
        for service in self.deployment.services:
            found[service.cluster, service.name].append(service)
        return dict(found)

    @cached_property
    def tasks(self) -> Mapping[str, TaskDefinition]:
        """Task definitions by ARN and by family; of several the first."""
        found: dict[str, TaskDefinition] = {}
        for task in self.deployment.task_definitions:
            for name in (task.arn, task.family):
                found.setdefault(name, task)
        return found

    def loops(self) -> list[list[Pipeline]]:
        """Pipelines that certainly start each other in a circle: one way for each circle."""
        return circles(
            {pipeline.address: pipeline for pipeline in self.deployment.pipelines},
            {
                pipeline.address: [
                    start.what.address
                    for event in self._follower.causes(pipeline)
                    for start in self._follower.direct(event).starts
                    if start.certain and isinstance(start.what, Pipeline)
                ]
                for pipeline in self.deployment.pipelines
            },
        )

    def pushes_of(self, what: Pipeline | BuildProject) -> tuple[Push, ...]:
        """What a pipeline or a build pushes, as far as that is known."""
        return self._follower.pushes_of(what)


def bus_of(rule: Rule) -> str:
    """The name of the event bus of a rule; empty: the default one."""
    return rule.arn.partition(":rule/")[2].rpartition("/")[0]


def fires(rule: Rule, source: Source) -> bool | None:
    """Whether a change of `source` fires `rule`; None: that is known only after the apply."""
    pattern = rule.pattern
    if pattern is None:
        return False if rule.pattern_known else None
    if bus_of(rule):
        return None  # on another bus, where AWS's events come only if they are sent on
    return some(matches(pattern, event) for event in source.events)
