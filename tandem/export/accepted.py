"""Findings of security scanners that are accepted, with the reason, beside each resource.

In Terraform's language they become comments that checkov honours. In Terraform's JSON, in which it
honours none, they are for the reader.
https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
"""

from __future__ import annotations

from typing import Any

_KEY = "Encrypted with the service's own key unless kms_key names a key of yours."
_ACCEPTED = {
    "aws_ecr_repository": {
        "CKV_AWS_51": "The moving tag is the link between pipelines; what is built on or deployed "
        "is a digest.",
        "CKV_AWS_136": _KEY,
    },
    "aws_s3_bucket": {
        "CKV_AWS_18": "Only the roles of the pipelines use it; data events of CloudTrail can "
        "record that.",
        "CKV_AWS_144": "Artifacts expire, and a new execution makes them again.",
        "CKV_AWS_145": _KEY,
        "CKV2_AWS_62": "The stages of a pipeline hand artifacts over themselves.",
    },
    "aws_cloudwatch_log_group": {
        "CKV_AWS_158": "CloudWatch Logs encrypts it with its own key.",
        "CKV_AWS_338": "A build's log explains a failure; build.log_retention_days says how long.",
    },
    "aws_codebuild_project": {
        "CKV_AWS_147": _KEY,
        "CKV_AWS_316": "Docker needs it to build images; build.privileged takes it away.",
    },
    "aws_codepipeline": {"CKV_AWS_219": _KEY},
}
"""Reasons by check, by type of resource."""


def with_reasons(section: str, kind: str, resource: dict[str, Any]) -> dict[str, Any]:
    """A resource that says which findings are accepted, in a comment that Terraform skips."""
    accepted = _ACCEPTED.get(kind, {}) if section == "resource" else {}
    skip = [{"id": check, "comment": reason} for check, reason in accepted.items()]
    return {"//": {"checkov": {"skip": skip}}, **resource} if skip else resource
