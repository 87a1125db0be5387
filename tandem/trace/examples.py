"""Events made after a pattern: what a rule waits for, where nothing else here tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from tandem.deployment import Deployment
from tandem.deployment.place import Place
from tandem.trace.events import (
    Document,
    Event,
    commit_pushed,
    image_pushed,
    object_uploaded,
    of_rule,
    pull_request_opened,
)
from tandem.trace.patterns import OR, is_alternatives, matches
from tandem.trace.sources import DEFAULT_TAG

_MOST = 100
_SAMPLE = "example"
_PULL_REQUESTS = "CodeCommit Pull Request State Change"


def events_for(
    deployment: Deployment, pattern: Document, *, near: str, bus: str
) -> Iterator[Event]:
    """The events that a rule waits for, as the services really send them.

    None where no service sends what the pattern asks for, or where it names nothing.
    """
    for document in islice(_objects(pattern), _MOST):
        event = _event(deployment, document, near, bus)
        if event is None:
            continue
        known = [it for it in (event.document, event.recorded) if it]
        if any(matches(pattern, it) is not False for it in known):
            yield event


def _event(deployment: Deployment, document: Document, near: str, bus: str) -> Event | None:
    detail = _inside(document, "detail")
    asked = _inside(detail, "requestParameters")
    source, resource = document.get("source"), _first(document.get("resources"))
    if source == "aws.ecr":
        name = detail.get("repository-name") or asked.get("repositoryName")
        tag = detail.get("image-tag") or asked.get("imageTag") or DEFAULT_TAG
        return (
            image_pushed(deployment, str(name), tag, near=near) if _are_texts(name, tag) else None
        )
    if source == "aws.codecommit" and document.get("detail-type") == _PULL_REQUESTS:
        name = resource.rpartition(":")[2] or _first(detail.get("repositoryNames"))
        branch = str(detail.get("destinationReference") or "main").removeprefix("refs/heads/")
        return pull_request_opened(deployment, name, branch, near=near) if name else None
    if source == "aws.codecommit":
        name = detail.get("repositoryName") or resource.rpartition(":")[2]
        branch = detail.get("referenceName") or "main"
        named = _are_texts(name, branch)
        return commit_pushed(deployment, name, branch, near=near) if named else None
    if source == "aws.s3":
        name = _inside(detail, "bucket").get("name") or asked.get("bucketName")
        name = name or resource.rpartition(":")[2]
        key = _inside(detail, "object").get("key") or asked.get("key") or _SAMPLE
        return object_uploaded(deployment, name, key, near=near) if _are_texts(name, key) else None
    if not source:
        return None
    place = Place.of(deployment, near)
    said = {"account": place.account, "region": place.region, **document}
    return of_rule(said, bus=bus)


def _inside(document: Document, name: str) -> Document:
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def _are_texts(*values: Any) -> bool:
    """Whether all are names: a pattern may ask for numbers, which no service sends for them."""
    return all(isinstance(value, str) and value for value in values)


def _first(value: Any) -> str:
    return str(value[0]) if isinstance(value, list) and value else ""


def _objects(pattern: Document) -> Iterator[dict[str, Any]]:
    """Objects that have what a pattern asks for; one for each way to choose among its values."""
    alternatives = [_choices(key, wanted) for key, wanted in pattern.items()]
    for chosen in product(*alternatives):
        made: dict[str, Any] = {}
        for part in chosen:
            _merge(made, part)
        yield made


def _choices(key: str, wanted: Any) -> list[dict[str, Any]]:
    if key == OR and is_alternatives(wanted):
        return [made for each in wanted for made in islice(_objects(each), _MOST)]
    if isinstance(wanted, Mapping):
        return [{key: made} for made in islice(_objects(wanted), _MOST)]
    values = [_value(item) for item in wanted] if isinstance(wanted, list) else []
    known = [value for value in values if value is not None]
    if key == "resources":
        return [{key: [value]} for value in known] or [{}]
    return [{key: value} for value in known] or [{}]


def _value(wanted: Any) -> Any:
    """A value that an alternative takes; None where it is not easily said."""
    if not isinstance(wanted, Mapping):
        return wanted
    name, operand = next(iter(wanted.items()), ("", None))
    if isinstance(operand, Mapping):
        operand = operand.get("equals-ignore-case")
    match name, operand:
        case "prefix", str():
            return f"{operand}{_SAMPLE}"
        case "suffix", str():
            return f"{_SAMPLE}{operand}"
        case "wildcard", str():
            return operand.replace("\\*", "\0").replace("*", _SAMPLE).replace("\0", "*")
        case "equals-ignore-case", str():
            return operand
    return None


def _merge(into: dict[str, Any], part: Mapping[str, Any]) -> None:
    for key, value in part.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
