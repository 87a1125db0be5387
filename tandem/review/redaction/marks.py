"""Marks of what is sensitive in a value: `true` at its place, or nothing.

https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any


def is_marked(marks: Any) -> bool:
    """Whether anything is sensitive."""
    if isinstance(marks, dict):
        return any(map(is_marked, marks.values()))
    return marks is True or (isinstance(marks, list) and any(map(is_marked, marks)))


def union(one: Any, other: Any) -> Any:
    """What is sensitive by either."""
    if not one or not other:
        return one or other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {key: union(one.get(key), other.get(key)) for key in (*one, *other)}
    if isinstance(one, list) and isinstance(other, list):
        return [union(*pair) for pair in zip_longest(one, other)]
    # A list here and a mapping there: one of both is no value of this type, and nobody knows which.
    return is_marked(one) or is_marked(other)


def of_resource(*marks: Any) -> Any:
    """What is sensitive in a resource, of which Terraform marks the one or the other side.

    `tags_all` is worked out by the provider, so that Terraform has no mark for what `tags` hides.
    """
    found: Any = None
    for each in marks:
        if is_marked(each):
            found = union(found, each)
    if isinstance(found, Mapping) and is_marked(found.get("tags")):
        return {**found, "tags_all": union(found.get("tags_all"), found["tags"])}
    return found
