"""Which of what is gained is wide: every action, every resource, anybody."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from tandem.access.evaluator import Evaluator, EvaluatorError, GrantedAction
from tandem.access.needs import Need
from tandem.access.statements import Statement
from tandem.access.wildcards import wide
from tandem.deployment.symbols import equal, readable
from tandem.review.permissions.cells import ACTIONS, CONDITIONS, PRINCIPALS, RESOURCES, Cell
from tandem.review.permissions.conditions import Clause
from tandem.review.permissions.escalation import escalates
from tandem.review.permissions.patterns import is_wild
from tandem.review.permissions.pinning import foreign_accounts, pins, pins_subject

_ACCOUNT = re.compile(r"::(\d{12}):")
_FURTHER = "a way to further rights"


def actions_asked(cells: Collection[Cell]) -> set[str]:
    """The patterns of which it must be known for which actions they stand."""
    return {
        _action(cell) for cell in cells if cell.allows and cell.box[ACTIONS].all_of and _open(cell)
    }


def expanded(asked: Collection[str], account: str) -> Mapping[str, tuple[GrantedAction, ...]]:
    """What patterns of actions stand for; nothing where nobody can tell."""
    if not asked:
        return {}
    try:
        with Evaluator(account) as evaluator:
            return evaluator.expand(sorted(asked))
    except EvaluatorError:
        return {}


def wide_for_a_role(
    cell: Cell, needs: list[Need], actions: Mapping[str, tuple[GrantedAction, ...]]
) -> str:
    """Why what a role may do is wide, as in `on every resource`; empty: it is not.

    Args:
        cell: What is gained.
        needs: What the role needs, of which some can be on `*` only.
        actions: What the patterns of actions stand for.
    """
    said = (_of_actions(cell), _of_resources(cell, needs, actions)) if cell.allows else ()
    return " ".join(it for it in said if it)


def _of_actions(cell: Cell) -> str:
    span = cell.box[ACTIONS]
    if span.none_of:
        return "every action but those that are named"
    if not span.all_of:
        return "every action"
    service, _, name = str(next(iter(span.all_of))).partition(":")
    return f"every action of {service}" if not name.strip("*") else ""


def _of_resources(
    cell: Cell, needs: list[Need], actions: Mapping[str, tuple[GrantedAction, ...]]
) -> str:
    span = cell.box[RESOURCES]
    if span.none_of:
        return "on every resource but those that are named"
    if not _open(cell):
        return ""
    resource = str(next(iter(span.all_of), "*"))
    is_any = not resource.strip("*")
    found = actions.get(_action(cell))
    if found is None:
        return "on every resource" if is_any else ""
    statement = Statement(
        name=cell.statement,
        address="",
        allows=True,
        actions=(_action(cell),),
        but_actions=(),
        resources=(resource,),
        but_resources=(),
        conditions=cell.conditions,
    )
    if not any(wide(statement, needs, actions)):
        return ""
    return "on every resource" if is_any else "on all of its kind"


def _action(cell: Cell) -> str:
    """The action as it is written; `*` for every one."""
    action = str(next(iter(cell.box[ACTIONS].all_of), "*"))
    return cell.written.get(action, action)


def _open(cell: Cell) -> bool:
    """Whether the resources have stars."""
    span = cell.box[RESOURCES]
    return not span.all_of or any(is_wild(str(it)) for it in span.all_of)


def with_further_rights(cell: Cell, wide: str) -> str:
    """Why what a role may do, and no step needs, is wide: it may lead to more than it says.

    Args:
        cell: What is gained.
        wide: Why it is wide otherwise; empty: it is not.
    """
    action = str(next(iter(cell.box[ACTIONS].all_of), "*"))
    # What is every action is no news, and the same goes for every action of a service.
    if not cell.allows or _of_actions(cell) or not escalates(action):
        return wide
    return f"{wide}, {_FURTHER}" if wide else _FURTHER


def wide_for_callers(cell: Cell, account: str) -> str:
    """Why whom a policy lets in is wide, as in `anybody`; empty: it is not.

    Args:
        cell: What is gained.
        account: The account of what has the policy.
    """
    if not cell.allows:
        return ""
    asked = [it for it in cell.box[CONDITIONS].all_of if isinstance(it, Clause)]
    span = cell.box[PRINCIPALS]
    if not span.all_of:
        let_in = [foreign_accounts(it, account) for it in asked if pins(it)]
        if not let_in:
            return "everybody but those that are named" if span.none_of else "anybody"
        return _of_accounts(min(let_in, key=len))
    kind, _, name = str(next(iter(span.all_of))).partition(":")
    if kind == "Federated" and not any(map(pins_subject, asked)):
        return f"whomever {readable(name)} lets in"
    found = _ACCOUNT.search(name) if kind == "AWS" else None
    is_other = found is not None and equal(found[1], account) is not True
    return _of_accounts([found[1]] if found and is_other else [])


def _of_accounts(accounts: Sequence[str]) -> str:
    if not accounts:
        return ""
    return f"the account{'s' * (len(accounts) > 1)} {' and '.join(accounts)}"
