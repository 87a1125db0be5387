"""The project that builds an image and pushes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from modules._cdktf import (
    CloudwatchLogGroup,
    CodebuildProject,
    CodebuildProjectArtifacts,
    CodebuildProjectCache,
    CodebuildProjectEnvironment,
    CodebuildProjectEnvironmentEnvironmentVariable,
    CodebuildProjectLogsConfig,
    CodebuildProjectLogsConfigCloudwatchLogs,
    CodebuildProjectSource,
    CodebuildProjectVpcConfig,
    Construct,
)
from modules.artifacts import ArtifactStore
from modules.ecr import grant_pull
from modules.element import Element, literal
from modules.iam import ANY, ServiceRole, Statement
from modules.project import Project
from modules.settings import Build, Parameter, Secret, Vpc

_BUILDSPECS = Path(__file__).resolve().parent.parent / "buildspecs"
_MACHINES = {
    "x86_64": ("LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:5.0"),
    "arm64": ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0"),
}
"""https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html"""
_ECR_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"
    r"/(?P<repository>[^:@]+)(?:[:@].+)?"
)


class BuildProject(Element):
    """A CodeBuild project for the build stage of a pipeline, with its role and its log.

    Args:
        name: At most 150 characters.
        role_name: Name of its role, at most 64 characters.
        settings: The machine, its network and what docker is told.
        buildspec: Name of the standard buildspec, `base` or `app`, unless the settings name one.
        variables: Environment variables of the standard buildspec.

    https://docs.aws.amazon.com/codebuild/latest/userguide/create-project.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        role_name: str,
        settings: Build,
        buildspec: str,
        variables: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        self._project = Project.of(self)
        self._artifacts = ArtifactStore.of(self)
        self.role = ServiceRole(
            self,
            "role",
            name=role_name,
            service="codebuild.amazonaws.com",
            source_arn=self._project.arn("codebuild", f"project/{name}"),
        )
        log_group = self.place(
            CloudwatchLogGroup(
                self,
                "log",
                name=f"/aws/codebuild/{name}",
                retention_in_days=settings.log_retention_days,
                tags=self._project.tags,
            )
        )
        self._artifacts.grant_read_write(self.role)
        self._grant_log(log_group)
        self._grant_variables(settings)
        machine, standard_image = _MACHINES[settings.architecture]
        image = settings.image or standard_image
        ecr_image = _ECR_IMAGE.fullmatch(image)
        if ecr_image:
            grant_pull(self.role, "BuildImage", self._image_arn(ecr_image))
        if settings.vpc:
            self._grant_network(settings.vpc)
        project = self.place(
            CodebuildProject(
                self,
                "project",
                name=name,
                service_role=self.role.arn,
                build_timeout=settings.timeout_minutes,
                queued_timeout=settings.queued_timeout_minutes,
                concurrent_build_limit=settings.concurrent_build_limit,
                encryption_key=self._artifacts.kms_key,
                source=CodebuildProjectSource(
                    type="CODEPIPELINE", buildspec=_buildspec(settings, buildspec)
                ),
                artifacts=CodebuildProjectArtifacts(type="CODEPIPELINE"),
                cache=_cache(settings),
                environment=CodebuildProjectEnvironment(
                    type=machine,
                    image=literal(image),
                    # Only an image in ECR needs the role of the project to be pulled.
                    image_pull_credentials_type="SERVICE_ROLE" if ecr_image else "CODEBUILD",
                    compute_type=settings.compute_type,
                    privileged_mode=settings.privileged,
                    environment_variable=_variables(settings, variables),
                ),
                logs_config=CodebuildProjectLogsConfig(
                    cloudwatch_logs=CodebuildProjectLogsConfigCloudwatchLogs(
                        status="ENABLED", group_name=log_group.name
                    )
                ),
                vpc_config=_network(settings.vpc),
                tags=self._project.tags,
                depends_on=[self.role.policy],
            )
        )
        self.name = project.name
        self.arn = project.arn

    def _grant_log(self, log_group: CloudwatchLogGroup) -> None:
        arn = log_group.arn
        self.role.allow(
            Statement(
                "Log",
                ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                [arn, f"{arn}:*"],
            )
        )

    def _grant_variables(self, settings: Build) -> None:
        """Let the build read the secrets and parameters that its variables name."""
        stored = settings.environment.values()
        secrets = [value for value in stored if isinstance(value, Secret)]
        parameters = [value for value in stored if isinstance(value, Parameter)]
        keys = [
            value.kms_key
            for value in stored
            if isinstance(value, Secret | Parameter) and value.kms_key
        ]
        if secrets:
            self.role.allow(
                Statement(
                    "Secrets",
                    ["secretsmanager:GetSecretValue"],
                    [self._secret_arn(value.secret) for value in secrets],
                )
            )
        if parameters:
            self.role.allow(
                Statement(
                    "Parameters",
                    ["ssm:GetParameters"],
                    [self._parameter_arn(value.parameter) for value in parameters],
                )
            )
        if keys:
            self.role.allow(Statement("VariableKeys", ["kms:Decrypt"], keys))

    def _secret_arn(self, secret: str) -> str:
        """ARN of a secret; to a name Secrets Manager appends six characters that nobody knows.

        https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
        """
        if secret.startswith("arn:"):
            return literal(":".join(secret.split(":")[:7]))
        return self._project.arn("secretsmanager", f"secret:{literal(secret.split(':')[0])}-??????")

    def _parameter_arn(self, parameter: str) -> str:
        if parameter.startswith("arn:"):
            return literal(parameter)
        return self._project.arn("ssm", f"parameter/{literal(parameter.lstrip('/'))}")

    def _image_arn(self, image: re.Match[str]) -> str:
        return (
            f"arn:{self._project.partition}:ecr:{image['region']}:{image['account']}"
            f":repository/{image['repository']}"
        )

    def _grant_network(self, vpc: Vpc) -> None:
        """Let CodeBuild attach the build to a VPC.

        https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface
        """
        interfaces = self._project.arn("ec2", "network-interface/*")
        subnets = [self._project.arn("ec2", f"subnet/{subnet}") for subnet in vpc.subnets]
        groups = [
            self._project.arn("ec2", f"security-group/{group}") for group in vpc.security_groups
        ]
        self.role.allow(
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
            ),
            Statement(
                "CreateNetworkInterface",
                ["ec2:CreateNetworkInterface"],
                [interfaces, *subnets, *groups],
            ),
            Statement("DeleteNetworkInterface", ["ec2:DeleteNetworkInterface"], [interfaces]),
            Statement(
                "LendNetworkInterface",
                ["ec2:CreateNetworkInterfacePermission"],
                [interfaces],
                {
                    "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
                    "ArnEquals": {"ec2:Subnet": sorted(subnets)},
                },
            ),
        )


def _buildspec(settings: Build, standard: str) -> str:
    """The path of a buildspec in the source, or the text of a standard one, as it is in the file.

    CodeBuild takes either in the same place.
    """
    if settings.buildspec:
        return literal(settings.buildspec)
    return _standard_buildspec(standard)


@cache
def _standard_buildspec(name: str) -> str:
    """The text of a standard buildspec: read once, however many images there are."""
    return literal((_BUILDSPECS / f"{name}.yml").read_text(encoding="utf-8"))


def _network(vpc: Vpc | None) -> CodebuildProjectVpcConfig | None:
    if vpc is None:
        return None
    return CodebuildProjectVpcConfig(
        vpc_id=vpc.vpc, subnets=vpc.subnets, security_group_ids=vpc.security_groups
    )


def _cache(settings: Build) -> CodebuildProjectCache:
    if settings.cache == "local":
        return CodebuildProjectCache(type="LOCAL", modes=["LOCAL_DOCKER_LAYER_CACHE"])
    return CodebuildProjectCache(type="NO_CACHE")


def _variables(
    settings: Build, standard: Mapping[str, str]
) -> list[CodebuildProjectEnvironmentEnvironmentVariable]:
    def variable(
        name: str, value: str | Secret | Parameter
    ) -> CodebuildProjectEnvironmentEnvironmentVariable:
        match value:
            case Secret():
                kind, text = "SECRETS_MANAGER", value.secret
            case Parameter():
                kind, text = "PARAMETER_STORE", value.parameter
            case str():
                kind, text = "PLAINTEXT", value
        return CodebuildProjectEnvironmentEnvironmentVariable(
            name=name, value=literal(text), type=kind
        )

    everything = {**standard, **settings.arguments, **settings.environment}
    return [variable(name, value) for name, value in everything.items()]
