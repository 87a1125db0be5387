"""Because of what the gate is closed, by the names of the plans. Of all others it is open."""

from __future__ import annotations

Objections = dict[str, set[str]]
"""Addresses by rule."""

_WORKER = {"aws_cloudwatch_log_group.worker_build", "aws_codepipeline.worker_pipeline"}
_BUILD_ROLE = "aws_iam_role.web_build_role"
_TEAM_ROLE = "aws_iam_role.build"
_READERS = {"aws_codepipeline.web_pipeline", "aws_codepipeline.worker_pipeline"}
_OF_WEB = {
    "data-destroyed": {
        "module.web.aws_cloudwatch_log_group.this",
        "module.web.aws_codepipeline.this",
        "module.web.aws_ecr_repository.this[0]",
    }
}

OBJECTIONS: dict[str, Objections] = {
    "ours-image_renamed": {"data-destroyed": _WORKER | {"aws_ecr_repository.worker_repository"}},
    "ours-image_renamed_from": {"data-destroyed": _WORKER},
    "ours-image_removed": {"data-destroyed": _WORKER | {"aws_ecr_repository.worker_repository"}},
    "ours-repository_renamed": {"data-replaced": {"aws_ecr_repository.worker_repository"}},
    "ours-policy_widened": {
        "access-widened": {_BUILD_ROLE},
        "finding-new": {_BUILD_ROLE, "aws_iam_role_policy.web_build_role"},
    },
    "ours-link_broken": {
        "link-broken": _READERS,
        "finding-new": {"aws_cloudwatch_event_rule.base-pushed"},
    },
    "ours-replaced_on_demand": {"data-replaced": {"aws_codepipeline.web_pipeline"}},
    "ours-tainted": {"data-replaced": {"aws_ecr_repository.worker_repository"}},
    "ours-destroyed": {
        "data-destroyed": {
            "aws_s3_bucket.artifacts",
            "aws_sqs_queue.dead_letters",
            *(
                address
                for image in ("base", "tools", "web", "worker")
                for address in (
                    f"aws_cloudwatch_log_group.{image}_build",
                    f"aws_codepipeline.{image}_pipeline",
                    f"aws_ecr_repository.{image}_repository",
                )
            ),
        }
    },
    "ours-drift": {
        "access-widened": {_BUILD_ROLE},
        "finding-new": {_BUILD_ROLE, "aws_cloudwatch_event_rule.base-pushed"},
        "link-broken": _READERS,
    },
    "exported-call_renamed": _OF_WEB,
    "exported-call_removed": _OF_WEB,
    "team-create": {"access-widened": {_TEAM_ROLE}, "finding-new": {_TEAM_ROLE}},
    "team-renamed": {
        "data-destroyed": {
            'aws_ecr_repository.image["cron"]',
            "aws_s3_bucket.reports",
            "module.alerts.aws_ssm_parameter.topic",
        },
        # What it names is made anew: only the apply tells what that is called.
        "access-hidden": {_TEAM_ROLE},
    },
    "team-replaced": {
        "access-hidden": {_TEAM_ROLE},
        "data-replaced": {"aws_cloudwatch_log_group.api", "aws_s3_bucket.reports"},
    },
    # A role of nobody's pipeline may push to one more repository.
    "team-read_on_apply": {"access-widened": {_TEAM_ROLE}},
    "team-policy_changed": {
        "access-widened": {_TEAM_ROLE},
        "finding-new": {_TEAM_ROLE, "aws_iam_role_policy.build"},
    },
    "team-destroyed": {
        "data-destroyed": {
            "aws_cloudwatch_log_group.api",
            'aws_ecr_repository.image["api"]',
            'aws_ecr_repository.image["cron"]',
            "aws_s3_bucket.reports",
            "module.alerts.aws_ssm_parameter.topic",
        }
    },
    "secrets-create": {"access-hidden": {_TEAM_ROLE}, "finding-new": {_TEAM_ROLE}},
    "secrets-changed": {"access-hidden": {_TEAM_ROLE}},
    "secrets-destroyed": {
        "data-destroyed": {
            "aws_secretsmanager_secret.database",
            "aws_ssm_parameter.literal",
            "aws_ssm_parameter.unseen",
        }
    },
}

_BY_HAND = {"aws_cloudwatch_event_rule.base-pushed", "aws_iam_role_policy.web_build_role"}

DRIFTED: dict[str, set[str]] = {
    "ours-drift": _BY_HAND,
    "ours-drift_and_change": _BY_HAND,
    "secrets-drift": {"aws_ssm_parameter.literal"},
}
"""What is no longer as it was applied, by the names of the plans. Of all others nothing."""
