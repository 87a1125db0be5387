"""What a build in a VPC needs: a network interface of its own."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.access.needs.asking import Asker
from tandem.access.needs.need import Need, Unclear
from tandem.deployment import BuildProject
from tandem.deployment.blocks import block, texts

_PAGE = "https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface"


def network(project: BuildProject, role: Asker) -> Iterator[Need]:
    """Attach a build to its VPC."""
    vpc = block(project.resource.values, "vpc_config")
    if not vpc:
        return
    arn = role.place.arn
    why = f"{project.name} runs in a VPC"
    described = "DhcpOptions NetworkInterfaces SecurityGroups Subnets Vpcs"
    for what in described.split():
        yield from role.ask(f"ec2:Describe{what}", "*", why, _PAGE)
    interface = arn("ec2", "network-interface/eni-1")
    subnets = [arn("ec2", f"subnet/{subnet}") for subnet in texts(vpc, "subnets")]
    groups = [arn("ec2", f"security-group/{it}") for it in texts(vpc, "security_group_ids")]
    for resource in (interface, *subnets, *groups):
        yield from role.ask("ec2:CreateNetworkInterface", resource, why, _PAGE)
    yield from role.ask("ec2:DeleteNetworkInterface", interface, why, _PAGE)
    for subnet in subnets:
        context = {"ec2:AuthorizedService": "codebuild.amazonaws.com", "ec2:Subnet": subnet}
        lend = "ec2:CreateNetworkInterfacePermission"
        yield from role.ask(lend, interface, why, _PAGE, context=context)


def unclear_network(project: BuildProject, role: Asker) -> Iterator[Unclear]:
    """What is not known of a VPC: its subnets."""
    vpc = block(project.resource.values, "vpc_config")
    if vpc and not texts(vpc, "subnets"):
        yield role.unclear("ec2:*", f"the subnets of {project.name} are not known yet")
