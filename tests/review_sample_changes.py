"""The changes of the realistic review."""

from __future__ import annotations

from tandem.review.model import AttributeChange, Change


def changes() -> tuple[Change, ...]:
    return (
        Change(
            "aws_ecr_repository.shop-web",
            "aws_ecr_repository",
            "destroy",
            reason="its configuration is gone",
            attributes=(AttributeChange("name", "shop/web", None),),
            means=("All images in it are deleted.", "What runs shop/web can no longer be pulled."),
            holds_data=True,
            image="web",
            rank=100,
        ),
        Change(
            "aws_codepipeline.shop-web",
            "aws_codepipeline",
            "replace",
            attributes=(
                AttributeChange("name", "shop-web", "shop-storefront", replaces=True),
                AttributeChange(
                    "stage[1].action[0].configuration.ProjectName", "shop-web", "shop-storefront"
                ),
            ),
            means=("The history of its runs is lost.",),
            holds_data=True,
            image="web",
            rank=80,
        ),
        Change(
            "aws_cloudwatch_event_target.shop-base-web",
            "aws_cloudwatch_event_target",
            "destroy",
            reason="its configuration is gone",
            means=("Nothing starts shop-web on a new base.",),
            image="web",
            rank=60,
        ),
        Change(
            "aws_ecr_repository.shop-storefront",
            "aws_ecr_repository",
            "create",
            attributes=(AttributeChange("name", None, "shop/storefront"),),
            settings=(AttributeChange("image_tag_mutability", None, "MUTABLE"),),
            image="storefront",
            rank=20,
        ),
        Change(
            "module.jobs.aws_sns_topic.failed",
            "aws_sns_topic",
            "create",
            attributes=(
                AttributeChange(
                    "delivery_policy",
                    None,
                    "2 lines",
                    diff=("@@ -0,0 +1,2 @@", "+a: 1", "+b: 2"),
                ),
            ),
            rank=20,
            image="jobs",
        ),
        Change(
            'aws_iam_role_policy.build["api"]',
            "aws_iam_role_policy",
            "update",
            attributes=(AttributeChange("policy", "2 statements", "3: see permissions"),),
            image="api",
            rank=50,
        ),
        Change(
            "aws_codebuild_project.shop-api",
            "aws_codebuild_project",
            "update",
            attributes=(
                AttributeChange("build_timeout", "90", "60"),
                AttributeChange(
                    "source[0].buildspec",
                    "31 lines",
                    "32 lines",
                    diff=(
                        "@@ -9,5 +9,6 @@",
                        "   build:",
                        "     commands:",
                        '-      - docker build -t "$IMAGE_URI" .',
                        "+      - test -f Dockerfile || exit 1",
                        '+      - docker build --pull -t "$IMAGE_URI" .',
                        '       - docker push "$IMAGE_URI"',
                    ),
                ),
                AttributeChange("tags.team", "shop", None),
            ),
            image="api",
            rank=30,
        ),
        Change(
            "aws_ecr_repository.shop-base",
            "aws_ecr_repository",
            "update",
            attributes=(
                AttributeChange("image_scanning_configuration[0].scan_on_push", "false", "true"),
            ),
            image="base",
            rank=10,
        ),
        Change(
            "aws_s3_bucket.artifacts",
            "aws_s3_bucket",
            "update",
            importing="shop-artifacts-123456789012",
            attributes=(AttributeChange("tags.cost-centre", None, "4711"),),
            rank=10,
        ),
        Change(
            "aws_kms_key.images",
            "aws_kms_key",
            "no-op",
            previous_address="aws_kms_key.this",
            rank=1,
        ),
        Change(
            "aws_cloudwatch_log_group.old",
            "aws_cloudwatch_log_group",
            "forget",
            rank=5,
            reason="a removed block says so",
        ),
        Change(
            "aws_codebuild_project.shop-jobs",
            "aws_codebuild_project",
            "destroy",
            deposed=True,
            image="jobs",
            rank=40,
        ),
    )
