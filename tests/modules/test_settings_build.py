"""How an image is built: what a user may say, and what would show a secret."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from stack import ACCOUNT, KEY_ARN, REGION

from modules import Build, Parameter, Secret, Vpc
from modules.settings.build import RESERVED_VARIABLES

NETWORK: dict[str, Any] = {
    "vpc": "vpc-0123abcd",
    "subnets": ["subnet-0123abcd"],
    "security_groups": ["sg-0123abcd"],
}


def problems(**settings: Any) -> dict[str, str]:
    """Where → what, for everything that is wrong."""
    with pytest.raises(ValidationError) as refused:
        Build(**settings)
    return {
        ".".join(str(step) for step in error["loc"]): error["msg"]
        for error in refused.value.errors()
    }


def test_defaults() -> None:
    build = Build()
    assert build.architecture == "x86_64"
    assert build.timeout_minutes == 60
    assert build.queued_timeout_minutes == 480
    assert build.privileged is True
    assert build.cache == "none"
    assert (build.dockerfile, build.context, build.buildspec) == ("Dockerfile", ".", None)
    assert build.log_retention_days == 30


@pytest.mark.parametrize(
    ("setting", "good", "bad"),
    [
        ("timeout_minutes", [5, 2160], [4, 2161]),
        ("queued_timeout_minutes", [5, 480], [4, 481]),
        ("concurrent_build_limit", [1, 10_000, None], [0, 10_001]),
        ("log_retention_days", [1, 365, 3653], [0, 2, 31]),
        ("architecture", ["x86_64", "arm64"], ["x86", "aarch64"]),
        ("compute_type", ["BUILD_GENERAL1_MEDIUM"], ["medium", "BUILD_LAMBDA_1GB"]),
        ("cache", ["none", "local", "registry"], ["s3", True]),
        ("platform", ["linux/arm64", "linux/arm/v7"], ["arm64", "linux/", "windows/amd64"]),
        ("privileged", [True], ["yes", 1]),
        ("image", ["aws/codebuild/standard:7.0"], ["", " "]),
        ("dockerfile", ["docker/web"], ["/Dockerfile", "../Dockerfile"]),
    ],
)
def test_limits(setting: str, good: list[object], bad: list[object]) -> None:
    for value in good:
        settings: dict[str, Any] = {setting: value}
        assert getattr(Build(**settings), setting) == value
    for value in bad:
        assert set(problems(**{setting: value})) == {setting}


def test_all_problems_are_told_at_once() -> None:
    found = problems(
        timeout_minutes=1, dockerfile="/Dockerfile", arguments={"1A": "x"}, enviroment={}
    )
    assert set(found) == {"timeout_minutes", "dockerfile", "arguments.1A.[key]", "enviroment"}


def test_a_variable_is_a_text_a_secret_or_a_parameter() -> None:
    from_file = TypeAdapter(Build).validate_python(
        {
            "environment": {
                "A": "text",
                "B": {"secret": "npm", "kms_key": KEY_ARN},
                "C": {"parameter": "/p"},
            }
        }
    )
    assert from_file.environment == {
        "A": "text",
        "B": Secret(secret="npm", kms_key=KEY_ARN),
        "C": Parameter(parameter="/p"),
    }
    for wrong in (1, True, None, {"secrets": "npm"}, ["x"]):
        (where,) = problems(environment={"A": wrong})
        assert where.startswith("environment.A")


@pytest.mark.parametrize("name", [*sorted(RESERVED_VARIABLES), "CODEBUILD_X", "AWS_REGION"])
@pytest.mark.parametrize("kind", ["environment", "arguments"])
def test_what_the_build_sets_itself_is_refused(kind: str, name: str) -> None:
    assert "the build sets this itself" in problems(**{kind: {name: "x"}})[f"{kind}.{name}"]


CANARY = "canary-7f3a"
SECRETS = [
    ("PASSWORD", CANARY),
    ("db_password", CANARY),
    ("NPM_TOKEN", CANARY),
    ("API_KEY", CANARY),
    ("APIKEY", CANARY),
    ("PRIVATE_KEY", CANARY),
    ("CLIENT_SECRET", CANARY),
    ("SECRET_KEY", CANARY),
    ("CREDENTIALS", CANARY),
    ("ID", "AKIA" + "ABCDEFGHIJKLMNOP"),
    ("X", "ghp_" + "a1" * 18),
    ("DATABASE_URL", "postgres://shop:hunter2@db.internal/shop"),
    ("AUTH", "Basic c2hvcDpodW50ZXIy"),
    ("SESSION", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzaG9wIn0.c2lnbmF0dXJl"),
    ("DB_PWD", "hunter2"),
    ("DBPASSWORD", "hunter2"),
    ("X", "github_pat_" + "a1" * 20),
    ("X", "glpat-" + "a1" * 10),
    ("X", "xoxb-" + "1234567890"),
    ("X", "-----BEGIN RSA PRIVATE KEY-----\nabc"),
]


@pytest.mark.parametrize("kind", ["environment", "arguments"])
@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_a_plain_secret_is_refused_and_not_repeated(kind: str, name: str, value: str) -> None:
    settings: dict[str, Any] = {kind: {name: value, "FINE": value}}
    with pytest.raises(ValidationError) as refused:
        Build(**settings)
    assert "looks like a secret" in str(refused.value)
    for text in (str(refused.value), repr(refused.value), refused.value.json()):
        assert value not in text
        assert repr(value)[1:-1] not in text


@pytest.mark.parametrize(
    "settings",
    [
        {"environment": {"A": CANARY}, "arguments": {"A": CANARY}},
        {"environment": {"A": CANARY}, "privileged": False},
        {"environment": {"A": {"secrets": CANARY}}},
        {"environment": {"A": [CANARY]}},
        {"arguments": {"A": {"secret": CANARY}}},
    ],
)
def test_no_other_problem_repeats_a_value(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Build(**settings)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKENS_PER_SECOND", "5"),
        ("PASSAGE", "x"),
        ("SECRETARY", "mary"),
        ("PASSWORD", ""),  # an empty one is none
        ("KEYBOARD", "us"),
        ("NPM_TOKEN", "${TfToken[TOKEN.3]}"),  # Terraform knows whether it is one
    ],
)
def test_what_only_sounds_like_a_secret_is_taken(name: str, value: str) -> None:
    assert Build(environment={name: value}).environment == {name: value}


@pytest.mark.parametrize("value", [Secret(secret="npm"), Parameter(parameter="npm")])
def test_a_secret_in_its_place_may_have_any_name(value: Secret | Parameter) -> None:
    assert Build(environment={"NPM_TOKEN": value}).environment == {"NPM_TOKEN": value}


def test_a_name_is_an_environment_variable_or_a_build_argument() -> None:
    twice: dict[str, Any] = {"environment": {"A": "1", "B": "1"}, "arguments": {"A": "2", "B": "2"}}
    assert problems(**twice) == {"": "A, B in both environment and arguments: keep one"}


def test_docker_needs_a_privileged_machine() -> None:
    assert "needs privileged: true" in problems(privileged=False)[""]
    assert "local cache" in problems(privileged=False, buildspec="b.yml", cache="local")[""]
    assert Build(privileged=False, buildspec="b.yml").privileged is False


def test_a_network() -> None:
    assert Vpc(**NETWORK).subnets == ["subnet-0123abcd"]
    for setting, bad in [
        ("vpc", "vpc"),
        ("subnets", []),
        ("subnets", ["subnet-0123abcd"] * 17),
        ("security_groups", []),
        ("security_groups", ["sg-0123abcd"] * 6),
        ("security_groups", ["web"]),
    ]:
        with pytest.raises(ValidationError, match=setting):
            Vpc(**{**NETWORK, setting: bad})


def test_a_key_is_given_by_its_arn() -> None:
    for kind in (Secret, Parameter):
        name = kind.__name__.lower()
        with pytest.raises(ValidationError, match="a KMS key's ARN"):
            kind(**{name: "npm", "kms_key": f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/npm"})
        with pytest.raises(ValidationError, match=f"a {name}'s name or ARN"):
            kind(**{name: " "})
        with pytest.raises(ValidationError, match=f"a {name}'s name or ARN"):
            kind(**{name: "*"})  # it would be a wildcard in the policy


def test_settings_do_not_change() -> None:
    with pytest.raises(AttributeError):
        Build().timeout_minutes = 5  # type: ignore[misc]
