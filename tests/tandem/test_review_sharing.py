"""What a plan says twice is kept once, and stays what it is."""

from __future__ import annotations

import copy
import json
from typing import Any

from tandem.review.reading.sharing import share_values

Json = dict[str, Any]


def plan(*, before: Any, prior: Any, after: Any, planned: Any) -> Json:
    """A plan of one resource; each side as the change and as the state says it."""
    place = {"address": "aws_thing.it", "mode": "managed", "type": "aws_thing", "name": "it"}
    return {
        "prior_state": {"values": {"root_module": {"resources": [{**place, "values": prior}]}}},
        "planned_values": {"root_module": {"resources": [{**place, "values": planned}]}},
        "resource_changes": [{**place, "change": {"before": before, "after": after}}],
    }


def shared(document: Json) -> tuple[Json, Any, Any]:
    """The change, and the values of the prior state and of the planned one."""
    said = json.dumps(document)
    share_values(document)
    assert json.dumps(document) == said
    prior = document["prior_state"]["values"]["root_module"]["resources"][0]["values"]
    planned = document["planned_values"]["root_module"]["resources"][0]["values"]
    return document["resource_changes"][0]["change"], prior, planned


def test_changes_have_the_values_of_the_states() -> None:
    old, new = {"name": "web", "tags": {"team": "a"}}, {"name": "web", "tags": {"team": "b"}}
    change, prior, planned = shared(
        plan(before=old, prior=copy.deepcopy(old), after=new, planned=copy.deepcopy(new))
    )
    assert change["before"] is prior
    assert change["after"] is planned


def test_what_stays_is_the_same_on_both_sides() -> None:
    old, new = {"rules": [{"order": 1}], "on": [1]}, {"rules": [{"order": 1}], "on": [True]}
    change, _, _ = shared(plan(before=old, prior={}, after=new, planned={}))
    assert change["after"]["rules"] is change["before"]["rules"]
    assert change["after"]["on"] == [True]  # for Python it equals [1]


def test_what_only_one_of_them_says_stays() -> None:
    change, prior, _ = shared(plan(before={"a": 1}, prior={"a": 2}, after=None, planned=None))
    assert (change, prior) == ({"before": {"a": 1}, "after": None}, {"a": 2})


def test_a_plan_without_anything_is_no_error() -> None:
    share_values({})
