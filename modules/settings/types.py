"""The types of single values: what AWS accepts, said once, in words a person can act on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, Strict
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

SETTINGS = ConfigDict(extra="forbid", use_attribute_docstrings=True)
"""How every settings class is read: unknown names are refused, docstrings reach the schema."""


def is_token(value: object) -> bool:
    """Whether `value` is a CDKTF token, which only Terraform will know.

    CDKTF encodes number tokens as doubles far below any number a person writes.
    https://developer.hashicorp.com/terraform/cdktf/concepts/tokens
    """
    if isinstance(value, str):
        return "${TfToken[" in value
    return isinstance(value, float) and value < -1e280


@dataclass(frozen=True)
class Text:
    """A rule for a text: the whole of it matches `pattern`; `words` say so to a person."""

    pattern: str
    words: str

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def check(value: str) -> str:
            if is_token(value) or re.fullmatch(self.pattern, value, re.ASCII):
                return value
            raise PydanticCustomError("text", "must be {words}", {"words": self.words})

        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True)
class Between:
    """A rule for a whole number: from `least` to `most`, both included."""

    least: int
    most: int

    def __get_pydantic_core_schema__(
        self, source: object, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        whole = core_schema.int_schema(strict=True)  # "30" and true are mistakes, not numbers

        def check(value: object, validate: core_schema.ValidatorFunctionWrapHandler) -> Any:
            if is_token(value):
                return value
            number = validate(value)
            if self.least <= number <= self.most:
                return number
            raise PydanticCustomError(
                "between",
                "must be from {least} to {most}",
                {"least": self.least, "most": self.most},
            )

        return core_schema.no_info_wrap_validator_function(check, whole)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "minimum": self.least, "maximum": self.most}


class OrToken:
    """A rule for a choice between fixed values: a token is none of them, and passes."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def check(value: object, validate: core_schema.ValidatorFunctionWrapHandler) -> Any:
            return value if is_token(value) else validate(value)

        return core_schema.no_info_wrap_validator_function(check, handler(source))


_ARN = r"arn:aws(?:-[a-z]+)*:{service}:{region}:{account}:{resource}"


def _arn(service: str, resource: str, *, region: str = "[a-z0-9-]+") -> str:
    return _ARN.format(service=service, region=region, account=r"\d{12}", resource=resource)


Flag = Annotated[bool, Strict()]
"""True or false; a text such as "yes" is a mistake."""

Mode = Literal["superseded", "queued", "parallel"]
"""https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html"""
Retry = Literal["failed_actions", "all_actions"]
"""https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html"""

# The limits stand in the API reference of each service; the page is named where it is not obvious.

ProjectName = Annotated[
    str,
    Text(
        r"(?=.{2,20}$)(?!sthree-)(?!amzn-s3-demo-)[a-z](?:-?[a-z0-9])*",
        "2-20 lower-case letters, digits and single hyphens, beginning with a letter",
    ),
]
EnvironmentName = Annotated[
    str,
    Text(
        r"(?=.{1,20}$)[a-z0-9](?:-?[a-z0-9])*",
        "1-20 lower-case letters, digits and single hyphens",
    ),
]
ImageName = Annotated[
    str,
    Text(
        r"[a-z](?:-?[a-z0-9])*",
        "lower-case letters, digits and single hyphens, beginning with a letter",
    ),
]
ImageTag = Annotated[
    str,
    Text(
        r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
        "an image tag: 1-128 letters, digits, '_', '.' or '-', not beginning with '.' or '-'",
    ),
]
EcrRepositoryName = Annotated[
    str,
    Text(
        r"(?=.{2,256}$)[a-z0-9]+(?:[._-][a-z0-9]+|__[a-z0-9]+)*"
        r"(?:/[a-z0-9]+(?:[._-][a-z0-9]+|__[a-z0-9]+)*)*",
        "an ECR repository name: 2-256 lower-case letters, digits, and single '.', '_', '-', '/'",
    ),
]
CodeCommitRepositoryName = Annotated[
    str,
    Text(
        r"[\w.-]{1,100}(?<!\.git)",
        "a CodeCommit repository name: 1-100 letters, digits, '.', '_', '-', not ending in .git",
    ),
]
FullRepositoryId = Annotated[
    str,
    Text(r"[^\s/]+(?:/[^\s/]+)+", 'owner and repository, as in "acme/web"'),
]
Branch = Annotated[
    str,
    Text(
        r"(?!.*\.\.)(?!.*//)(?!/)[^\s~^:?*\[\\]{1,256}(?<!/)(?<!\.lock)",
        "one branch name without wildcards, at most 256 characters",
    ),
]
Pattern = Annotated[
    str, Text(r"[^\s]{1,255}", "a pattern of 1-255 characters without blanks, as in 'release/*'")
]
BucketName = Annotated[
    str,
    Text(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "an S3 bucket name: 3-63 lower-case letters, digits, '.' and '-'",
    ),
]
ObjectKey = Annotated[str, Text(r".{1,1024}", "an object key of 1-1024 characters")]
ConnectionArn = Annotated[
    str,
    Text(
        _arn("(?:codestar-connections|codeconnections)", r"connection/[0-9a-f-]{36}"),
        "a connection's ARN, as in arn:aws:codeconnections:REGION:ACCOUNT:connection/UUID",
    ),
]
KeyArn = Annotated[
    str,
    Text(
        _arn("kms", r"key/[\w-]+"),
        "a KMS key's ARN, as in arn:aws:kms:REGION:ACCOUNT:key/ID (an alias is not enough)",
    ),
]
TopicArn = Annotated[
    str,
    Text(_arn("sns", r"[\w-]{1,256}"), "an SNS topic's ARN, as in arn:aws:sns:REGION:ACCOUNT:NAME"),
]
RoleArn = Annotated[
    str,
    Text(
        _arn("iam", r"role/[\w+=,.@/-]+", region=""),
        "a role's ARN, as in arn:aws:iam::ACCOUNT:role/NAME",
    ),
]
PolicyArn = Annotated[
    str,
    Text(
        _ARN.format(
            service="iam", region="", account=r"(?:\d{12}|aws)", resource=r"policy/[\w+=,.@/-]+"
        ),
        "a managed policy's ARN, as in arn:aws:iam::ACCOUNT:policy/NAME",
    ),
]
AccountId = Annotated[str, Text(r"\d{12}", "an account id of 12 digits, in quotes")]
Region = Annotated[str, Text(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}", "an AWS region, as in us-east-1")]
VpcId = Annotated[str, Text(r"vpc-[0-9a-f]{8,17}", "a VPC's id, as in vpc-0123456789abcdef0")]
SubnetId = Annotated[str, Text(r"subnet-[0-9a-f]{8,17}", "a subnet's id, as in subnet-0123abcd")]
SecurityGroupId = Annotated[
    str, Text(r"sg-[0-9a-f]{8,17}", "a security group's id, as in sg-0123abcd")
]
VariableName = Annotated[
    str,
    Text(r"[A-Za-z_][A-Za-z0-9_]*", "a variable's name: letters, digits and '_', no digit first"),
]
RelativePath = Annotated[
    str,
    Text(
        r"(?!/)(?!.*(?:^|/)\.\.(?:/|$))[^\x00-\x1f]{1,512}",
        "a path inside the source repository, without a leading '/' and without '..'",
    ),
]
SecretId = Annotated[
    str,
    Text(
        rf"(?:{_arn('secretsmanager', 'secret:')})?"
        r"[A-Za-z0-9/_+=.@-]{1,512}(?::[^:*?\s]*){0,3}",
        "a secret's name or ARN, and perhaps a JSON key, as in shop/npm:token",
    ),
]
ParameterName = Annotated[
    str,
    Text(
        rf"(?:{_arn('ssm', 'parameter')})?[A-Za-z0-9_./-]{{1,1011}}",
        "a parameter's name or ARN, as in /shop/npm",
    ),
]
BuildImage = Annotated[
    str,
    Text(
        r"[A-Za-z0-9][A-Za-z0-9._/:@-]{0,1023}",
        "an image, as in aws/codebuild/standard:7.0 or REPOSITORY:TAG",
    ),
]
NonEmpty = Annotated[str, Text(r"[\s\S]*\S[\s\S]*", "a text that is not empty")]
Schedule = Annotated[
    str,
    Text(
        r"rate\((?:1 (?:minute|hour|day)|(?!0|1 )\d+ (?:minutes|hours|days))\)"
        r"|cron\(\S+ \S+ (?:\? \S+ \S+|\S+ \S+ \?|\S+ \S+ \S+) \S+\)",
        "rate(N hours) or cron(minutes hours day-of-month month day-of-week year)",
    ),
]
