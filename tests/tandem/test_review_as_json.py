"""A review for machines: all of it is there, and it is what the schema says."""

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import review_samples as samples
from jsonschema import Draft202012Validator

from tandem.deployment.symbols import symbol
from tandem.review.as_json import as_json
from tandem.review.model import (
    AttributeChange,
    Change,
    Counts,
    Grant,
    LinkChange,
    Links,
    Objection,
    PermissionChange,
    Rename,
    Review,
    ReviewFinding,
    Waiver,
)

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/review.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def told(value: Any) -> set[str]:
    """The fields in which something stands, as in `Change.address`."""
    if isinstance(value, tuple):
        return set().union(*map(told, value))
    if not is_dataclass(value):
        return set()
    found: set[str] = set()
    for field in fields(value):
        inside = getattr(value, field.name)
        found |= told(inside)
        if inside not in (None, "", (), False, 0):
            found.add(f"{type(value).__name__}.{field.name}")
    return found


@pytest.mark.parametrize(
    "review",
    [samples.tiny(), samples.small(), samples.drift(), samples.realistic(), samples.hostile()],
)
def test_the_json_is_what_its_schema_says(review: Review) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(json.loads(json.dumps(as_json(review))))


def test_everything_in_the_schema_is_said_in_words() -> None:
    for part in (SCHEMA, *SCHEMA["$defs"].values()):
        assert part["description"]
        for name, field in part["properties"].items():
            assert field.get("description"), name
        assert sorted(part["required"]) == sorted(part["properties"])


def test_the_sample_has_something_in_every_field() -> None:
    parts = (AttributeChange, Change, Counts, Grant, LinkChange, Links, Objection)
    more = (PermissionChange, Rename, Review, ReviewFinding, Waiver)
    named = {f"{part.__name__}.{it.name}" for part in (*parts, *more) for it in fields(part)}
    assert named <= told(samples.realistic())


def test_it_says_what_the_review_says() -> None:
    document = as_json(samples.realistic())
    assert document["version"] == 1
    assert document["passes"] is False
    assert document["counts"]["destroy"] == 4
    assert document["changes"][0]["address"] == "aws_ecr_repository.shop-web"
    assert document["renames"][1]["block"] == (
        "moved {\n  from = module.worker\n  to   = module.jobs\n}"
    )
    assert document["findings"][0] == {
        "address": "aws_cloudwatch_event_rule.shop-base",
        "check": "rule-without-target",
        "cause": "a new shop/base:latest starts nothing",
        "remedy": "give the rule a target that starts shop-storefront",
        "source": "trace",
        "new": True,
        "page": "https://example.org/docs/checks.md#rule-without-target",
    }
    [waived] = [it for it in document["objections"] if it["waiver"]]
    assert waived["waiver"]["expires"] == "2027-01-31"


def test_a_value_that_nobody_knows_is_a_name() -> None:
    document = as_json(samples.poisoned(samples.small(), symbol("aws_kms_key.images.arn")))
    assert document["terraform_version"] == "1.11.4<aws_kms_key.images.arn>"
    json.dumps(document).encode("ascii")
