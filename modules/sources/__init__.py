"""Source actions: git repositories, files in S3, and base images in ECR.

To add a source, add its settings to settings/source.py and a file here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from modules.expressions import TextMap, choose, every
from modules.iam import Statement
from modules.project import Project
from modules.settings import S3, CodeCommit, Connection, Source
from modules.sources.action import ACTION, ARTIFACT, SourceAction, action
from modules.sources.base_image import base_image_action, base_image_trigger
from modules.sources.codecommit import codecommit
from modules.sources.connection import connection
from modules.sources.s3 import s3
from modules.symbols import AnySource

__all__ = [
    "ACTION",
    "ARTIFACT",
    "SourceAction",
    "base_image_action",
    "base_image_trigger",
    "source_action",
]


def source_action(source: Source | AnySource, project: Project) -> SourceAction:
    """The source action for an image's own source."""
    match source:
        case AnySource():
            return _any(source, project)
        case CodeCommit():
            return codecommit(source, project)
        case Connection():
            return connection(source)
        case S3():
            return s3(source, project)


def _any(source: AnySource, project: Project) -> SourceAction:
    """An action of which Terraform decides the provider, and all that depends on it."""
    kinds = {
        "codecommit": codecommit(source.codecommit, project),
        "connection": connection(source.connection),
        "s3": s3(source.s3, project),
    }

    def one_of(value: Callable[[SourceAction], object]) -> Any:
        *others, (_, last) = ((source.is_kind(kind), value(it)) for kind, it in kinds.items())
        chosen = last
        for is_kind, other in reversed(others):
            chosen = choose(is_kind, other, chosen)
        return chosen

    def only(kind: str, statements: Sequence[Statement]) -> list[Statement]:
        is_kind = source.is_kind(kind)
        return [replace(item, when=every(is_kind, item.when)) for item in statements]

    configuration = one_of(lambda it: it.action.configuration)
    return SourceAction(
        action=action(
            ACTION,
            one_of(lambda it: it.action.provider),
            TextMap(configuration.expression),
        ),
        revision=one_of(lambda it: it.revision),
        pipeline_needs=[
            needed for kind, it in kinds.items() for needed in only(kind, it.pipeline_needs)
        ],
        build_needs=[needed for kind, it in kinds.items() for needed in only(kind, it.build_needs)],
        triggers=[
            replace(trigger, exists=source.is_kind(kind))
            for kind, it in kinds.items()
            for trigger in it.triggers
        ],
        git_triggers=kinds["connection"].git_triggers,
    )
