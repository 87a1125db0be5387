"""The project that builds an image and pushes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

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
from modules.expressions import (
    Condition,
    Decision,
    Text,
    choose,
    each,
    equal,
    given,
    hcl,
    pick,
    plain,
    set_blocks,
    some,
    where,
)
from modules.iam import ANY, ServiceRole, Statement
from modules.project import Project
from modules.settings import Build, Parameter, Secret, Vpc
from modules.symbols import AnyVariable

_BUILDSPECS = Path(__file__).resolve().parent.parent / "buildspecs"
_MACHINES = {"x86_64": "LINUX_CONTAINER", "arm64": "ARM_CONTAINER"}
_STANDARD_IMAGES = {
    "x86_64": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
    "arm64": "aws/codebuild/amazonlinux-aarch64-standard:3.0",
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
        variables: Environment variables of the standard buildspec; None is left out.

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
        variables: Mapping[str, str | None],
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
        in_ecr, parts = _in_ecr(settings.image)
        grant_pull(self.role, "BuildImage", self._image_arn(parts), when=in_ecr)
        vpc = _network(settings.vpc)
        if settings.vpc is not None:
            self._grant_network(settings.vpc)
        environment = _variables(settings, variables)
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
                    type=pick(settings.architecture, _MACHINES),
                    image=literal(
                        choose(
                            given(settings.image),
                            settings.image,
                            pick(settings.architecture, _STANDARD_IMAGES),
                        )
                    ),
                    # Only an image in ECR needs the role of the project to be pulled.
                    image_pull_credentials_type=choose(in_ecr, "SERVICE_ROLE", "CODEBUILD"),
                    compute_type=settings.compute_type,
                    privileged_mode=settings.privileged,
                    environment_variable=plain(environment),
                ),
                logs_config=CodebuildProjectLogsConfig(
                    cloudwatch_logs=CodebuildProjectLogsConfigCloudwatchLogs(
                        status="ENABLED", group_name=log_group.name
                    )
                ),
                vpc_config=next(iter(plain(vpc)), None),
                tags=self._project.tags,
                depends_on=[self.role.policy],
            )
        )
        set_blocks(project, "vpc_config", vpc)
        set_blocks(project, "environment_variable", environment, within="environment.")
        self.name = project.name
        self.log_group = log_group.name
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
        stored = settings.environment

        def has(attribute: str) -> Callable[[str, object], Decision]:
            return lambda _name, value: given(getattr(value, attribute, None))

        secret, parameter, key = has("secret"), has("parameter"), has("kms_key")
        self.role.allow(
            Statement(
                "Secrets",
                ["secretsmanager:GetSecretValue"],
                each(stored, lambda _name, value: self._secret_arn(value.secret), secret),
                when=some(stored, secret),
            ),
            Statement(
                "Parameters",
                ["ssm:GetParameters"],
                each(stored, lambda _name, value: self._parameter_arn(value.parameter), parameter),
                when=some(stored, parameter),
            ),
            Statement(
                "VariableKeys",
                ["kms:Decrypt"],
                each(stored, lambda _name, value: value.kms_key, key),
                when=some(stored, key),
            ),
        )

    def _secret_arn(self, secret: str) -> str:
        """ARN of a secret; to a name Secrets Manager appends six characters that nobody knows.

        https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
        """
        return choose(
            _is_arn(secret),
            literal(_joined(secret, 7)),
            self._project.arn("secretsmanager", f"secret:{literal(_joined(secret, 1))}-??????"),
        )

    def _parameter_arn(self, parameter: str) -> str:
        name = (
            Text(f'trimprefix({parameter.expression}, "/")')
            if isinstance(parameter, Text)
            else literal(parameter.lstrip("/"))
        )
        return choose(
            _is_arn(parameter), literal(parameter), self._project.arn("ssm", f"parameter/{name}")
        )

    def _image_arn(self, image: Mapping[str, str]) -> str:
        return (
            f"arn:{self._project.partition}:ecr:{image['region']}:{image['account']}"
            f":repository/{image['repository']}"
        )

    def _grant_network(self, vpc: Vpc) -> None:
        """Let CodeBuild attach the build to a VPC.

        https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface
        """
        interfaces = self._project.arn("ec2", "network-interface/*")
        arn = self._project.arn
        subnets = each(vpc.subnets, lambda _, subnet: arn("ec2", f"subnet/{subnet}"))
        groups = each(vpc.security_groups, lambda _, group: arn("ec2", f"security-group/{group}"))
        when = given(vpc)
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


def _in_ecr(image: str | None) -> tuple[Decision, Mapping[str, str]]:
    """Whether an image is in ECR, and then its account, region and repository."""
    names = _ECR_IMAGE.groupindex
    if isinstance(image, Text):
        parts = f"regex({hcl(f'^(?:{_ECR_IMAGE.pattern})$')}, {image.expression})"
        return Condition(f"can({parts})"), {name: Text(f"{parts}.{name}") for name in names}
    found = _ECR_IMAGE.fullmatch(image or "")
    return found is not None, found.groupdict() if found else dict.fromkeys(names, "")


def _is_arn(name: str) -> Decision:
    if isinstance(name, Text):
        return Condition(f'startswith({name.expression}, "arn:")')
    return name.startswith("arn:")


def _joined(name: str, count: int) -> str:
    """The first parts of a name that has colons in it."""
    if isinstance(name, Text):
        parts = f'split(":", {name.expression})'
        return Text(f'join(":", slice({parts}, 0, {count}))')
    return ":".join(name.split(":")[:count])


def _buildspec(settings: Build, standard: str) -> str:
    """The path of a buildspec in the source, or the text of a standard one, as it is in the file.

    CodeBuild takes either in the same place.
    """
    if isinstance(standard, Text):
        text = Text(f'file("${{path.module}}/buildspecs/${{{standard.expression}}}.yml")')
        return str(choose(given(settings.buildspec), settings.buildspec, text))
    return literal(settings.buildspec) if settings.buildspec else _standard_buildspec(standard)


@cache
def _standard_buildspec(name: str) -> str:
    """The text of a standard buildspec: read once, however many images there are."""
    return literal((_BUILDSPECS / f"{name}.yml").read_text(encoding="utf-8"))


def _network(vpc: Vpc | None) -> list[Any]:
    if vpc is None:
        return []
    block = CodebuildProjectVpcConfig(
        vpc_id=vpc.vpc, subnets=vpc.subnets, security_group_ids=vpc.security_groups
    )
    return where(given(vpc), block)


def _cache(settings: Build) -> CodebuildProjectCache:
    local = equal(settings.cache, "local")
    return CodebuildProjectCache(
        type=choose(local, "LOCAL", "NO_CACHE"),
        modes=choose(local, ["LOCAL_DOCKER_LAYER_CACHE"], None),
    )


def _variables(settings: Build, standard: Mapping[str, str | None]) -> list[Any]:
    """Environment variables: those of the standard buildspec that are given, and the user's."""
    own = [
        part
        for name, value in standard.items()
        for part in where(given(value), _variable(name, value))
    ]
    return [*own, *each(settings.arguments, _variable), *each(settings.environment, _variable)]


def _variable(name: str, value: Any) -> CodebuildProjectEnvironmentEnvironmentVariable:
    match value:
        case Secret():
            kind, text = "SECRETS_MANAGER", value.secret
        case Parameter():
            kind, text = "PARAMETER_STORE", value.parameter
        case AnyVariable():
            kind, text = value.kind, value.text
        case _:
            kind, text = "PLAINTEXT", value
    return CodebuildProjectEnvironmentEnvironmentVariable(
        name=name, value=literal("" if text is None else text), type=kind
    )
