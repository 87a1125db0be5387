"""What AWS and the provider work out by themselves, where its form is documented.

https://docs.aws.amazon.com/service-authorization/latest/reference/ has the forms of ARNs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Get = Callable[[str], Any]
"""Another attribute of the same resource; a symbol where it is not known."""

ARNS: Mapping[str, str] = {
    "aws_cloudwatch_event_rule": "arn:{partition}:events:{region}:{account}:rule/{bus}{name}",
    "aws_cloudwatch_log_group": "arn:{partition}:logs:{region}:{account}:log-group:{name}",
    "aws_codebuild_project": "arn:{partition}:codebuild:{region}:{account}:project/{name}",
    "aws_codecommit_repository": "arn:{partition}:codecommit:{region}:{account}:{repository_name}",
    "aws_codepipeline": "arn:{partition}:codepipeline:{region}:{account}:{name}",
    "aws_ecr_repository": "arn:{partition}:ecr:{region}:{account}:repository/{name}",
    "aws_ecs_cluster": "arn:{partition}:ecs:{region}:{account}:cluster/{name}",
    "aws_ecs_task_definition": (
        "arn:{partition}:ecs:{region}:{account}:task-definition/{family}:{revision}"
    ),
    "aws_iam_policy": "arn:{partition}:iam::{account}:policy{path}{name}",
    "aws_iam_role": "arn:{partition}:iam::{account}:role{path}{name}",
    "aws_lambda_function": "arn:{partition}:lambda:{region}:{account}:function:{function_name}",
    "aws_s3_bucket": "arn:{partition}:s3:::{bucket}",
    "aws_sns_topic": "arn:{partition}:sns:{region}:{account}:{name}",
    "aws_sqs_queue": "arn:{partition}:sqs:{region}:{account}:{name}",
}
_SAME: Mapping[str, Mapping[str, str]] = {
    "aws_cloudwatch_event_rule": {"id": "name"},
    "aws_cloudwatch_log_group": {"id": "name"},
    "aws_codebuild_project": {"id": "arn"},
    "aws_codepipeline": {"id": "arn"},
    "aws_ecr_repository": {"id": "name"},
    "aws_ecs_cluster": {"id": "arn"},
    "aws_ecs_task_definition": {"id": "family"},
    "aws_iam_policy": {"id": "arn"},
    "aws_iam_role": {"id": "name"},
    "aws_kms_key": {"id": "key_id"},
    "aws_kms_alias": {"id": "name"},
    "aws_s3_bucket": {"id": "bucket"},
    "aws_sns_topic": {"id": "arn"},
    "aws_ecs_service": {"id": "arn"},
    "aws_codestarconnections_connection": {"id": "arn"},
}
"""Attributes that equal another one."""
_DEFAULTS = {
    ("aws_cloudwatch_event_rule", "event_bus_name"): "default",
    ("aws_iam_policy", "path"): "/",
    ("aws_iam_role", "path"): "/",
}
_PREFIXED = {"name": "name_prefix", "bucket": "bucket_prefix"}
_URLS = "{account}.dkr.ecr.{region}.{dns_suffix}/{name}"


def derived(type: str, attribute: str, get: Get, place: Mapping[str, str]) -> str | None:
    """An attribute that follows from others; None where none of these rules says how.

    Args:
        type: As in `aws_ecr_repository`.
        attribute: As in `arn`.
        get: Other attributes of the same resource.
        place: `partition`, `account`, `region` and `dns_suffix`.
    """
    if attribute == "arn" and type in ARNS:
        return _filled(ARNS[type], get, place)
    if attribute == "repository_url" and type == "aws_ecr_repository":
        return _filled(_URLS, get, place)
    if attribute == "arn_without_revision" and type == "aws_ecs_task_definition":
        return str(get("arn")).rpartition(":")[0]
    default = _DEFAULTS.get((type, attribute))
    if default is not None:
        return default
    if attribute == "registry_id" and type == "aws_ecr_repository":
        return place["account"]
    same = _SAME.get(type, {}).get(attribute)
    if same:
        return str(get(same))
    return _looked_up(type, attribute, get, place)


def _filled(form: str, get: Get, place: Mapping[str, str]) -> str:
    text = form
    for name, value in place.items():
        text = text.replace(f"{{{name}}}", value)
    if "{bus}" in text:
        bus = get("event_bus_name") or "default"
        text = text.replace("{bus}", "" if bus == "default" else f"{bus}/")
    for name in ("repository_name", "function_name", "bucket", "family", "revision", "path"):
        if f"{{{name}}}" in text:
            text = text.replace(f"{{{name}}}", str(get(name)))
    return text.replace("{name}", str(get("name")))


def prefix_of(attribute: str) -> str | None:
    """The argument whose value a generated name begins with."""
    return _PREFIXED.get(attribute)


def _looked_up(type: str, attribute: str, get: Get, place: Mapping[str, str]) -> str | None:
    """Attributes of data sources that say where one is, or name what is there already."""
    match type, attribute:
        case "data.aws_caller_identity", "account_id" | "id":
            return place["account"]
        case "data.aws_region", "name" | "id" | "region":
            return place["region"]
        case "data.aws_partition", "partition" | "id":
            return place["partition"]
        case "data.aws_partition", "dns_suffix":
            return place["dns_suffix"]
        case ("data.aws_ecr_repository", "arn" | "repository_url") | (
            "data.aws_codecommit_repository" | "data.aws_s3_bucket" | "data.aws_sns_topic",
            "arn",
        ):
            return derived(type.removeprefix("data."), attribute, get, place)
    return None
