"""Events: as AWS sends them, and from a file."""

import json
from pathlib import Path
from typing import Any

import pytest
from trace_stack import deployment

from tandem.trace.events import Event, commit_pushed, event_of, image_pushed, object_uploaded

FILES = Path(__file__).resolve().parents[1] / "events"
STACK = deployment()


def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FILES / f"{name}.json").read_text())
    return document


def shape(value: Any) -> Any:
    """The keys, whatever the values."""
    return {k: shape(v) for k, v in value.items()} if isinstance(value, dict) else type(value)


@pytest.mark.parametrize(
    ("event", "file"),
    [
        (commit_pushed(STACK, "base-image", "main"), "codecommit-branch-updated"),
        (image_pushed(STACK, "shop/base", "latest"), "ecr-image-pushed"),
        (object_uploaded(STACK, "uploads", "tools/source.zip"), "s3-object-created"),
    ],
)
def test_what_is_made_up_is_what_aws_sends(event: Event, file: str) -> None:
    sent = load(file)
    assert shape(event.document) == shape(sent)
    same = ("source", "detail-type", "account", "region", "resources", "version")
    assert {key: event.document[key] for key in same} == {key: sent[key] for key in same}
    read = event_of(sent)
    assert (read.kind, read.words) == (event.kind, event.words)
    assert (read.subject, read.reference) == (event.subject, event.reference)
    assert read.document == sent


def test_an_event_happens_where_the_thing_is() -> None:
    near = "arn:aws:codepipeline:us-east-1:999999999999:web"
    event = image_pushed(STACK, "web", "latest", near=near)
    assert event.words == "push of web:latest in us-east-1"
    assert (event.document["region"], event.document["account"]) == ("us-east-1", "999999999999")
    assert event.region == "us-east-1"


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({"branch": "main"}, "push to acme/web (main)"),
        ({"tag": "v1"}, "push to acme/web (tag v1)"),
        ({"branch": "main", "paths": ["a/b"]}, "push to acme/web (main: a/b)"),
        ({"branch": "main", "pull-request": "OPEN"}, "pull request to acme/web (main, open)"),
    ],
)
def test_a_push_that_only_a_connection_sees(detail: dict[str, Any], words: str) -> None:
    event = event_of({"source": "tandem.git-push", "detail": {"repository": "acme/web", **detail}})
    assert (event.kind, event.words, event.document) == ("git", words, {})


def test_other_events_keep_their_document() -> None:
    deleted = load("ecr-image-pushed")
    deleted["detail"]["action-type"] = "DELETE"
    event = event_of(deleted)
    assert (event.kind, event.words) == ("other", "ECR Image Action of aws.ecr")
    scheduled = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
    arn = "arn:aws:events:eu-west-1:111122223333:rule/nightly"
    event = event_of({**scheduled, "resources": [arn]})
    assert (event.kind, event.words, event.subject) == ("schedule", "the schedule nightly", arn)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "an event is a JSON object"),
        ({}, 'an event has a "source", as in "aws.ecr"'),
        ({"source": "aws.ecr"}, 'an event has a "detail": an object'),
        ({"source": "aws.ecr", "detail": {}}, 'an event has a "detail-type"'),
        ({"source": "tandem.git-push", "detail": {"branch": "main"}}, 'has in its "detail" a'),
        (
            {"source": "tandem.git-push", "detail": {"repository": "a/b"}},
            'a "branch" or a "tag"',
        ),
        (
            {
                "source": "tandem.git-push",
                "detail": {"repository": "a/b", "tag": "v1", "pull-request": "OPEN"},
            },
            '"pull-request" is OPEN, UPDATED or CLOSED',
        ),
        (
            {
                "source": "tandem.git-push",
                "detail": {"repository": "a/b", "tag": "v1", "paths": "x"},
            },
            'the "paths" of an event are a list',
        ),
    ],
)
def test_what_is_no_event_is_refused_in_one_line(document: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        event_of(document)
    assert "\n" not in str(caught.value)
