"""A plan: what Terraform says that it will do, in types.

https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tandem.review.model import Action, Counts
from tandem.review.reading.file import as_terraform_writes
from tandem.review.reading.file import read as read
from tandem.review.reading.notes import notes_of
from tandem.review.reading.reasons import REASONS

Json = Mapping[str, Any]
Path = tuple[str | int, ...]

ACTIONS: Mapping[tuple[str, ...], Action] = {
    ("no-op",): "no-op",
    ("create",): "create",
    ("read",): "read",
    ("update",): "update",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
    # What is there is forgotten, and lives on: nothing is destroyed.
    ("create", "forget"): "create",
}


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What happens to one resource, or to one that a replacement left behind."""

    address: str
    module: str
    """The address of its module; empty: the root."""
    mode: str
    """`managed` or `data`."""
    type: str
    name: str
    key: str | int | None
    """Its key of `for_each`, or its index of `count`."""
    provider: str
    """As in `registry.terraform.io/hashicorp/aws`."""
    action: Action
    creates_first: bool
    """Of a replacement: whether the new one comes before the old one goes."""
    forgets: bool
    """Whether Terraform lets go of what is there, which lives on."""
    reason: str
    """Why, in words; empty: what is changed says it."""
    previous_address: str | None
    importing: str | None
    """The id with which it is imported; empty: it has no id, or nobody knows it yet."""
    deposed: str | None
    """Of one that a replacement left behind: its key."""
    before: Json | None
    """Its attributes; None: there is nothing."""
    after: Json | None
    """The same; what is not known yet is missing."""
    unknown: Any
    """What of `after` is not known yet: `True` in its place."""
    before_sensitive: Any
    after_sensitive: Any
    """Marks of what is sensitive; the values themselves are symbols already."""
    replace_paths: tuple[Path, ...]
    """The attributes because of which it is replaced."""

    @property
    def is_moved(self) -> bool:
        """Whether it had another address."""
        return self.previous_address is not None

    @property
    def happens(self) -> bool:
        """Whether anything happens to it, if only to its entry in the state."""
        return self.action != "no-op" or self.is_moved or self.importing is not None


@dataclass(frozen=True, slots=True)
class OutputChange:
    """What happens to an output of the root module."""

    name: str
    action: Action
    before: Any
    after: Any
    unknown: Any
    sensitive: bool


@dataclass(frozen=True)
class Plan:
    """A plan."""

    document: Json = field(repr=False)
    """What it was made of, without sensitive values."""
    kind: Literal["plan", "drift"]
    """`drift`: of a plan with -refresh-only."""
    terraform_version: str
    changes: tuple[ResourceChange, ...]
    """Of the resources that Terraform manages: those that something happens to."""
    unchanged: tuple[ResourceChange, ...]
    drift: tuple[ResourceChange, ...]
    """What is no longer as Terraform left it: before and after are of the past."""
    reads: tuple[ResourceChange, ...]
    """Data sources that are read at the apply."""
    deferred: tuple[ResourceChange, ...]
    """What Terraform puts off to a later plan."""
    outputs: tuple[OutputChange, ...]
    """Those that change."""
    counts: Counts
    complete: bool
    providers: Mapping[str, str]
    """The providers of the root module with their constraints; empty: none."""
    notes: tuple[str, ...]
    """What a reader should know beforehand."""


def understand(document: Json) -> Plan:
    """The plan that a document is, which has no sensitive values any more.

    Raises:
        InputError: It is not as Terraform writes it.
    """
    with as_terraform_writes():
        return _plan(document)


def _plan(document: Json) -> Plan:
    everything = tuple(_change(each) for each in document.get("resource_changes") or [])
    managed = [it for it in everything if it.mode == "managed"]
    changes = tuple(it for it in managed if it.happens)
    unchanged = tuple(it for it in managed if not it.happens)
    drift = tuple(it for it in map(_change, document.get("resource_drift") or []) if it.happens)
    deferred = [each["resource_change"] for each in document.get("deferred_changes") or []]
    complete = document.get("complete") is not False
    # Any other plan has every resource of the state, if only to say that nothing happens to it.
    is_drift = not managed and not deferred and (drift or (complete and _has_resources(document)))
    outputs = (document.get("output_changes") or {}).items()
    return Plan(
        document=document,
        kind="drift" if is_drift else "plan",
        terraform_version=str(document.get("terraform_version") or ""),
        changes=changes,
        unchanged=unchanged,
        drift=drift,
        reads=tuple(it for it in everything if it.mode != "managed" and it.action == "read"),
        deferred=tuple(map(_change, deferred)),
        outputs=tuple(it for it in (_output(*each) for each in outputs) if it.action != "no-op"),
        counts=_counts(changes, unchanged=len(unchanged), drift=len(drift)),
        complete=complete,
        providers=_providers(document),
        notes=notes_of(document),
    )


def _change(entry: Json) -> ResourceChange:
    change: Json = entry["change"]
    actions = tuple(change["actions"])
    importing = change.get("importing")
    return ResourceChange(
        address=str(entry["address"]),
        module=str(entry.get("module_address") or ""),
        mode=str(entry["mode"]),
        type=str(entry["type"]),
        name=str(entry["name"]),
        key=entry.get("index"),
        provider=str(entry.get("provider_name") or ""),
        action=ACTIONS[actions],
        creates_first=actions == ("create", "delete"),
        forgets="forget" in actions,
        reason=REASONS.get(str(entry.get("action_reason")), ""),
        previous_address=_text(entry.get("previous_address")),
        importing=None if importing is None else str(importing.get("id") or ""),
        deposed=_text(entry.get("deposed")),
        before=_values(change.get("before")),
        after=_values(change.get("after")),
        unknown=change.get("after_unknown") or {},
        before_sensitive=change.get("before_sensitive") or {},
        after_sensitive=change.get("after_sensitive") or {},
        replace_paths=tuple(tuple(path) for path in change.get("replace_paths") or []),
    )


def _text(value: Any) -> str | None:
    return str(value) if value else None


def _values(value: Any) -> Json | None:
    if value is not None and not isinstance(value, Mapping):
        raise TypeError
    return value


def _output(name: str, change: Json) -> OutputChange:
    return OutputChange(
        name=name,
        action=ACTIONS[tuple(change["actions"])],
        before=change.get("before"),
        after=change.get("after"),
        unknown=change.get("after_unknown"),
        sensitive=bool(change.get("before_sensitive") or change.get("after_sensitive")),
    )


def _counts(changes: Iterable[ResourceChange], *, unchanged: int, drift: int) -> Counts:
    """As in the line `Plan: 1 to add, 0 to change, 0 to destroy.`."""
    actions = [it.action for it in changes]
    replaced = actions.count("replace")
    return Counts(
        add=actions.count("create") + replaced,
        change=actions.count("update"),
        destroy=actions.count("destroy") + replaced,
        importing=sum(it.importing is not None for it in changes),
        move=sum(it.is_moved for it in changes),
        forget=sum(it.forgets for it in changes),
        replace=replaced,
        unchanged=unchanged,
        drift=drift,
    )


def _has_resources(document: Json) -> bool:
    """Whether there is something in the state that a plan would have to say something of."""
    waiting = [((document.get("prior_state") or {}).get("values") or {}).get("root_module") or {}]
    while waiting:
        module = waiting.pop()
        if any(each["mode"] == "managed" for each in module.get("resources") or []):
            return True
        waiting.extend(module.get("child_modules") or [])
    return False


def _providers(document: Json) -> dict[str, str]:
    known = ((document.get("configuration") or {}).get("provider_config") or {}).items()
    return {key: str(each.get("version_constraint") or "") for key, each in known if ":" not in key}
