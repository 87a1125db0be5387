"""The events that nothing here causes: where everything begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from tandem.deployment import BuildProject, Deployment, Pipeline
from tandem.deployment.symbols import equal, is_known
from tandem.trace.events import Event, scheduled, started_by_hand
from tandem.trace.examples import events_for
from tandem.trace.pushes import Push
from tandem.trace.rules import DEFAULT_BUS, Rules
from tandem.trace.sources import Sources
from tandem.trace.targets import Targets

if TYPE_CHECKING:
    from tandem.trace.following import Follower

_KINDS = ("git", "upload", "image", "schedule", "other")


class FirstEvents:
    """Finds them, with what is known of who listens and of what is built."""

    def __init__(
        self, deployment: Deployment, sources: Sources, rules: Rules, follower: Follower
    ) -> None:
        self._deployment = deployment
        self._sources = sources
        self._rules = rules
        self._follower = follower

    def all(self) -> list[Event]:
        """By kind, then by name."""
        events = {event: None for event in self._said() if not self._is_built(event)}
        reached = _Reached(self._follower)
        reached.add(events)
        for event in self._waited_for(reached.rules):
            if event not in reached.events and not self._is_built(event):
                events[event] = None
        reached.add(events)
        for pipeline in self._deployment.pipelines:
            if pipeline.address not in reached.started:
                by_hand = started_by_hand(pipeline.name, pipeline.address)
                events[by_hand] = None
                reached.add([by_hand])
        return sorted(events, key=lambda event: (_KINDS.index(event.kind), event.words))

    def _said(self) -> Iterator[Event]:
        """What source actions read, and what schedules say."""
        yield from self._sources.events()
        for rule in self._deployment.rules:
            if rule.schedule and rule.enabled and rule.targets:
                yield scheduled(self._deployment, rule.schedule, rule.arn)

    def _waited_for(self, heard: set[str]) -> Iterator[Event]:
        """What rules wait for that start something, and that got no event yet."""
        targets = Targets(self._deployment)
        for rule in self._deployment.rules:
            if rule.pattern is None or not rule.enabled or rule.address in heard:
                continue
            if all(isinstance(targets.of(target), str) for target in rule.targets):
                continue
            bus = self._rules.bus_of(rule)
            for event in events_for(self._deployment, rule.pattern, near=rule.arn, bus=bus):
                if event.kind == "other" or bus == DEFAULT_BUS:
                    yield event

    def _is_built(self, event: Event) -> bool:
        """Whether an event is the push of an image that something here pushes, or may push."""
        if event.kind != "image":
            return False
        pushed = self._pushed.get(event.subject)
        if pushed is None:
            pushed = [
                push
                for name, found in self._pushed.items()
                if not (is_known(name) and is_known(event.subject))
                and equal(name, event.subject) is not False
                for push in found
            ]
        return any(
            equal(push.tag, event.reference) is not False
            and equal(push.region, event.region) is not False
            for push in pushed
        )

    @cached_property
    def _pushed(self) -> Mapping[str, list[Push]]:
        """What builds push, by repository."""
        found: dict[str, list[Push]] = defaultdict(list)
        for what in self._everything():
            for push in self._follower.pushes_of(what):
                if push.here:
                    found[push.repository].append(push)
        return dict(found)

    def _everything(self) -> Iterator[Pipeline | BuildProject]:
        """All pipelines, and the projects that none of them runs."""
        yield from self._deployment.pipelines
        run = {
            action.configuration.get("ProjectName")
            for pipeline in self._deployment.pipelines
            for action in pipeline.actions
        }
        for project in self._deployment.projects:
            if not run & {project.name, project.arn}:
                yield project


class _Reached:
    """All that events start, and what follows from it."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self.events: set[Event] = set()
        self.rules: set[str] = set()
        self.started: set[str] = set()

    def add(self, events: Iterable[Event]) -> None:
        """Follow events that have not been followed yet."""
        waiting = [event for event in events if event not in self.events]
        while waiting:
            event = waiting.pop()
            if event in self.events:
                continue
            self.events.add(event)
            for start in self._follower.direct(event).starts:
                if start.through:
                    self.rules.add(start.through.address)
                if start.what.address not in self.started:
                    self.started.add(start.what.address)
                    waiting.extend(self._follower.causes(start.what))
