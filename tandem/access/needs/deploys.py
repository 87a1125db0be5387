"""What deploy actions need of the pipeline's role."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.access.chosen import chosen
from tandem.access.needs.index import index_of
from tandem.access.needs.need import Need, Unclear
from tandem.access.needs.steps import GUIDE, Step
from tandem.access.needs.stored import bucket_arn, encryption
from tandem.deployment import TaskDefinition
from tandem.deployment.symbols import equal, symbol

TASKS = "ecs-tasks.amazonaws.com"
REVISION = chosen("revision")
"""Of a task definition that a deployment will register."""


def ecs(step: Step) -> Iterator[Need]:
    """Register a task definition with a new image, and let a service use it."""
    page = f"{GUIDE}/action-reference-ECS.html#edit-role-ecs"
    cluster, name = step.said("ClusterName"), step.said("ServiceName")
    place, ask = step.asker.place, step.asker.ask
    within = {"ecs:cluster": place.arn("ecs", f"cluster/{cluster}")}
    why = f"{step.action.name} deploys to {cluster}/{name}"
    service = place.arn("ecs", f"service/{cluster}/{name}")
    actions = "ecs:DescribeServices ecs:UpdateService"
    yield from ask(actions, service, why, page, context=within)
    yield from ask("ecs:DescribeTaskDefinition", "*", why, page)
    task = task_definition(step)
    family = task.family if task else symbol(f"the family of {cluster}/{name}")
    new = place.arn("ecs", f"task-definition/{family}:{REVISION}")
    yield from ask("ecs:RegisterTaskDefinition", new, why, page)
    registering = {"ecs:CreateAction": "RegisterTaskDefinition"}
    yield from ask("ecs:TagResource", new, why, page, context=registering)
    yield from pass_roles(step, task) if task else _pass_unknown(step, f"{cluster}/{name}")
    # AWS's guide of 2023 lists these two, today's does not.
    yield from ask("ecs:ListTasks", "*", why, page, context=within, optional=True)
    tasks = place.arn("ecs", f"task/{cluster}/{chosen('task')}")
    yield from ask("ecs:DescribeTasks", tasks, why, page, context=within, optional=True)


def unclear_ecs(step: Step) -> Iterator[Unclear]:
    """What is not known of a service that is not in the deployment: its task's roles."""
    if task_definition(step) is None:
        service = f"{step.said('ClusterName')}/{step.said('ServiceName')}"
        yield step.asker.unclear("iam:PassRole", f"the roles of the tasks of {service} are unknown")


def task_definition(step: Step) -> TaskDefinition | None:
    """The task definition of the service that an action deploys to, if it is in the deployment."""
    deployment = step.asker.deployment
    for service in deployment.services:
        if service.name == step.said("ServiceName") and equal(
            service.cluster, step.said("ClusterName")
        ) in (True, None):
            said = service.task_definition
            family = said.rpartition("/")[2].partition(":")[0]
            tasks = index_of(deployment).tasks
            return tasks.get(said) or tasks.get(family)
    return None


def _pass_unknown(step: Step, service: str) -> Iterator[Need]:
    """Give tasks the roles that a service elsewhere has; nearly every task has one."""
    page = f"{GUIDE}/action-reference-ECS.html#edit-role-ecs"
    why = f"{step.action.name} registers a task definition of {service}"
    roles, passed = symbol(f"the task roles of {service}"), {"iam:PassedToService": TASKS}
    yield from step.asker.ask("iam:PassRole", roles, why, page, context=passed, advised=True)


def pass_roles(step: Step, task: TaskDefinition) -> Iterator[Need]:
    """Give the task's roles to the tasks, which ECS checks when a definition is registered."""
    page = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"
    why = f"{step.action.name} registers a task definition of {task.family}"
    passed = {"iam:PassedToService": TASKS}
    for role in filter(None, dict.fromkeys(task.role_arns)):
        yield from step.asker.ask("iam:PassRole", role, why, page, context=passed)


def codedeploy_to_ecs(step: Step) -> Iterator[Need]:
    """Register a task definition, and let CodeDeploy replace the tasks."""
    page = f"{GUIDE}/action-reference-ECSbluegreen.html#edit-role-codedeploy-ecs"
    why = f"{step.action.name} deploys {step.said('ApplicationName')}"
    yield from _codedeploy(step, "codedeploy:GetApplicationRevision", page)
    family = symbol(f"the family that {step.action.name} registers")
    new = step.asker.place.arn("ecs", f"task-definition/{family}:{REVISION}")
    yield from step.asker.ask("ecs:RegisterTaskDefinition", new, why, page)
    registering = {"ecs:CreateAction": "RegisterTaskDefinition"}
    ask = step.asker.ask
    yield from ask("ecs:TagResource", new, why, page, context=registering, optional=True)


def unclear_codedeploy_to_ecs(step: Step) -> Iterator[Unclear]:
    """What is not known: the roles in the file with the task definition."""
    file = step.said("TaskDefinitionTemplatePath") or "taskdef.json"
    yield step.asker.unclear("iam:PassRole", f"the roles of the tasks are in {file}, in the source")


def codedeploy(step: Step) -> Iterator[Need]:
    """Let CodeDeploy deploy."""
    page = f"{GUIDE}/action-reference-CodeDeploy.html#edit-role-codedeploy"
    yield from _codedeploy(step, "", page)


def _codedeploy(step: Step, more: str, page: str) -> Iterator[Need]:
    application, group = step.said("ApplicationName"), step.said("DeploymentGroupName")
    place, ask = step.asker.place, step.asker.ask
    why = f"{step.action.name} deploys {application}"
    deployments = place.arn("codedeploy", f"deploymentgroup:{application}/{group}")
    yield from ask("codedeploy:CreateDeployment codedeploy:GetDeployment", deployments, why, page)
    revisions = f"codedeploy:GetApplication codedeploy:RegisterApplicationRevision {more}"
    yield from ask(revisions, place.arn("codedeploy", f"application:{application}"), why, page)
    any_settings = place.arn("codedeploy", "deploymentconfig:CodeDeployDefault.AllAtOnce")
    yield from ask("codedeploy:GetDeploymentConfig", any_settings, why, page, advised=True)
    lists = "codedeploy:ListDeployments codedeploy:GetDeploymentGroup"
    yield from ask(lists, deployments, why, page, optional=True)


def s3(step: Step) -> Iterator[Need]:
    """Upload to a bucket."""
    page = f"{GUIDE}/action-reference-S3Deploy.html#edit-role-s3deploy"
    name = step.said("BucketName")
    bucket = bucket_arn(step.asker, name)
    key, extracts = step.said("ObjectKey"), step.said("Extract").lower() == "true"
    within = f"{key.rstrip('/')}/" if key and extracts else ""
    objects = f"{bucket}/{within}{chosen('object')}" if extracts or not key else f"{bucket}/{key}"
    why = f"{step.action.name} uploads to {name}"
    ask = step.asker.ask
    yield from ask("s3:PutObject", objects, why, page)
    acls = "s3:PutObjectAcl s3:PutObjectVersionAcl"
    with_acl = bool(step.said("CannedACL"))
    yield from ask(acls, objects, why, page, optional=not with_acl)
    tags = "s3:GetObjectTagging s3:GetObjectVersionTagging s3:PutObjectTagging"
    yield from ask(tags, objects, why, page, optional=True)
    identity = "s3:GetBucketVersioning s3:GetBucketAcl s3:GetBucketLocation"
    yield from ask(identity, bucket, why, page, advised=True)
    yield from encryption(step.said("KMSEncryptionKeyARN"), step.asker, why, page)


_STACKS = {
    "CREATE_UPDATE": "CreateStack DescribeStacks UpdateStack",
    "REPLACE_ON_FAILURE": "CreateStack DeleteStack DescribeStacks UpdateStack",
    "DELETE_ONLY": "DeleteStack DescribeStacks",
    "CHANGE_SET_REPLACE": "CreateChangeSet DeleteChangeSet DescribeChangeSet DescribeStacks",
    "CHANGE_SET_EXECUTE": "DescribeChangeSet DescribeStacks ExecuteChangeSet",
}


def cloudformation(step: Step) -> Iterator[Need]:
    """Create, change or delete a stack."""
    page = f"{GUIDE}/action-reference-CloudFormation.html#edit-role-cloudformation"
    name = step.said("StackName")
    stack = step.asker.place.arn("cloudformation", f"stack/{name}/{chosen('id')}")
    why = f"{step.action.name} changes the stack {name}"
    needed = _STACKS.get(step.said("ActionMode"), "DescribeStacks").split()
    for verb in sorted({verb for verbs in _STACKS.values() for verb in verbs.split()}):
        optional = verb not in needed
        action = f"cloudformation:{verb}"
        yield from step.asker.ask(action, stack, why, page, optional=optional)
    role = step.said("RoleArn")
    if role:
        passed = {"iam:PassedToService": "cloudformation.amazonaws.com"}
        yield from step.asker.ask("iam:PassRole", role, why, page, context=passed)
