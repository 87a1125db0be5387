"""What a target gets of an event."""

import json
from typing import Any

import pytest
from trace_stack import arn, deployment, rule, target

from tandem.deployment.place import Place
from tandem.trace.documents import DIGEST, image_pushed
from tandem.trace.transformer import Pin, found, given, pin_of

DOCUMENT = image_pushed(Place.of(deployment()), "base", "latest")
RULE = rule("pushed", {})


def made(template: str, **paths: str) -> Any:
    value, problem = given(target("p", input_paths=paths, input_template=template), DOCUMENT, RULE)
    assert problem == ""
    return value


def test_a_variable_is_text_inside_of_quotes_and_json_outside() -> None:
    assert made('{"a": "<x>"}', x="$.detail.image-tag") == {"a": "latest"}
    assert made('{"a": <x>}', x="$.detail.image-tag") == {"a": "latest"}
    assert made('{"a": "is <x>, \\"<x>\\""}', x="$.detail.image-tag") == {
        "a": 'is latest, "latest"'
    }
    assert made('{"a": <x>}', x="$.detail") == {"a": DOCUMENT["detail"]}
    assert made('"<x> by <aws.events.rule-name>"', x="$.source") == "aws.ecr by pushed"
    assert made('"<aws.events.rule-arn>"') == arn("events", "rule/pushed")
    assert made('{"event": <aws.events.event.json>}') == {"event": DOCUMENT}
    assert "detail" not in made('{"event": <aws.events.event>}')["event"]


def test_what_the_event_does_not_have_is_nothing() -> None:
    assert made('{"a": "<x>", "b": <x>}', x="$.detail.none") == {"a": "", "b": None}
    assert made('{"a": "<unheard-of>"}') == {"a": "<unheard-of>"}


def test_without_a_transformer_the_target_gets_the_event_or_the_constant() -> None:
    assert given(target("p"), DOCUMENT, RULE) == (DOCUMENT, "")
    assert given(target("p", input='{"a": 1}'), DOCUMENT, RULE) == ({"a": 1}, "")


def test_what_is_no_json_is_a_problem() -> None:
    assert given(target("p", input_template="{a: 1}"), DOCUMENT, RULE) == (
        None,
        "what it gives to its target is no JSON",
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.detail.image-digest", DIGEST),
        ("$['detail']['image-digest']", DIGEST),
        ("$.list[1].a", 2),
        ("$.list[*].a", [1, 2]),
        ("$.list[2]", None),
        ("$.list.a", None),
        ("detail", None),
        ("$.list[?(@.a)]", None),  # EventBridge knows no filters
    ],
)
def test_paths(path: str, value: Any) -> None:
    assert found(path, {**DOCUMENT, "list": [{"a": 1}, {"a": 2}]}) == value


def test_a_pin_is_the_first_revision_that_is_named() -> None:
    revision = {"actionName": "A", "revisionType": "COMMIT_ID", "revisionValue": "1"}
    payload = json.loads(json.dumps({"sourceRevisions": [revision, {"actionName": "B"}]}))
    assert pin_of(payload) == Pin("A", "COMMIT_ID", "1")
    assert pin_of({"sourceRevisions": []}) is None
    assert pin_of(DOCUMENT) is None
    assert pin_of(None) is None
