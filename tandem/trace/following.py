"""An event followed through rules, pipelines and builds, until nothing more starts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property

from tandem.builds import builds_of
from tandem.deployment import BuildProject, Deployment, Pipeline, Target
from tandem.deployment.symbols import equal, is_known, readable
from tandem.trace.chains import Chain, How, Start
from tandem.trace.deploys import deploys_of
from tandem.trace.events import (
    Event,
    build_succeeded,
    image_pushed,
    pipeline_succeeded,
    run_by,
)
from tandem.trace.first_events import FirstEvents
from tandem.trace.pushes import Push, Pushes
from tandem.trace.reading import Readers
from tandem.trace.rules import Hearing, Rules
from tandem.trace.sources import Sources
from tandem.trace.targets import Targets
from tandem.trace.transformer import Pin, given, pin_of
from tandem.trace.walk import Walk

__all__ = ["Chain", "Event", "Follower", "Pin", "Push", "Start", "first_events"]


def first_events(deployment: Deployment) -> list[Event]:
    """What sets everything in motion: see `Follower.first_events`."""
    return Follower(deployment).first_events


class Follower:
    """Follows events through one deployment, and remembers what it has found."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._rules = Rules(deployment)
        self._sources = Sources(deployment)
        self._builds = builds_of(deployment)
        self._pushes = Pushes(deployment)
        self._targets = Targets(deployment)
        self._readers = Readers(deployment)
        self._pipelines = {pipeline.address: pipeline for pipeline in deployment.pipelines}
        self._direct: dict[Event, Chain] = {}
        self._next: dict[str, tuple[Event, ...]] = {}
        self._chains: dict[Event, Chain] = {}
        listened = {
            source
            for rule in deployment.rules
            for source in ("aws.codepipeline", "aws.codebuild")
            if rule.pattern is not None and source in json.dumps(rule.pattern.get("source", source))
        }
        self._ends = "aws.codepipeline" in listened
        self._build_ends = "aws.codebuild" in listened

    @cached_property
    def first_events(self) -> list[Event]:
        """The events that nothing here causes, by kind and name.

        A push to each git source, an upload, each schedule, a push of each base image that nothing
        here builds, what else rules wait for; and for a pipeline that none of these starts, its
        start by hand.
        """
        return FirstEvents(self._deployment, self._sources, self._rules, self).all()

    def pushes_of(self, what: Pipeline | BuildProject) -> tuple[Push, ...]:
        """What a run of a pipeline, or a build of a project, pushes."""
        if isinstance(what, Pipeline):
            return self._pushes.of_pipeline(what)
        return self._pushes.of_project(what)

    def direct(self, event: Event) -> Chain:
        """What an event starts, and not what follows from that."""
        if event not in self._direct:
            starts: dict[tuple[str, str, str], Start] = {}
            others: dict[str, None] = {}
            for start in self._direct_starts(event, others):
                through = start.through.address if start.through else ""
                target = start.target.address if start.target else ""
                key = (start.what.address, through, target)
                if start.certain or key not in starts:
                    starts[key] = start
            self._direct[event] = Chain(event, tuple(starts.values()), tuple(others))
        return self._direct[event]

    def _direct_starts(self, event: Event, others: dict[str, None]) -> Iterator[Start]:
        if event.starts in self._pipelines:
            yield self._start(self._pipelines[event.starts], event.doubt, event.how)
        for listener in self._sources.hear(event):
            yield self._start(listener.what, listener.doubt, listener.how)
        way: How = "schedule" if event.kind == "schedule" else "rule"
        for hearing in self._rules.hear(event):
            for target in hearing.rule.targets:
                what = self._targets.of(target)
                perhaps = self._perhaps_started(target, event) if isinstance(what, str) else ()
                for pipeline in perhaps:
                    doubt = hearing.doubt or "the ARN of its target is known only after the apply"
                    yield self._start(pipeline, doubt, way, hearing, target)
                if perhaps:
                    continue
                if isinstance(what, str):
                    others[f"{what} (rule {readable(hearing.rule.name)})"] = None
                else:
                    yield self._start(what, hearing.doubt, way, hearing, target)

    def _perhaps_started(self, target: Target, event: Event) -> list[Pipeline]:
        """Pipelines that read what the event is about, and may be the target: none is known."""
        if is_known(target.arn):
            return []
        readers = self._readers.of(event)
        return [it for it in readers if equal(target.arn, it.arn) is not False]

    def _start(
        self,
        what: Pipeline | BuildProject,
        doubt: str,
        how: How,
        hearing: Hearing | None = None,
        target: Target | None = None,
    ) -> Start:
        pin = None
        if hearing and target and isinstance(what, Pipeline):
            pin = pin_of(given(target, hearing.document, hearing.rule)[0])
        return Start(
            what=what,
            through=hearing.rule if hearing else None,
            target=target,
            pin=pin,
            certain=not doubt,
            why=doubt,
            how=how,
            pushes=self.pushes_of(what),
            unseen=self._pushes.unseen(what),
            deploys=deploys_of(what) if isinstance(what, Pipeline) else (),
        )

    def causes(self, what: Pipeline | BuildProject) -> tuple[Event, ...]:
        """The events that a run of a pipeline, or a build, brings about: its pushes and its end."""
        if what.address not in self._next:
            self._next[what.address] = tuple(dict.fromkeys(self._causes(what)))
        return self._next[what.address]

    def _causes(self, what: Pipeline | BuildProject) -> Iterator[Event]:
        for push in self.pushes_of(what):
            if push.here:
                yield image_pushed(
                    self._deployment,
                    push.repository,
                    push.tag,
                    near=f"arn::ecr:{push.region}::",
                    doubt=push.doubt,
                )
        projects = (
            [what]
            if isinstance(what, BuildProject)
            else [it.project for it in self._builds.of_pipeline(what)]
        )
        for project in projects if self._build_ends else ():
            yield build_succeeded(self._deployment, project.name, near=project.arn)
        if isinstance(what, Pipeline):
            yield from self._runs(what)
            if self._ends:
                yield pipeline_succeeded(self._deployment, what.name, near=what.arn)

    def _runs(self, pipeline: Pipeline) -> Iterator[Event]:
        names = [
            action.configuration.get("PipelineName", "")
            for action in pipeline.actions
            if action.provider == "CodePipeline" and action.category == "Invoke"
        ]
        for other in self._deployment.pipelines if names else ():
            if other.name in names:
                yield run_by(pipeline.name, other.name, other.address)

    def follow(self, event: Event) -> Chain:
        """What an event starts, and all that follows from that.

        Each event is followed once, however many ways lead to it.
        """
        if event not in self._chains:
            walk = Walk(self, self._chains)
            found = walk.from_(event)
            # Where a loop was cut depends on where the walk began.
            self._chains |= {event: found[event]} if walk.looped else found
        return self._chains[event]
