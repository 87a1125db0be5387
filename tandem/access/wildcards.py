"""Statements about every resource of a kind, where AWS lets them name those that are meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tandem.access.chosen import made_up
from tandem.access.evaluator import GrantedAction
from tandem.access.needs import Need
from tandem.access.statements import Statement
from tandem.deployment.symbols import symbol

_PARTS = 6
"""Of an ARN: arn, partition, service, region, account, resource."""
_BEGIN = symbol("")[0]
_SEPARATOR = re.compile("[/:]")
_NARROWING = ("aws:resourcetag/", "aws:requesttag/")
_NAMED_BY_AWS = ("network-interface/",)
"""What AWS makes, and names, only when it is used."""
_SAID_BY_AWS = ("ecs:registertaskdefinition",)
"""What AWS's own list of least permissions has on `*`, though its reference names a resource.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html#edit-role-ecs
"""


@dataclass(frozen=True)
class Wide:
    """Actions that a statement allows on whatever there is of a kind."""

    statement: Statement
    actions: tuple[str, ...]
    """As the statement writes them."""
    resource: str


def wide(
    statement: Statement, needs: Sequence[Need], actions: Mapping[str, tuple[GrantedAction, ...]]
) -> Iterator[Wide]:
    """What a statement that allows leaves open though AWS does not force it.

    Args:
        statement: A statement of a role.
        needs: What the role needs: what is needed on `*`, or on what has no name yet, is forced.
        actions: What the patterns of the policies stand for.

    https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """
    for resource in statement.resources:
        if resource and "*" not in resource and "?" not in resource:
            continue  # nearly all
        found = tuple(
            pattern
            for pattern in statement.actions
            if any(
                _is_any(resource, action)
                and not _is_narrowed(statement, action)
                and not _is_forced(resource, action, needs)
                for action in actions.get(pattern, ())
            )
        )
        if found:
            yield Wide(statement, found, resource)


def _is_any(resource: str, action: GrantedAction) -> bool:
    """Whether a resource is all there is of a kind that the action is about."""
    if not action.resources or action.name.lower() in _SAID_BY_AWS:
        return False
    if not resource.strip("*"):
        return True
    return any(_names_all(resource, pattern) for pattern in action.resources)


def _names_all(resource: str, pattern: str) -> bool:
    """Whether a resource, compared with the pattern of its type, has `*` for a name."""
    parts, types = resource.split(":", _PARTS - 1), pattern.split(":", _PARTS - 1)
    if len(parts) < _PARTS:
        return resource.endswith("*") and (len(parts) < 3 or parts[2] in (types[2], "*"))
    if parts[2] not in (types[2], "*"):
        return False
    said, before = parts[5], types[5].partition("${")[0]
    if said.startswith(_NAMED_BY_AWS):
        return False
    if not said.strip("*"):
        return True
    name = _SEPARATOR.split(said.removeprefix(before), 1)[0]
    return said.startswith(before) and name != "" and not name.strip("*?")


def _is_narrowed(statement: Statement, action: GrantedAction) -> bool:
    """Whether a condition says which resources are meant: by a tag, or by what they belong to."""
    keys = {key.lower() for keys in statement.conditions.values() for key in keys}
    service = action.name.partition(":")[0]
    by_tag = (*_NARROWING, f"{service}:resourcetag/")
    return any(key.startswith(by_tag) for key in keys) or any(
        key.lower() in keys for key in action.arn_keys
    )


def _is_forced(resource: str, action: GrantedAction, needs: Sequence[Need]) -> bool:
    """Whether what the role needs cannot be named."""
    for need in needs:
        if need.action.lower() != action.name.lower():
            continue
        if need.resource == "*":
            return True
        name = _SEPARATOR.split(made_up(need.resource).split(":", _PARTS - 1)[-1], 1)[-1]
        if resource.strip("*") and (name.startswith(_BEGIN) or not name.strip("*")):
            return True
    return False
