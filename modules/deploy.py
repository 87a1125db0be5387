"""What follows a build: a person's approval, and the deployment.

To add a deploy target, add its settings to settings/deploy.py and its stage here.
"""

from __future__ import annotations

from dataclasses import replace

from modules._cdktf import (
    CodepipelineStage,
    CodepipelineStageAction,
    Construct,
    DataAwsEcsService,
    DataAwsEcsTaskDefinition,
    Fn,
    Postcondition,
    TerraformResourceLifecycle,
)
from modules.element import Element, literal
from modules.expressions import (
    Condition,
    Decision,
    Texts,
    choose,
    default,
    every,
    given,
    negated,
    present,
)
from modules.iam import ANY, ServiceRole, Statement
from modules.project import Project
from modules.settings import Approval, EcsDeploy


def approval_stage(approval: Approval, role: ServiceRole) -> CodepipelineStage:
    """A stage that waits for a person, at most seven days.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
    """
    if approval.sns_topic is not None:
        asked = every(given(approval), given(approval.sns_topic))
        ask = Statement("AskForApproval", ["sns:Publish"], [approval.sns_topic], when=asked)
        role.allow(ask)
    message = approval.message if approval.message is None else literal(approval.message)
    configuration = present({"NotificationArn": approval.sns_topic, "CustomData": message})
    action = CodepipelineStageAction(
        name="Approve",
        category="Approval",
        owner="AWS",
        provider="Manual",
        version="1",
        run_order=1,
        configuration=configuration or None,
    )
    return CodepipelineStage(name="Approval", action=[action])


class EcsDeployment(Element):
    """A rolling deployment of a built image to an ECS service.

    Args:
        settings: The cluster, the service and the container.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html
    """

    def __init__(self, scope: Construct, id: str, *, settings: EcsDeploy) -> None:
        super().__init__(scope, id, exists=given(settings))
        self._settings = settings
        self._project = Project.of(self)

    def action(self, input_artifact: str) -> CodepipelineStageAction:
        """The action that deploys what `imagedefinitions.json` in the artifact says."""
        return CodepipelineStageAction(
            name="Deploy",
            category="Deploy",
            owner="AWS",
            provider="ECS",
            version="1",
            run_order=1,
            input_artifacts=[input_artifact],
            configuration={
                "ClusterName": self._settings.cluster,
                "ServiceName": self._settings.service,
                "FileName": "imagedefinitions.json",
                "DeploymentTimeout": str(self._settings.timeout_minutes),
            },
        )

    def grant_deploy(self, role: ServiceRole) -> None:
        """Let `role` deploy to this service, and to no other.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html#action-reference-ECS-service-role
        """
        settings = self._settings
        service = self._project.arn("ecs", f"service/{settings.cluster}/{settings.service}")
        family, task_roles = self._running_task(settings)
        when = given(settings)
        statements = [
            Statement("Service", ["ecs:DescribeServices", "ecs:UpdateService"], [service]),
            # The page has both on any resource. Describing is checked against none; only the
            # service authorization reference says that registering is checked against the family.
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
            Statement(
                "TaskDefinition",
                ["ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"],
                [ANY],
            ),
            Statement(
                "TagTaskDefinition",
                ["ecs:TagResource"],
                [self._project.arn("ecs", f"task-definition/{family}:*")],
                {"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}},
            ),
            Statement(
                "PassTaskRoles",
                ["iam:PassRole"],
                task_roles,
                {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
                when=_any(task_roles),
            ),
        ]
        role.allow(*(replace(item, when=every(when, item.when)) for item in statements))

    def _running_task(self, settings: EcsDeploy) -> tuple[str, list[str]]:
        """Family and roles of the task definition; the roles from the settings if they say."""
        said = given(settings.task_roles)
        if said is True:
            return "*", settings.task_roles or []
        exists = every(given(settings), negated(said))
        name = f"service/{settings.cluster}/{settings.service}"
        self._project.uses("Services", self._project.arn("ecs", name))
        service = self.place(
            DataAwsEcsService(
                self,
                "service",
                cluster_arn=self._project.arn("ecs", f"cluster/{settings.cluster}"),
                service_name=settings.service,
            ),
            exists=exists,
        )
        has_role = Postcondition(
            condition='${self.execution_role_arn != "" || self.task_role_arn != ""}',
            error_message=f"The task definition of {settings.service} names no role. "
            "Set deploy.ecs.task_roles to [].",
        )
        task = self.place(
            DataAwsEcsTaskDefinition(
                self,
                "task",
                task_definition=service.task_definition,
                lifecycle=TerraformResourceLifecycle(postcondition=[has_role]),
            ),
            exists=exists,
        )
        # A task has one of them or both; a missing one is an empty text, which IAM refuses.
        either = Fn.coalesce([task.execution_role_arn, task.task_role_arn])
        other = Fn.coalesce([task.task_role_arn, task.execution_role_arn])
        roles = default(settings.task_roles, [either, other])
        return choose(said, "*", task.family), roles


def _any(roles: list[str]) -> Decision:
    return Condition(f"length({roles.expression}) > 0") if isinstance(roles, Texts) else bool(roles)
