"""The types of single values: what AWS accepts, said once, in words a person can act on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Strict

from modules.settings.rules import SETTINGS as SETTINGS
from modules.settings.rules import Between as Between
from modules.settings.rules import OrToken as OrToken
from modules.settings.rules import Text as Text
from modules.settings.rules import is_token as is_token


def arn(
    service: str, resource: str, *, region: str = "[a-z0-9-]+", account: str = r"\d{12}"
) -> str:
    """The pattern of an ARN, in any partition; the parts are patterns too."""
    return rf"arn:aws(?:-[a-z]+)*:{service}:{region}:{account}:{resource}"


Flag = Annotated[bool, Strict()]
"""True or false; a text such as "yes" is a mistake."""

Mode = Literal["superseded", "queued", "parallel"]
"""https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html"""
Retry = Literal["failed_actions", "all_actions"]
"""https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html"""

# The limits stand in the API reference of each service; the page is named where it is not obvious.


def _name(longest: int) -> Text:
    """What names of resources begin with, a bucket's among them."""
    return Text(
        r"[a-z](?:-?[a-z0-9])*",
        f"2-{longest} lower-case letters, digits and single hyphens, beginning with a letter",
        shortest=2,
        longest=longest,
        never=r"^(?:sthree|amzn-s3-demo)-",
    )


ProjectName = Annotated[str, _name(20)]
ModuleName = Annotated[str, _name(40)]
"""The longest suffix of a role, `-source-committed-start`, leaves 41 of its 64 characters."""
EnvironmentName = Annotated[
    str,
    Text(
        r"[a-z0-9](?:-?[a-z0-9])*",
        "1-20 lower-case letters, digits and single hyphens",
        longest=20,
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
        r"[a-z0-9]+(?:[._-][a-z0-9]+|__[a-z0-9]+)*"
        r"(?:/[a-z0-9]+(?:[._-][a-z0-9]+|__[a-z0-9]+)*)*",
        "an ECR repository name: 2-256 lower-case letters, digits, and single '.', '_', '-', '/'",
        shortest=2,
        longest=256,
        never=r"\.dkr[.-]ecr",  # a URL has only such characters, too
    ),
]
CodeCommitRepositoryName = Annotated[
    str,
    Text(
        r"[\w.-]{1,100}",
        "a CodeCommit repository name: 1-100 letters, digits, '.', '_', '-', not ending in .git",
        never=r"\.git$",
    ),
]
FullRepositoryId = Annotated[
    str,
    Text(r"[^\s\v/]+(?:/[^\s\v/]+)+", 'owner and repository, as in "acme/web"'),
]
Branch = Annotated[
    str,
    Text(
        r"[^\s\v~^:?*\[\\]{1,256}",
        "one branch name without wildcards, at most 256 characters",
        never=r"\.\.|//|^/|/$|\.lock$",
    ),
]
Pattern = Annotated[
    str, Text(r"[^\s\v]{1,255}", "a pattern of 1-255 characters without blanks, as in 'release/*'")
]
BucketName = Annotated[
    str,
    Text(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "an S3 bucket name: 3-63 lower-case letters, digits, '.' and '-'",
    ),
]
ObjectKey = Annotated[str, Text(r".+", "an object key of 1-1024 characters", longest=1024)]
ConnectionArn = Annotated[
    str,
    Text(
        arn("(?:codestar-connections|codeconnections)", r"connection/[0-9a-f-]{36}"),
        "a connection's ARN, as in arn:aws:codeconnections:REGION:ACCOUNT:connection/UUID",
    ),
]
KeyArn = Annotated[
    str,
    Text(
        arn("kms", r"key/[\w-]+"),
        "a KMS key's ARN, as in arn:aws:kms:REGION:ACCOUNT:key/ID (an alias is not enough)",
    ),
]
TopicArn = Annotated[
    str,
    Text(arn("sns", r"[\w-]{1,256}"), "an SNS topic's ARN, as in arn:aws:sns:REGION:ACCOUNT:NAME"),
]
RoleArn = Annotated[
    str,
    Text(
        arn("iam", r"role/[\w+=,.@/-]+", region=""),
        "a role's ARN, as in arn:aws:iam::ACCOUNT:role/NAME",
    ),
]
PolicyArn = Annotated[
    str,
    Text(
        arn("iam", r"policy/[\w+=,.@/-]+", region="", account=r"(?:\d{12}|aws)"),
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
        r"[^\x00-\x1f]{1,512}",
        "a path inside the source repository, without a leading '/' and without '..'",
        never=r"^/|(?:^|/)\.\.(?:/|$)",
    ),
]
SecretId = Annotated[
    str,
    Text(
        rf"(?:{arn('secretsmanager', 'secret:')})?"
        r"[A-Za-z0-9/_+=.@-]{1,512}(?::[^:*?\s\v]*){0,3}",
        "a secret's name or ARN, and perhaps a JSON key, as in shop/npm:token",
    ),
]
ParameterName = Annotated[
    str,
    Text(
        rf"(?:{arn('ssm', 'parameter')})?[A-Za-z0-9_./-]{{1,1000}}[A-Za-z0-9_./-]{{0,11}}",
        "a parameter's name or ARN, as in /shop/npm",
    ),
]
BuildImage = Annotated[
    str,
    Text(
        r"[A-Za-z0-9][A-Za-z0-9._/:@-]*",
        "an image, as in aws/codebuild/standard:7.0 or REPOSITORY:TAG",
        longest=1024,
    ),
]
NonEmpty = Annotated[str, Text(r"[\s\S]*[^\s\v][\s\S]*", "a text that is not empty")]
Schedule = Annotated[
    str,
    Text(
        r"rate\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9]\d+) (?:minutes|hours|days))\)"
        r"|cron\([^\s\v]+(?: [^\s\v]+){5}\)",
        "rate(N hours) or cron(minutes hours day-of-month month day-of-week year)",
    ),
]
