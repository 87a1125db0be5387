"""What `trace` and `access` say of both sides of a plan.

What starts what is followed in a process of its own, while this one evaluates the permissions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from threading import Event
from typing import Any

from tandem.access.report import Report, access
from tandem.builds import builds_of
from tandem.deployment.model import Deployment
from tandem.findings import Finding
from tandem.review.apart import apart
from tandem.review.deployments import Deployments
from tandem.review.findings import compared
from tandem.review.links import links
from tandem.review.model import Links, ReviewFinding
from tandem.trace.report import trace


@dataclass(frozen=True)
class Looks:
    """What there is to be seen."""

    links: Links
    access: Report
    """What the roles may do after the apply."""
    findings: tuple[ReviewFinding, ...]
    """Of both commands."""


class LateReport(Report):
    """A report that is waited for when somebody looks into it."""

    def __init__(self, wait: Callable[[], Report]) -> None:
        object.__setattr__(self, "_wait", wait)

    def __getattribute__(self, name: str) -> Any:
        if name in _FIELDS:
            return getattr(object.__getattribute__(self, "_wait")(), name)
        return object.__getattribute__(self, name)


_FIELDS = frozenset(field.name for field in fields(Report))


class Looking:
    """What is being looked at."""

    def __init__(
        self,
        traced: Callable[[], tuple[Links, tuple[ReviewFinding, ...]]],
        judged: Callable[[], tuple[Report, tuple[ReviewFinding, ...]]],
    ) -> None:
        self._traced = cache(traced)
        self._judged = judged
        self.access: Report = LateReport(lambda: judged()[0])
        """What the roles may do after the apply; it can be passed on before it is known."""

    def __call__(self) -> Looks:
        """Wait for all there is to be seen."""
        linked, of_trace = self._traced()
        report, of_access = self._judged()
        return Looks(linked, report, (*of_trace, *of_access))


@contextmanager
def looking(at: Deployments) -> Iterator[Looking]:
    """Begin to look at both sides of a plan.

    Raises:
        EvaluatorError: Node or the package that evaluates policies is not installed; when waited.
    """
    _read_buildspecs(at.after)
    traced = apart(lambda: _traced(at))
    asked = Event()
    # A thread is enough: most of the time it waits for Node.
    with ThreadPoolExecutor(1) as thread:
        judged = thread.submit(_judged, at, asked.set)
        judged.add_done_callback(lambda _: asked.set())
        asked.wait()  # other work would only make Node wait
        yield Looking(traced, judged.result)


def _read_buildspecs(deployment: Deployment) -> None:
    """Read them before there is another process: both need what they say, and it is kept."""
    builds = builds_of(deployment)
    for project in deployment.projects:
        for build in builds.of_project(project):
            _ = build.buildspec


def _traced(at: Deployments) -> tuple[Links, tuple[ReviewFinding, ...]]:
    before = trace(at.before) if at.before else None
    after = trace(at.after)
    there = at.before.resources if at.before else ()
    return (
        links(before.graph if before else None, after.graph, after.findings),
        compared(before.findings if before else (), after.findings, "trace", there=there),
    )


def _judged(
    at: Deployments, when_asked: Callable[[], object]
) -> tuple[Report, tuple[ReviewFinding, ...]]:
    report = access(at.after, when_asked=when_asked)
    steady = _steady_roles(at)
    known = _findings_at({it.address for it in report.findings}, at.before)
    return report, compared(known, report.findings, "access", steady=steady)


def _findings_at(addresses: set[str], before: Deployment | None) -> tuple[Finding, ...]:
    """What is found in what is there, where something is found in what is planned."""
    if before is None or not addresses:
        return ()
    roles = {
        role.address
        for role in before.roles
        if addresses.intersection((role.address, *(it.address for it in role.policies)))
    }
    return access(before, only=roles).findings


def _steady_roles(at: Deployments) -> frozenset[str]:
    """Addresses of the roles of which nothing changes, and of their policies."""
    before = {role.address: role for role in at.before.roles} if at.before else {}
    return frozenset(
        address
        for role in at.after.roles
        if before.get(role.address) == role
        for address in (role.address, *(it.address for it in role.policies))
    )
