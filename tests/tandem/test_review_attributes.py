"""What changes of a resource, in one line for each attribute."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_planned import changed, planned

from tandem.deployment.symbols import symbol
from tandem.review.changes.attributes import attribute_changes, known_attributes, output_changes
from tandem.review.changes.texts import LONGEST


def said(before: Any, after: Any, **more: Any) -> list[tuple[str, str | None, str | None]]:
    resolved, expressions = more.pop("resolved", None), more.pop("expressions", None)
    change = changed({"it": before}, {"it": after}, **more)
    found = attribute_changes(change, resolved=resolved, expressions=expressions)
    return [(it.path.removeprefix("it"), it.old, it.new) for it in found]


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 2, [("", "1", "2")]),
        (True, False, [("", "true", "false")]),
        ("a", "b", [("", "a", "b")]),
        ("a", None, [("", "a", None)]),
        (
            {"x": "a"},
            {"x": "a", "y-z": "b", "a b": "c"},
            [(".y-z", None, "b"), ('["a b"]', None, "c")],
        ),
        ([{"x": {"y": 1}}], [{"x": {"y": 2}}], [(".x.y", "1", "2")]),
        (None, [{"x": 1}], [("", None, "x: 1")]),
        ("line", "line\nline\n", [("", "1 line", "2 lines")]),
    ],
)
def test_values(before: Any, after: Any, expected: Any) -> None:
    assert said(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, ""),
        ("", None),
        (None, []),
        ([], None),
        (None, {}),
        (None, False),
        (0, None),
        ("a", "a"),
    ],
)
def test_what_is_not_set_in_another_way_is_no_change(before: Any, after: Any) -> None:
    assert said(before, after) == []


def test_an_element_of_a_set_that_changes_is_found_wherever_it_lands() -> None:
    before = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "C", "value": "3"}]
    after = [{"name": "C", "value": "3"}, {"name": "B", "value": "9"}, {"name": "D", "value": "4"}]
    assert said(before, after) == [
        ('["B"].value', "2", "9"),
        ('["D"]', None, "value: 4"),
        ('["A"]', "value: 1", None),
    ]


def test_elements_without_names_are_found_by_likeness() -> None:
    before = [{"port": 80, "to": "a", "via": "x"}, {"port": 443, "to": "b", "via": "x"}]
    after = [{"port": 443, "to": "c", "via": "x"}, {"port": 80, "to": "a", "via": "x"}]
    assert said(before, after) == [("[0].to", "b", "c")]
    before = [{"port": 80, "to": "a"}, {"port": 443, "to": "a"}, {"port": 22, "to": "a"}]
    after = [{"port": 443, "to": "b"}, {"port": 80, "to": "b"}, {"port": 22, "to": "a"}]
    assert said(before, after) == [("[0].to", "a", "b"), ("[1].to", "a", "b")]


def test_of_values_only_those_that_come_and_go_are_said() -> None:
    assert said(["a", "b", "c"], ["c", "d", "a"]) == [("[]", "b", "d")]
    assert said(["a", "b"], ["a", "b", "c"]) == [("[]", None, "c")]


def test_the_same_elements_in_another_order_are_of_a_list() -> None:
    assert said(["a", "b"], ["b", "a"]) == [(" (order)", "a, b", "b, a")]
    stages = [{"name": "Build", "x": 1}, {"name": "Deploy", "x": 2}]
    assert said(stages, stages[::-1]) == [(" (order)", "Build, Deploy", "Deploy, Build")]


def test_json_is_compared_by_what_it_says() -> None:
    before = json.dumps({"detail": {"image-tag": ["latest"]}, "source": ["aws.ecr"]})
    after = json.dumps({"source": ["aws.ecr"], "detail": {"image-tag": ["stable"]}}, indent=2)
    assert said(before, after) == [(".detail.image-tag", "latest", "stable")]
    same = json.dumps(json.loads(before), indent=3)
    assert said(before, same) == [("", "JSON", "the same, written in another way")]


def test_json_with_many_changes_is_a_diff() -> None:
    before, after = ({f"key{it}": it + more for it in range(20)} for more in (0, 1))
    change = changed({"it": json.dumps(before)}, {"it": json.dumps(after)})
    (found,) = attribute_changes(change)
    assert (found.old, found.new) == ("22 lines", "22 lines")
    assert '-  "key3": 3,' in found.diff
    assert '+  "key3": 4,' in found.diff


def test_policies_are_left_to_the_permissions() -> None:
    one, more = policy(allow("s3:GetObject")), policy(allow("s3:GetObject"), allow("s3:PutObject"))
    (found,) = attribute_changes(changed({"policy": one}, {"policy": more}))
    assert (found.old, found.new) == ("1 statement", "2 statements: see permissions")
    assert found.diff == ()
    assert said("", one) == [("", '""', "1 statement: see permissions")]
    assert said(None, [{"name": "extra", "policy": one}]) == [
        ('["extra"]', None, "policy: 1 statement: see permissions")
    ]


def test_a_policy_in_an_argument_of_another_name_is_a_diff() -> None:
    one, more = policy(allow("s3:GetObject")), policy(allow("s3:PutObject"))
    (found,) = attribute_changes(changed({"content": one}, {"content": more}))
    assert (found.old, found.new) == ("1 statement", "1 statement")
    assert '+      "Action": "s3:PutObject",' in found.diff


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            policy(allow(["s3:GetObject", "s3:PutObject"])),
            policy(allow(["s3:putobject", "s3:getObject"])),
        ),
        (policy(allow(["s3:GetObject"], ["*"])), policy(allow("s3:GetObject", "*"))),
        (policy(allow("a:B"), allow("c:D")), policy(allow("c:D"), allow("a:B"))),
        (policy(allow("a:B", Sid="One")), policy(allow("a:B"))),
        (
            policy(
                allow("a:B", Principal={"AWS": ["x", "y"]}, Condition={"Bool": {"k": ["true"]}})
            ),
            policy(allow("a:B", Principal={"AWS": ["y", "x"]}, Condition={"Bool": {"k": "true"}})),
        ),
    ],
)
def test_the_same_policy_in_another_writing(before: str, after: str) -> None:
    assert [it[2] for it in said(before, after)] == ["the same, written in another way"]


@pytest.mark.parametrize(
    "after",
    [
        policy({**allow("s3:GetObject"), "Effect": "Deny"}),
        policy(allow("s3:GetObject", "*", Condition={"Bool": {"k": "true"}})),
        policy({"Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*"}),
    ],
)
def test_another_policy_of_as_many_statements(after: str) -> None:
    before = {"policy": policy(allow("s3:GetObject"))}
    (found,) = attribute_changes(changed(before, {"policy": after}))
    assert found.new == "1 statement: see permissions"


def test_texts_of_several_lines_are_a_short_diff() -> None:
    lines = [f"line {it}" for it in range(40)]
    before = "\n".join(lines)
    (found,) = attribute_changes(changed({"it": before}, {"it": before.replace("20", "XX")}))
    assert found.diff == (
        "@@ -19,5 +19,5 @@",
        " line 18",
        " line 19",
        "-line 20",
        "+line XX",
        " line 21",
        " line 22",
    )


def test_texts_whose_lines_only_end_otherwise_are_told_apart() -> None:
    before, after = {"spec": "a\nb\n"}, {"spec": "a\r\nb\r\n"}
    (found,) = attribute_changes(changed(before, after))
    assert (found.old, found.new) == ("2 lines", "2 lines, the same but for how they end")
    assert found.diff == ()


def test_a_diff_of_very_many_lines_is_not_made() -> None:
    change = changed({"it": "a\n" * 100_000}, {"it": "b\n" * 100_000})
    (found,) = attribute_changes(change)
    assert len(found.diff) == 1


def test_long_values_are_shortened_around_what_differs() -> None:
    head = "x" * 5000
    ((_, old, new),) = said(f"{head}one{head}", f"{head}two{head}")
    assert old is not None
    assert new is not None
    assert "one" in old
    assert "two" in new
    assert len(old) < LONGEST + 10


def test_unknown_values_are_what_the_configuration_makes_them_of() -> None:
    key = symbol("aws_kms_key.images.arn")
    unknown = {"it": True}
    assert said("old", None, unknown=unknown) == [("", "old", "(known after apply)")]
    own = {"it": symbol("aws_x.it.it")}
    assert said("old", None, unknown=unknown, resolved=own) == [("", "old", "(known after apply)")]
    resolved = {"it": f"{key}/more"}
    assert said("old", None, unknown=unknown, resolved=resolved) == [
        ("", "old", "<aws_kms_key.images.arn>/more")
    ]


def test_unknown_values_inside_blocks_are_resolved_alone() -> None:
    found = said(
        [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
        [{"name": "A", "value": "1"}, {"name": "B"}],
        unknown={"it": [{}, {"value": True}]},
        resolved={"it": [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}]},
    )
    assert found == [('["B"].value', "2", "3")]


def test_an_update_that_only_looks_like_one_says_so() -> None:
    same = "the same, as far as it is known before the apply"
    assert said("a", None, unknown={"it": True}, resolved={"it": "a"}) == [("", "a", same)]
    before = policy(allow(["a:B", "c:D"]))
    resolved = {"it": policy(allow(["c:D", "a:B"]))}
    assert said(before, None, unknown={"it": True}, resolved=resolved) == [
        ("", "1 statement", same)
    ]


def test_what_the_provider_computes_is_left_out() -> None:
    expressions = {"name": {"constant_value": "b"}, "block": [{"set": {"references": ["x.y"]}}]}
    change = changed(
        {"name": "a", "arn": "arn:a", "url": "a", "block": [{"set": "1", "made": "2"}]},
        {"name": "b", "block": [{}]},
        unknown={"arn": True, "url": True, "block": [{"set": True, "made": True}]},
    )
    found = attribute_changes(change, expressions=expressions)
    assert [it.path for it in found] == ["name", "block.set"]
    without = attribute_changes(change)
    assert [it.path for it in without] == ["name", "url", "block.set", "block.made"]


def test_a_block_that_is_not_known_yet_may_be_dynamic() -> None:
    before = {"name": "a", "grant": [{"id": "x"}], "other": []}
    unknown = {"grant": True, "other": True}
    updated = changed(before, {"name": "b"}, unknown=unknown)
    found = attribute_changes(updated, expressions={"name": {}})
    assert [(it.path, it.new) for it in found] == [("name", "b"), ("grant", "(known after apply)")]
    replaced = changed(before, {"name": "b"}, unknown=unknown, replace_paths=[["name"]])
    assert [it.path for it in attribute_changes(replaced, expressions={"name": {}})] == ["name"]


def test_tags_are_said_once() -> None:
    before = {"tags": {"team": "a"}, "tags_all": {"team": "a", "default": "x"}}
    after = {"tags": {"team": "b"}, "tags_all": {"team": "b", "default": "y"}}
    paths = [it.path for it in attribute_changes(changed(before, after))]
    assert paths == ["tags.team", "tags_all.default"]


def test_the_attribute_that_replaces_is_marked_even_where_it_is_not_known() -> None:
    change = changed(
        {"name": "a", "block": [{"x": 1, "y": 1}], "other": 1},
        {"block": [{"x": 2, "y": 2}], "other": 2},
        unknown={"name": True},
        replace_paths=[["name"], ["block", 0, "x"]],
    )
    found = {it.path: it.replaces for it in attribute_changes(change, expressions={"other": {}})}
    assert found == {"name": True, "block.x": True, "block.y": False, "other": False}


def test_sensitive_values_are_not_told_apart() -> None:
    hidden = symbol("sensitive: aws_x.it.it")
    before = symbol("sensitive: aws_x.it.it before")
    assert said(before, hidden) == [("", "(sensitive value)", "(sensitive value)")]


def test_nothing_commands_a_terminal() -> None:
    ((path, old, new),) = said({"\x1b[31m": "a"}, {"\x1b[31m": "b\x1b[0m\r"})
    assert "\x1b" not in f"{path}{old}{new}"
    assert "\r" not in str(new)


def test_what_is_nested_too_deep_is_no_end() -> None:
    deep: Any = "a"
    other: Any = "b"
    for _ in range(900):
        deep, other = [deep, 1], [other, 1]
    assert len(said(deep, other)) == 1


def test_a_resource_that_is_created_is_known_by_its_name() -> None:
    values = {"name": "shop/web", "bucket": None, "tags": {"a": "b"}, "policy": "x"}
    (name,) = known_attributes(values, ("name", "bucket", "tags"), was=False, will=True)
    assert (name.path, name.old, name.new) == ("name", None, "shop/web")
    (name,) = known_attributes(values, ("name",), was=True, will=False)
    assert (name.old, name.new) == ("shop/web", None)


def test_a_text_of_several_lines_that_is_new_is_shown() -> None:
    text = "version: 0.2\nphases: {}\n"
    (found,) = attribute_changes(changed({"buildspec": None}, {"buildspec": text}))
    assert (found.old, found.new) == (None, "2 lines")
    assert found.diff == ("@@ -0,0 +1,2 @@", "+version: 0.2", "+phases: {}")


def test_outputs() -> None:
    change = {"actions": ["update"], "before": {"a": 1, "b": 1}, "after": {"a": 2}}
    unknown = {"after_unknown": {"b": True}}
    plan = planned(output_changes={"urls": {**change, **unknown}})
    found = output_changes(plan.outputs[0])
    assert [(it.path, it.old, it.new) for it in found] == [
        ("urls.a", "1", "2"),
        ("urls.b", "1", "(known after apply)"),
    ]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(1, 3) | st.sampled_from(["a", "b", "c\nd", '{"x": 1}']),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "x", "y"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(before=_VALUES, after=_VALUES)
def test_any_two_values_can_be_compared_and_equal_ones_are_no_change(
    before: Any, after: Any
) -> None:
    assert said(before, before) == []
    for _, old, new in said(before, after):
        assert old is not None or new is not None
        assert "\n" not in f"{old}{new}"


@given(before=_VALUES, after=_VALUES)
def test_no_change_is_lost(before: Any, after: Any) -> None:
    if normal(before) != normal(after):
        assert said(before, after)


def normal(value: Any) -> Any:
    """The value without what says nothing."""
    if isinstance(value, dict):
        found = {name: normal(item) for name, item in value.items()}
        return {name: item for name, item in found.items() if item is not None} or None
    if isinstance(value, list):
        return [normal(item) for item in value] or None
    return value or None
