"""What Terraform made in two ways, compared: values, without the order that AWS ignores."""

import json
from collections.abc import Iterator
from typing import Any

from synthesis import Block

RANDOM = {"create_date", "unique_id"}
"""Attributes that AWS makes up."""

Resources = list[Block]


def managed(module: Block) -> Iterator[Block]:
    """The resources of a module and of those that it calls, in a state."""
    for resource in module.get("resources", []):
        if resource["mode"] == "managed":
            yield resource
    for child in module.get("child_modules", []):
        yield from managed(child)


def canonical(value: Any, *, document: bool = False) -> Any:
    """A value of which no order counts that AWS ignores; JSON is read."""
    match value:
        case str() if value.startswith(("{", "[")):
            try:
                return canonical(json.loads(value), document=True)
            except ValueError:
                return value
        case dict():
            items = {key: it for key, it in value.items() if key not in RANDOM}
            return {
                key: canonical(it, document=document or key == "environment_variable")
                for key, it in items.items()
            }
        case list():
            items_ = [canonical(it, document=document) for it in value]
            return sorted(items_, key=json.dumps) if document else items_
    return value


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Where two values differ, with both."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys(), key=str):
            place = f"{path}.{'/'.join(key) if isinstance(key, tuple) else key}"
            yield from differences(one.get(key), other.get(key), place)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{path}[{number}]")
    elif isinstance(one, list) and isinstance(other, list):
        yield from (f"{path}: in the file only: {it!r}" for it in one if it not in other)
        yield from (f"{path}: in modules only: {it!r}" for it in other if it not in one)
        yield f"{path}: {len(one)} in the file, {len(other)} in modules"
    elif one != other:
        yield f"{path}: {one!r} in the file, {other!r} in modules"


def starts(resources: Resources) -> dict[str, list[Block]]:
    """What starts a pipeline, by its ARN: rules, targets and permissions, but for their names."""

    def by(kind: str, key: str) -> dict[str, Block]:
        return {it["values"][key]: it["values"] for it in resources if it["type"] == kind}

    rules, queues = by("aws_cloudwatch_event_rule", "name"), by("aws_sqs_queue", "arn")
    roles, policies = by("aws_iam_role", "arn"), by("aws_iam_role_policy", "role")
    found: dict[str, list[Block]] = {pipeline: [] for pipeline in by("aws_codepipeline", "arn")}
    for target in (it["values"] for it in resources if it["type"] == "aws_cloudwatch_event_target"):
        rule, role = rules[target["rule"]], roles[target["role_arn"]]
        (queue,) = target["dead_letter_config"]
        one = {
            "rule": without(rule, "description"),
            "target": without(target, "rule", "role_arn", "dead_letter_config"),
            "role": without(role, "inline_policy"),
            "may": only(target["arn"], policies[role["name"]]["policy"]),
            "queue": without(queues[queue["arn"]], "url", "policy"),
        }
        text = json.dumps(canonical(one), sort_keys=True)
        found[target["arn"]].append(json.loads(text.replace(rule["arn"], "RULE")))
    return {arn: sorted(ones, key=json.dumps) for arn, ones in found.items()}


def without(values: Block, *keys: str) -> Block:
    ignored = {"arn", "id", "name", *keys}
    return {key: value for key, value in values.items() if key not in ignored}


def only(pipeline_arn: str, policy: str) -> Any:
    """A policy as far as it is about one pipeline."""
    document = json.loads(policy)
    for statement in document["Statement"]:
        statement["Resource"] = [it for it in statement["Resource"] if it == pipeline_arn]
    return document
