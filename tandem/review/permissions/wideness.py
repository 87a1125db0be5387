"""Which of what is gained is wide: every action, every resource, anybody."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from tandem.access.evaluator import Evaluator, EvaluatorError, GrantedAction
from tandem.access.needs import Need
from tandem.access.statements import Statement
from tandem.access.wildcards import wide
from tandem.deployment.symbols import equal, readable
from tandem.review.permissions.cells import ACTIONS, CONDITIONS, PRINCIPALS, RESOURCES, Cell
from tandem.review.permissions.conditions import Clause
from tandem.review.permissions.patterns import is_wild

_ACCOUNT = re.compile(r"::(\d{12}):")
_CALLER = ("aws:source", "aws:principal", "aws:calledvia", "aws:viaawsservice", "kms:viaservice")
"""Condition keys that say who calls begin with one of these."""


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
    return "on every resource" if is_any else readable(f"on all that {resource} covers")


def _action(cell: Cell) -> str:
    """The action as it is written; `*` for every one."""
    action = str(next(iter(cell.box[ACTIONS].all_of), "*"))
    return cell.written.get(action, action)


def _open(cell: Cell) -> bool:
    """Whether the resources have stars."""
    span = cell.box[RESOURCES]
    return not span.all_of or any(is_wild(str(it)) for it in span.all_of)


def wide_for_callers(cell: Cell, account: str) -> str:
    """Why whom a policy lets in is wide, as in `anybody`; empty: it is not.

    Args:
        cell: What is gained.
        account: The account of what has the policy.
    """
    if not cell.allows:
        return ""
    asked = [it.key for it in cell.box[CONDITIONS].all_of if isinstance(it, Clause)]
    span = cell.box[PRINCIPALS]
    if not span.all_of and any(key.startswith(_CALLER) for key in asked):
        return ""
    if span.none_of:
        return "everybody but those that are named"
    if not span.all_of:
        return "anybody"
    kind, _, name = str(next(iter(span.all_of))).partition(":")
    if kind == "Federated" and not any(key.endswith(":sub") for key in asked):
        return f"whomever {readable(name)} lets in"
    found = _ACCOUNT.search(name) if kind == "AWS" else None
    is_other = found is not None and equal(found[1], account) is False
    return f"the account {found[1]}" if found and is_other else ""
