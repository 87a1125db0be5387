"""What a reader of a plan should know beforehand, in lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
_MOST = 5


def notes_of(document: Json) -> tuple[str, ...]:
    """The notes about a plan."""
    return tuple(_notes(document))


def _notes(document: Json) -> Iterator[str]:
    if document.get("complete") is False:
        yield "the plan is not the whole change, as with -target: the rest is not in this review"
    deferred = document.get("deferred_changes") or []
    if deferred:
        names = _listed([str(each["resource_change"]["address"]) for each in deferred])
        yield f"Terraform puts off to a later plan, so this review does not have: {names}"
    invoked = document.get("action_invocations") or []
    if invoked:
        names = _listed([str(each.get("address") or "an action") for each in invoked])
        yield f"Terraform invokes actions, of which nobody knows what they do: {names}"
    for check in document.get("checks") or []:
        if check.get("status") in ("fail", "error"):
            address = str((check.get("address") or {}).get("to_display") or "a check")
            messages = [
                " ".join(str(problem["message"]).split())
                for instance in check.get("instances") or []
                for problem in instance.get("problems") or []
                if problem.get("message")
            ]
            said = f": {_listed(list(dict.fromkeys(messages)))}" if messages else ""
            yield f"the condition of {address} does not hold{said}"


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f" and {more} more" if more > 0 else "")
