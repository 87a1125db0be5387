"""What the changes of the realistic review do: links, permissions, findings, objections."""

from __future__ import annotations

import datetime

from tandem.findings import Finding
from tandem.review.model import (
    Grant,
    LinkChange,
    Links,
    Objection,
    PermissionChange,
    ReviewFinding,
    Waiver,
)
from tandem.trace.pictures.model import Edge, Node, NodeKind, arranged


def links() -> Links:
    nodes = (
        _node("git", "shop-base, main"),
        _node("pipeline", "shop-base"),
        _node("image", "shop/base:latest"),
        _node("pipeline", "shop-api"),
        _node("image", "shop/api:latest"),
        _node("deploy", "ECS api"),
    )
    web = (_node("pipeline", "shop-web"), _node("image", "shop/web:latest"))
    storefront = (_node("pipeline", "shop-storefront"), _node("image", "shop/storefront:latest"))
    edges = (
        Edge(nodes[0].id, nodes[1].id, "starts", "rule", "commit"),
        Edge(nodes[1].id, nodes[2].id, "pushes"),
        Edge(
            nodes[2].id,
            nodes[3].id,
            "starts",
            "rule",
            "digest",
            "aws_cloudwatch_event_rule.shop-base",
        ),
        Edge(nodes[3].id, nodes[4].id, "pushes"),
        Edge(nodes[3].id, nodes[5].id, "deploys"),
    )
    before = (
        Edge(nodes[2].id, web[0].id, "starts", "rule", "digest"),
        Edge(web[0].id, web[1].id, "pushes"),
    )
    broken = Edge(nodes[2].id, storefront[0].id, "starts", "rule", broken="the rule has no target")
    after = (broken, Edge(storefront[0].id, storefront[1].id, "pushes"))
    changes = (
        LinkChange(
            "broken",
            "push of shop/base:latest starts shop-storefront",
            "the rule has no target",
            "aws_cloudwatch_event_rule.shop-base",
        ),
        LinkChange(
            "removed",
            "push of shop/base:latest starts shop-web",
            "",
            "aws_cloudwatch_event_target.shop-base-web",
        ),
        LinkChange("added", "shop-storefront pushes shop/storefront:latest"),
        LinkChange(
            "changed",
            "push of shop/base:latest starts shop-api",
            "rule, newest",
            "aws_cloudwatch_event_rule.shop-base",
        ),
        LinkChange("mended", "shop-api deploys ECS api"),
    )
    return Links(
        arranged((*nodes, *web), (*edges, *before)),
        arranged((*nodes, *storefront), (*edges, *after)),
        changes,
    )


def _node(kind: NodeKind, name: str) -> Node:
    letters = "".join(it if it.isalnum() else "_" for it in name)
    return Node(f"{kind}_{letters}", kind, name)


def permissions() -> tuple[PermissionChange, ...]:
    images = "arn:aws:ecr:eu-west-1:123456789012:repository/shop/api"
    return (
        PermissionChange(
            'aws_iam_role.build["api"]',
            "shop-api-build",
            "role",
            gained=(
                Grant(("s3:*",), ("*",), wide="on every resource", needed=False),
                Grant(("ecr:PutImage", "ecr:InitiateLayerUpload"), (images,), needed=True),
            ),
            lost=(
                Grant(
                    ("logs:CreateLogGroup",), ("arn:aws:logs:eu-west-1:123456789012:log-group:*",)
                ),
            ),
            widens=True,
        ),
        PermissionChange(
            "aws_iam_role.shop-deploy",
            "shop-deploy",
            "trust",
            gained=(
                Grant(
                    ("sts:AssumeRole",),
                    (),
                    ("arn:aws:iam::210987654321:root",),
                    "if sts:ExternalId StringEquals shop",
                    wide="another account",
                    limit=2,
                ),
            ),
            widens=True,
        ),
        PermissionChange(
            "aws_ecr_repository_policy.shop-base",
            "shop/base",
            "resource",
            lost=(
                Grant(
                    ("ecr:*",),
                    (images,),
                    ("*",),
                    denies=True,
                    but_actions=("ecr:Get*",),
                    but_resources=(f"{images}/public",),
                    but_principals=("123456789012",),
                ),
            ),
            widens=True,
        ),
        PermissionChange(
            "aws_iam_role.shop-storefront",
            "shop-storefront-pipeline",
            "role",
            gained=(
                Grant(
                    ("codebuild:StartBuild",),
                    ("<aws_codebuild_project.shop-storefront.arn>",),
                    needed=True,
                ),
            ),
            is_new=True,
            unknown=("aws_iam_role_policy.extra: known after apply",),
            is_hidden=True,
            is_elsewhere=True,
        ),
        PermissionChange(
            "aws_iam_role.shop-web",
            "shop-web-pipeline",
            "role",
            lost=(
                Grant(
                    ("codebuild:StartBuild",),
                    ("arn:aws:codebuild:eu-west-1:123456789012:project/shop-web",),
                ),
            ),
            is_gone=True,
        ),
    )


def findings() -> tuple[ReviewFinding, ...]:
    return (
        ReviewFinding(
            Finding(
                "aws_cloudwatch_event_rule.shop-base",
                "rule-without-target",
                "a new shop/base:latest starts nothing",
                "give the rule a target that starts shop-storefront",
            ),
            "trace",
            new=True,
            page="https://example.org/docs/checks.md#rule-without-target",
        ),
        ReviewFinding(
            Finding(
                'aws_iam_role.build["api"]',
                "action-too-wide",
                "s3:* on every bucket",
                "name the actions and the bucket",
            ),
            "access",
            new=True,
        ),
        ReviewFinding(
            Finding(
                "aws_ecr_repository.shop-base",
                "CKV_AWS_51",
                "image tags are mutable",
                "see the page",
            ),
            "checkov",
            new=False,
            page="https://docs.example.org/ckv-aws-51",
        ),
    )


def objections() -> tuple[Objection, ...]:
    waiver = Waiver(
        "aws_codepipeline.*",
        "data-replaced",
        "its history is in the log",
        datetime.date(2027, 1, 31),
    )
    role = 'aws_iam_role.build["api"]'
    return (
        Objection(
            "data-destroyed",
            "aws_ecr_repository.shop-web",
            "its images are deleted",
            "add the moved block, or a waiver",
        ),
        Objection(
            "data-replaced",
            "aws_codepipeline.shop-web",
            "the history of its runs is lost",
            "keep its name",
            waiver=waiver,
        ),
        Objection(
            "link-broken",
            "aws_cloudwatch_event_rule.shop-base",
            "push of shop/base:latest no longer starts shop-storefront",
            "give the rule a target",
        ),
        Objection(
            "access-widened",
            role,
            "shop-api-build may s3:* on every resource",
            "name what it needs, or allow it in review.limits",
        ),
        Objection(
            "finding-new",
            role,
            "s3:* on every bucket",
            "name the actions and the bucket",
            check="action-too-wide",
        ),
    )
