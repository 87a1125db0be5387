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
CONFIGURATION_VALUE = 1000
"""Characters: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html"""


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


def _variables_length(config: Config, name: str) -> int:
    """Length of the variables that the build action gets, with an account of twelve digits."""
    registry = f"{'0' * 12}.dkr.ecr.{config.region}.amazonaws.com"
    digests = {
        arg: f"{registry}/{_pushed(config, base)[0]}@#{{{artifact_name(arg)}.ImageDigest}}"
        for arg, base in config.images[name].bases.items()
    }
    return len(action_variables({"COMMIT_ID": "#{Source.CommitId}", **digests}))
