"""What actions that build, ask or start something need of the pipeline's role."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.access.chosen import chosen
from tandem.access.needs.images import log_in, push
from tandem.access.needs.need import Need
from tandem.access.needs.steps import GUIDE, Step


def codebuild(step: Step) -> Iterator[Need]:
    """Run a build project, and wait for it."""
    page = f"{GUIDE}/action-reference-CodeBuild.html#edit-role-codebuild"
    name = step.said("ProjectName")
    project = step.asker.deployment.project_of.get(name)
    arn = project.arn if project else step.asker.place.arn("codebuild", f"project/{name}")
    why = f"{step.action.name} runs {name}"
    if step.said("BatchEnabled").lower() == "true":
        batch = "codebuild:BatchGetBuildBatches codebuild:StartBuildBatch"
        yield from step.asker.ask(batch, arn, why, page)
    single = "codebuild:BatchGetBuilds codebuild:StartBuild"
    yield from step.asker.ask(single, arn, why, page)


def build_and_publish(step: Step) -> Iterator[Need]:
    """Build an image and push it, without a build project."""
    page = f"{GUIDE}/action-reference-ECRBuildAndPublish.html#edit-role-ECRBuildAndPublish"
    name = step.said("ECRRepositoryName")
    known = step.asker.deployment.repository_of.get(name)
    arn = known.arn if known else step.asker.place.arn("ecr", f"repository/{name}")
    why = f"{step.action.name} pushes {name}"
    yield from log_in(step.asker, why)
    yield from push(step.asker, arn, why)
    yield from step.asker.ask("ecr:GetDownloadUrlForLayer", arn, why, page, advised=True)
    yield from commands(step)


def commands(step: Step) -> Iterator[Need]:
    """Run commands, without a build project."""
    page = f"{GUIDE}/action-reference-Commands.html#edit-role-Commands"
    group = step.asker.place.arn("logs", f"log-group:/aws/codepipeline/{step.pipeline.name}")
    why = f"{step.action.name} writes its log"
    yield from step.asker.ask("logs:CreateLogGroup", group, why, page)
    stream = "logs:CreateLogStream logs:PutLogEvents"
    yield from step.asker.ask(stream, f"{group}:log-stream:{chosen('stream')}", why, page)


def aws_lambda(step: Step) -> Iterator[Need]:
    """Call a function."""
    page = f"{GUIDE}/action-reference-Lambda.html#edit-role-lambda"
    name = step.said("FunctionName")
    arn = name if name.startswith("arn:") else step.asker.place.arn("lambda", f"function:{name}")
    why = f"{step.action.name} calls {name}"
    yield from step.asker.ask("lambda:InvokeFunction", arn, why, page)
    yield from step.asker.ask("lambda:ListFunctions", "*", why, page, advised=True)


def approval(step: Step) -> Iterator[Need]:
    """Tell people that something waits for their approval."""
    topic = step.said("NotificationArn")
    if topic:
        page = f"{GUIDE}/approvals-service-role-permissions.html"
        why = f"{step.action.name} tells people that it waits for them"
        yield from step.asker.ask("sns:Publish", topic, why, page)


def step_functions(step: Step) -> Iterator[Need]:
    """Start a state machine, and wait for it."""
    page = f"{GUIDE}/action-reference-StepFunctions.html#edit-role-stepfunctions"
    machine = step.said("StateMachineArn")
    why = f"{step.action.name} runs {machine}"
    start = "states:DescribeStateMachine states:StartExecution"
    yield from step.asker.ask(start, machine, why, page)
    run = f"{machine.replace(':stateMachine:', ':execution:')}:{chosen('execution')}"
    yield from step.asker.ask("states:DescribeExecution", run, why, page)


def codepipeline(step: Step) -> Iterator[Need]:
    """Start another pipeline."""
    page = f"{GUIDE}/action-reference-PipelineInvoke.html"
    name = step.said("PipelineName")
    why = f"{step.action.name} starts {name}"
    arn = step.asker.place.arn("codepipeline", name)
    yield from step.asker.ask("codepipeline:StartPipelineExecution", arn, why, page)
