"""What the `aws` commands of a build need."""

import pytest
from needs_deployment import arn, asked, deployment, on, project, role_arn

from tandem.access.chosen import SUFFIX, chosen
from tandem.access.needs import needs, unclear

SERVICES = (
    "codebuild",
    "codepipeline",
    "ecr",
    "ecr-public",
    "ecs",
    "lambda",
    "s3",
    "secretsmanager",
    "sns",
    "ssm",
    "sts",
)


def run(command: str) -> dict[str, set[str]]:
    found = deployment(aws_codebuild_project={"web": project([command])})
    assert unclear(found) == []
    return asked(needs(found), "build", *SERVICES)


@pytest.mark.parametrize(
    ("command", "action", "resource"),
    [
        ("aws s3 cp s3://files/a.txt .", "s3:GetObject", "arn:aws:s3:::files/a.txt"),
        ("aws s3 cp a.txt s3://files/b.txt", "s3:PutObject", "arn:aws:s3:::files/b.txt"),
        ("aws s3 ls s3://files/x", "s3:ListBucket", "arn:aws:s3:::files"),
        (
            "aws ecr describe-images --repository-name shop/web --image-ids imageTag=1",
            "ecr:DescribeImages",
            arn("ecr", "repository/shop/web"),
        ),
        (
            "aws ecr put-image --repository-name=web --image-tag 2",
            "ecr:PutImage",
            arn("ecr", "repository/web"),
        ),
        (
            "aws --region us-east-1 ecr batch-get-image --repository-name web",
            "ecr:BatchGetImage",
            arn("ecr", "repository/web").replace("eu-west-1", "us-east-1"),
        ),
        ("aws ecr get-login-password", "ecr:GetAuthorizationToken", "*"),
        (
            "aws ecs update-service --force-new-deployment --cluster prod --service web",
            "ecs:UpdateService",
            arn("ecs", "service/prod/web"),
        ),
        ("aws ecs describe-task-definition --task-definition w", "ecs:DescribeTaskDefinition", "*"),
        ("aws ecs list-tasks --cluster prod", "ecs:ListTasks", "*"),
        (
            "aws ecs describe-tasks --cluster prod --tasks 1a2b",
            "ecs:DescribeTasks",
            arn("ecs", f"task/prod/{chosen('task')}"),
        ),
        (
            f"aws ecs describe-services --cluster {arn('ecs', 'cluster/prod')} --services web api",
            "ecs:DescribeServices",
            arn("ecs", "service/prod/web"),
        ),
        (
            "aws ssm get-parameter --with-decryption --name /a/b",
            "ssm:GetParameter",
            arn("ssm", "parameter/a/b"),
        ),
        (
            "aws secretsmanager get-secret-value --secret-id token",
            "secretsmanager:GetSecretValue",
            arn("secretsmanager", f"secret:token-{SUFFIX}"),
        ),
        (
            "aws codepipeline start-pipeline-execution --name next",
            "codepipeline:StartPipelineExecution",
            arn("codepipeline", "next"),
        ),
        (
            "aws codebuild start-build --project-name next",
            "codebuild:StartBuild",
            arn("codebuild", "project/next"),
        ),
        (
            "aws lambda update-function-code --function-name f --image-uri x",
            "lambda:UpdateFunctionCode",
            arn("lambda", "function:f"),
        ),
        (f"aws sns publish --topic-arn {arn('sns', 't')}", "sns:Publish", arn("sns", "t")),
    ],
)
def test_a_command_needs_one_action(command: str, action: str, resource: str) -> None:
    assert run(command) == {action: {resource}}


def test_a_task_definition_is_registered_with_its_roles() -> None:
    command = "aws ecs register-task-definition --family web --task-role-arn task"
    assert run(command) == on(
        arn("ecs", f"task-definition/web:{chosen('revision')}"), "RegisterTaskDefinition", "ecs"
    )
    found = deployment(aws_codebuild_project={"web": project([command])})
    (passed,) = [it for it in needs(found) if it.action == "iam:PassRole"]
    assert passed.resource == role_arn("task")
    assert passed.context["iam:PassedToService"] == "ecs-tasks.amazonaws.com"


@pytest.mark.parametrize("family", ["", "--family web "])
def test_the_roles_in_a_file_are_not_known(family: str) -> None:
    command = f"aws ecs register-task-definition {family}--cli-input-json file://task.json"
    found = deployment(aws_codebuild_project={"web": project([command])})
    assert [it.actions for it in unclear(found)] == [("iam:PassRole",)]
    assert len(asked(needs(found), "build", "ecs")) == 1


def test_a_folder_is_listed_too() -> None:
    expected = on(f"arn:aws:s3:::files/x/{chosen('object')}", "PutObject DeleteObject", "s3")
    expected |= on("arn:aws:s3:::files", "ListBucket", "s3")
    assert run("aws s3 sync --delete . s3://files/x/") == expected


@pytest.mark.parametrize("command", ["aws sts get-caller-identity", "aws configure list", "echo a"])
def test_some_need_nothing(command: str) -> None:
    assert run(command) == {}


def test_an_unknown_command_makes_its_service_unclear() -> None:
    found = deployment(aws_codebuild_project={"web": project(["aws s3api head-object --key a"])})
    (it,) = unclear(found)
    assert it.actions == ("s3:*",)
    assert it.why == "web runs aws s3api head-object: what that needs is not known here"
    assert asked(needs(found), "build", "s3") == {}
