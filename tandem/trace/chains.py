"""What an event starts, and what follows from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from tandem.deployment import BuildProject, Pipeline, Rule, Target
from tandem.trace.events import Event
from tandem.trace.pushes import Push
from tandem.trace.transformer import Pin

How = Literal["rule", "schedule", "connection", "polling", "webhook", "pipeline", "hand"]


@dataclass(frozen=True)
class Start:
    """A pipeline, or a build of a project of its own, that an event starts."""

    what: Pipeline | BuildProject
    through: Rule | None
    """None: the service starts it by itself, as for a connection, or where it polls."""
    target: Target | None = field(repr=False)
    pin: Pin | None
    """None: it takes the newest revisions."""
    certain: bool
    why: str
    """What is unknown, where it is not certain; else empty."""
    pushes: tuple[Push, ...]
    how: How
    """By which way: `pipeline` is an action of another, `hand` a person."""
    deploys: tuple[str, ...]
    """As in `ECS prod/web`."""
    then: tuple[Chain, ...] = field(default=(), repr=False)
    """What follows from its pushes, and from its end, where that starts something."""
    loops: bool = False
    """Whether it is running already when the event comes: what follows is said further up."""
    unseen: tuple[str, ...] = ()
    """Why its builds may push more than is said, one line each."""


@dataclass(frozen=True)
class Chain:
    """An event, and what it starts."""

    event: Event
    starts: tuple[Start, ...]
    others: tuple[str, ...] = ()
    """What else rules give the event to, as in `lambda function:notify (rule pushed)`."""


def settled(chains: Sequence[Chain]) -> tuple[Chain, ...]:
    """The chains that start something, each uncertain start once, and not beside a certain one."""

    def link(start: Start) -> tuple[str, str]:
        return start.what.address, start.through.address if start.through else ""

    seen = {link(start) for chain in chains for start in chain.starts if start.certain}
    settled: list[Chain] = []
    for chain in chains:
        starts: list[Start] = []
        for start in chain.starts:
            if start.certain or link(start) not in seen:
                starts.append(start)
                seen.add(link(start))
        if starts:
            settled.append(replace(chain, starts=tuple(starts)))
    return tuple(settled)
