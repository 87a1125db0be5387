"""Whether a resource that is created is one that is destroyed, by what both are called and are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tandem.deployment.symbols import is_known, readable
from tandem.review.changes.texts import decoded, is_nothing, is_unset
from tandem.review.reading.plan import ResourceChange

Json = Mapping[str, Any]
Identity = tuple[tuple[str, str], ...]
"""Arguments with their values."""

NAMES = (
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
        names = tuple(it for it in NAMES if isinstance(values.get(it), str) and values[it])[:1]
    known = tuple((name, str(values.get(name) or "")) for name in names)
    return known if known and all(value and is_known(value) for _, value in known) else None


def differing(old: ResourceChange, new: ResourceChange) -> tuple[str, ...]:
    """Arguments, as far as they are known, in which a destroyed and a created one differ."""
    before, after = old.before or {}, new.after or {}
    return tuple(
        name for name in _compared(new, before, after) if not _same(after[name], before[name])
    )


def alike(old: ResourceChange, new: ResourceChange) -> int:
    """Arguments that both set to the same value."""
    before, after = old.before or {}, new.after or {}
    return sum(
        _same(after[name], before[name])
        for name in _compared(new, before, after)
        if not is_unset(after.get(name))
    )


def argument(name: str, value: str) -> str:
    """An argument as HCL writes it."""
    text = json.dumps(readable(value), ensure_ascii=False)
    return f"{name} = {text.replace('${', '$${').replace('%{', '%%{')}"


def _compared(new: ResourceChange, before: Json, after: Json) -> Iterator[str]:
    flags: Json = new.unknown if isinstance(new.unknown, Mapping) else {}
    for name in after:
        if name in before and name not in _COMPUTED and flags.get(name) is not True:
            yield name


def _same(said: Any, was: Any) -> bool:
    """Whether all that a configuration says of a value was so; the rest the provider makes."""
    if said == was or is_nothing(said) or (is_unset(said) and is_unset(was)):
        return True
    match said, was:
        case Mapping(), Mapping():
            return all(_same(item, was.get(name)) for name, item in said.items())
        case list(), list():
            left = list(was)
            for item in said:
                same = next((it for it in left if _same(item, it)), None)
                if same is None:
                    return False
                left.remove(same)
            return not left
        case str(), str():
            document = decoded(said)
            return document is not None and document == decoded(was)
    return False
