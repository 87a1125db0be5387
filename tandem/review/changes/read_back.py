"""Attributes that only show what another resource manages, such as the policy of a bucket.

The provider reads them back on the next refresh, and Terraform calls that a change from outside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Json = Mapping[str, Any]
_NAMES = ("id", "name", "arn", "bucket", "url")
"""What another resource may call it by."""
_MIRRORS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "aws_s3_bucket": {
        "acl": ("aws_s3_bucket_acl", "bucket"),
        "cors_rule": ("aws_s3_bucket_cors_configuration", "bucket"),
        "grant": ("aws_s3_bucket_acl", "bucket"),
        "lifecycle_rule": ("aws_s3_bucket_lifecycle_configuration", "bucket"),
        "logging": ("aws_s3_bucket_logging", "bucket"),
        "policy": ("aws_s3_bucket_policy", "bucket"),
        "replication_configuration": ("aws_s3_bucket_replication_configuration", "bucket"),
        "server_side_encryption_configuration": (
            "aws_s3_bucket_server_side_encryption_configuration",
            "bucket",
        ),
        "versioning": ("aws_s3_bucket_versioning", "bucket"),
        "website": ("aws_s3_bucket_website_configuration", "bucket"),
    },
    "aws_kms_key": {"policy": ("aws_kms_key_policy", "key_id")},
    "aws_sns_topic": {"policy": ("aws_sns_topic_policy", "arn")},
    "aws_sqs_queue": {
        "policy": ("aws_sqs_queue_policy", "queue_url"),
        "redrive_policy": ("aws_sqs_queue_redrive_policy", "queue_url"),
    },
}
"""Type and argument of what manages an attribute as a whole."""


class Mirrors:
    """What is managed apart from what it belongs to."""

    def __init__(self, managed: Iterable[tuple[str, Json]]) -> None:
        """`managed`: types and values of all resources."""
        self._managed: dict[tuple[str, str], list[Json]] = defaultdict(list)
        owners = {owner for each in _MIRRORS.values() for owner in each.values()}
        owners |= {("aws_iam_role_policy", "role"), ("aws_iam_role_policy_attachment", "role")}
        arguments = dict(owners)
        for kind, values in managed:
            argument = arguments.get(kind)
            if argument and isinstance(values.get(argument), str):
                self._managed[kind, values[argument]].append(values)

    def without(self, kind: str, values: Json) -> Json:
        """Attributes of a resource without what others manage."""
        if kind == "aws_iam_role":
            return self._role(values)
        mirrors = _MIRRORS.get(kind)
        if mirrors is None:
            return values
        names = [values[name] for name in _NAMES if isinstance(values.get(name), str)]
        hidden = {
            attribute
            for attribute, (owner, _) in mirrors.items()
            if any((owner, name) in self._managed for name in names)
        }
        return {name: value for name, value in values.items() if name not in hidden}

    def _role(self, values: Json) -> Json:
        """A role without the policies that others manage; one added by hand stays."""
        name = str(values.get("name"))
        inline = [it.get("name") for it in self._managed.get(("aws_iam_role_policy", name), ())]
        attachments = self._managed.get(("aws_iam_role_policy_attachment", name), ())
        attached = [it.get("policy_arn") for it in attachments]
        found = dict(values)
        if isinstance(policies := values.get("inline_policy"), list):
            found["inline_policy"] = [it for it in policies if _name(it) not in inline]
        if isinstance(arns := values.get("managed_policy_arns"), list):
            found["managed_policy_arns"] = [it for it in arns if it not in attached]
        return found


def _name(policy: Any) -> Any:
    return policy.get("name") if isinstance(policy, Mapping) else None
