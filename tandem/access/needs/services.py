"""What AWS services need of resource policies."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.access.needs.asking import place_of
from tandem.access.needs.images import CODEBUILD_PAGE, PULL, repository_arn
from tandem.access.needs.index import index_of
from tandem.access.needs.need import ServiceNeed
from tandem.deployment import Deployment, Resource
from tandem.deployment.blocks import block, text
from tandem.deployment.symbols import symbol

_DEAD_LETTERS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"


def service_needs(deployment: Deployment) -> Iterator[ServiceNeed]:
    """What services must be able to do without a role, with resources of the deployment."""
    yield from _dead_letters(deployment)
    yield from _build_images(deployment)


def _dead_letters(deployment: Deployment) -> Iterator[ServiceNeed]:
    """EventBridge sends what it could not deliver to a queue. Scheduler does so with its role."""
    queues: dict[str, Resource] = {}
    for queue in index_of(deployment).of_type("aws_sqs_queue"):
        composed = place_of(deployment).arn("sqs", text(queue.values, "name") or "")
        for name in (text(queue.values, "arn"), symbol(f"{queue.address}.arn"), composed):
            queues[name or ""] = queue
    for rule in deployment.rules:
        if rule.service != "events.amazonaws.com":
            continue
        for target in rule.targets:
            resource = deployment.resources.get(target.address)
            arn = text(block(resource.values, "dead_letter_config"), "arn") if resource else None
            if arn is None or arn not in queues:
                continue
            yield ServiceNeed(
                principal=rule.service,
                action="sqs:SendMessage",
                resource=arn,
                address=queues[arn].address,
                context={
                    "aws:SourceArn": rule.arn,
                    "aws:SourceAccount": place_of(deployment, rule.arn).account,
                    "aws:SecureTransport": "true",
                },
                why=f"{rule.name} keeps events that it could not deliver",
                source=_DEAD_LETTERS,
            )


def _build_images(deployment: Deployment) -> Iterator[ServiceNeed]:
    """CodeBuild pulls an image in ECR by itself where it is not told to use the project's role."""
    for project in deployment.projects:
        arn = repository_arn(deployment, project.image)
        repository = deployment.repository_of.get(arn or "")
        if repository is None or project.pulls_as_itself:
            continue
        for action in (*PULL, "ecr:BatchCheckLayerAvailability"):
            yield ServiceNeed(
                principal="codebuild.amazonaws.com",
                action=action,
                resource=repository.arn,
                address=repository.address,
                context={
                    "aws:SourceArn": project.arn,
                    "aws:SourceAccount": place_of(deployment, project.arn).account,
                    "aws:SecureTransport": "true",
                },
                why=f"{project.name} runs in {project.image}",
                source=CODEBUILD_PAGE,
            )
