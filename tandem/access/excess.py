"""What a role may do and does not need. It is listed, and no alarm: nobody is stopped by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tandem.access.chosen import made_up
from tandem.access.evaluator import GrantedAction
from tandem.access.judging import Verdict
from tandem.access.needs import Unclear
from tandem.access.statements import Statement
from tandem.deployment.statements import covers, covers_action
from tandem.deployment.symbols import equal, is_known, symbol

_PARTS = 6
"""Of an ARN: arn, partition, service, region, account, resource."""


@dataclass(frozen=True)
class Excess:
    """Actions on resources that a statement allows and nothing needs."""

    statement: str
    """The policy's address and the Sid."""
    actions: tuple[str, ...]
    resources: tuple[str, ...]


class Uses:
    """The actions and resources for which the statements of one role may be needed."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        self._by_statement: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._by_any: list[tuple[str, str]] = []
        for verdict in verdicts:
            action, resource = verdict.instead or (verdict.need.action, verdict.need.resource)
            use = action, made_up(resource)
            if verdict.decision.allowed is None:
                self._by_any.append(use)
            for name in verdict.decision.by:
                self._by_statement[name].append(use)

    def of(self, statement: Statement) -> list[tuple[str, str]]:
        """Those of one statement."""
        return [
            use
            for use in (*self._by_statement.get(statement.name, ()), *self._by_any)
            if any(covers_action(pattern, use[0]) for pattern in statement.actions)
        ]


def excess(
    statement: Statement,
    uses: Uses,
    unclear: Sequence[Unclear],
    actions: Mapping[str, tuple[GrantedAction, ...]],
) -> Iterator[Excess]:
    """What a statement that allows gives a role beyond its needs.

    Args:
        statement: A statement of the role.
        uses: For what the role's statements may be needed.
        unclear: What it may need, for all anybody knows.
        actions: What the patterns of the policies stand for.
    """
    open_to = tuple(action for one in unclear for action in one.actions)
    resources = statement.resources or tuple(f"all but {it}" for it in statement.but_resources)
    if statement.but_actions:
        if not open_to:
            others = tuple(f"all but {it}" for it in statement.but_actions)
            yield Excess(statement.name, others, resources)
        return
    used_for = uses.of(statement)
    unused: list[str] = []
    clear = [it for it in statement.actions if not _is_open(it, open_to)]
    for pattern in clear:
        used = {action.lower() for action, _ in used_for if covers_action(pattern, action)}
        names = [action.name for action in actions.get(pattern, ())]
        in_part = [name for name in names if _is_open(name, open_to)]
        if not used and not in_part:
            unused.append(pattern)
        elif "*" in pattern or "?" in pattern:
            needed = used | {name.lower() for name in in_part}
            unused.extend(name for name in names if name.lower() not in needed)
    if unused:
        yield Excess(statement.name, tuple(unused), resources)
    wanted = [it for it in clear if it not in unused]
    yield from _unused_resources(statement, used_for, wanted)


def _is_open(action: str, open_to: Sequence[str]) -> bool:
    """Whether nobody can say that an action is not needed."""
    return any(covers_action(it, action) for it in open_to)


def _unused_resources(
    statement: Statement, uses: Sequence[tuple[str, str]], actions: Sequence[str]
) -> Iterator[Excess]:
    """Resources of which nothing needs the actions that are needed elsewhere."""
    for resource in statement.resources:
        wanted = tuple(
            pattern
            for pattern in actions
            if _is_for(pattern, resource, uses)
            and not any(
                covers_action(pattern, action) and covers(resource, needed)
                for action, needed in uses
            )
        )
        if wanted and not _in_doubt(resource, uses):
            yield Excess(statement.name, wanted, (resource,))


def _is_for(pattern: str, resource: str, uses: Sequence[tuple[str, str]]) -> bool:
    """Whether the action is one for resources of this kind: what it is needed on says so."""
    return any(
        covers_action(pattern, action) and _kind(needed) == _kind(resource)
        for action, needed in uses
    )


def _in_doubt(resource: str, uses: Sequence[tuple[str, str]]) -> bool:
    """Whether a resource may turn out to be one that is needed."""
    return any(
        not (is_known(resource) and is_known(needed)) and _may_be(resource, needed)
        for _, needed in uses
    )


def _may_be(resource: str, needed: str) -> bool:
    """Whether two resources may be the same when all is known."""
    return equal(resource.replace("*", symbol("any")), needed) is not False


@lru_cache(maxsize=65536)
def _kind(resource: str) -> tuple[str, str, int]:
    """The service and the type of a resource, as far as its ARN shows it."""
    parts = resource.split(":", _PARTS - 1)
    if len(parts) < _PARTS:
        return ("", resource, 0)
    service, name = parts[2], parts[5]
    if service == "s3":
        return (service, "object" if "/" in name else "bucket", 0)
    kind = name.partition("/")[0].partition(":")[0] if "/" in name else ""
    return (service, kind, name.count(":"))
