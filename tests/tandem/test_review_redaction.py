"""A plan without its sensitive values: none is left, and what is equal can be told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from review_redacted import (
    CANARY,
    OTHER,
    Json,
    change,
    module,
    plan,
    redacted,
    resource,
    shown,
    sides,
)

from tandem.deployment import InputError
from tandem.review.redaction.redaction import redact

# Values and their marks


def test_the_same_value_has_the_same_symbol() -> None:
    marks = {"token": True}
    before, after = sides(
        plan(
            change(
                {"token": CANARY, "name": "a"},
                {"token": CANARY, "name": "b"},
                hides_before=marks,
                hides_after=marks,
            )
        )
    )
    assert before["token"] == after["token"]
    assert (before["name"], after["name"]) == ("a", "b")
    assert shown(after["token"]) == "<sensitive: aws_thing.it.token>"


def test_another_value_has_another_symbol() -> None:
    marks = {"token": True}
    before, after = sides(
        plan(change({"token": OTHER}, {"token": CANARY}, hides_before=marks, hides_after=marks))
    )
    assert shown([before["token"], after["token"]]) == [
        "<sensitive: aws_thing.it.token before>",
        "<sensitive: aws_thing.it.token>",
    ]


def test_a_mark_of_one_side_is_one_of_both() -> None:
    before, after = sides(
        plan(change({"token": OTHER}, {"token": CANARY}, hides_after={"token": True}))
    )
    assert before["token"] != after["token"]


def test_a_map_is_hidden_with_its_keys() -> None:
    _, after = sides(plan(change(after={"m": {"CANARY key": "x"}}, hides_after={"m": True})))
    assert shown(after) == {"m": "<sensitive: aws_thing.it.m>"}


def test_blocks_stay_blocks() -> None:
    """Terraform marks a set of blocks as a whole, and what reads blocks wants blocks."""
    blocks = [{"name": "A", "value": CANARY}, {"name": "B", "value": OTHER}]
    _, after = sides(plan(change(after={"variable": blocks}, hides_after={"variable": True})))
    assert shown(after["variable"]) == [
        {
            "name": f"<sensitive: aws_thing.it.variable[{at}].name>",
            "value": f"<sensitive: aws_thing.it.variable[{at}].value>",
        }
        for at in (0, 1)
    ]


def test_an_element_that_moves_keeps_its_symbol() -> None:
    first, second = {"n": "A", "v": CANARY}, {"n": "B", "v": OTHER}
    marks = {"set": True}
    before, after = sides(
        plan(change({"set": [second]}, {"set": [first, second]}, hides_before=marks))
    )
    assert before["set"][0] == after["set"][1]
    assert before["set"][0] != after["set"][0]


def test_marks_of_another_form_than_the_value_hide_it() -> None:
    _, after = sides(plan(change(after={"m": CANARY}, hides_after={"m": [True]})))
    assert shown(after) == {"m": "<sensitive: aws_thing.it.m>"}


def test_a_resource_that_is_wholly_sensitive_keeps_its_attributes() -> None:
    _, after = sides(plan(change(after={"a": CANARY, "b": None}, hides_after=True)))
    assert shown(after) == {"a": "<sensitive: aws_thing.it.a>", "b": None}


leaves = st.sampled_from(["x", CANARY, f"a {CANARY} b", None, 7, True, ""])
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


def marks_of(value: Any) -> Any:
    """Marks as Terraform writes them, of everything that has a canary."""
    match value:
        case str():
            return "CANARY" in value
        case dict():
            return {key: mark for key, item in value.items() if (mark := marks_of(item))}
        case list():
            return [marks_of(item) for item in value]
    return False


@given(
    st.dictionaries(st.sampled_from("abc"), values), st.dictionaries(st.sampled_from("abc"), values)
)
@example({"a": "x", "b": ["x", [], []]}, {"b": {"a": CANARY}, "a": ["x", [], []]})
def test_nothing_marked_is_left_and_nothing_else_is_changed(before: Json, after: Json) -> None:
    marks = marks_of(before), marks_of(after)
    found = sides(plan(change(before, after, hides_before=marks[0], hides_after=marks[1])))
    if not any("CANARY" in json.dumps(side) for side in (before, after)):
        assert found == (before, after)
    any_hidden = "CANARY" in json.dumps([before, after])
    for given_side, side in zip((before, after), found, strict=True):
        for key, value in given_side.items():
            if "CANARY" in json.dumps([before.get(key), after.get(key)]):
                continue
            # What is not made of single texts may be a copy of what is hidden.
            if not (any_hidden and isinstance(value, dict | list)):
                assert side[key] == value


# Where else a plan has values


def test_planned_and_prior_values_have_the_symbols_of_the_change() -> None:
    marks = {"token": True}
    document = plan(
        change(
            {"token": OTHER},
            {"token": CANARY},
            hides_before=marks,
            hides_after=marks,
            address="aws_thing.new",
            previous_address="aws_thing.old",
        ),
        planned_values=module(resource({"token": CANARY}, address="aws_thing.new")),
        prior_state={"values": module(resource({"token": OTHER}, marks, address="aws_thing.old"))},
    )
    found = redacted(document)
    both = found["resource_changes"][0]["change"]
    planned = found["planned_values"]["root_module"]["resources"][0]
    prior = found["prior_state"]["values"]["root_module"]["resources"][0]
    assert planned["values"] == both["after"]
    assert prior["values"] == both["before"]


def test_another_resource_where_one_was_before() -> None:
    moved = change(
        {"a": "x", "b": CANARY},
        {"a": "x", "b": CANARY},
        hides_after={"b": True},
        address="aws_thing.new",
        previous_address="aws_thing.old",
    )
    comes = change(
        after={"a": "CANARY", "b": "y"}, hides_after={"a": True}, address="aws_thing.old"
    )
    prior = resource({"a": "x", "b": CANARY}, {"b": True}, address="aws_thing.old")
    planned = resource({"a": "CANARY", "b": "y"}, {"a": True}, address="aws_thing.old")
    found = redacted(
        plan(moved, comes, planned_values=module(planned), prior_state={"values": module(prior)})
    )
    one, other = (it["change"]["after"] for it in found["resource_changes"])
    assert (one["a"], other["b"]) == ("x", "y")
    assert found["prior_state"]["values"]["root_module"]["resources"][0]["values"] == one
    assert found["planned_values"]["root_module"]["resources"][0]["values"] == other


def test_marks_of_values_are_marks_of_changes() -> None:
    found = redacted(
        plan(
            change({"token": CANARY}, {"token": CANARY}),
            planned_values=module(resource({"token": CANARY}, {"token": True})),
        )
    )
    assert "sensitive" in found["resource_changes"][0]["change"]["before"]["token"]


def test_child_modules_and_what_a_replacement_left_behind() -> None:
    marks = {"token": True}
    left = resource({"token": OTHER}, marks, deposed_key="ab12")
    prior = {"root_module": {"child_modules": [{"address": "module.m", "resources": [left]}]}}
    found = redacted(
        plan(
            change(after={"token": "plain"}),
            change({"token": OTHER}, hides_before=marks, deposed="ab12"),
            prior_state={"values": prior},
        )
    )
    assert found["resource_changes"][0]["change"]["after"] == {"token": "plain"}


def test_drift_and_what_is_put_off() -> None:
    marks = {"token": True}
    drifted = change(
        {"token": "CANARY-first"}, {"token": OTHER}, hides_before=marks, hides_after=marks
    )
    planned = change({"token": OTHER}, {"token": CANARY}, hides_before=marks, hides_after=marks)
    later = change(after={"token": CANARY}, hides_after=marks, address="aws_thing.later")
    found = redacted(
        plan(
            planned,
            resource_drift=[drifted],
            deferred_changes=[{"reason": "unknown", "resource_change": later}],
        )
    )
    drift = found["resource_drift"][0]["change"]
    now = found["resource_changes"][0]["change"]
    assert drift["after"] == now["before"]
    assert shown(drift["before"]["token"]) == "<sensitive: aws_thing.it.token at first>"


def test_outputs() -> None:
    both = {"actions": ["update"], "before": {"a": OTHER}, "after": {"a": CANARY}}
    typed = {"type": ["object", {"CANARY": "string"}]}
    found = redacted(
        plan(
            output_changes={"o": {**both, "before_sensitive": False, "after_sensitive": True}},
            planned_values={"outputs": {"o": {**typed, "sensitive": True, "value": {"a": CANARY}}}},
            prior_state={"values": {"outputs": {"o": {"sensitive": False, "value": {"a": OTHER}}}}},
            configuration={
                "root_module": {
                    "outputs": {"o": {"sensitive": True, "expression": {"constant_value": CANARY}}}
                }
            },
        )
    )
    output = found["output_changes"]["o"]
    assert shown([output["before"], output["after"]]) == [
        "<sensitive: output.o before>",
        "<sensitive: output.o>",
    ]
    assert found["planned_values"]["outputs"]["o"]["value"] == output["after"]


def test_variables_have_no_marks() -> None:
    declared = {"sensitive": True, "default": OTHER}
    found = redacted(
        plan(
            variables={"token": {"value": CANARY}, "plain": {"value": "p"}},
            configuration={"root_module": {"variables": {"token": declared, "plain": {}}}},
        )
    )
    assert shown(found["variables"]["token"]) == {"value": "<sensitive: var.token>"}
    assert found["variables"]["plain"] == {"value": "p"}


def test_constants_of_the_configuration() -> None:
    """They are so short that they are looked for nowhere else."""
    called = {
        "expressions": {"token": {"constant_value": "Zq7"}, "name": {"constant_value": "n"}},
        "module": {
            "variables": {"token": {"sensitive": True, "default": "Zq7o"}, "name": {}},
            "resources": [
                {
                    "address": "aws_thing.it",
                    "expressions": {
                        "password": {"constant_value": "Zq7l"},
                        "size": {"constant_value": 1},
                        "password_wo": {"constant_value": "Zq7w"},
                        "block": [
                            {"key": {"constant_value": "Zq7b"}},
                            {"key": {"references": ["var.token"]}},
                        ],
                    },
                    "provisioners": [{"expressions": {"password": {"constant_value": "Zq7"}}}],
                }
            ],
        },
    }
    address = 'module.m["k"].aws_thing.it[0]'
    marks = {"password": True, "block": [{}, {"key": True}]}
    values = {"password": "Zq7l", "block": [{"key": "shown"}, {"key": "Zq7"}]}
    found = redacted(
        plan(
            change(after=values, hides_after=marks, address=address),
            configuration={
                "provider_config": {
                    "aws": {
                        "name": "aws",
                        "expressions": {
                            "region": {"constant_value": "eu-west-1"},
                            "secret_key": {"constant_value": "Zq7"},
                        },
                    }
                },
                "root_module": {"module_calls": {"m": called}},
            },
        )
    )
    assert "Zq7" not in json.dumps(found)
    call = found["configuration"]["root_module"]["module_calls"]["m"]
    assert call["expressions"]["name"] == {"constant_value": "n"}
    expressions = call["module"]["resources"][0]["expressions"]
    assert expressions["size"] == {"constant_value": 1}
    assert expressions["block"][1] == {"key": {"references": ["var.token"]}}
    assert found["configuration"]["provider_config"]["aws"]["expressions"] == {
        "region": {"constant_value": "eu-west-1"}
    }


# Plans that are none


@pytest.mark.parametrize(
    "broken",
    [
        {"resource_changes": ["CANARY"]},
        {"resource_changes": [{"change": {}}]},
        {"variables": {"a": "CANARY"}, "configuration": {"root_module": "CANARY"}},
        {"planned_values": {"root_module": {"resources": ["CANARY"]}}},
        {"output_changes": "CANARY"},
    ],
)
def test_what_is_not_as_terraform_writes_it(broken: Json) -> None:
    with pytest.raises(InputError, match=r"^is not as Terraform writes a plan \(\w+\)$"):
        redact(broken)


def test_what_is_nested_too_deep() -> None:
    deep: Any = CANARY
    marks: Any = True
    for _ in range(20_000):
        deep, marks = [deep], [marks]
    with pytest.raises(InputError, match=r"^is nested too deep"):
        redact(plan(change(after={"a": deep}, hides_after={"a": marks})))
