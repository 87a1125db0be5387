"""The roles that a resource names to act in, at the top, in blocks, in lists or in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tandem.deployment.addresses import is_data
from tandem.deployment.blocks import text
from tandem.deployment.model import Resource
from tandem.deployment.symbols import is_known, symbol

_PROFILE = "aws_iam_instance_profile"
"""What hands a role on to instances, and names it."""
_OF_AWS = ":role/aws-service-role/"
"""Roles of services, whose policies nobody but AWS writes."""
_ROLE = re.compile("roles?(_?arns?)?$", re.IGNORECASE)
"""As in `role`, `service_role`, `role_arns`, `iam_roles` and `jobRoleArn`."""
_FREE = frozenset(
    (
        "annotations",
        "default_arguments",
        "environment",
        "environment_variables",
        "input",
        "keepers",
        "output",
        "tags",
        "tags_all",
        "triggers",
        "triggers_replace",
        "variables",
    )
)
"""Maps whose keys are the user's: a role in them is a value like any other."""
_NESTED = (dict, list, tuple, Mapping)


@dataclass(frozen=True)
class Place:
    """What names a role."""

    argument: str
    inside: tuple[tuple[str, str], ...] = ()
    """The blocks around it, from the outermost, each with what its `name` says."""

    @property
    def kind(self) -> tuple[str, ...]:
        """The same of all blocks of a kind."""
        return (*(block for block, _ in self.inside), self.argument)

    @property
    def words(self) -> str:
        """As in `role_arn of its stage Go, action Ask`."""
        blocks = ", ".join(" ".join(filter(None, it)) for it in self.inside)
        return f"{self.argument} of its {blocks}" if blocks else self.argument


Roles = dict[Place, list[str]]
"""ARNs of roles, or names, by what names them."""


def roles_of(resource: Resource | None) -> Roles:
    """The roles that a resource acts in."""
    if resource is None or is_data(resource.address):
        return {}
    if resource.type == _PROFILE:
        name = text(resource.values, "role")
        return {Place("role"): [name]} if name else {}
    found: Roles = {}
    if not resource.type.startswith("aws_iam_"):
        own = symbol(f"{resource.address}.")[:-1]
        for place, said in _named(resource.values, Place("")):
            if said.startswith(own):
                continue  # AWS makes it
            found.setdefault(place, []).append(said)
    return found


def _named(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    match value:
        case str():
            if _names_roles(place.argument) and _is_role(value):
                yield place, value
            elif value[:1] in ("{", "[") and "role" in value.lower():
                yield from _named(_decoded(value), place)
        case Mapping():
            # The members of a map of roles are roles, whatever their keys are.
            around = () if not place.argument else ((place.argument, text(value, "name") or ""),)
            inside = (*place.inside, *around)
            is_map = _names_roles(place.argument)
            for key, item in value.items():
                if isinstance(item, str) and is_map:
                    yield from _named(item, place)
                elif _may_name(str(key), item):
                    yield from _named(item, Place(str(key), inside))
        case list() | tuple():
            for item in value:
                yield from _named(item, place)


def _may_name(key: str, item: Any) -> bool:
    """Whether a value may name a role: nearly none does, and all of them are asked."""
    if isinstance(item, str):
        may = item[:1] in ("{", "[") or _names_roles(key)
    else:
        may = bool(item) and isinstance(item, _NESTED)
    return may and key not in _FREE


@lru_cache(10_000)
def _names_roles(argument: str) -> bool:
    return _ROLE.search(argument) is not None


def _decoded(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _is_role(said: str) -> bool:
    if not is_known(said):
        return True
    return ":role/" in said and _OF_AWS not in said and not re.search(r"\s", said)
