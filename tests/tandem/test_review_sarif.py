"""A review for code scanning: valid SARIF, and what GitHub demands of it."""

import json
from dataclasses import replace
from typing import Any

import pytest
import review_samples as samples
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tandem.review.model import Counts, Objection, Review
from tandem.review.sarif import MOST, sarif

_WORDS = {"type": "string", "minLength": 1, "maxLength": 1024, "pattern": "^[^\\n\\u202e]*$"}
_MESSAGE = {
    "type": "object",
    "properties": {"text": _WORDS},
    "required": ["text"],
    "additionalProperties": False,
}
_LEVEL = {"enum": ["error", "warning", "note"]}
_LINE = {"type": "integer", "minimum": 1}


def _object(required: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **more},
        "required": list(required),
        "additionalProperties": False,
    }


def _array(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


# The part of SARIF that is used, as strict as code scanning is about it:
# https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
RULE = _object(
    {
        "id": {"type": "string", "minLength": 1, "maxLength": 255},
        "name": {"type": "string", "minLength": 1, "maxLength": 255},
        "shortDescription": _MESSAGE,
        "fullDescription": _MESSAGE,
        "help": _MESSAGE,
        "defaultConfiguration": _object({"level": _LEVEL}),
    },
    helpUri={"type": "string", "pattern": "^https://[!-~]+$"},
)
PLACE = _object(
    {
        "physicalLocation": _object(
            {
                "artifactLocation": _object({"uri": {"type": "string", "pattern": "^[!-~]+$"}}),
                "region": _object(
                    {"startLine": _LINE, "startColumn": _LINE, "endLine": _LINE, "endColumn": _LINE}
                ),
            }
        )
    },
    logicalLocations=_array(
        _object({"fullyQualifiedName": {"type": "string"}, "kind": {"const": "resource"}})
    ),
)
RESULT = _object(
    {
        "ruleId": {"type": "string", "minLength": 1},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": _LEVEL,
        "message": _MESSAGE,
        "locations": _array(PLACE, minItems=1, maxItems=1),
        "partialFingerprints": _object(
            {"primaryLocationLineHash": {"type": "string", "pattern": "^[0-9a-f]{16}:[0-9]+$"}}
        ),
        "baselineState": {"enum": ["new", "unchanged"]},
        "suppressions": _array(
            _object(
                {
                    "kind": {"const": "external"},
                    "status": {"const": "accepted"},
                    "justification": {"type": "string"},
                }
            ),
            maxItems=1,
        ),
    }
)
RUN = _object(
    {
        "tool": _object(
            {
                "driver": _object(
                    {"name": {"const": "Tandem"}, "rules": _array(RULE, uniqueItems=True)}
                )
            }
        ),
        "automationDetails": _object(
            {"id": {"enum": ["tandem-review/plan/", "tandem-review/drift/"]}}
        ),
        "invocations": _array(
            _object(
                {
                    "executionSuccessful": {"const": True},
                    "toolExecutionNotifications": _array(
                        _object({"level": _LEVEL, "message": _MESSAGE})
                    ),
                }
            )
        ),
        "columnKind": {"const": "utf16CodeUnits"},
        "results": _array(RESULT, maxItems=MOST),
    }
)
VALIDATOR = Draft202012Validator(
    _object(
        {
            "$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"},
            "version": {"const": "2.1.0"},
            "runs": _array(RUN, minItems=1, maxItems=1),
        }
    )
)


def run_of(review: Review) -> dict[str, Any]:
    document = json.loads(json.dumps(sarif(review, file="pipelines.yaml")))
    VALIDATOR.validate(document)
    run: dict[str, Any] = document["runs"][0]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(ids)) == len(ids)
    assert [ids[it["ruleIndex"]] for it in run["results"]] == [
        it["ruleId"] for it in run["results"]
    ]
    marks = [it["partialFingerprints"]["primaryLocationLineHash"] for it in run["results"]]
    assert len(set(marks)) == len(marks)
    return run


@pytest.mark.parametrize(
    "review", [samples.tiny(), samples.small(), samples.drift(), samples.hostile()]
)
def test_every_review_is_valid(review: Review) -> None:
    run_of(review)


def test_objections_and_findings_are_results_each_once() -> None:
    found = [(it["ruleId"], it["level"]) for it in run_of(samples.realistic())["results"]]
    assert found == [
        ("data-destroyed", "error"),
        ("link-broken", "error"),
        ("access-widened", "error"),
        ("action-too-wide", "error"),
        ("rule-without-target", "warning"),
        ("data-replaced", "note"),
        ("CKV_AWS_51", "note"),
    ]


def test_a_result_says_what_where_and_what_to_do() -> None:
    first = run_of(samples.realistic())["results"][0]
    address = "aws_ecr_repository.shop-web"
    assert first["message"]["text"] == (
        f"{address}: its images are deleted. add the moved block, or a waiver"
    )
    [place] = first["locations"]
    assert place["logicalLocations"] == [{"fullyQualifiedName": address, "kind": "resource"}]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": "pipelines.yaml"}


def test_what_is_waived_is_suppressed_with_its_reason() -> None:
    suppressed = [it for it in run_of(samples.realistic())["results"] if it["suppressions"]]
    assert [it["ruleId"] for it in suppressed] == ["data-replaced"]
    assert suppressed[0]["suppressions"][0]["justification"] == "its history is in the log"


def test_our_own_checks_are_explained() -> None:
    finding = samples.realistic().findings[0]
    known = replace(finding, finding=replace(finding.finding, check="permission-missing"))
    review = replace(samples.tiny(), findings=(known,))
    [rule] = run_of(review)["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "A role may not do what its work asks for"
    assert "AccessDenied" in rule["fullDescription"]["text"]


def test_the_same_problem_is_the_same_alert_in_the_next_run() -> None:
    first, second = (
        run_of(replace(samples.tiny(), objections=(Objection("r", "a.b", why, "x"),)))["results"]
        for why in ("3 images are deleted", "4 images are deleted")
    )
    assert first[0]["partialFingerprints"] == second[0]["partialFingerprints"]


def test_two_problems_at_one_address_are_two_alerts() -> None:
    both = tuple(Objection("r", "a.b", why, "x") for why in ("one", "another"))
    assert len(run_of(replace(samples.tiny(), objections=both))["results"]) == 2


def test_more_than_github_takes_is_left_out_and_said() -> None:
    many = tuple(Objection("data-destroyed", f"a.b{n}", "gone", "x") for n in range(MOST + 7))
    run = run_of(Review("plan", "1.11.4", Counts(), objections=many))
    assert len(run["results"]) == MOST
    [said] = run["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"] == "7 results left out"


def test_a_message_has_no_links() -> None:
    bad = Objection("r", "a.b", "[x](javascript:alert(1))", "[y](3)")
    [result] = run_of(replace(samples.tiny(), objections=(bad,)))["results"]
    assert "](" not in result["message"]["text"]


def test_the_file_is_a_relative_address() -> None:
    document = sarif(samples.realistic(), file="infra/my plan#1.tf.json")
    place = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "infra/my%20plan%231.tf.json"


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40), st.integers(1, 100))
def test_any_text_is_valid(text: str, times: int) -> None:
    run_of(samples.poisoned(samples.realistic(), text * times))
