"""Policies in attributes: how many statements, and whether it is the same in another writing.

What a change of them allows is not for a line: the permissions of a review say it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tandem.deployment.statements import statements_in, texts

_LISTS = ("Action", "NotAction", "Resource", "NotResource")


def is_policy(document: Any) -> bool:
    """Whether JSON is a policy of AWS."""
    return (
        isinstance(document, Mapping)
        and (found := statements_in(document)) != []
        and all("Effect" in statement for statement in found)
    )


def count(document: Mapping[str, Any]) -> str:
    """As in `3 statements`."""
    number = len(statements_in(document))
    return f"{number} statement{'' if number == 1 else 's'}"


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two policies say the same statements, whatever their order."""
    return _normal(one) == _normal(other)


def _normal(document: Mapping[str, Any]) -> list[str]:
    return sorted(json.dumps(_statement(it), sort_keys=True) for it in statements_in(document))


def _statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: item for name, item in statement.items() if name != "Sid"}
    for name in _LISTS:
        if name in found:
            found[name] = sorted({_cased(name, it) for it in texts(found[name])})
    for name in ("Principal", "NotPrincipal"):
        who = found.get(name)
        if isinstance(who, Mapping):
            found[name] = {kind: sorted(set(texts(them))) for kind, them in who.items()}
    conditions = found.get("Condition")
    if isinstance(conditions, Mapping):
        found["Condition"] = {
            operator: {key: sorted(texts(values)) for key, values in keys.items()}
            if isinstance(keys, Mapping)
            else keys
            for operator, keys in conditions.items()
        }
    return found


def _cased(name: str, text: str) -> str:
    """IAM takes actions in whichever case."""
    return text.lower() if name.endswith("Action") else text
