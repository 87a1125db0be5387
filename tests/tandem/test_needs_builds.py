"""What builds need of their roles: CodeBuild itself, and what the commands do."""

from typing import Any

import pytest
from needs_deployment import (
    HOST,
    action,
    arn,
    asked,
    deployment,
    environment,
    on,
    pipeline,
    project,
)

from tandem.access.chosen import SUFFIX, chosen
from tandem.access.needs import Need, needs, service_needs, unclear
from tandem.deployment import Deployment
from tandem.deployment.symbols import readable

PUSH = (
    "BatchCheckLayerAvailability CompleteLayerUpload InitiateLayerUpload PutImage UploadLayerPart"
)
PULL = "BatchGetImage GetDownloadUrlForLayer"
LOGIN = f"aws ecr get-login-password | docker login --username AWS --password-stdin {HOST}"


def built(commands: list[str], given: dict[str, str] | None = None, **settings: Any) -> Deployment:
    if given:
        settings["environment"] = environment(**given)
    return deployment(aws_codebuild_project={"web": project(commands, **settings)})


def in_pipeline(*sources: dict[str, Any], said: str = "[]", **settings: Any) -> Deployment:
    names = [name for source in sources for name in source["output_artifacts"]]
    configuration = {"ProjectName": "web", "EnvironmentVariables": said}
    build = action(
        "Build",
        "CodeBuild",
        configuration=configuration,
        input_artifacts=names,
        output_artifacts=["Built"],
    )
    return deployment(
        aws_codepipeline={"web": pipeline(*sources, build)},
        aws_codebuild_project={"web": project(**settings)},
    )


def contexts(found: list[Need], name: str) -> list[dict[str, Any]]:
    return [dict(need.context) for need in found if need.action == name]


def test_a_log_is_written_where_the_project_says() -> None:
    cloudwatch = {"group_name": "builds"}
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "/aws/codebuild/web"),
        ({"logs_config": {"cloudwatch_logs": cloudwatch}}, "builds"),
    ]
    for settings, group in cases:
        found = asked(needs(built([], **settings)), "build", "logs")
        stream = arn("logs", f"log-group:{group}:log-stream:{chosen('stream')}")
        expected = on(stream, "CreateLogStream PutLogEvents", "logs")
        assert found == expected | on(arn("logs", f"log-group:{group}"), "CreateLogGroup", "logs")


def test_a_log_that_is_off_or_there_needs_less() -> None:
    off = {"cloudwatch_logs": {"status": "DISABLED"}}
    assert asked(needs(built([], logs_config=off)), "build", "logs") == {}
    there = deployment(
        aws_codebuild_project={"web": project()},
        aws_cloudwatch_log_group={"web": {"name": "/aws/codebuild/web"}},
    )
    (need,) = [it for it in needs(there) if it.action == "logs:CreateLogGroup"]
    assert need.advised
    assert need.alternatives == ((need.action, f"{need.resource}:log-stream:"),)


def test_artifacts_come_from_the_store_and_go_there() -> None:
    found = needs(in_pipeline(encryption_key=arn("kms", "key/1")))
    objects = f"arn:aws:s3:::store/web/{chosen('object')}"
    assert asked(found, "build", "s3") == on(objects, "GetObject GetObjectVersion PutObject", "s3")
    key = on(arn("kms", "key/1"), "Decrypt GenerateDataKey", "kms")
    assert asked(found, "build", "kms") == key
    assert contexts(found, "kms:Decrypt")[0]["kms:ViaService"] == "s3.eu-west-1.amazonaws.com"
    advised = {need.action for need in found if need.advised and need.role.name == "build"}
    assert {"s3:GetBucketAcl", "s3:GetBucketLocation", "kms:DescribeKey"} <= advised


def test_a_clone_is_pulled_by_the_build() -> None:
    def source(format: str) -> dict[str, Any]:
        said = {"RepositoryName": "web", "OutputArtifactFormat": format}
        return action("Source", "CodeCommit", configuration=said, output_artifacts=["Code"])

    cloned = needs(in_pipeline(source("CODEBUILD_CLONE_REF")))
    pulled = on(arn("codecommit", "web"), "GitPull", "codecommit")
    assert asked(cloned, "build", "codecommit") == pulled
    assert asked(needs(in_pipeline(source("CODE_ZIP"))), "build", "codecommit") == {}


def test_a_clone_through_a_connection_uses_it() -> None:
    connection = arn("codeconnections", "connection/1")
    said = {
        "ConnectionArn": connection,
        "FullRepositoryId": "shop/web",
        "OutputArtifactFormat": "CODEBUILD_CLONE_REF",
    }
    source = action(
        "Source", "CodeStarSourceConnection", configuration=said, output_artifacts=["Code"]
    )
    found = asked(needs(in_pipeline(source)), "build", "codeconnections", "codestar-connections")
    assert found == on(connection, "UseConnection", "codeconnections")


def test_a_project_gets_its_own_source() -> None:
    location = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/web"
    source = {"type": "CODECOMMIT", "location": location}
    found = needs(built([], source=source, artifacts={"type": "NO_ARTIFACTS"}))
    pulled = on(arn("codecommit", "web"), "GitPull", "codecommit")
    assert asked(found, "build", "codecommit") == pulled
    zipped = {"type": "S3", "location": "sources/web.zip"}
    found = needs(built([], source=zipped, artifacts={"type": "S3", "location": "made"}))
    expected = on("arn:aws:s3:::sources/web.zip", "GetObject GetObjectVersion", "s3")
    expected |= on("arn:aws:s3:::made/web", "PutObject", "s3")
    assert asked(found, "build", "s3") == expected


@pytest.mark.parametrize("credentials", ["SERVICE_ROLE", "CODEBUILD"])
def test_the_image_that_a_build_runs_in_is_pulled(credentials: str) -> None:
    image = {
        **environment(),
        "image": f"{HOST}/tools:1",
        "image_pull_credentials_type": credentials,
    }
    found = deployment(
        aws_codebuild_project={"web": project(environment=image)},
        aws_ecr_repository={"tools": {"name": "tools"}},
    )
    pulled = on(arn("ecr", "repository/tools"), PULL, "ecr") | on(
        "*", "GetAuthorizationToken", "ecr"
    )
    by_role = asked(needs(found), "build", "ecr")
    by_service = {need.action for need in service_needs(found)}
    if credentials == "SERVICE_ROLE":
        assert (by_role, by_service) == (pulled, set())
    else:
        assert by_role == {}
        assert "ecr:BatchGetImage" in by_service


def test_secrets_and_parameters_are_read() -> None:
    stored = {
        "environment_variable": [
            {"name": "A", "value": "shop/token:key", "type": "SECRETS_MANAGER"},
            {"name": "B", "value": "/shop/level", "type": "PARAMETER_STORE"},
        ]
    }
    found = built([], environment={**environment(), **stored})
    secret = arn("secretsmanager", f"secret:shop/token-{SUFFIX}")
    expected = on(secret, "GetSecretValue", "secretsmanager")
    expected |= on(arn("ssm", "parameter/shop/level"), "GetParameters", "ssm")
    assert asked(needs(found), "build", "secretsmanager", "ssm", "kms") == expected
    assert [it.actions for it in unclear(found)] == [("kms:Decrypt",)] * 2


def test_the_key_of_a_known_secret_is_used() -> None:
    stored = [{"name": "A", "value": "token", "type": "SECRETS_MANAGER"}]
    found = deployment(
        aws_codebuild_project={
            "web": project(environment={**environment(), "environment_variable": stored})
        },
        aws_secretsmanager_secret={"it": {"name": "token", "kms_key_id": arn("kms", "key/1")}},
    )
    (need,) = [it for it in needs(found) if it.action == "secretsmanager:GetSecretValue"]
    assert readable(need.resource) == "<aws_secretsmanager_secret.it.arn>"
    assert need.alternatives == ((need.action, arn("secretsmanager", f"secret:token-{SUFFIX}")),)
    assert asked(needs(found), "build", "kms") == on(arn("kms", "key/1"), "Decrypt", "kms")
    assert unclear(found) == []


def test_a_vpc_needs_an_interface() -> None:
    vpc = {"vpc_id": "vpc-1", "subnets": ["subnet-1"], "security_group_ids": ["sg-1"]}
    found = needs(built([], vpc_config=vpc))
    interface = arn("ec2", "network-interface/eni-1")
    created = {interface, arn("ec2", "subnet/subnet-1"), arn("ec2", "security-group/sg-1")}
    described = "DhcpOptions NetworkInterfaces SecurityGroups Subnets Vpcs"
    assert asked(found, "build", "ec2") == {
        "ec2:CreateNetworkInterface": created,
        "ec2:DeleteNetworkInterface": {interface},
        "ec2:CreateNetworkInterfacePermission": {interface},
        **{f"ec2:Describe{what}": {"*"} for what in described.split()},
    }
    (lent,) = contexts(found, "ec2:CreateNetworkInterfacePermission")
    assert lent["ec2:AuthorizedService"] == "codebuild.amazonaws.com"
    assert lent["ec2:Subnet"] == arn("ec2", "subnet/subnet-1")


def test_an_image_is_pushed() -> None:
    found = needs(
        built([LOGIN, "docker build -t $URI:1 .", "docker push $URI:1"], {"URI": f"{HOST}/web"})
    )
    expected = on("*", "GetAuthorizationToken", "ecr") | on(
        arn("ecr", "repository/web"), PUSH, "ecr"
    )
    assert asked(found, "build", "ecr") == expected


def test_an_image_elsewhere_needs_nothing_of_ecr() -> None:
    found = needs(built(["docker pull alpine", "docker push registry.example.com/web"]))
    assert asked(found, "build", "ecr", optional=True) == {}


def test_an_image_in_another_account_and_region_is_pulled_there() -> None:
    other = "999900001111.dkr.ecr.us-east-1.amazonaws.com/tools"
    found = needs(built([f"docker pull {other}:2"]))
    repository = "arn:aws:ecr:us-east-1:999900001111:repository/tools"
    assert asked(found, "build", "ecr") == on(repository, PULL, "ecr")
    assert contexts(found, "ecr:BatchGetImage")[0]["aws:ResourceAccount"] == "999900001111"


def test_a_pull_asks_no_more_than_ecr_does_but_codebuild_advises_more_for_its_image() -> None:
    also = "ecr:BatchCheckLayerAvailability"
    (pulled,) = [it for it in needs(built([f"docker pull {HOST}/a"])) if it.action == also]
    assert pulled.optional
    assert not pulled.advised
    own = {**environment(), "image": f"{HOST}/a", "image_pull_credentials_type": "SERVICE_ROLE"}
    (needed,) = [it for it in needs(built([], environment=own)) if it.action == also]
    assert needed.advised


def test_a_base_is_pulled_by_the_digest_that_an_earlier_action_says() -> None:
    said = f'[{{"name":"BASE_IMAGE","value":"{HOST}/base@#{{Base.ImageDigest}}"}}]'
    commands = ["docker build --build-arg BASE_IMAGE -t web ."]
    found = needs(in_pipeline(said=said, commands=commands))
    assert asked(found, "build", "ecr") == on(arn("ecr", "repository/base"), PULL, "ecr")


def test_an_image_that_is_only_named_may_be_pulled() -> None:
    found = needs(built(["docker build -t web ."], {"BASE": f"{HOST}/base"}))
    assert asked(found, "build", "ecr") == {}
    assert "ecr:BatchGetImage" in asked(found, "build", "ecr", optional=True)


def test_what_lies_in_the_source_is_unclear() -> None:
    hidden = project(source={"type": "CODEPIPELINE"})
    (it,) = unclear(deployment(aws_codebuild_project={"web": hidden}))
    assert it.actions == ("*",)
    assert it.why == "web: its buildspec lies in the source (buildspec.yml)"


def test_a_script_is_unclear() -> None:
    (it,) = unclear(built(["./build.sh"]))
    assert it.actions == ("*",)


def test_variables_that_are_not_known_are_unclear() -> None:
    whys = [it.why for it in unclear(in_pipeline(said="not JSON"))]
    assert whys == ["the environment variables of web are not known yet"]


def test_a_cache_is_kept_in_a_bucket() -> None:
    found = needs(built([], cache={"type": "S3", "location": "files/cache"}))
    kept = asked([need for need in found if "cache" in need.why], "build", "s3")
    assert kept == on(f"arn:aws:s3:::files/cache/{chosen('object')}", "GetObject PutObject", "s3")
