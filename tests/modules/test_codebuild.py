"""The build project: its machine, what docker is told, and what it may read."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from stack import ACCOUNT, CODE, KEY_ARN, REGION, Block, Template, template

from modules import Build, EcsDeploy, ImagePipeline, Parameter, Secret, Vpc
from modules._cdktf import TerraformStack

BUILDSPECS = Path(__file__).parents[2] / "buildspecs"
IN_VPC = Vpc(vpc="vpc-0123abcd", subnets=["subnet-0123abcd"], security_groups=["sg-0123abcd"])


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def built(**settings: Any) -> Template:
    return template(lambda stack: ImagePipeline(stack, "web", source=CODE, build=Build(**settings)))


@cache
def plain() -> Template:
    return built()


def project(of: Template, name: str = "web_build") -> Block:
    return of.resources("aws_codebuild_project")[name]


def test_defaults() -> None:
    default = project(plain())
    assert default["name"] == "shop-web"
    assert default["build_timeout"] == 60
    assert default["queued_timeout"] == 480
    assert default["artifacts"] == {"type": "CODEPIPELINE"}
    assert default["source"]["type"] == "CODEPIPELINE"
    assert default["cache"] == {"type": "NO_CACHE"}
    environment = {**default["environment"]}
    del environment["environment_variable"]
    assert environment == {
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        "image_pull_credentials_type": "CODEBUILD",
        "compute_type": "BUILD_GENERAL1_SMALL",
        "privileged_mode": True,
    }
    assert "concurrent_build_limit" not in default
    assert "secondary_sources" not in default  # CodePipeline gives them
    assert "vpc_config" not in default


def test_the_machine_can_be_another() -> None:
    arm = project(
        built(
            architecture="arm64",
            compute_type="BUILD_GENERAL1_LARGE",
            timeout_minutes=30,
            queued_timeout_minutes=15,
            concurrent_build_limit=2,
        )
    )
    assert arm["environment"]["type"] == "ARM_CONTAINER"
    assert arm["environment"]["image"] == "aws/codebuild/amazonlinux-aarch64-standard:3.0"
    assert arm["environment"]["compute_type"] == "BUILD_GENERAL1_LARGE"
    assert arm["build_timeout"] == 30
    assert arm["queued_timeout"] == 15
    assert arm["concurrent_build_limit"] == 2


def test_the_log_is_kept_for_a_while() -> None:
    of = built(log_retention_days=7)
    assert of.resources("aws_cloudwatch_log_group")["web_build"] == {
        "name": "/aws/codebuild/shop-web",
        "retention_in_days": 7,
    }
    logs = project(of)["logs_config"]["cloudwatch_logs"]
    assert logs == {
        "status": "ENABLED",
        "group_name": "${aws_cloudwatch_log_group.web_build.name}",
    }


# The buildspec and its variables


def test_the_standard_buildspec_is_embedded_as_it_is_in_its_file() -> None:
    def build(stack: TerraformStack) -> None:
        base = ImagePipeline(stack, "base", source=CODE)
        ImagePipeline(stack, "web", source=CODE, base=base.image)

    of = template(build)
    for name, file in (("base_build", "base.yml"), ("web_build", "app.yml")):
        embedded = of.resolve(project(of, name)["source"]["buildspec"])
        assert embedded == (BUILDSPECS / file).read_text(encoding="utf-8")


def test_a_buildspec_of_ones_own_is_named_by_its_path() -> None:
    of = built(buildspec="ci/build.yml", privileged=False)
    assert project(of)["source"]["buildspec"] == "ci/build.yml"
    assert project(of)["environment"]["privileged_mode"] is False


def test_the_standard_buildspec_is_told_where_the_image_goes() -> None:
    assert plain().variables("web_build") == {
        "REPOSITORY_URI": ("PLAINTEXT", f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web"),
        "IMAGE_TAG": ("PLAINTEXT", "latest"),
        "CONTAINER_NAME": ("PLAINTEXT", "web"),
        "DOCKERFILE": ("PLAINTEXT", "Dockerfile"),
        "BUILD_CONTEXT": ("PLAINTEXT", "."),
    }


def test_what_docker_is_told_can_be_said_otherwise() -> None:
    variables = built(
        dockerfile="docker/web.Dockerfile",
        context="web",
        arguments={"VERSION": "1", "MIRROR": "${REGISTRY}/x"},
        platform="linux/arm64",
        cache="registry",
    ).variables("web_build")
    assert variables["DOCKERFILE"] == ("PLAINTEXT", "docker/web.Dockerfile")
    assert variables["BUILD_CONTEXT"] == ("PLAINTEXT", "web")
    assert variables["BUILD_ARGS"] == ("PLAINTEXT", "VERSION MIRROR")
    assert variables["VERSION"] == ("PLAINTEXT", "1")
    assert variables["MIRROR"] == ("PLAINTEXT", "${REGISTRY}/x")
    assert variables["PLATFORM"] == ("PLAINTEXT", "linux/arm64")
    assert variables["CACHE"] == ("PLAINTEXT", "registry")


def test_every_variable_of_the_standard_buildspecs_is_reserved() -> None:
    # Otherwise a variable of the user would silently change the build.
    def build(stack: TerraformStack) -> None:
        base = ImagePipeline(stack, "base", source=CODE)
        ImagePipeline(
            stack,
            "web",
            source=CODE,
            base=base.image,
            build=Build(platform="linux/arm64", cache="registry", arguments={"X": "1"}),
            deploy=EcsDeploy(cluster="prod", service="web", container="web"),
        )

    for name in set(template(build).variables("web_build")) - {"X"}:
        with pytest.raises(ValidationError, match="the build sets this itself"):
            Build(environment={name: "mine"})


def test_the_local_cache_keeps_docker_layers() -> None:
    of = built(cache="local")
    assert project(of)["cache"] == {"type": "LOCAL", "modes": ["LOCAL_DOCKER_LAYER_CACHE"]}
    assert "CACHE" not in of.variables("web_build")


# Secrets and parameters


def test_secrets_and_parameters_are_read_when_the_build_starts() -> None:
    of = built(
        environment={
            "NPM": Secret(secret="shop/npm:token"),
            "PROXY": Parameter(parameter="/shop/proxy"),
            "MODE": "fast",
        }
    )
    variables = of.variables("web_build")
    assert variables["NPM"] == ("SECRETS_MANAGER", "shop/npm:token")
    assert variables["PROXY"] == ("PARAMETER_STORE", "/shop/proxy")
    assert variables["MODE"] == ("PLAINTEXT", "fast")


@pytest.mark.parametrize(
    ("secret", "resource"),
    [
        ("npm", arn("secretsmanager", "secret:npm-??????")),
        ("shop/npm:token", arn("secretsmanager", "secret:shop/npm-??????")),
        ("shop/npm:token:AWSPREVIOUS", arn("secretsmanager", "secret:shop/npm-??????")),
        (arn("secretsmanager", "secret:npm-AbCdEf"), arn("secretsmanager", "secret:npm-AbCdEf")),
        (
            arn("secretsmanager", "secret:npm-AbCdEf:token::"),
            arn("secretsmanager", "secret:npm-AbCdEf"),
        ),
    ],
)
def test_a_build_reads_its_secret_and_no_other(secret: str, resource: str) -> None:
    permissions = built(environment={"NPM": Secret(secret=secret)}).permissions("web_build_role")
    assert permissions["Secrets"] == ({"secretsmanager:GetSecretValue"}, {resource})
    assert "Parameters" not in permissions
    assert "VariableKeys" not in permissions


@pytest.mark.parametrize(
    ("parameter", "resource"),
    [
        ("proxy", arn("ssm", "parameter/proxy")),
        ("/shop/proxy", arn("ssm", "parameter/shop/proxy")),
        (arn("ssm", "parameter/shop/proxy"), arn("ssm", "parameter/shop/proxy")),
    ],
)
def test_a_build_reads_its_parameter_and_no_other(parameter: str, resource: str) -> None:
    of = built(environment={"PROXY": Parameter(parameter=parameter)})
    assert of.permissions("web_build_role")["Parameters"] == ({"ssm:GetParameters"}, {resource})


def test_a_key_of_ones_own_may_be_used_to_read_them() -> None:
    of = built(
        environment={
            "NPM": Secret(secret="npm", kms_key=KEY_ARN),
            "PROXY": Parameter(parameter="proxy", kms_key=KEY_ARN),
        }
    )
    assert of.permissions("web_build_role")["VariableKeys"] == ({"kms:Decrypt"}, {KEY_ARN})


def test_a_build_without_them_reads_none() -> None:
    assert not plain().permissions("web_build_role").keys() & {
        "Secrets",
        "Parameters",
        "VariableKeys",
        "DescribeNetwork",
        "BuildImage",
    }


# The image to build in, and the network


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        (
            f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/ci/docker:27",
            arn("ecr", "repository/ci/docker"),
        ),
        (
            f"444455556666.dkr.ecr.us-east-1.amazonaws.com/ci@sha256:{'a' * 64}",
            "arn:aws:ecr:us-east-1:444455556666:repository/ci",
        ),
        (
            "444455556666.dkr.ecr.cn-north-1.amazonaws.com.cn/ci",
            "arn:aws:ecr:cn-north-1:444455556666:repository/ci",
        ),
    ],
)
def test_an_image_in_ecr_is_pulled_with_the_role_of_the_project(
    image: str, repository: str
) -> None:
    of = built(image=image)
    environment = project(of)["environment"]
    assert environment["image"] == image
    assert environment["image_pull_credentials_type"] == "SERVICE_ROLE"
    assert of.permissions("web_build_role")["BuildImage"][1] == {repository}


@pytest.mark.parametrize(
    "image",
    ["aws/codebuild/standard:7.0", "docker:27-dind", "public.ecr.aws/docker/docker"],
)
def test_any_other_image_needs_no_role(image: str) -> None:
    of = built(image=image)
    assert project(of)["environment"]["image"] == image
    assert project(of)["environment"]["image_pull_credentials_type"] == "CODEBUILD"
    assert "BuildImage" not in of.permissions("web_build_role")


def test_a_build_can_run_in_a_vpc() -> None:
    assert project(built(vpc=IN_VPC))["vpc_config"] == {
        "vpc_id": "vpc-0123abcd",
        "subnets": ["subnet-0123abcd"],
        "security_group_ids": ["sg-0123abcd"],
    }


def test_a_project_is_made_after_the_policy_of_its_role() -> None:
    assert project(plain())["depends_on"] == ["aws_iam_role_policy.web_build_role"]
