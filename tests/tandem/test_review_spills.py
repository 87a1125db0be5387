"""Sensitive values where Terraform does not know of them, and what stays all the same."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from review_redacted import CANARY, Json, change, module, plan, redacted, resource, shown, sides

from tandem.review.redaction.redaction import redact
from tandem.review.redaction.secrets import HIDDEN


def test_tags_all_repeats_tags() -> None:
    """Even a short one, which is not looked for anywhere else."""
    tags = {"a": "Zq7", "b": "plain"}
    _, after = sides(
        plan(change(after={"tags": tags, "tags_all": tags}, hides_after={"tags": {"a": True}}))
    )
    assert "Zq7" not in json.dumps(after)
    assert after["tags_all"]["b"] == "plain"


@pytest.mark.parametrize(
    "spilled",
    [
        {"output": CANARY},
        {"output": f"https://user:{CANARY}@host"},
        {"output": {"list": [CANARY]}},
        {"map": {f"key of {CANARY}": 1}},
        {"policy": json.dumps({"a": CANARY})},
    ],
)
def test_what_a_provider_repeats_is_hidden(spilled: Json) -> None:
    sides(plan(change(after={"input": CANARY, **spilled}, hides_after={"input": True})))


def test_a_secret_with_signs_is_found_in_json() -> None:
    secret = 'CANARY"<&>\\x'
    policy = json.dumps({"a": secret}).replace("<", "\\u003c").replace("&", "\\u0026")
    sides(
        plan(
            change(
                after={"i": secret, "p": policy.replace(">", "\\u003e")}, hides_after={"i": True}
            )
        )
    )


@pytest.mark.parametrize("lines", [1_000, 10_000])
def test_a_long_secret_is_hidden_in_base64(lines: int) -> None:
    secret = lines * "CANARY=Zq7o!\n"
    text = b64encode(secret.encode()).decode()
    _, after = sides(
        plan(change(after={"i": secret, "o": [text, text.rstrip("=")]}, hides_after={"i": True}))
    )
    assert text.endswith("=")
    assert text[:8] not in json.dumps(after)


def test_a_number_is_found_as_a_number() -> None:
    _, after = sides(
        plan(change(after={"a": 98765432101, "b": 98765432101}, hides_after={"a": True}))
    )
    assert "98765432101" not in json.dumps(after)


def test_a_secret_cannot_hide_what_a_change_is() -> None:
    """Otherwise whoever chooses a secret chooses what is reviewed."""
    words = ["resource_changes", "aws_thing.it", "assume_role_policy", "update"]
    found = redacted(
        plan(
            change(
                after={"input": words, "assume_role_policy": "{}"},
                hides_after={"input": True},
            )
        )
    )
    entry = found["resource_changes"][0]
    assert (entry["address"], entry["change"]["actions"]) == ("aws_thing.it", ["update"])
    assert entry["change"]["after"]["assume_role_policy"] == "{}"


def test_a_secret_cannot_blot_out_an_address() -> None:
    values = {"input": "aws_thing.it", "other": CANARY}
    found, secrets = redact(plan(change(after=values, hides_after={"input": True, "other": True})))
    assert shown(found["resource_changes"][0]["change"]["after"]["input"]).startswith("<sensitive")
    assert secrets.scrub(f"aws_thing.it: {CANARY}") == f"aws_thing.it: {HIDDEN}"


def test_a_secret_cannot_hide_what_was_there() -> None:
    """A role that nobody knows of may not widen."""
    address = "aws_iam_role.build"
    was = resource({"input": address}, {"input": True}, address=address)
    found = redacted(plan(prior_state={"values": module(was)}))
    (entry,) = found["prior_state"]["values"]["root_module"]["resources"]
    assert entry["address"] == address


def test_the_name_of_another_resource_is_no_secret() -> None:
    """A parameter that holds an ARN is sensitive for its type: the ARN stays what it is."""
    arn = "arn:aws:ecr:eu-west-1:123456789012:repository/shop"
    kept = resource({"arn": arn}, address="aws_ecr_repository.shop")
    parameter = resource({"value": arn}, {"value": True}, address="aws_ssm_parameter.shop")
    found, secrets = redact(plan(planned_values=module(kept, parameter)))
    repository, hidden = found["planned_values"]["root_module"]["resources"]
    assert repository["values"] == {"arn": arn}
    assert shown(hidden["values"]["value"]) == "<sensitive: aws_ssm_parameter.shop.value>"
    assert secrets.scrub(arn) == arn


def test_a_secret_in_its_own_name_is_one() -> None:
    named = resource({"name": CANARY, "id": CANARY, "arn": f"arn:{CANARY}"}, {"name": True})
    redacted(plan(planned_values=module(named)))
