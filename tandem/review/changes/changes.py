"""What a plan does, resource by resource, the most dangerous first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tandem.deployment import Deployment
from tandem.deployment.plan_configuration import PlanConfiguration
from tandem.deployment.symbols import is_symbol, readable
from tandem.review.changes.attributes import (
    attribute_changes,
    known_attributes,
    output_changes,
    set_attributes,
)
from tandem.review.changes.created import shown_of_created
from tandem.review.changes.exposure import exposures
from tandem.review.changes.likeness import NAMES
from tandem.review.changes.meaning import meaning
from tandem.review.changes.owners import owners
from tandem.review.changes.provisioners import provisioners
from tandem.review.changes.read_back import Mirrors
from tandem.review.changes.renames import renames as renames
from tandem.review.model import AttributeChange, Change
from tandem.review.reading.plan import Plan, ResourceChange

Json = Mapping[str, Any]
_KNOWN_BY = (
    *NAMES,
    "domain",
    "description",
    "role",
    "policy_arn",
    "rule",
    "target_id",
    "endpoint",
)
"""Arguments by which people know a resource that is created or destroyed."""
_HOLDERS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "aws_cloudwatch_event_rule": (("rule",), "name"),
    "aws_ecr_repository": (("repository",), "name"),
    "aws_iam_role": (("role",), "name"),
    "aws_s3_bucket": (("bucket",), "bucket"),
    # Its policy says so with an argument that is called as the topic's own.
    "aws_sns_topic": (("topic_arn", "arn"), "arn"),
}
"""Of what others belong to: the arguments with which they say so, and what they say of it."""
_RUNS = 15
"""By how much it is more dangerous that commands run with it."""
_DRIFT_GONE = "It was deleted outside of Terraform: "
_DRIFT_CHANGED = "It was changed outside of Terraform: "


def changes(
    plan: Plan, after: Deployment | None, before: Deployment | None = None
) -> tuple[Change, ...]:
    """All that happens, the most dangerous first.

    Args:
        plan: The plan.
        after: What there will be; None: unknown values stay unknown, and nothing has an image.
        before: What there is: of which image something is that will be gone.
    """
    configuration = PlanConfiguration(plan.document.get("configuration") or {})
    owner = owners(after, before)
    gone = _gone(plan)
    found = (
        _change(it, _resolved(it, after), _block(it, configuration), owner, gone)
        for it in (*plan.changes, *plan.reads)
    )
    return _sorted(found)


def drift(
    plan: Plan, after: Deployment | None = None, before: Deployment | None = None
) -> tuple[Change, ...]:
    """What is no longer as Terraform left it: before as it left it, after as it is.

    Without what the provider only reads back, such as the policy of a bucket as its attribute.
    """
    if not plan.drift:
        return ()
    owner = owners(after, before)
    mirrors = Mirrors(_managed(plan, after))
    planned = {it.address: it for it in (*plan.unchanged, *plan.changes) if it.deposed is None}
    found = []
    for it in plan.drift:
        seen = replace(it, before=_seen(mirrors, it, it.before), after=_seen(mirrors, it, it.after))
        change = _change(seen, None, {}, owner, {})
        if change.attributes or it.action == "destroy" or it.is_moved:
            words = _what_next(seen, planned.get(it.address), is_drift=plan.kind == "drift")
            found.append(replace(change, reason="", means=(*change.means, words)))
    return _sorted(found)


def _what_next(drifted: ResourceChange, then: ResourceChange | None, *, is_drift: bool) -> str:
    """What comes of something that drifted: of a plan what it does, else what the next one may."""
    after = then.after if then else None
    if drifted.action == "destroy":
        if is_drift or after is not None:
            return f"{_DRIFT_GONE}the next apply makes it again."
        return f"{_DRIFT_GONE}this plan does not make it again."
    if is_drift:
        return f"{_DRIFT_CHANGED}the next apply undoes what is configured."
    if then is None:
        return f"{_DRIFT_CHANGED}this plan leaves it so."
    before, found = drifted.before or {}, drifted.after or {}
    names = [it for it in dict.fromkeys((*before, *found)) if before.get(it) != found.get(it)]
    left = [it for it in names if after is not None and after.get(it) == found.get(it)]
    if not left:
        return f"{_DRIFT_CHANGED}this plan undoes it."
    if len(left) == len(names):
        return f"{_DRIFT_CHANGED}this plan leaves it so."
    return f"{_DRIFT_CHANGED}this plan leaves {', '.join(left)} so, and undoes the rest."


def _managed(plan: Plan, after: Deployment | None) -> Iterator[tuple[str, Json]]:
    for it in (*plan.changes, *plan.unchanged, *plan.drift):
        yield it.type, it.before or it.after or {}
    for resource in after.resources.values() if after else ():
        yield resource.type, resource.values


def _seen(mirrors: Mirrors, it: ResourceChange, values: Json | None) -> Json | None:
    return None if values is None else mirrors.without(it.type, values)


def outputs(plan: Plan) -> tuple[AttributeChange, ...]:
    """What changes of the outputs of the root module."""
    return tuple(change for it in plan.outputs for change in output_changes(it))


def _gone(plan: Plan) -> dict[tuple[str, str], str]:
    """Addresses of what is destroyed, by how what belongs to it says so."""
    found: dict[tuple[str, str], str] = {}
    for it in plan.changes:
        if it.action == "destroy" and it.deposed is None and it.type in _HOLDERS:
            arguments, name = _HOLDERS[it.type]
            said = str((it.before or {}).get(name))
            found |= {(argument, said): it.address for argument in arguments}
    return found


def _goes_with(it: ResourceChange, gone: Mapping[tuple[str, str], str]) -> str:
    if it.type in _HOLDERS or not it.before:
        return ""
    arguments = (name for names, _ in _HOLDERS.values() for name in names)
    holders = (gone.get((name, str(it.before.get(name)))) for name in arguments)
    return next((readable(holder) for holder in holders if holder), "")


def _change(
    it: ResourceChange,
    resolved: Json | None,
    block: Json,
    owner: Callable[[str], str],
    gone: Mapping[tuple[str, str], str],
) -> Change:
    expressions = block.get("expressions")
    settings: Iterable[AttributeChange] = ()
    if it.action in ("destroy", "forget"):
        stays = it.action == "forget"
        attributes = known_attributes(it.before or {}, _KNOWN_BY, was=True, will=stays)
    elif it.before is None:
        known = {
            name: value
            for name, value in (resolved or {}).items()
            if not is_symbol(value, f"{it.address}.{name}")
        }
        values = {**known, **(it.after or {})}
        attributes = known_attributes(values, _KNOWN_BY, was=False, will=True)
        attributes += shown_of_created(it.type, values, (each.name for each in exposures(it)))
        if it.action == "create":
            shown = {each.path for each in attributes}
            settings = set_attributes(it, resolved=resolved, expressions=expressions, but=shown)
    else:
        attributes = attribute_changes(it, resolved=resolved, expressions=expressions)
    what = meaning(it, attributes, goes_with=_goes_with(it, gone))
    runs = it.action in ("create", "replace", "destroy") and it.deposed is None
    words, run = provisioners(block) if runs else ((), ())
    return Change(
        address=readable(it.address),
        type=readable(it.type),
        action=it.action,
        previous_address=it.previous_address and readable(it.previous_address),
        reason=it.reason,
        importing=it.importing and readable(it.importing),
        deposed=it.deposed is not None,
        attributes=(*attributes, *run),
        settings=tuple(settings),
        means=(*what.means, *words),
        holds_data=what.holds_data,
        image=owner(it.address),
        rank=what.rank + (_RUNS if run else 0),
    )


def _resolved(it: ResourceChange, after: Deployment | None) -> Json | None:
    found = after.resources.get(it.address) if after else None
    return found.values if found else None


def _block(it: ResourceChange, configuration: PlanConfiguration) -> Json:
    """A resource in the configuration; empty: it is not there."""
    kind = f"data.{it.type}" if it.mode == "data" else it.type
    return configuration.block(it.module, f"{kind}.{it.name}")


def _sorted(found: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(found, key=lambda it: (-it.rank, it.image, it.address)))
