"""What a rule gives to its target: the input transformer, applied to a real event.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.deployment import Rule, Target
from tandem.deployment.symbols import is_known

Document = Mapping[str, Any]

_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.-]+)>")
_STEP = re.compile(r"\.([A-Za-z0-9_/-]+|\*)|\[(\d+|\*|'[^']*'|\"[^\"]*\")\]")


@dataclass(frozen=True)
class Pin:
    """The exact revision that a pipeline is started with.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html
    """

    action: str
    """The source action that gets it."""
    kind: str
    """`IMAGE_DIGEST`, `COMMIT_ID`, `S3_OBJECT_VERSION_ID`, `S3_OBJECT_KEY`."""
    value: str
    """The revision, from the event."""


def given(target: Target, document: Document, rule: Rule) -> tuple[Any, str]:
    """What the target gets of an event, as parsed JSON; and what is wrong with it, or nothing."""
    if target.input is not None:
        return _parsed(target.input)
    if target.input_template is None:
        return document, ""
    values = {name: found(path, document) for name, path in target.input_paths.items()}
    values |= {
        "aws.events.rule-arn": rule.arn,
        "aws.events.rule-name": rule.name,
        "aws.events.event.ingestion-time": document.get("time", ""),
        "aws.events.event": {key: it for key, it in document.items() if key != "detail"},
        "aws.events.event.json": document,
    }
    return _parsed(_filled(target.input_template, values))


def found(path: str, document: Document) -> Any:
    """What a JSON path says of an event; None where there is no such thing.

    EventBridge knows names, indices and `*`, and nothing else of JSONPath.
    """
    if not path.startswith("$"):
        return None
    values: list[Any] = [document]
    position, many = 1, False
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            return None
        position = step.end()
        name = step[1] if step[1] is not None else step[2].strip("'\"")
        many = many or name == "*"
        values = [item for value in values for item in _step(value, name)]
    if many:
        return values
    return values[0] if values else None


def _step(value: Any, name: str) -> list[Any]:
    if name == "*":
        return list(value.values() if isinstance(value, Mapping) else value or [])
    if isinstance(value, Mapping):
        return [value[name]] if name in value else []
    if isinstance(value, list) and name.isdigit() and int(name) < len(value):
        return [value[int(name)]]
    return []


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """The template with its variables replaced: inside of quotes as text, else as JSON."""
    parts: list[str] = []
    position, quoted = 0, False
    for placeholder in _PLACEHOLDER.finditer(template):
        between = template[position : placeholder.start()]
        quoted ^= len(re.findall(r'(?<!\\)(?:\\\\)*"', between)) % 2 == 1
        parts.append(between)
        position = placeholder.end()
        if placeholder[1] not in values:
            parts.append(placeholder[0])
        elif quoted:
            parts.append(_inside_quotes(values[placeholder[1]]))
        else:
            parts.append(json.dumps(values[placeholder[1]], ensure_ascii=False))
    return "".join([*parts, template[position:]])


def _inside_quotes(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _parsed(text: str) -> tuple[Any, str]:
    try:
        return json.loads(text), ""
    except ValueError:
        return None, "" if not is_known(text) else "what it gives to its target is no JSON"


def pin_of(payload: Any) -> Pin | None:
    """The first of the source revisions that a payload of StartPipelineExecution names.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_SourceRevisionOverride.html
    """
    revisions = payload.get("sourceRevisions") if isinstance(payload, Mapping) else None
    for revision in revisions if isinstance(revisions, list) else []:
        if isinstance(revision, Mapping):
            action, kind, value = (
                str(revision.get(key, ""))
                for key in ("actionName", "revisionType", "revisionValue")
            )
            return Pin(action, kind, value)
    return None
