"""What pipelines need of their roles, per kind of action."""

from typing import Any

import pytest
from needs_deployment import (
    ACCOUNT,
    action,
    arn,
    asked,
    deployment,
    on,
    pipeline,
    project,
    role_arn,
)

from tandem.access.chosen import chosen
from tandem.access.needs import Need, needs, unclear
from tandem.deployment import Deployment
from tandem.deployment.symbols import is_known


def one(*actions: dict[str, Any], **resources: Any) -> Deployment:
    return deployment(aws_codepipeline={"web": pipeline(*actions)}, **resources)


def only(found: Deployment, action_name: str) -> Need:
    (need,) = [need for need in needs(found) if need.action == action_name]
    return need


def test_a_store_is_read_and_written_in_the_pipelines_own_folder() -> None:
    found = asked(needs(one()), "pipeline", "s3", "kms")
    objects = on(f"arn:aws:s3:::store/web/{chosen('object')}", "GetObject GetObjectVersion", "s3")
    objects |= on(f"arn:aws:s3:::store/web/{chosen('object')}", "PutObject", "s3")
    assert found == objects


def test_what_aws_advises_of_a_store_is_optional() -> None:
    advised = {need.action for need in needs(one()) if need.advised}
    assert advised == {"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"}
    assert all(need.optional for need in needs(one()) if need.advised)


def test_a_folder_has_the_beginning_of_a_long_name() -> None:
    found = deployment(aws_codepipeline={"web": pipeline(name="a-name-of-more-than-20")})
    assert f"arn:aws:s3:::store/a-name-of-more-than-/{chosen('object')}" in {
        need.resource for need in needs(found)
    }


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        (arn("kms", "key/1"), arn("kms", "key/1")),
        ("1-2", arn("kms", "key/1-2")),
        ("${aws_kms_key.it.arn}", "\ue000aws_kms_key.it.arn\ue001"),
        ("alias/it", "\ue000aws_kms_key.it.arn\ue001"),
        (arn("kms", "alias/it"), "\ue000aws_kms_key.it.arn\ue001"),
    ],
)
def test_a_key_is_found_by_its_arn_its_id_and_its_alias(key: str, resource: str) -> None:
    store = {"location": "store", "type": "S3", "encryption_key": {"id": key, "type": "KMS"}}
    alias = {"name": "alias/it", "target_key_id": "${aws_kms_key.it.arn}"}
    found = deployment(
        aws_codepipeline={"web": pipeline(artifact_store=store)},
        aws_kms_key={"it": {}},
        aws_kms_alias={"it": alias},
    )
    assert asked(needs(found), "pipeline", "kms") == on(resource, "Decrypt GenerateDataKey", "kms")
    assert unclear(found) == []


def test_a_key_that_aws_manages_asks_nothing_and_an_unknown_alias_is_said() -> None:
    for name, expected in (("alias/aws/s3", []), ("alias/theirs", [("kms:*",)])):
        store = {"location": "store", "encryption_key": {"id": name, "type": "KMS"}}
        found = deployment(aws_codepipeline={"web": pipeline(artifact_store=store)})
        assert asked(needs(found), "pipeline", "kms", optional=True) == {}
        assert [it.actions for it in unclear(found)] == expected


def test_every_region_has_a_store_of_its_own() -> None:
    stores = [
        {"location": "here", "type": "S3", "region": "eu-west-1"},
        {"location": "there", "type": "S3", "region": "us-east-1"},
    ]
    found = deployment(aws_codepipeline={"web": pipeline(artifact_store=stores)})
    versioned = [need for need in needs(found) if need.action == "s3:GetBucketVersioning"]
    assert [(need.resource, need.context["aws:RequestedRegion"]) for need in versioned] == [
        ("arn:aws:s3:::here", "eu-west-1"),
        ("arn:aws:s3:::there", "us-east-1"),
    ]


CODECOMMIT = "CancelUploadArchive GetBranch GetCommit GetUploadArchiveStatus UploadArchive"


@pytest.mark.parametrize(
    ("format", "more"), [("CODE_ZIP", ""), ("CODEBUILD_CLONE_REF", " GetRepository")]
)
def test_codecommit(format: str, more: str) -> None:
    said = {"RepositoryName": "web", "BranchName": "main", "OutputArtifactFormat": format}
    found = one(action("Source", "CodeCommit", configuration=said))
    expected = on(arn("codecommit", "web"), CODECOMMIT + more, "codecommit")
    assert asked(needs(found), "pipeline", "codecommit") == expected


@pytest.mark.parametrize("prefix", ["codeconnections", "codestar-connections"])
def test_a_connection_is_used_with_the_prefix_of_its_arn(prefix: str) -> None:
    connection = arn(prefix, "connection/1")
    said = {"ConnectionArn": connection, "FullRepositoryId": "shop/web", "BranchName": "main"}
    found = needs(one(action("Source", "CodeStarSourceConnection", configuration=said)))
    both = ("codeconnections", "codestar-connections")
    assert asked(found, "pipeline", *both) == on(connection, "UseConnection", prefix)
    assert len(asked(found, "pipeline", *both, optional=True)) == 2
    used = next(need for need in found if need.action == f"{prefix}:UseConnection")
    assert used.context[f"{prefix}:FullRepositoryId"] == "shop/web"


def test_either_prefix_does_for_a_connection_whose_arn_is_unknown() -> None:
    said = {"ConnectionArn": "${aws_codestarconnections_connection.it.arn}"}
    made = {"it": {"name": "it", "provider_type": "GitHub"}}
    source = action("Source", "CodeStarSourceConnection", configuration=said)
    found = one(source, aws_codestarconnections_connection=made)
    need = only(found, "codeconnections:UseConnection")
    assert not need.optional
    assert need.alternatives == (("codestar-connections:UseConnection", need.resource),)


def test_an_object_is_a_source() -> None:
    said = {"S3Bucket": "sources", "S3ObjectKey": "web.zip"}
    found = one(
        action("Source", "S3", configuration=said),
        aws_s3_bucket={"it": {"bucket": "sources"}},
        aws_s3_bucket_server_side_encryption_configuration={
            "it": {
                "bucket": "sources",
                "rule": {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": arn("kms", "key/1"),
                    }
                },
            }
        },
    )
    of_source = [need for need in needs(found) if need.why.startswith("S3 reads")]
    expected = on("arn:aws:s3:::sources/web.zip", "GetObject GetObjectVersion", "s3")
    expected |= on("arn:aws:s3:::sources", "GetBucketVersioning", "s3")
    assert asked(of_source, "pipeline", "s3") == expected
    assert asked(of_source, "pipeline", "kms") == on(arn("kms", "key/1"), "Decrypt", "kms")
    assert unclear(found) == []


def test_nobody_knows_how_a_bucket_elsewhere_is_encrypted() -> None:
    said = {"S3Bucket": "sources", "S3ObjectKey": "web.zip"}
    (it,) = unclear(one(action("Source", "S3", configuration=said)))
    assert it.actions == ("kms:Decrypt",)


def test_an_image_is_looked_up() -> None:
    said = {"RepositoryName": "shop/base", "ImageTag": "latest"}
    found = asked(needs(one(action("Source", "ECR", configuration=said))), "pipeline", "ecr")
    assert found == on(arn("ecr", "repository/shop/base"), "DescribeImages", "ecr")


@pytest.mark.parametrize("batch", ["true", "false"])
def test_a_build_is_started_and_waited_for(batch: str) -> None:
    said = {"ProjectName": "${aws_codebuild_project.web.name}", "BatchEnabled": batch}
    found = one(
        action("Build", "CodeBuild", configuration=said), aws_codebuild_project={"web": project()}
    )
    actions = "BatchGetBuilds StartBuild"
    if batch == "true":
        actions += " BatchGetBuildBatches StartBuildBatch"
    expected = on(arn("codebuild", "project/web"), actions, "codebuild")
    assert asked(needs(found), "pipeline", "codebuild") == expected


ECS = {"ClusterName": "prod", "ServiceName": "web"}


def test_ecs_gets_a_new_task_definition_and_its_roles() -> None:
    task = {"family": "web", "task_role_arn": role_arn("task"), "container_definitions": "[]"}
    service = {
        "name": "web",
        "cluster": arn("ecs", "cluster/prod"),
        "task_definition": "${aws_ecs_task_definition.web.arn}",
    }
    found = one(
        action("Deploy", "ECS", configuration=ECS),
        aws_ecs_task_definition={"web": task},
        aws_ecs_service={"web": service},
    )
    revision = arn("ecs", f"task-definition/web:{chosen('revision')}")
    expected = on(arn("ecs", "service/prod/web"), "DescribeServices UpdateService", "ecs")
    expected |= on(revision, "RegisterTaskDefinition TagResource", "ecs")
    expected |= on("*", "DescribeTaskDefinition", "ecs")
    assert asked(needs(found), "pipeline", "ecs") == expected
    passed = only(found, "iam:PassRole")
    assert passed.resource == role_arn("task")
    assert passed.context["iam:PassedToService"] == "ecs-tasks.amazonaws.com"
    tagged = only(found, "ecs:TagResource").context
    assert tagged["ecs:CreateAction"] == "RegisterTaskDefinition"
    assert only(found, "ecs:UpdateService").context["ecs:cluster"] == arn("ecs", "cluster/prod")
    assert unclear(found) == []


def test_the_roles_of_a_service_elsewhere_are_unknown() -> None:
    found = one(action("Deploy", "ECS", configuration=ECS))
    passed = only(found, "iam:PassRole")
    # A task without roles has none to pass on.
    assert passed.advised
    assert not is_known(passed.resource)
    assert passed.context["iam:PassedToService"] == "ecs-tasks.amazonaws.com"
    assert [it.actions for it in unclear(found)] == [("iam:PassRole",)]


def test_codedeploy_replaces_tasks() -> None:
    said = {"ApplicationName": "app", "DeploymentGroupName": "group"}
    found = one(action("Deploy", "CodeDeployToECS", configuration=said))
    group = arn("codedeploy", "deploymentgroup:app/group")
    expected = on(group, "CreateDeployment GetDeployment", "codedeploy")
    revisions = "GetApplication GetApplicationRevision RegisterApplicationRevision"
    expected |= on(arn("codedeploy", "application:app"), revisions, "codedeploy")
    assert asked(needs(found), "pipeline", "codedeploy") == expected
    assert "ecs:RegisterTaskDefinition" in asked(needs(found), "pipeline", "ecs")
    assert [it.actions for it in unclear(found)] == [("iam:PassRole",)]


def test_files_are_uploaded() -> None:
    said = {"BucketName": "site", "Extract": "false", "ObjectKey": "web.zip"}
    found = needs(one(action("Deploy", "S3", configuration=said)))
    uploaded = {need.action for need in found if need.resource == "arn:aws:s3:::site/web.zip"}
    assert "s3:PutObject" in uploaded


def test_a_stack_is_changed_with_the_role_that_is_passed() -> None:
    said = {"StackName": "shop", "ActionMode": "CREATE_UPDATE", "RoleArn": role_arn("stack")}
    found = one(action("Deploy", "CloudFormation", configuration=said))
    expected = on(
        arn("cloudformation", f"stack/shop/{chosen('id')}"),
        "CreateStack DescribeStacks UpdateStack",
        "cloudformation",
    )
    assert asked(needs(found), "pipeline", "cloudformation") == expected
    passed = only(found, "iam:PassRole").context["iam:PassedToService"]
    assert passed == "cloudformation.amazonaws.com"


@pytest.mark.parametrize(
    ("category", "provider", "said", "wanted"),
    [
        (
            "Approval",
            "Manual",
            {"NotificationArn": arn("sns", "ask")},
            on(arn("sns", "ask"), "Publish", "sns"),
        ),
        ("Approval", "Manual", {}, {}),
        (
            "Invoke",
            "Lambda",
            {"FunctionName": "tell"},
            on(arn("lambda", "function:tell"), "InvokeFunction", "lambda"),
        ),
        (
            "Invoke",
            "CodePipeline",
            {"PipelineName": "next"},
            on(arn("codepipeline", "next"), "StartPipelineExecution", "codepipeline"),
        ),
        (
            "Invoke",
            "StepFunctions",
            {"StateMachineArn": arn("states", "stateMachine:test")},
            on(arn("states", "stateMachine:test"), "DescribeStateMachine StartExecution", "states")
            | on(
                arn("states", f"execution:test:{chosen('execution')}"),
                "DescribeExecution",
                "states",
            ),
        ),
        (
            "Build",
            "ECRBuildAndPublish",
            {"ECRRepositoryName": "shop/web"},
            on("*", "GetAuthorizationToken", "ecr")
            | on(
                arn("ecr", "repository/shop/web"),
                "BatchCheckLayerAvailability CompleteLayerUpload InitiateLayerUpload PutImage "
                "UploadLayerPart",
                "ecr",
            ),
        ),
    ],
)
def test_other_actions(
    category: str, provider: str, said: dict[str, str], wanted: dict[str, set[str]]
) -> None:
    found = needs(one(action(category, provider, configuration=said)))
    services = ("codepipeline", "ecr", "lambda", "sns", "states")
    assert asked(found, "pipeline", *services) == wanted


def test_an_action_that_is_not_in_the_table_makes_all_unclear() -> None:
    (it,) = unclear(one(action("Test", "BlazeMeter")))
    assert it.actions == ("*",)
    assert "Test BlazeMeter" in it.why


def test_a_source_with_a_token_needs_nothing_and_hides_nothing() -> None:
    token = action("Source", "GitHub", owner="ThirdParty", configuration={"Repo": "web"})
    assert unclear(one(token)) == []
    assert {it.action for it in needs(one(token))} == {it.action for it in needs(one())}


def test_a_role_of_an_action_does_its_work() -> None:
    said = {"RepositoryName": "shop/base"}
    found = one(
        action("Source", "ECR", configuration=said, role_arn="${aws_iam_role.images.arn}"),
        aws_iam_role={"images": {"name": "images"}},
    )
    assert asked(needs(found), "pipeline", "ecr") == {}
    assert "ecr:DescribeImages" in asked(needs(found), "images", "ecr")
    assert "s3:PutObject" in asked(needs(found), "images", "s3")
    assumed = asked(needs(found), "pipeline", "sts")
    assert assumed == {"sts:AssumeRole": {role_arn("images")}}


def test_an_action_works_in_its_region() -> None:
    said = {"ClusterName": "prod", "ServiceName": "web"}
    found = one(action("Deploy", "ECS", configuration=said, region="us-east-1"))
    updated = only(found, "ecs:UpdateService").resource
    assert updated == f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/prod/web"


def test_a_shared_role_is_asked_for_each_pipeline_and_an_unused_one_for_nothing() -> None:
    said = {"RepositoryName": "base"}
    source = action("Source", "ECR", configuration=said)
    both = {name: pipeline(source, name=name) for name in ("a", "b")}
    found = needs(deployment(aws_codepipeline=both))
    assert {need.role.name for need in found} == {"pipeline"}
    objects = {need.resource for need in found if need.action == "s3:PutObject"}
    assert objects == {f"arn:aws:s3:::store/{name}/{chosen('object')}" for name in both}
    assert len([need for need in found if need.action == "ecr:DescribeImages"]) == 1


def test_every_need_has_a_page_of_aws() -> None:
    found = needs(one(action("Deploy", "ECS", configuration=ECS)))
    assert all(need.source.startswith("https://docs.aws.amazon.com/") for need in found)


def test_commands_write_a_log_and_are_unclear() -> None:
    found = one(action("Compute", "Commands"))
    group = arn("logs", "log-group:/aws/codepipeline/web")
    expected = on(group, "CreateLogGroup", "logs")
    expected |= on(f"{group}:log-stream:{chosen('stream')}", "CreateLogStream PutLogEvents", "logs")
    assert asked(needs(found), "pipeline", "logs") == expected
    assert [it.actions for it in unclear(found)] == [("*",)]
