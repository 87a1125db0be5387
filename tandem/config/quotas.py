"""Warnings: quotas of AWS that a file exceeds, and what AWS does otherwise than one may think."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import ceil

from modules.naming import artifact_name
from modules.settings import S3, CodeCommit, Connection, ExistingRepository, Filters
from modules.settings.build import action_variables
from tandem.config.document import Document
from tandem.config.models import Config, ExternalBase
from tandem.config.problems import Problem

PIPELINES = 1000
"""Per region: https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html"""
RULES = 300
"""Per event bus: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""
TARGETS = 5
"""Per rule, same page."""
APPROVAL_DAYS = 7
"""https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html"""
ROLE_POLICY = 10_240
"""Characters: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
CONFIGURATION_VALUE = 1000
"""Characters: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html"""
_PLANNING = 4_700
"""About what a role that plans always has, with a key of the artifacts and one of the state."""
_OCCURRENCES = 20
"""How often the name of the project is in that."""


def quotas(config: Config, document: Document) -> Iterator[Problem]:
    """A warning for every quota that the file exceeds, with the number and the limit."""
    images = document.place(["images"])
    if len(config.images) > PIPELINES:
        yield images.problem(
            f"{len(config.images):,} pipelines, and a region has {PIPELINES:,}: ask AWS for more, "
            "or use another region"
        )
    rules = count_rules(config)
    if rules > RULES:
        yield images.problem(
            f"{rules:,} rules of EventBridge, and an event bus has {RULES}: ask AWS for more"
        )
    review = config.review
    length = _planning_length(config)
    if (review.pipeline or review.drift or review.github) and length > ROLE_POLICY:
        yield document.place(["review"]).problem(
            f"the roles that plan name every repository and service that is not named after the "
            f"project, in about {length:,} characters of a policy, which has {ROLE_POLICY:,}: "
            "leave repository.name out where you can"
        )
    for name, image in config.images.items():
        place = document.place(["images", name, "base"])
        length = _variables_length(config, name)
        if length > CONFIGURATION_VALUE:
            yield place.problem(
                f"the digests of {len(image.bases)} bases take about {length:,} characters of the "
                f"build action, which has {CONFIGURATION_VALUE:,}: shorten the repositories' names"
            )


def surprises(config: Config, document: Document) -> Iterator[Problem]:
    """A warning for what AWS takes, and does otherwise than one may think."""
    for name, image in config.images.items():
        match image.source:
            case Connection(branch=branch, filters=Filters() as filters) if (
                filters.tags or filters.branches
            ) and (image.bases or image.schedule):
                yield document.place(["images", name, "source", "filters"]).problem(
                    "filters choose pushes only: a new base and a schedule build the head of "
                    f'branch "{branch}": let it be one that may be released'
                )
        if image.approval and config.artifacts.expire_days <= APPROVAL_DAYS:
            yield document.place(["images", name, "approval"]).problem(
                f"waits up to {APPROVAL_DAYS} days, and artifacts.expire_days is "
                f"{config.artifacts.expire_days}: keep artifacts longer"
            )


def count_rules(config: Config) -> int:
    """The rules that start the pipelines: each starts at most five, and a schedule starts one."""
    events: Counter[tuple[str, ...]] = Counter()
    for image in config.images.values():
        match image.source:
            case CodeCommit(codecommit=repository, branch=branch):
                events["codecommit", repository, branch] += 1
            case S3(s3=bucket, key=key):
                events["s3", bucket, key] += 1
        events.update({("ecr", *_pushed(config, base)) for base in image.bases.values()})
    schedules = sum(1 for image in config.images.values() if image.schedule)
    return schedules + sum(ceil(number / TARGETS) for number in events.values())


def _pushed(config: Config, base: str | ExternalBase) -> tuple[str, str]:
    """Repository and tag of a base."""
    if isinstance(base, ExternalBase):
        return base.repository, base.tag
    image = config.images[base]
    if isinstance(image.repository, ExistingRepository):
        return image.repository.existing, image.tag
    return image.repository.name or config.names.repository(base), image.tag


def _planning_length(config: Config) -> int:
    """Length of the policy of a role that plans: what it always has, and the names of others."""
    prefix = config.names.prefix
    named = set[str]()
    for name, image in config.images.items():
        repository, _ = _pushed(config, name)
        named.add(f"ecr:repository/{repository}")
        named |= {
            f"ecr:repository/{base.repository}"
            for base in image.bases.values()
            if isinstance(base, ExternalBase)
        }
        if image.deploy and image.deploy.ecs.task_roles is None:
            named.add(f"ecs:service/{image.deploy.ecs.cluster}/{image.deploy.ecs.service}")
    place = len(f"arn:aws:{config.region}:{'0' * 12}:") + len('"", ')
    others = [name for name in named if not name.startswith(f"ecr:repository/{prefix}/")]
    return _PLANNING + _OCCURRENCES * len(prefix) + sum(place + len(name) for name in others)


def _variables_length(config: Config, name: str) -> int:
    """Length of the variables that the build action gets, with an account of twelve digits."""
    registry = f"{'0' * 12}.dkr.ecr.{config.region}.amazonaws.com"
    digests = {
        arg: f"{registry}/{_pushed(config, base)[0]}@#{{{artifact_name(arg)}.ImageDigest}}"
        for arg, base in config.images[name].bases.items()
    }
    return len(action_variables({"COMMIT_ID": "#{Source.CommitId}", **digests}))
