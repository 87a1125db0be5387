"""The way from an event to all that follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from tandem.deployment import BuildProject, Pipeline
from tandem.trace.chains import Chain, settled
from tandem.trace.events import Event


class Steps(Protocol):
    """Who knows the single steps."""

    def direct(self, event: Event) -> Chain:
        """What an event starts, and not what follows from that."""

    def causes(self, what: Pipeline | BuildProject) -> Sequence[Event]:
        """The events that a run of a pipeline, or a build, brings about."""


@dataclass
class _Step:
    """An event on the way, and which of what follows from its starts is looked at."""

    chain: Chain
    todo: list[tuple[int, Event]]
    then: list[list[Chain]]
    position: int = 0

    @property
    def running(self) -> str:
        """The address of the start that the way leads through."""
        return self.chain.starts[self.todo[self.position][0]].what.address


class Walk:
    """One walk, depth first and without recursion: chains may be a thousand pipelines long."""

    def __init__(self, steps: Steps, known: Mapping[Event, Chain]) -> None:
        self._steps = steps
        self._known = known
        self._found: dict[Event, Chain] = {}
        self.looped = False

    def from_(self, first: Event) -> dict[Event, Chain]:
        """The chains of all events on the way from one."""
        way = [self._step(first, [])]
        while way:
            step = way[-1]
            if step.position == len(step.todo):
                self._found[step.chain.event] = self._finished(step)
                way.pop()
                continue
            index, event = step.todo[step.position]
            chain = self._found.get(event) or self._known.get(event)
            if chain is None and any(event == each.chain.event for each in way):
                self.looped = True
                direct = self._steps.direct(event)
                chain = replace(
                    direct, starts=tuple(replace(it, loops=True) for it in direct.starts)
                )
            if chain is None:
                way.append(self._step(event, way))
                continue
            step.then[index].append(chain)
            step.position += 1
        return self._found

    def _step(self, event: Event, way: Sequence[_Step]) -> _Step:
        running = {step.running for step in way}
        direct = self._steps.direct(event)
        starts = tuple(
            replace(start, loops=True) if start.what.address in running else start
            for start in direct.starts
        )
        self.looped = self.looped or any(start.loops for start in starts)
        todo = [
            (index, caused)
            for index, start in enumerate(starts)
            if not start.loops
            for caused in self._steps.causes(start.what)
        ]
        return _Step(replace(direct, starts=starts), todo, [[] for _ in starts])

    @staticmethod
    def _finished(step: _Step) -> Chain:
        starts = [
            replace(start, then=settled(then))
            for start, then in zip(step.chain.starts, step.then, strict=True)
        ]
        return replace(step.chain, starts=tuple(starts))
