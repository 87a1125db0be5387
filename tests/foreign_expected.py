"""What is wrong with the Terraform in `foreign`, by check and address: worked out by hand.

Each fixture's README says why, and from which page of AWS.
"""

from collections.abc import Iterable

Found = set[tuple[str, str]]
"""Checks and addresses."""

DELIVERIES = {
    "api": 'module.delivery["api"]',
    "worker": 'module.delivery["worker"]',
    "site": 'module.delivery["site"]',
}
DEPLOYMENTS = ('module.deployment["checkout"]', 'module.deployment["search"]')
READ_ONLY = 'build_more["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"]'


def of(check: str, addresses: Iterable[str]) -> Found:
    return {(check, address) for address in addresses}


WRONG_LINKS: dict[str, Found] = {
    "blue-green": of("polled-and-watched", ["module.pipeline.aws_codepipeline.this"]),
    "nightly-images": set(),
    "service-module": {
        ("source-unwatched", f"{DELIVERIES['worker']}.aws_codepipeline.token[0]"),
        (
            "docker-unprivileged",
            f"{DELIVERIES['worker']}.module.build.aws_codebuild_project.this[0]",
        ),
    },
    "tag-deployer": set(),
    "two-sources": set(),
    "unwatched-releases": of(
        "image-source-unwatched",
        ['aws_codepipeline.release["enrol"]', 'aws_codepipeline.release["portal"]'],
    ),
}
"""What is wrong with the links that there are after the apply."""

WRONG_ORDER: dict[str, Found] = {
    "two-sources": of(
        "policy-after-use",
        [
            "aws_cloudwatch_event_target.base",
            "aws_codebuild_project.build",
            "aws_codepipeline.main",
        ],
    ),
}
"""What may be made too early: only a plan tells of it, and nothing where locals may hide it."""

UNSEEN_IN_PLANS: dict[str, Found] = {
    # The ARN in the pattern is known only after the apply.
    "blue-green": of("polled-and-watched", ["module.pipeline.aws_codepipeline.this"]),
}

WRONG_RIGHTS: dict[str, Found] = {
    "blue-green": {
        ("permission-missing", "module.pipeline.aws_iam_role.build"),
        *of(
            "permission-any-resource",
            [
                "module.pipeline.aws_iam_role_policy.build",
                "module.pipeline.aws_iam_role_policy.pipeline",
                "module.pipeline.aws_iam_role_policy_attachment.deploy",
            ],
        ),
        *of(
            "trust-without-condition",
            [
                f"module.pipeline.aws_iam_role.{name}"
                for name in ("build", "deploy", "events", "pipeline")
            ],
        ),
    },
    "nightly-images": {
        ("trust-without-condition", "aws_iam_role.log_router[0]"),
        *of(
            "permission-any-resource",
            [
                "aws_iam_role_policy_attachment.log_router_builds[0]",
                "aws_iam_role_policy_attachment.log_router_logs[0]",
            ],
        ),
    },
    "service-module": {
        *of(
            "permission-any-resource",
            [
                f"{module}.{policy}"
                for module in DELIVERIES.values()
                for policy in (
                    f"aws_iam_role_policy_attachment.{READ_ONLY}",
                    "aws_iam_role_policy_attachment.everything[0]",
                    "module.build.aws_iam_role_policy_attachment.this[0]",
                )
            ],
        ),
        *of(
            "permission-too-wide",
            [
                *(f"{module}.aws_iam_role.pipeline[0]" for module in DELIVERIES.values()),
                # The site's buildspec is not known, and so not what it pushes.
                *(
                    f"{DELIVERIES[name]}.module.build.aws_iam_role.this[0]"
                    for name in ("api", "worker")
                ),
            ],
        ),
        # The build roles have a condition.
        *of(
            "trust-without-condition",
            [f"{module}.aws_iam_role.pipeline[0]" for module in DELIVERIES.values()],
        ),
    },
    "tag-deployer": {
        *of(
            "permission-any-resource",
            [
                f"{module}.aws_iam_role_policy_attachment.{name}[0]"
                for module in DEPLOYMENTS
                for name in ("deploy", "pipeline")
            ],
        ),
        *of("permission-too-wide", [f"{it}.aws_iam_role.pipeline[0]" for it in DEPLOYMENTS]),
        *of(
            "trust-without-condition",
            [
                f"{module}.aws_iam_role.{name}"
                for module in DEPLOYMENTS
                for name in ("build[0]", "pipeline[0]", "trigger")
            ],
        ),
    },
    "two-sources": {
        *of(
            "permission-any-resource", ["aws_iam_role_policy.build", "aws_iam_role_policy.pipeline"]
        ),
        ("permission-too-wide", "aws_iam_role.pipeline"),
        *of(
            "trust-without-condition",
            [f"aws_iam_role.{name}" for name in ("build", "pipeline", "trigger")],
        ),
    },
    "unwatched-releases": {
        *of(
            "permission-any-resource",
            [
                "aws_iam_policy_attachment.images",
                "aws_iam_policy_attachment.parameters",
                "aws_iam_policy_attachment.pipelines_more",
                "aws_iam_policy_attachment.registry",
                "aws_iam_role_policy.pipelines",
            ],
        ),
        ("permission-too-wide", "aws_iam_role.pipelines"),
        *of(
            "trust-without-condition",
            [f"aws_iam_role.{name}" for name in ("convert", "images", "pipelines")],
        ),
    },
}

MISSED: dict[str, Found] = {}
"""True, and not found yet. What is found one day is to be taken out."""

STARTED_BY_ITSELF = {
    "blue-green": {"notes"},
    "nightly-images": {"hosting-test-log-router"},
    "service-module": {"parcels-test-api-pipeline", "parcels-test-site-pipeline"},
    "tag-deployer": {"checkout", "search"},
    "two-sources": {"workbench"},
    "unwatched-releases": {"enrol-image", "portal-image"},
}
"""Names of the pipelines and projects that something starts, and not a person."""

MISSING: dict[str, set[str]] = {
    "blue-green": {
        "ecr:GetAuthorizationToken",
        "ecr:BatchCheckLayerAvailability",
        "ecr:CompleteLayerUpload",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
    },
}
"""Actions that roles may not do and have to."""
