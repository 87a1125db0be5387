"""How an image is built."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.dataclasses import dataclass
from pydantic_core import InitErrorDetails, PydanticCustomError

from modules.settings.types import (
    SETTINGS,
    Between,
    BuildImage,
    Flag,
    KeyArn,
    OrToken,
    ParameterName,
    RelativePath,
    SecretId,
    SecurityGroupId,
    SubnetId,
    Text,
    VariableName,
    VpcId,
    is_token,
)

ComputeType = Literal[
    "BUILD_GENERAL1_SMALL",
    "BUILD_GENERAL1_MEDIUM",
    "BUILD_GENERAL1_LARGE",
    "BUILD_GENERAL1_XLARGE",
    "BUILD_GENERAL1_2XLARGE",
]
LogRetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
]  # fmt: skip
Platform = Annotated[
    str, Text(r"linux/[a-z0-9]+(?:/v\d+)?", "a platform of docker, as in linux/arm64")
]

RESERVED_VARIABLES = frozenset(
    {
        "BASE_IMAGES",
        "BUILD_ARGS",
        "BUILD_CONTEXT",
        "CACHE",
        "COMMIT_ID",
        "CONTAINER_NAME",
        "DOCKERFILE",
        "HOME",
        "IMAGE_TAG",
        "IMAGE_URI",
        "MOVING_URI",
        "PATH",
        "PLATFORM",
        "PWD",
        "REPOSITORY_URI",
        "SHELL",
        "build_arg",
        "name",
        "status",
    }
)
"""The variables of the standard buildspec and of its shell."""

SECRET_NAME = re.compile(
    r"(?:^|_)(?:PASS|PASSWD|PASSWORD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|"
    r"API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)(?:$|_(?:ID|KEY|VALUE)$)|(?:PASSWORD|PASSWD|PWD|SECRET)$",
    re.IGNORECASE | re.ASCII,
)
"""What a variable is called that holds a secret. Terraform reads this too: RE2, as in `Text`."""
SECRET_VALUE = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{18,}"
    r"|\bxox[abprs]-[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|://[^/\s\v:@]*:[^/\s\v@]+@|\beyJ[\w-]{10,}\.[\w-]{10,}\.|\bBasic [A-Za-z0-9+/]{12,}",
    re.ASCII,
)
"""What a credential looks like, whatever it is called. Terraform reads this too."""
RESERVED_PREFIXES = ("CODEBUILD_", "AWS_")
"""What the names of CodeBuild's own variables, and of the AWS tools', begin with."""


def action_variables(values: Mapping[str, str]) -> str:
    """The `EnvironmentVariables` of a build action, which AWS limits to 1,000 characters.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
    """
    variables = [action_variable(name, value) for name, value in values.items()]
    return json.dumps(variables, separators=(",", ":"))


def action_variable(name: str, value: str) -> dict[str, str]:
    """A variable of a build action."""
    return {"name": name, "value": value, "type": "PLAINTEXT"}


def _problem(name: str, value: object) -> PydanticCustomError | None:
    if name in RESERVED_VARIABLES or name.startswith(RESERVED_PREFIXES):
        return PydanticCustomError("reserved", "the build sets this itself: choose another name")
    if not isinstance(value, str) or is_token(value):
        return None
    if SECRET_VALUE.search(value) or (value and SECRET_NAME.search(name)):
        return PydanticCustomError(
            "secret",
            "looks like a secret, which anyone could read in the plan, the state and the console: "
            'write it as "secret: NAME" or "parameter: NAME" under environment',
        )
    return None


@dataclass(frozen=True, config=SETTINGS)
class Secret:
    """A value in Secrets Manager, read by the build when it starts."""

    secret: SecretId
    """Name or ARN of the secret, and optionally a JSON key, as in `shop/npm:token`."""
    kms_key: KeyArn | None = None
    """The key of your own that encrypts it. None: the key of Secrets Manager."""


@dataclass(frozen=True, config=SETTINGS)
class Parameter:
    """A value in the Parameter Store, read by the build when it starts."""

    parameter: ParameterName
    """Name or ARN of the parameter."""
    kms_key: KeyArn | None = None
    """The key of your own that encrypts it. None: the key of the Parameter Store, or none."""


def _kind(value: object) -> str | None:
    if isinstance(value, dict):
        return next((f"({kind})" for kind in ("secret", "parameter") if kind in value), None)
    return {Secret: "(secret)", Parameter: "(parameter)"}.get(type(value), "(text)")


Variable = Annotated[
    Annotated[str, Tag("(text)")]
    | Annotated[Secret, Tag("(secret)")]
    | Annotated[Parameter, Tag("(parameter)")],
    Discriminator(
        _kind,
        custom_error_type="variable",
        custom_error_message='must be a text, "secret: NAME" or "parameter: NAME"',
    ),
]


@dataclass(frozen=True, config=SETTINGS)
class Vpc:
    """The network a build runs in. Its subnets need a way to ECR and S3.

    https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html
    """

    vpc: VpcId
    """Id of the VPC."""
    subnets: Annotated[list[SubnetId], Field(min_length=1, max_length=16)]
    """1-16 private subnets."""
    security_groups: Annotated[list[SecurityGroupId], Field(min_length=1, max_length=5)]
    """1-5 security groups."""


@dataclass(frozen=True, config=ConfigDict(**SETTINGS, hide_input_in_errors=True))
class Build:
    """A CodeBuild project that builds and pushes an image.

    https://docs.aws.amazon.com/codebuild/latest/userguide/create-project.html
    """

    image: BuildImage | None = None
    """The image to build in: a CodeBuild one, a public one, or one in ECR. None: Amazon Linux."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """The processor of the build machine, and so of the image."""
    compute_type: Annotated[ComputeType, OrToken()] = "BUILD_GENERAL1_SMALL"
    """Size of the build machine."""
    timeout_minutes: Annotated[int, Between(5, 2160)] = 60
    """Minutes until a build is stopped, 5-2160."""
    queued_timeout_minutes: Annotated[int, Between(5, 480)] = 480
    """Minutes until a waiting build is given up, 5-480."""
    concurrent_build_limit: Annotated[int, Between(1, 10_000)] | None = None
    """Builds at the same time. None: the account's limit."""
    privileged: Flag = True
    """Needed where docker runs, that is always with the standard buildspec."""
    vpc: Vpc | None = None
    """None: a network of CodeBuild with access to the internet."""
    cache: Literal["none", "local", "registry"] = "none"
    """Docker layers are kept: not, on the machine (short-lived), or in the moving tag's image."""
    environment: dict[VariableName, Variable] = Field(default_factory=dict)
    """Environment variables of the build."""
    dockerfile: RelativePath = "Dockerfile"
    """Path of the Dockerfile in the source repository."""
    context: RelativePath = "."
    """Directory in the source repository that docker gets."""
    arguments: dict[VariableName, str] = Field(default_factory=dict)
    """Build arguments for docker. They can be read in the image's history: no secrets."""
    platform: Platform | None = None
    """The platform docker builds for. None: the build machine's."""
    buildspec: RelativePath | None = None
    """Path of a buildspec in the source repository. None: the standard one, embedded."""
    log_retention_days: Annotated[LogRetentionDays, OrToken()] = 30
    """Days to keep the build's log."""

    @field_validator("environment", "arguments", mode="after")
    @classmethod
    def _safe(cls, variables: dict[str, object]) -> dict[str, object]:
        problems = [
            InitErrorDetails(type=problem, loc=(name,), input="(not shown)")
            for name, value in variables.items()
            if (problem := _problem(name, value))
        ]
        if problems:
            raise ValidationError.from_exception_data("variables", problems)
        return variables

    @model_validator(mode="after")
    def _consistent(self) -> Build:
        both = sorted(self.environment.keys() & self.arguments.keys())
        if both:
            raise PydanticCustomError(
                "twice",
                "{names} in both environment and arguments: keep one",
                {"names": ", ".join(both)},
            )
        if not self.privileged and self.buildspec is None:
            raise PydanticCustomError(
                "privileged",
                "the standard buildspec runs docker, which needs privileged: true; "
                "or name a buildspec of your own",
            )
        if not self.privileged and self.cache == "local":
            raise PydanticCustomError(
                "cache", "the local cache of docker layers needs privileged: true"
            )
        return self
