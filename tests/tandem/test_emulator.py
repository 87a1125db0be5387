import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError  # type: ignore[import-untyped]
from botocore.httpsession import URLLib3Session  # type: ignore[import-untyped]

from tandem.emulator import Emulator, PortInUseError, SeedError, override, seed

ROLE = "arn:aws:iam::123456789012:role/build"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


# The server


def test_listens_on_loopback_only(emulator: Emulator) -> None:
    port = int(emulator.endpoint.removeprefix("http://127.0.0.1:"))
    socket.create_connection(("127.0.0.1", port)).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port))


def test_refuses_a_port_in_use_in_one_line(emulator: Emulator) -> None:
    port = int(emulator.endpoint.rpartition(":")[2])
    with pytest.raises(PortInUseError) as refused, Emulator(port=port):
        pass
    assert isinstance(refused.value, OSError)
    assert str(refused.value) == (
        f"port {port} of 127.0.0.1 is in use; choose another one, or 0 for a free one"
    )


def test_ends_cleanly() -> None:
    with Emulator() as emulator:
        port = int(emulator.endpoint.rpartition(":")[2])
        server = emulator._thread
        assert server.is_alive()
    assert not server.is_alive()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    with Emulator(port=port):  # the port is free again
        pass


def run_python(script: str, **environment: str) -> None:
    """Run a script of its own process, where no other emulator keeps anything."""
    path = os.pathsep.join(sys.path)
    environment = {**os.environ, "PYTHONPATH": path, **environment}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def test_forgets() -> None:
    run_python(
        "from tandem.emulator import Emulator\n"
        "with Emulator() as first:\n"
        "    first.client('ecr').create_repository(repositoryName='web')\n"
        "with Emulator() as second:\n"
        "    assert not second.client('ecr').describe_repositories()['repositories']\n"
    )


def test_acts_for_the_account_it_is_given() -> None:
    with Emulator(account_id="111122223333") as emulator:
        assert emulator.client("sts").get_caller_identity()["Account"] == "111122223333"
        role = emulator.client("iam").create_role(RoleName="x", AssumeRolePolicyDocument="{}")
    assert role["Role"]["Arn"] == "arn:aws:iam::111122223333:role/x"


def test_environment_leads_to_no_real_account(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PROFILE", "SESSION_TOKEN", "ENDPOINT_URL_S3", "WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.setenv(f"AWS_{name}", "real")
    monkeypatch.setenv("NO_PROXY", "example.com")
    environment = emulator.environment(region="eu-west-1")
    aws = {name: value for name, value in environment.items() if name.startswith("AWS_")}
    assert aws == {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": "tandem-emulator",
        "AWS_SECRET_ACCESS_KEY": "tandem-emulator",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    assert environment["NO_PROXY"] == "example.com,127.0.0.1"
    assert environment["PATH"] == os.environ["PATH"]


def test_works_where_the_users_profile_and_proxy_do_not_exist() -> None:
    run_python(
        "from tandem.emulator import Emulator\n"
        "with Emulator() as emulator:\n"
        "    emulator.client('ecr').create_repository(repositoryName='web')\n"
        "import os; assert os.environ['AWS_PROFILE'] == 'nobody'\n",
        AWS_PROFILE="nobody",
        HTTP_PROXY="http://127.0.0.1:1",
    )


def test_imports_moto_only_when_it_starts() -> None:
    run_python(
        "import sys, tandem.emulator\nassert not {'moto', 'boto3', 'werkzeug'} & set(sys.modules)\n"
    )


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_it_is_told_to_end(ending: signal.Signals) -> None:
    run = "from tandem.emulator import serve; serve(0, lambda url: print(url, flush=True))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", run],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as served:
        assert served.stdout is not None
        endpoint = served.stdout.readline().strip()
        assert b" 404 " in ask(endpoint)
        served.send_signal(ending)
        rest, errors = served.communicate(timeout=10)
    # No word about the request, nor about the end.
    assert (served.returncode, rest, errors) == (0, "", "")


# What moto answers badly


def test_what_is_missing_fails_at_once_and_in_silence(
    emulator: Emulator, capfd: pytest.CaptureFixture[str]
) -> None:
    before = time.monotonic()
    codebuild = emulator.client("codebuild")
    with pytest.raises(codebuild.exceptions.ClientError, match="the emulator cannot") as lacking:
        codebuild.list_curated_environment_images()
    unknown = emulator.client("codestar-notifications")
    with pytest.raises(unknown.exceptions.ClientError, match="the emulator cannot"):
        unknown.list_notification_rules()
    assert lacking.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert lacking.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    assert time.monotonic() - before < 5
    assert capfd.readouterr() == ("", "")


def test_many_changes_at_once_do_not_disturb_each_other() -> None:
    trust = {"Version": "2012-10-17", "Statement": []}

    def create(iam: Any, number: int) -> str:
        iam.create_role(RoleName=f"role-{number}", AssumeRolePolicyDocument=json.dumps(trust))
        return f"role-{number}"

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with Emulator() as emulator, ThreadPoolExecutor(20) as threads:
            iam = emulator.client("iam")
            created = list(threads.map(partial(create, iam), range(200)))
            roles = iam.list_roles(MaxItems=1000)["Roles"]
    finally:
        sys.setswitchinterval(before)
    assert {role["RoleName"] for role in roles} >= set(created)


def test_answers_in_one_write(emulator: Emulator) -> None:
    for _ in range(20):
        headers, _, body = ask(emulator.endpoint).partition(b"\r\n\r\n")
        assert b" 404 " in headers
        assert body.endswith(b"</Error>")


def ask(endpoint: str) -> bytes:
    """Return what the first read gives of the answer about a bucket that is not there."""
    port = int(endpoint.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /no-such-bucket HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        return connection.recv(1 << 16)


def test_a_call_whose_answer_is_lost_gets_it_when_it_is_repeated(emulator: Emulator) -> None:
    lost: list[int] = []

    def lose_the_first(request: Any, **_: object) -> None:
        if not lost:
            lost.append(URLLib3Session().send(request).status_code)
            raise ConnectionClosedError(endpoint_url=request.url)

    codebuild = emulator.client("codebuild")
    codebuild.meta.events.register("before-send.codebuild.CreateProject", lose_the_first)
    answer = codebuild.create_project(**project("repeated"))
    assert lost == [200]
    assert answer["project"]["name"] == "repeated"
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    with pytest.raises(codebuild.exceptions.ResourceAlreadyExistsException):
        codebuild.create_project(**project("repeated"))


# CodeBuild


def project(name: str, **changed: Any) -> dict[str, Any]:
    return {
        "name": name,
        "serviceRole": ROLE,
        "source": {"type": "CODEPIPELINE", "buildspec": "version: 0.2"},
        "artifacts": {"type": "CODEPIPELINE"},
        "environment": {
            "type": "ARM_CONTAINER",
            "computeType": "BUILD_GENERAL1_SMALL",
            "image": "aws/codebuild/amazonlinux-aarch64-standard:3.0",
        },
        **changed,
    }


KEPT = {
    "encryptionKey": "arn:aws:kms:us-east-1:123456789012:key/1",
    "concurrentBuildLimit": 2,
    "secondarySources": [{"type": "S3", "location": "b/k", "sourceIdentifier": "extra"}],
    "secondaryArtifacts": [{"type": "S3", "location": "b", "artifactIdentifier": "extra"}],
    "fileSystemLocations": [{"type": "EFS", "location": "fs-1:/", "identifier": "cache"}],
    "buildBatchConfig": {"serviceRole": ROLE, "timeoutInMins": 5},
    "autoRetryLimit": 1,
    "queuedTimeoutInMinutes": 60,
    "vpcConfig": {"vpcId": "vpc-1", "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]},
    "description": "Builds",
}


def read_project(emulator: Emulator, name: str) -> dict[str, Any]:
    (found,) = emulator.client("codebuild").batch_get_projects(names=[name])["projects"]
    return dict(found)


@pytest.mark.parametrize("source", ["CODEPIPELINE", "NO_SOURCE"])
def test_codebuild_takes_sources_without_location(emulator: Emulator, source: str) -> None:
    wanted = project(source, source={"type": source, "buildspec": "version: 0.2"})
    emulator.client("codebuild").create_project(**wanted)
    found = read_project(emulator, source)
    assert {name: found[name] for name in wanted} == wanted


def test_codebuild_keeps_every_field(emulator: Emulator) -> None:
    emulator.client("codebuild").create_project(**project("full", badgeEnabled=True, **KEPT))
    found = read_project(emulator, "full")
    assert {name: found[name] for name in KEPT} == KEPT
    assert found["badge"] == {"badgeEnabled": True}


def test_codebuild_updates_what_is_sent_and_keeps_the_rest(emulator: Emulator) -> None:
    codebuild = emulator.client("codebuild")
    codebuild.create_project(**project("changing", **KEPT))
    created = read_project(emulator, "changing")
    codebuild.update_project(
        name="changing", description="Builds more", concurrentBuildLimit=-1, vpcConfig={}
    )
    found = read_project(emulator, "changing")
    assert found.pop("lastModified") > created.pop("lastModified")
    del created["concurrentBuildLimit"], created["vpcConfig"]
    assert found == {**created, "description": "Builds more"}


def test_codebuild_refuses_as_aws_does(emulator: Emulator) -> None:
    codebuild = emulator.client("codebuild")
    codebuild.create_project(**project("once"))
    with pytest.raises(codebuild.exceptions.ResourceAlreadyExistsException):
        codebuild.create_project(**project("once"))
    with pytest.raises(codebuild.exceptions.ResourceNotFoundException):
        codebuild.update_project(name="never")


def test_codebuild_keeps_a_webhook_until_it_is_deleted(emulator: Emulator) -> None:
    codebuild = emulator.client("codebuild")
    codebuild.create_project(**project("hooked"))
    groups = [[{"type": "EVENT", "pattern": "PULL_REQUEST_CREATED"}]]
    made = codebuild.create_webhook(projectName="hooked", filterGroups=groups)["webhook"]
    assert made["filterGroups"] == groups
    codebuild.update_webhook(projectName="hooked", buildType="BUILD")
    assert read_project(emulator, "hooked")["webhook"] == {**made, "buildType": "BUILD"}
    codebuild.delete_webhook(projectName="hooked")
    assert "webhook" not in read_project(emulator, "hooked")
    with pytest.raises(codebuild.exceptions.ResourceNotFoundException):
        codebuild.create_webhook(projectName="never")


# CodePipeline


def trusting(emulator: Emulator, name: str, principal: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    role = emulator.client("iam").create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    return str(role["Role"]["Arn"])


def pipeline(name: str, role: str) -> dict[str, Any]:
    action = {
        "name": "Source",
        "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "ECR", "version": "1"},
    }
    return {
        "name": name,
        "roleArn": role,
        "pipelineType": "V2",
        "executionMode": "QUEUED",
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [{"name": "A", "actions": [action]}, {"name": "B", "actions": [action]}],
    }


@pytest.mark.parametrize(
    "service",
    ["codepipeline.amazonaws.com", ["events.amazonaws.com", "codepipeline.amazonaws.com"]],
)
def test_codepipeline_takes_one_principal_or_many(emulator: Emulator, service: Any) -> None:
    name = f"principals-{len(service)}"
    role = trusting(emulator, name, {"Service": service})
    codepipeline = emulator.client("codepipeline")
    tags = [{"key": "image", "value": "web"}]
    codepipeline.create_pipeline(pipeline=pipeline(name, role), tags=tags)
    assert codepipeline.get_pipeline(name=name)["pipeline"]["executionMode"] == "QUEUED"
    arn = codepipeline.get_pipeline(name=name)["metadata"]["pipelineArn"]
    assert codepipeline.list_tags_for_resource(resourceArn=arn)["tags"] == tags


@pytest.mark.parametrize("principal", [{"AWS": "123456789012"}, "*"])
def test_codepipeline_refuses_a_role_it_may_not_take(emulator: Emulator, principal: Any) -> None:
    role = trusting(emulator, f"other-{len(principal)}-{principal == '*'}", principal)
    codepipeline = emulator.client("codepipeline")
    with pytest.raises(codepipeline.exceptions.InvalidStructureException, match="AssumeRole"):
        codepipeline.create_pipeline(pipeline=pipeline("refused", role))


def test_codepipeline_gives_dates_and_remembers_executions(emulator: Emulator) -> None:
    role = trusting(emulator, "dated", {"Service": "codepipeline.amazonaws.com"})
    codepipeline = emulator.client("codepipeline")
    codepipeline.create_pipeline(pipeline=pipeline("dated", role))
    revision = {
        "actionName": "Source",
        "revisionType": "IMAGE_DIGEST",
        "revisionValue": "sha256:0",
    }
    started = codepipeline.start_pipeline_execution(name="dated", sourceRevisions=[revision])
    metadata = codepipeline.get_pipeline(name="dated")["metadata"]
    (summary,) = codepipeline.list_pipeline_executions(pipelineName="dated")[
        "pipelineExecutionSummaries"
    ]
    listed = codepipeline.list_pipelines()["pipelines"][0]
    assert summary["pipelineExecutionId"] == started["pipelineExecutionId"]
    assert summary["sourceRevisions"] == [{"actionName": "Source", "revisionId": "sha256:0"}]
    for date in (metadata["created"], metadata["updated"], listed["created"], summary["startTime"]):
        assert abs(datetime.now(date.tzinfo) - date).total_seconds() < 60


def keep_body(kept: list[Any], response_dict: dict[str, Any], **_: object) -> None:
    kept.append(json.loads(response_dict["body"]))


def test_dates_are_numbers_on_the_wire(emulator: Emulator) -> None:
    # boto3 reads ISO strings as well; Terraform's SDK does not.
    role = trusting(emulator, "wire", {"Service": "codepipeline.amazonaws.com"})
    for service, call, arguments in (
        ("codepipeline", "create_pipeline", {"pipeline": pipeline("wire", role)}),
        ("codepipeline", "get_pipeline", {"name": "wire"}),
        ("codecommit", "create_repository", {"repositoryName": "wire"}),
        ("codecommit", "get_repository", {"repositoryName": "wire"}),
    ):
        client = emulator.client(service)
        answers: list[dict[str, Any]] = []
        client.meta.events.register("before-parse", partial(keep_body, answers))
        getattr(client, call)(**arguments)
        (answer,) = answers
        dated = answer.get("metadata") or answer.get("repositoryMetadata") or {}
        for name in ("created", "updated", "creationDate", "lastModifiedDate"):
            assert isinstance(dated.get(name, 0), int | float)


# CodeCommit


def test_codecommit_keeps_settings_and_tags(emulator: Emulator) -> None:
    codecommit = emulator.client("codecommit")
    created = codecommit.create_repository(repositoryName="base", tags={"image": "base"})
    arn = created["repositoryMetadata"]["Arn"]
    assert created["repositoryMetadata"]["repositoryDescription"] == ""
    assert codecommit.list_branches(repositoryName="base")["branches"] == []

    codecommit.update_default_branch(repositoryName="base", defaultBranchName="main")
    codecommit.update_repository_description(repositoryName="base", repositoryDescription="Base")
    codecommit.tag_resource(resourceArn=arn, tags={"owner": "us", "old": "1"})
    codecommit.untag_resource(resourceArn=arn, tagKeys=["old"])

    found = codecommit.get_repository(repositoryName="base")["repositoryMetadata"]
    assert (found["defaultBranch"], found["repositoryDescription"]) == ("main", "Base")
    assert codecommit.list_branches(repositoryName="base")["branches"] == ["main"]
    tags = codecommit.list_tags_for_resource(resourceArn=arn)["tags"]
    assert tags == {"image": "base", "owner": "us"}
    assert "base" in [r["repositoryName"] for r in codecommit.list_repositories()["repositories"]]


def test_codecommit_knows_what_is_not_there(emulator: Emulator) -> None:
    codecommit = emulator.client("codecommit")
    with pytest.raises(codecommit.exceptions.RepositoryDoesNotExistException):
        codecommit.list_branches(repositoryName="never")


# The override file


def test_override_keeps_state_local_and_nothing_else() -> None:
    assert override({"provider": {"aws": [{"region": "us-east-1"}]}}) == {
        "terraform": {"backend": {"local": {"path": "tandem_emulator.tfstate"}}}
    }


def test_override_takes_back_what_leads_to_real_accounts() -> None:
    stack = {
        "provider": {
            "aws": [
                {"region": "us-east-1", "allowed_account_ids": ["1"], "profile": "prod"},
                {"region": "us-west-2", "alias": "west", "endpoints": [{"s3": "https://x"}]},
            ]
        }
    }
    assert override(stack)["provider"] == {
        "aws": [
            {"allowed_account_ids": None, "profile": None},
            {"endpoints": [{}], "alias": "west"},
        ]
    }


@pytest.mark.parametrize("lifecycle", [{"prevent_destroy": True}, [{"prevent_destroy": True}]])
def test_override_unprotects(lifecycle: object) -> None:
    stack = {
        "resource": {
            "aws_ecr_repository": {
                "web": {"name": "web", "lifecycle": lifecycle},
                "free": {"name": "free", "lifecycle": {"ignore_changes": ["tags"]}},
            }
        }
    }
    unprotected = {"web": {"lifecycle": {"prevent_destroy": False}}}
    assert override(stack)["resource"] == {"aws_ecr_repository": unprotected}


# Seeds

SEEDED = {
    "provider": {
        "aws": [{"region": "${var.region}"}, {"region": "us-west-2", "alias": "west"}],
    },
    "data": {
        "aws_ecr_repository": {
            "upstream": {"name": "acme/upstream"},
            "far": {"name": "acme/far", "provider": "aws.west"},
            "own": {"name": "${aws_ecr_repository.own.name}"},
        },
        "aws_ecs_cluster": {"named": {"cluster_name": "test"}},
        "aws_ecs_service": {
            "arn": {
                "cluster_arn": "arn:${data.aws_partition.p.partition}:ecs:eu-west-1:"
                "${data.aws_caller_identity.c.account_id}:cluster/prod",
                "service_name": "web",
            },
            "name": {"cluster_arn": "stage", "service_name": "web"},
            "reference": {
                "cluster_arn": "${data.aws_ecs_cluster.named.arn}",
                "service_name": "api",
            },
        },
        "aws_ecs_task_definition": {
            "service": {"task_definition": "${data.aws_ecs_service.arn.task_definition}"},
            "family": {"task_definition": "worker:1"},
        },
    },
}


def test_seeds_what_data_sources_look_for(emulator: Emulator) -> None:
    for _ in range(2):  # the second time changes nothing
        seed(emulator, SEEDED, region="eu-west-1")
    ecs = emulator.client("ecs", region="eu-west-1")
    for cluster, service in (("prod", "web"), ("stage", "web"), ("test", "api")):
        (found,) = ecs.describe_services(cluster=cluster, services=[service])["services"]
        assert found["taskDefinition"].endswith(f":task-definition/{service}:1")
    assert sorted(ecs.list_task_definition_families()["families"]) == ["api", "web", "worker"]
    task = ecs.describe_task_definition(taskDefinition="worker")["taskDefinition"]
    iam = emulator.client("iam")
    assert task["taskRoleArn"] == iam.get_role(RoleName="worker-task")["Role"]["Arn"]
    assert task["executionRoleArn"] == iam.get_role(RoleName="worker-execution")["Role"]["Arn"]
    for region, name in (("eu-west-1", "acme/upstream"), ("us-west-2", "acme/far")):
        ecr = emulator.client("ecr", region=region)
        assert [r["repositoryName"] for r in ecr.describe_repositories()["repositories"]] == [name]


def test_refuses_to_seed_a_computed_name(emulator: Emulator) -> None:
    stack = {"data": {"aws_ecs_service": {"web": {"cluster_arn": "c", "service_name": "${var.x}"}}}}
    with pytest.raises(SeedError, match=r"^data\.aws_ecs_service\.web\.service_name: .*\$\{var\.x"):
        seed(emulator, stack)
