"""Every element of a link of a synthesized stack, taken away one at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]

LINKS = (
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_codebuild_project",
    "aws_codepipeline",
    "aws_iam_role",
    "aws_iam_role_policy",
)
"""What links are made of. Each is taken away whole, and each of its elements."""
TEXTS = ("event_pattern", "assume_role_policy", "input_template", "EnvironmentVariables")
"""Arguments that are JSON themselves, so that their elements are taken away too."""


@dataclass(frozen=True)
class Mutant:
    """A stack without one element."""

    element: str
    """As in `aws_codepipeline.web_pipeline stage[Source].action[BaseImage].namespace`."""
    document: Json


def mutants(document: Json) -> Iterator[Mutant]:
    """The stack without each element of a link, one at a time."""
    for kind in LINKS:
        for name in document["resource"].get(kind, {}):
            yield Mutant(f"{kind}.{name}", _without_resource(document, kind, name))
            block = document["resource"][kind][name]
            for path in _paths(_opened(block)):
                changed = copy.deepcopy(_opened(block))
                _delete(changed, path)
                yield Mutant(
                    f"{kind}.{name} {_words(path, _opened(block))}",
                    _with_block(document, kind, name, changed),
                )


def _with_block(document: Json, kind: str, name: str, block: Json) -> Json:
    resources = document["resource"]
    closed = _closed(block)
    return {**document, "resource": {**resources, kind: {**resources[kind], name: closed}}}


def _without_resource(document: Json, kind: str, name: str) -> Json:
    """The stack without a resource and without what refers to it as a whole."""
    resources = document["resource"]
    rest = {other: block for other, block in resources[kind].items() if other != name}
    changed = {**document, "resource": {**resources, kind: rest}}
    if kind == "aws_cloudwatch_event_rule":  # a target without its rule is no valid Terraform
        targets = {
            other: block
            for other, block in resources["aws_cloudwatch_event_target"].items()
            if f"{kind}.{name}." not in block["rule"]
        }
        changed["resource"]["aws_cloudwatch_event_target"] = targets
    return changed


def _opened(value: Any) -> Any:
    """The block with the JSON in its texts as objects."""
    if isinstance(value, dict):
        return {
            key: json.loads(item) if key in TEXTS and isinstance(item, str) else _opened(item)
            for key, item in value.items()
            if key != "//"
        }
    return [_opened(item) for item in value] if isinstance(value, list) else value


def _closed(value: Any, key: str = "") -> Any:
    if key in TEXTS:
        return json.dumps(value)
    if isinstance(value, dict):
        return {name: _closed(item, name) for name, item in value.items()}
    return [_closed(item) for item in value] if isinstance(value, list) else value


def _paths(value: Any, before: Path = ()) -> Iterator[Path]:
    """Where each element is, however deep."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in parts:
        path = (*before, key)
        yield path
        if isinstance(item, dict | list):
            yield from _paths(item, path)


def _delete(value: Any, path: Path) -> None:
    for key in path[:-1]:
        value = value[key]
    del value[path[-1]]


def _words(path: Path, value: Any) -> str:
    """Where an element is; one of a list by its name, where it has one."""
    text = ""
    for step in path:
        value = value[step]
        if isinstance(step, int):
            name = value.get("name", step) if isinstance(value, dict) else step
            text += f"[{name}]"
        else:
            text += f".{step}" if text else step
    return text
