"""Values that are sensitive at one place, and name a resource at another: no secrets.

Terraform marks some attributes for their type, such as the value of a parameter that holds an ARN.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

from tandem.review.redaction.symbols import Hiding

Json = Mapping[str, Any]
_NAMES = frozenset({"arn", "bucket", "endpoint", "id", "name", "region", "url"})
_ENDINGS = ("_arn", "_id", "_name", "_url")


def public_values(resources: Iterable[tuple[str, Json]], hiding: Hiding) -> Set[str]:
    """The hidden texts that name some resource, in which nothing of the kind is hidden.

    Args:
        resources: Resources with their values, each with whose values the hidden ones are.
        hiding: What is hidden.
    """
    found: set[str] = set()
    for owner, resource in resources:
        own = hiding.by_owner.get(owner, set())
        found.update(
            value
            for name, value in (resource.get("values") or {}).items()
            if (name in _NAMES or name.endswith(_ENDINGS))
            and isinstance(value, str)
            and value in hiding.symbols
            and value not in own
        )
    return found
