"""The report for people: roles with something to say in full, and a line for each other one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tandem.access.judging import Verdict
from tandem.access.report import Report, RoleReport, unjudged
from tandem.deployment.symbols import readable

_NAMES = 4
"""Actions or resources in a line of excess; of more the number is said."""


def show(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Print a report.

    Args:
        report: What was found.
        console: Where; it knows whether it may use colours.
        verbose: Every role in full, with what it needs and may do.
    """
    for role in report.roles:
        if verbose or role.findings or any(verdict.missing for verdict in role.needed):
            console.print(_in_full(role, verbose=verbose))
        else:
            console.print(_in_a_line(role), highlight=False, soft_wrap=True)
    for service in report.services:
        if verbose or not service.decision.allowed:
            need = service.need
            console.print(
                f"{_mark(service.decision.allowed)} {escape(need.principal)}: {need.action} on "
                f"{_text(need.resource)} ({_text(need.why)})",
                highlight=False,
                soft_wrap=True,
            )
    for finding in report.findings:
        console.print(
            f"[red]{escape(finding.check)}[/red] {escape(finding.address)}: "
            f"{_text(finding.cause)}\n  {_text(finding.remedy)}",
            highlight=False,
            soft_wrap=True,
        )
    console.print(_totals(report), highlight=False, soft_wrap=True)


def _in_a_line(role: RoleReport) -> str:
    needed = [verdict for verdict in role.needed if not verdict.need.optional]
    unknown = sum(verdict.decision.allowed is None for verdict in needed)
    said = [_allowed(role)]
    if unknown:
        said.append(f"{unknown} not judged")
    elif role.not_judged:
        said.append("not judged in full")
    if role.excess:
        count = sum(len(it.actions) for it in role.excess)
        said.append(f"{count} action{_s(count)} not needed")
    said.append(f"assumed by {_text(_assumed_by(role))}")
    mark = _mark(None if role.not_judged else True)
    return f"{mark} {escape(role.role.address)}: {'; '.join(said)}"


def _allowed(role: RoleReport) -> str:
    needed = [verdict for verdict in role.needed if not verdict.need.optional]
    allowed = sum(verdict.decision.allowed is True for verdict in needed)
    return f"{allowed} of {len(needed)} needs allowed" if needed else "nothing known to be needed"


def _in_full(role: RoleReport, *, verbose: bool) -> RenderableType:
    """Its table and remarks; without `verbose` the table has only what is wrong."""
    rows = _rows(role) if verbose else {**_missing(role), **_too_much(role)}
    policies = {policy.address for policy in role.role.policies}
    policy = policies.pop() if len(policies) == 1 else ""
    head = f"{role.role.address}, assumed by {_assumed_by(role)}"
    parts: list[RenderableType] = [Text(readable(head), style="bold")]
    if policy and rows:
        parts.append(Text(f"  statements of {policy}", style="dim"))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("", "actions", "resource", "statement", "for"):
        table.add_column(column, overflow="fold")
    for row, actions in rows.items():
        mark, resource, statement, why = row
        short = statement.replace(f"{policy} ", "") if policy else statement
        table.add_row(mark, "\n".join(actions), resource, short, why)
    if rows:
        parts.append(Padding(table, (0, 0, 0, 2)))
    if not verbose and any(not verdict.need.optional for verdict in role.needed):
        parts.append(Text(f"  {_allowed(role)}; --verbose lists them", style="dim"))
    parts.extend(Padding(Text.from_markup(line), (0, 0, 0, 2)) for line in _remarks(role))
    return Group(*parts, Text())


_Rows = dict[tuple[str, str, str, str], list[str]]
"""The actions of each line: those that differ in nothing else."""


def _rows(role: RoleReport) -> _Rows:
    """What a role needs, and what it may do and must not."""
    shown = [
        verdict
        for verdict in role.needed
        if not verdict.need.optional or verdict.decision.allowed or verdict.need.advised
    ]
    return {**_grouped(shown), **_too_much(role)}


def _missing(role: RoleReport) -> _Rows:
    return _grouped([verdict for verdict in role.needed if verdict.missing])


def _grouped(verdicts: Sequence[Verdict]) -> _Rows:
    found: _Rows = {}
    for verdict in verdicts:
        mark, action, *rest = _row(verdict)
        found.setdefault((mark, rest[0], rest[1], rest[2]), []).append(action)
    return found


def _too_much(role: RoleReport) -> _Rows:
    found: _Rows = {}
    for verdict in role.forbidden:
        if verdict.decision.allowed:
            _, action, resource, statement, why = _row(verdict)
            row = "[red]✗[/red]", resource, statement, f"must not be: {why}"
            found.setdefault(row, []).append(action)
    return found


def _row(verdict: Verdict) -> tuple[str, str, str, str, str]:
    """Mark, action, resource, statement and reason."""
    action, resource = verdict.instead or (verdict.need.action, verdict.need.resource)
    decision = verdict.decision
    mark = _mark(decision.allowed)
    if decision.allowed is None:
        statement = decision.why
    else:
        statement = ", ".join(decision.by or decision.denied_by)
    if decision.allowed is False and verdict.need.optional:
        mark, statement = "[dim]-[/dim]", "advised by AWS, not allowed"
    return mark, action, _text(resource), _text(statement), _text(verdict.need.why)


def _remarks(role: RoleReport) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    single: set[str] = set()
    said = frozenset(role.not_judged)
    for verdict in (*role.needed, *role.forbidden):
        if verdict.decision.allowed is None and unjudged(verdict) in said:
            single.add(unjudged(verdict))
            by_reason.setdefault(verdict.decision.why, []).append(verdict.need.action)
    for one in role.not_judged:
        if one not in single:
            yield f"[yellow]not judged[/yellow] {_text(one)}"
    for why, actions in by_reason.items():
        names = _some(list(dict.fromkeys(actions)))
        yield f"[yellow]not judged[/yellow] {_text(names)}: {_text(why)}"
    for it in role.excess:
        yield (
            f"[dim]not needed[/dim] {_text(_some(it.actions))} on {_text(_some(it.resources))} "
            f"({_text(it.statement)})"
        )


def _totals(report: Report) -> str:
    needed = [it for role in report.roles for it in role.needed if not it.need.optional]
    forbidden = [it for role in report.roles for it in role.forbidden]
    allowed = sum(it.decision.allowed is True for it in needed)
    denied = sum(it.decision.allowed is False for it in forbidden)
    roles, found = len(report.roles), len(report.findings)
    return (
        f"{roles} role{_s(roles)}: {allowed} of {len(needed)} needs are allowed"
        f"{_and_unknown(needed)}, {denied} of {len(forbidden)} things that must not be are denied"
        f"{_and_unknown(forbidden)}; {found or 'no'} finding{_s(found)}"
    )


def _and_unknown(verdicts: Sequence[Verdict]) -> str:
    unknown = sum(it.decision.allowed is None for it in verdicts)
    return f" and {unknown} could not be judged" if unknown else ""


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _assumed_by(role: RoleReport) -> str:
    if role.role.trust is None:
        return "nobody knows whom"
    return " or ".join(map(str, role.assumed_by)) or "nobody"


def _mark(allowed: bool | None) -> str:
    return {True: "[green]✓[/green]", False: "[red]✗[/red]", None: "[yellow]?[/yellow]"}[allowed]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return f"{', '.join(names[:_NAMES])}{more}"


def _text(text: str) -> str:
    return escape(readable(text))
