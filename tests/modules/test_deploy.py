"""Approval and deployment."""

import pytest
from pydantic import ValidationError
from stack import ACCOUNT, CODE, REGION, Template, template

from modules import Approval, EcsDeploy, ImagePipeline

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:releases"
TASK_ROLE = f"arn:aws:iam::{ACCOUNT}:role/web-task"


def deployed(deploy: EcsDeploy, approval: Approval | None = None) -> Template:
    return template(
        lambda stack: ImagePipeline(stack, "web", source=CODE, deploy=deploy, approval=approval)
    )


SERVICE = EcsDeploy(cluster="prod", service="web", container="app")


def test_the_built_image_is_deployed_to_the_service() -> None:
    built = deployed(SERVICE)
    assert list(built.stages("web_pipeline")) == ["Source", "Build", "Deploy"]
    action = built.action("web_pipeline", "Deploy")
    assert (action["category"], action["owner"], action["provider"]) == ("Deploy", "AWS", "ECS")
    assert action["input_artifacts"] == ["BuildArtifact"]
    assert action["configuration"] == {
        "ClusterName": "prod",
        "ServiceName": "web",
        "FileName": "imagedefinitions.json",
        "DeploymentTimeout": "60",
    }


def test_the_build_is_told_the_container_and_leaves_the_file_the_deployment_reads() -> None:
    built = deployed(SERVICE)
    assert built.variables("web_build")["CONTAINER_NAME"] == ("PLAINTEXT", "app")
    buildspec = built.resources("aws_codebuild_project")["web_build"]["source"]["buildspec"]
    assert "- imagedefinitions.json" in buildspec


def test_task_roles_are_read_from_the_running_service_where_nobody_names_them() -> None:
    built = deployed(SERVICE)
    assert built.data("aws_ecs_service")["web_deploy"]["service_name"] == "web"
    passed = built.statements("web_pipeline_role")["PassTaskRoles"]
    task = "data.aws_ecs_task_definition.web_deploy"
    either, other = f"{task}.execution_role_arn", f"{task}.task_role_arn"
    # A task may have only one of the two: neither place in the policy is ever empty.
    assert sorted(passed["Resource"]) == [
        f"${{coalesce({either}, {other})}}",
        f"${{coalesce({other}, {either})}}",
    ]
    assert passed["Condition"] == {
        "StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    }
    _, tagged = built.permissions("web_pipeline_role")["TagTaskDefinition"]
    assert tagged == {f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/the-family:*"}


def test_a_running_task_without_any_role_is_told_in_the_plan() -> None:
    task = deployed(SERVICE).data("aws_ecs_task_definition")["web_deploy"]
    (check,) = task["lifecycle"]["postcondition"]
    assert check["condition"] == ('${self.execution_role_arn != "" || self.task_role_arn != ""}')
    assert "task_roles" in check["error_message"]


def test_named_task_roles_are_passed_and_nothing_is_looked_up() -> None:
    built = deployed(
        EcsDeploy(cluster="prod", service="web", container="app", task_roles=[TASK_ROLE])
    )
    assert built.permissions("web_pipeline_role")["PassTaskRoles"][1] == {TASK_ROLE}
    assert not built.data("aws_ecs_service")
    assert not built.data("aws_ecs_task_definition")


def test_a_task_without_roles_passes_none() -> None:
    built = deployed(EcsDeploy(cluster="prod", service="web", container="app", task_roles=[]))
    assert "PassTaskRoles" not in built.permissions("web_pipeline_role")


def test_the_timeout_reaches_the_action_as_text() -> None:
    built = deployed(EcsDeploy(cluster="prod", service="web", container="app", timeout_minutes=15))
    configuration = built.action("web_pipeline", "Deploy")["configuration"]
    assert configuration["DeploymentTimeout"] == "15"


def test_a_person_is_asked_between_build_and_deployment() -> None:
    built = deployed(SERVICE, Approval(sns_topic=TOPIC, message="Ship ${it}?"))
    assert list(built.stages("web_pipeline")) == ["Source", "Build", "Approval", "Deploy"]
    action = built.action("web_pipeline", "Approve")
    assert (action["category"], action["provider"]) == ("Approval", "Manual")
    assert action["configuration"] == {"NotificationArn": TOPIC, "CustomData": "Ship $${it}?"}
    assert built.permissions("web_pipeline_role")["AskForApproval"] == ({"sns:Publish"}, {TOPIC})


def test_an_approval_may_be_silent() -> None:
    built = deployed(SERVICE, Approval())
    assert "configuration" not in built.action("web_pipeline", "Approve")
    assert "AskForApproval" not in built.permissions("web_pipeline_role")


def test_a_container_is_required() -> None:
    with pytest.raises(ValidationError, match="container"):
        EcsDeploy(cluster="prod", service="web")  # type: ignore[call-arg]
