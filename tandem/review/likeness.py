"""Whether a resource that is created is one that is destroyed, by what both are called and are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.symbols import is_known, readable
from tandem.review.plan import ResourceChange
from tandem.review.texts import decoded, is_nothing, is_unset

Json = Mapping[str, Any]
Identity = tuple[tuple[str, str], ...]
"""Arguments with their values."""

_NAMES = (
    "name",
    "bucket",
    "family",
    "function_name",
    "repository_name",
    "identifier",
    "cluster_identifier",
    "replication_group_id",
    "cluster_id",
    "domain_name",
    "alias",
    "repository",
    "topic_arn",
)
"""Arguments of which the first that is there is what AWS calls a resource."""
_SEVERAL: Mapping[str, tuple[str, ...]] = {
    "aws_cloudwatch_event_target": ("rule", "target_id"),
    "aws_iam_policy_attachment": ("name", "policy_arn"),
    "aws_iam_role_policy": ("role", "name"),
    "aws_iam_role_policy_attachment": ("role", "policy_arn"),
    "aws_lambda_permission": ("function_name", "statement_id"),
    "aws_route53_record": ("zone_id", "name", "type"),
    "aws_s3_object": ("bucket", "key"),
    "aws_sns_topic_subscription": ("topic_arn", "protocol", "endpoint"),
}
"""The same of types of which one is not enough."""
_COMPUTED = ("id", "arn", "tags_all")


def identity(type: str, values: Json) -> Identity | None:
    """What AWS calls a resource; None: that is not known, or it has no name."""
    names = _SEVERAL.get(type)
    if names is None:
        names = tuple(it for it in _NAMES if isinstance(values.get(it), str) and values[it])[:1]
    known = tuple((name, str(values.get(name) or "")) for name in names)
    return known if known and all(value and is_known(value) for _, value in known) else None


def differing(old: ResourceChange, new: ResourceChange) -> tuple[str, ...]:
    """Arguments, as far as they are known, in which a destroyed and a created one differ."""
    before, after = old.before or {}, new.after or {}
    return tuple(name for name in _compared(new, before, after) if not _same(before, after, name))


def alike(old: ResourceChange, new: ResourceChange) -> int:
    """Arguments that both set to the same value."""
    before, after = old.before or {}, new.after or {}
    return sum(
        _same(before, after, name)
        for name in _compared(new, before, after)
        if not is_unset(after.get(name))
    )


def argument(name: str, value: str) -> str:
    """An argument as HCL writes it."""
    text = json.dumps(readable(value), ensure_ascii=False)
    return f"{name} = {text.replace('${', '$${').replace('%{', '%%{')}"


def _compared(new: ResourceChange, before: Json, after: Json) -> Iterator[str]:
    flags: Json = new.unknown if isinstance(new.unknown, Mapping) else {}
    for name, value in after.items():
        # A block that is not set is what the provider makes of it.
        is_open = isinstance(before.get(name), list) and not value
        if name in before and name not in _COMPUTED and not is_open and not _waits(flags.get(name)):
            yield name


def _same(before: Json, after: Json, name: str) -> bool:
    old, new = before[name], after[name]
    if old == new or (is_unset(old) and is_unset(new)):
        return True
    if isinstance(old, str) and isinstance(new, str):
        document = decoded(old)
        return document is not None and document == decoded(new)
    return is_nothing(old) and is_nothing(new)


def _waits(flag: Any) -> bool:
    """Whether anything in it is known only after the apply."""
    match flag:
        case Mapping():
            return any(map(_waits, flag.values()))
        case list():
            return any(map(_waits, flag))
    return flag is True
