"""Which of what is gained the steps of a role need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property, lru_cache

from tandem.access.chosen import is_chosen
from tandem.access.report import Report, RoleReport
from tandem.deployment.model import Deployment
from tandem.deployment.statements import covers_action
from tandem.deployment.symbols import replace_symbols, symbol
from tandem.review.permissions.cells import (
    ACTIONS,
    BOXES,
    CONDITIONS,
    PRINCIPALS,
    RESOURCES,
    Cell,
)
from tandem.review.permissions.patterns import pattern, within
from tandem.review.permissions.spans import Box, Span
from tandem.review.permissions.subjects import Subject

_ASSUME = "sts:assumerole"
_STREAMS = "log-stream:"
"""What a policy that names a log group with `:*` leaves out.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
"""


class Needs:
    """What the roles need, as `tandem access` sees it.

    Args:
        deployment: What there will be.
        report: Gives what was found out of it, when it is asked for; None: nothing was.
    """

    def __init__(self, deployment: Deployment, report: Callable[[], Report] | None) -> None:
        self._account = deployment.account
        self._given = report

    @cached_property
    def _report(self) -> Report | None:
        return self._given() if self._given else None

    @cached_property
    def roles(self) -> Mapping[str, RoleReport]:
        """By address."""
        return {it.role.address: it for it in (self._report.roles if self._report else ())}

    @cached_property
    def _by_arn(self) -> Mapping[str, RoleReport]:
        return {it.role.arn: it for it in self.roles.values()}

    def of(
        self, subject: Subject, cell: Cell, had: Collection[Box], *, is_wide: bool
    ) -> bool | None:
        """Whether what a cell allows is needed; None: nobody knows.

        Args:
            subject: Who gains it.
            cell: What is gained.
            had: What was allowed before: what it covers is no reason to gain more.
            is_wide: Whether AWS lets the resource be named that the cell leaves open.
        """
        if not cell.allows or any(span.none_of for span in cell.box[:PRINCIPALS]):
            return None
        if _is_relaxed(cell, had):
            return None  # it was there under a condition, and nobody knows why
        report = self.roles.get(subject.address)
        match subject.kind:
            case "role":
                return _by_role(report, cell, had, is_wide=is_wide) if report else None
            case "trust":
                return _by_service(report, cell) if report else None
        return self._by_caller(subject, cell)

    def _by_caller(self, subject: Subject, cell: Cell) -> bool | None:
        """Of the policy of a resource: whether those whom it lets in need it."""
        principal = _only(cell.box[PRINCIPALS])
        if principal == f"AWS:arn:*::{self._account}:*":
            return True  # IAM policies of the account decide, as they do without it
        report = self._by_arn.get(principal.removeprefix("AWS:"))
        if report is not None:
            return any(_lets_in(cell, *it) for it in report.asked) or None
        found = (
            it.need
            for it in (self._report.services if self._report else ())
            if f"Service:{it.need.principal}" == principal and it.need.address == subject.key
        )
        return any(_lets_in(cell, it.action, it.resource) for it in found) or None


def _only(span: Span) -> str:
    """The only pattern of a span; `*` where there is none."""
    return str(next(iter(span.all_of), "*"))


def _is_relaxed(cell: Cell, had: Collection[Box]) -> bool:
    """Whether some of what a cell allows was allowed before, but under another condition."""
    asked = cell.box[CONDITIONS]
    free = cell.box[:CONDITIONS]
    return any(
        it[CONDITIONS] != Span()
        and not BOXES.apart((*it[:CONDITIONS], asked), (*free, asked))
        and not BOXES.within((*free, asked), (*free, it[CONDITIONS]))
        for it in had
    )


def _by_service(report: RoleReport, cell: Cell) -> bool | None:
    """Whether one of the services that use a role is let in, to assume it and nothing else."""
    kind, _, name = _only(cell.box[PRINCIPALS]).partition(":")
    if kind != "Service" or not report.used_by or _only(cell.box[ACTIONS]) != _ASSUME:
        return None
    return name.partition(".")[0] in report.used_by


def _by_role(report: RoleReport, cell: Cell, had: Collection[Box], *, is_wide: bool) -> bool | None:
    action, resource = _only(cell.box[ACTIONS]), _only(cell.box[RESOURCES])
    for it in report.excess:
        is_it = it.statement == cell.statement and resource in map(pattern, it.resources)
        if is_it and any(covers_action(action, unused) for unused in it.actions):
            return False
    is_forced = resource == "*" and not is_wide
    return (
        any(
            is_forced or _fits(cell, needed, on, had)
            for needed, on in report.asked
            if covers_action(action, needed)
        )
        or None
    )


def _fits(cell: Cell, action: str, resource: str, had: Collection[Box]) -> bool:
    """Whether a cell allows on what it is needed an action that it covers, and nothing else."""
    said, needed = _only(cell.box[RESOURCES]), _as_pattern(resource)
    if within(said, needed):
        return True
    if not _is_container(said, needed):
        return False
    span = Span(frozenset([needed]))
    asked = (Span(frozenset([action.lower()])), span, *cell.box[PRINCIPALS:])
    return not any(BOXES.within(asked, it) for it in had)


def _lets_in(cell: Cell, action: str, resource: str) -> bool:
    """The same of the policy of a resource, of which `*` is the resource itself."""
    said = _only(cell.box[RESOURCES])
    return covers_action(_only(cell.box[ACTIONS]), action) and (
        said == "*" or within(said, _as_pattern(resource))
    )


@lru_cache(maxsize=65536)
def _as_pattern(resource: str) -> str:
    return pattern(replace_symbols(resource, lambda name: "*" if is_chosen(name) else symbol(name)))


def _is_container(said: str, needed: str) -> bool:
    """Whether a pattern names all that there is in a log group, or in a bucket, that is needed."""
    head, star, rest = said.partition("*")
    if rest:
        return False
    if not star:
        return needed.startswith(f"{said}:{_STREAMS}")
    if head.endswith(":"):
        return needed.startswith(f"{head}{_STREAMS}")
    bucket = head.partition(":s3:::")[2]
    return bucket.endswith("/") and needed.startswith(head)
