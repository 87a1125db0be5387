"""The types of single values: what each takes, what it refuses, and in which words."""

import re
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stack import ACCOUNT, REGION

from modules.settings import types
from modules.settings.types import Between, Flag, Text, is_token

UUID = "01234567-89ab-cdef-0123-456789abcdef"
HEX = "0123456789abcdef0"

GOOD_AND_BAD: dict[str, tuple[list[str], list[str]]] = {
    "ProjectName": (
        ["shop", "my-shop2", "a1"],
        ["a", "Shop", "2shop", "my--shop", "shop-", "s" * 21, "sthree-x", "amzn-s3-demo-x", "sh_p"],
    ),
    "EnvironmentName": (["prod", "2", "eu-1"], ["", "Prod", "-prod", "prod-", "p" * 21]),
    "ImageName": (["web", "web-2"], ["", "Web", "2web", "web_2", "web--2", "-web", "web-"]),
    "ImageTag": (
        ["latest", "_1", "v1.2-rc_3", "a" * 128],
        ["", ".a", "-a", "a b", "a/b", "a:b", "a" * 129],
    ),
    "EcrRepositoryName": (
        ["ab", "shop/web", "shop/web__2", "a.b-c_d/e", "a" * 256],
        ["a", "Shop", "/web", "web/", "shop//web", "a--b", "a..b", "a___b", "-ab", "a" * 257],
    ),
    "CodeCommitRepositoryName": (
        ["web", "Web_2.x", "w" * 100],
        ["", "a/b", "a b", "web.git", "w" * 101],
    ),
    "FullRepositoryId": (
        ["acme/web", "group/sub/web", "Acme.Inc/web_2"],
        ["", "web", "/web", "acme/", "acme//web", "acme/w b"],
    ),
    "Branch": (
        ["main", "release/1.x", "feature/a-b_c", "b" * 256],
        [
            *["", "/main", "main/", "a..b", "a//b", "a b", "re*", "a~b", "a^b", "a:b", "a?b"],
            *["a[b]", "a\\b", "a.lock", "b" * 257],
        ],
    ),
    "Pattern": (["release/*", "docker/**", "v?"], ["", "a b", "p" * 256]),
    "BucketName": (
        ["abc", "my.bucket-2", "b" * 63],
        ["ab", "Abc", "-abc", "abc-", "a_b", "b" * 64],
    ),
    "ObjectKey": (["k", "a b/ü.zip", "k" * 1024], ["", "k" * 1025]),
    "ConnectionArn": (
        [
            f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/{UUID}",
            f"arn:aws-us-gov:codestar-connections:us-gov-west-1:{ACCOUNT}:connection/{UUID}",
        ],
        [
            f"arn:aws:codecommit:{REGION}:{ACCOUNT}:connection/{UUID}",
            f"arn:aws:codeconnections:{REGION}:1234:connection/{UUID}",
            f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:host/{UUID}",
            UUID,
        ],
    ),
    "KeyArn": (
        [f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{UUID}", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/mrk-1"],
        [f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/shop", UUID, "alias/shop"],
    ),
    "TopicArn": (
        [f"arn:aws:sns:{REGION}:{ACCOUNT}:releases"],
        [f"arn:aws:sqs:{REGION}:{ACCOUNT}:releases", "releases"],
    ),
    "SecretId": (
        ["npm", "shop/npm:token", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:npm-a1B2c3:k"],
        ["", " ", "*", "shop/*", "npm?", "a b", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/npm"],
    ),
    "ParameterName": (
        ["npm", "/shop/npm", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/npm"],
        ["", "*", "/shop/*", "a b", "${x}"],
    ),
    "BuildImage": (
        [
            "aws/codebuild/standard:7.0",
            "node:20",
            f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/a/b:1",
        ],
        ["", " ", f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/*", "a b"],
    ),
    "RoleArn": (
        [f"arn:aws:iam::{ACCOUNT}:role/path/web-task"],
        [f"arn:aws:iam::{ACCOUNT}:user/mary", f"arn:aws:iam:{REGION}:{ACCOUNT}:role/x", "web-task"],
    ),
    "PolicyArn": (
        [f"arn:aws:iam::{ACCOUNT}:policy/boundary", "arn:aws:iam::aws:policy/PowerUserAccess"],
        [f"arn:aws:iam::{ACCOUNT}:role/boundary", "boundary"],
    ),
    "AccountId": ([ACCOUNT], ["1234", "1" * 13, "11112222333a", "\u0661" * 12]),
    "Region": (
        ["us-east-1", "ap-southeast-2", "us-gov-west-1", "us-isob-east-1"],
        ["", "Ireland", "us-east", "us-east-1a", "useast1"],
    ),
    "VpcId": (["vpc-0123abcd", f"vpc-{HEX}"], ["vpc-1", "subnet-0123abcd", "vpc-0123abcg"]),
    "SubnetId": (["subnet-0123abcd", f"subnet-{HEX}"], ["subnet-1", "vpc-0123abcd"]),
    "SecurityGroupId": (["sg-0123abcd", f"sg-{HEX}"], ["sg-1", "web"]),
    "VariableName": (["A", "_a1", "NODE_ENV"], ["", "1A", "A-B", "A B", "É"]),
    "RelativePath": (
        ["Dockerfile", "docker/web.Dockerfile", ".", "a..b/c", "p" * 512],
        ["", "/etc", "../x", "a/../b", "a/..", "a\nb", "p" * 513],
    ),
    "NonEmpty": (["x", " x ", "a\nb"], ["", " ", "\n\t"]),
    "Schedule": (
        ["rate(1 day)", "rate(12 hours)", "cron(0 6 ? * MON *)", "cron(0 6 1 * ? *)"],
        [
            "",
            "1 day",
            "rate(1 days)",
            "rate(2 day)",
            "rate(0 days)",
            "rate(1 week)",
            "cron(0 6 * *)",
        ],
    ),
}


def adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(types, name))


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, (good, _) in GOOD_AND_BAD.items() for value in good]
)
def test_what_aws_takes_is_taken_as_it_is(name: str, value: str) -> None:
    assert adapter(name).validate_python(value) == value


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, (_, bad) in GOOD_AND_BAD.items() for value in bad]
)
def test_what_aws_refuses_is_refused_in_words(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        adapter(name).validate_python(value)
    (problem,) = refused.value.errors()
    assert problem["msg"].startswith("must be ")
    assert "\\" not in problem["msg"], "a regular expression is no explanation"


def test_every_text_type_is_in_the_table() -> None:
    named = {
        name
        for name, type_ in vars(types).items()
        if any(isinstance(rule, Text) for rule in getattr(type_, "__metadata__", ()))
    }
    assert named == set(GOOD_AND_BAD)


@pytest.mark.parametrize("name", GOOD_AND_BAD)
def test_the_pattern_for_editors_agrees(name: str) -> None:
    pattern = adapter(name).json_schema()["pattern"]
    good, bad = GOOD_AND_BAD[name]
    assert all(re.search(pattern, value, re.ASCII) for value in good)
    assert not [value for value in bad if re.search(pattern, value, re.ASCII)]


@pytest.mark.parametrize("name", GOOD_AND_BAD)
@pytest.mark.parametrize("value", [1, True, None, ["x"]])
def test_a_text_is_a_text(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        adapter(name).validate_python(value)


def between(value: object) -> object:
    return TypeAdapter(Annotated[int, Between(5, 480)]).validate_python(value)


@given(number=st.integers())
def test_a_number_within_its_limits_is_taken(number: int) -> None:
    if 5 <= number <= 480:
        assert between(number) == number
    else:
        with pytest.raises(ValidationError, match="must be from 5 to 480"):
            between(number)


@pytest.mark.parametrize("value", ["30", True, 30.5, None, [30]])
def test_a_number_is_a_whole_number_and_nothing_like_it(value: object) -> None:
    with pytest.raises(ValidationError):
        between(value)


@pytest.mark.parametrize("value", ["yes", "true", 1, 0, None])
def test_a_flag_is_true_or_false(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Flag).validate_python(value)


@pytest.mark.parametrize("value", ["${TfToken[TOKEN.3]}", "a-${TfToken[TOKEN.3]}", -1.9e289])
def test_a_token_is_known_when_seen(value: object) -> None:
    assert is_token(value)


@given(value=st.text() | st.integers() | st.floats(-1e279, 1e279) | st.booleans() | st.none())
def test_nothing_that_a_person_writes_is_a_token(value: object) -> None:
    assert not is_token(value)


@pytest.mark.parametrize("name", GOOD_AND_BAD)
def test_a_token_passes_every_text_rule(name: str) -> None:
    assert adapter(name).validate_python("${TfToken[TOKEN.3]}") == "${TfToken[TOKEN.3]}"
