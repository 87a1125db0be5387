"""The VPC that a build runs in."""

from __future__ import annotations

from typing import Any

from modules._cdktf import CodebuildProjectVpcConfig
from modules.expressions import each, given, where
from modules.iam import ANY, ServiceRole, Statement
from modules.project import Project
from modules.settings import Vpc


def network(vpc: Vpc | None) -> list[Any]:
    """The block of a build project that names its VPC, if it has one."""
    if vpc is None:
        return []
    block = CodebuildProjectVpcConfig(
        vpc_id=vpc.vpc, subnets=vpc.subnets, security_group_ids=vpc.security_groups
    )
    return where(given(vpc), block)


def grant_network(role: ServiceRole, vpc: Vpc | None) -> None:
    """Let CodeBuild attach the build to a VPC.

    https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface
    """
    if vpc is None:
        return
    arn = Project.of(role).arn
    interfaces = arn("ec2", "network-interface/*")
    subnets = each(vpc.subnets, lambda _, subnet: arn("ec2", f"subnet/{subnet}"))
    groups = each(vpc.security_groups, lambda _, group: arn("ec2", f"security-group/{group}"))
    when = given(vpc)
    role.allow(
        # The Describe actions of EC2 are checked against no resource.
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
        Statement(
            "DescribeNetwork",
            [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            [ANY],
            when=when,
        ),
        Statement(
            "CreateNetworkInterface",
            ["ec2:CreateNetworkInterface"],
            [interfaces, *subnets, *groups],
            when=when,
        ),
        Statement(
            "DeleteNetworkInterface",
            ["ec2:DeleteNetworkInterface"],
            [interfaces],
            when=when,
        ),
        Statement(
            "LendNetworkInterface",
            ["ec2:CreateNetworkInterfacePermission"],
            [interfaces],
            {
                "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
                "ArnEquals": {"ec2:Subnet": sorted(subnets)},
            },
            when=when,
        ),
    )
