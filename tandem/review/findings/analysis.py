"""What `trace` and `access` say of both sides of a plan.

What starts what is followed in a process of its own, while this one evaluates the permissions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Event

from tandem.access.report import Report, access
from tandem.builds import builds_of
from tandem.deployment.model import Deployment
from tandem.findings import Finding
from tandem.review.findings.findings import compared
from tandem.review.findings.processes import forked
from tandem.review.links.links import links
from tandem.review.model import Links, ReviewFinding
from tandem.review.reading.deployments import Deployments
from tandem.trace.report import trace


@dataclass(frozen=True)
class Analysis:
    """What there is to be seen."""

    links: Links
    access: Report
    """What the roles may do after the apply."""
    findings: tuple[ReviewFinding, ...]
    """Of both commands."""


class Analyses:
    """What is being looked at."""

    def __init__(
        self,
        traced: Callable[[], tuple[Links, tuple[ReviewFinding, ...]]],
        judged: Callable[[], tuple[Report, tuple[ReviewFinding, ...]]],
    ) -> None:
        self._traced = cache(traced)
        self._judged = judged

    def access(self) -> Report:
        """Wait for what the roles may do after the apply."""
        return self._judged()[0]

    def __call__(self) -> Analysis:
        """Wait for all there is to be seen."""
        linked, of_trace = self._traced()
        report, of_access = self._judged()
        return Analysis(linked, report, (*of_trace, *of_access))


@contextmanager
def analysing(at: Deployments) -> Iterator[Analyses]:
    """Begin to look at both sides of a plan.

    Raises:
        EvaluatorError: Node or the package that evaluates policies is not installed; when waited.
    """
    _read_buildspecs(at.after)
    traced = forked(lambda: _traced(at))
    asked = Event()
    # A thread is enough: most of the time it waits for Node.
    with ThreadPoolExecutor(1) as thread:
        judged = thread.submit(_judged, at, asked.set)
        judged.add_done_callback(lambda _: asked.set())
        asked.wait()  # other work would only make Node wait
        yield Analyses(traced, judged.result)


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
