"""What is known is decided in Python; what Terraform knows becomes its language."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from stack import new_stack, terraform_json

from modules._cdktf import SqsQueue
from modules.expressions import (
    Block,
    Condition,
    Entries,
    Number,
    Text,
    Texts,
    choose,
    default,
    document,
    each,
    either,
    equal,
    every,
    given,
    hcl,
    joined_keys,
    negated,
    pick,
    plain,
    present,
    set_blocks,
    some,
    texts,
    true,
    where,
)

NAME = Text("var.name")
MAYBE = Text("var.maybe", nullable=True)
LIST = Texts("var.list")
MAP: Entries[Text] = Entries("var.map", Text)
A, B = Condition("var.a"), Condition("var.b")


def resource(**arguments: Any) -> Any:
    """A resource with these arguments, as Terraform's JSON."""
    stack = new_stack()
    SqsQueue(stack, "queue", **arguments)
    return json.loads(terraform_json(stack))["resource"]["aws_sqs_queue"]["queue"]


def written(text: str) -> Any:
    """What a text becomes."""
    return resource(name=text)["name"]


# Values


def test_values_become_expressions() -> None:
    made = resource(name=NAME, delay_seconds=Number("var.delay"), fifo_queue=choose(A, True, False))
    assert made["name"] == "${var.name}"
    assert made["delay_seconds"] == "${var.delay}"
    assert made["fifo_queue"] == "${(var.a ? true : false)}"


def test_values_are_part_of_texts() -> None:
    assert written(f"{NAME}-{Number('var.days')}") == "${var.name}-${var.days}"


def test_python_cannot_look_at_what_terraform_knows() -> None:
    for value in (NAME, A):
        with pytest.raises(TypeError, match="only Terraform knows whether"):
            bool(value)


def test_a_reference_inside_an_expression_is_bare() -> None:
    stack = new_stack()
    other = SqsQueue(stack, "other")
    chosen = choose(A, other.arn, f"{NAME}:{other.arn}")
    SqsQueue(stack, "queue", name=chosen)
    name = json.loads(terraform_json(stack))["resource"]["aws_sqs_queue"]["queue"]["name"]
    assert name == (
        '${(var.a ? aws_sqs_queue.other.arn : "${var.name}:${aws_sqs_queue.other.arn}")}'
    )


# Decisions

Decided = tuple[Callable[[], object], object]

DECISIONS: Mapping[str, Decided] = {
    "given": (lambda: given("x"), True),
    "given, none": (lambda: given(None), False),
    "given, token": (lambda: given(NAME), True),
    "given, nullable": (lambda: given(MAYBE), Condition("var.maybe != null")),
    "equal": (lambda: equal("x", "x"), True),
    "unequal": (lambda: equal("x", "y"), False),
    "equal, unknown": (lambda: equal(NAME, "x"), Condition('var.name == "x"')),
    "true": (lambda: true(True), True),
    "true, unknown": (lambda: true(choose(A, True, False)), Condition("(var.a ? true : false)")),
    "negated": (lambda: negated(True), False),
    "negated, given": (lambda: negated(given(MAYBE)), Condition("var.maybe == null")),
    "negated, unknown": (lambda: negated(A), Condition("!(var.a)")),
    "every": (lambda: every(True, True), True),
    "every, one false": (lambda: every(A, False), False),
    "every, one unknown": (lambda: every(True, A), A),
    "every, unknown": (lambda: every(A, B), Condition("(var.a ? var.b : false)")),
    "either": (lambda: either(False, True), True),
    "either, one true": (lambda: either(A, True), True),
    "either, one false": (lambda: either(False, A), A),
    "either, other false": (lambda: either(A, False), A),
    "either, unknown": (lambda: either(A, B), Condition("(var.a ? true : var.b)")),
    "some": (lambda: some({"a": 1}), True),
    "some, none": (lambda: some({}), False),
    "some, of which": (lambda: some({"a": 1}, lambda _, value: value == 2), False),
    "some, unknown": (lambda: some(MAP), Condition("length(var.map) > 0")),
    "some, unknown of which": (
        lambda: some(MAP, lambda _, value: equal(value, "x")),
        Condition('length([for key, value in var.map : key if value == "x"]) > 0'),
    ),
    "choose": (lambda: choose(True, "x", "y"), "x"),
    "choose, no": (lambda: choose(False, "x", "y"), "y"),
    "default": (lambda: default(None, "y"), "y"),
    "default, given": (lambda: default("x", "y"), "x"),
    "pick": (lambda: pick("x", {"x": "y"}), "y"),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_decides(name: str) -> None:
    decide, expected = DECISIONS[name]
    assert decide() == expected


CHOICES: Mapping[str, tuple[Callable[[], str], str]] = {
    "choose": (lambda: choose(A, "x", NAME), '${(var.a ? "x" : var.name)}'),
    "default": (lambda: default(MAYBE, "y"), '${(var.maybe != null ? var.maybe : "y")}'),
    "pick": (lambda: pick(NAME, {"x": "y"}), '${{x = "y"}[var.name]}'),
    "upper": (lambda: NAME.upper(), "${upper(var.name)}"),
    "joined keys": (lambda: joined_keys(MAP), '${join(" ", keys(var.map))}'),
}


@pytest.mark.parametrize("name", CHOICES)
def test_leaves_a_choice_to_terraform(name: str) -> None:
    choice, expected = CHOICES[name]
    assert written(choice()) == expected


@pytest.mark.parametrize(
    ("yes", "no", "nullable"),
    [("x", "y", False), ("x", None, True), (None, "y", True), (MAYBE, "y", True)],
)
def test_a_choice_with_null_in_it_may_be_null(
    yes: str | None, no: str | None, nullable: bool
) -> None:
    assert isinstance(given(choose(A, yes, no)), Condition) is nullable


# Language


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        ("a", '"a"'),
        ('say "a"\n', r'"say \"a\"\n"'),
        (NAME, "var.name"),
        (Number("var.n"), "var.n"),
        (LIST, "var.list"),
        (A, "var.a"),
        ([], "[]"),
        (["a", 1], '["a", 1]'),
        ({"a": {"b": None}}, "{a = {b = null}}"),
        ({"aws:SourceArn": "x", "1": 2}, '{"aws:SourceArn" = "x", "1" = 2}'),
        ([*where(A, "x")], 'var.a ? ["x"] : []'),
        (["a", *where(A, "x"), "b"], 'concat(["a"], var.a ? ["x"] : [], ["b"])'),
        (each(MAP, lambda key, value: [key, value]), "[for key, value in var.map : [key, value]]"),
        (
            each(MAP, lambda key, _: key, lambda _, value: equal(value, "x")),
            '[for key, value in var.map : key if value == "x"]',
        ),
        (each(LIST, lambda _, item: {"it": item}), "[for key, value in var.list : {it = value}]"),
    ],
)
def test_writes_values_in_terraforms_language(value: object, expected: str) -> None:
    assert hcl(value) == expected


def test_refuses_what_is_no_value() -> None:
    with pytest.raises(TypeError, match="no expression for"):
        hcl(object())


def test_a_text_with_values_in_it_is_a_template() -> None:
    assert written(Text(f"f({hcl(f'{NAME}-x')})")) == '${f("${var.name}-x")}'


def test_a_known_document_is_written_at_once() -> None:
    assert document({"a": ["b"]}) == '{"a": ["b"]}'
    assert document(["b", "c"], (",", ":")) == '["b","c"]'


@pytest.mark.parametrize("value", [NAME, Number("var.n"), LIST, where(A, "x"), each(MAP, max)])
def test_terraform_writes_a_document_of_which_it_decides_a_part(value: object) -> None:
    assert written(document({"a": [{"b": value}]})).startswith("${jsonencode({a = [{b = ")


# Lists


def test_lists_of_what_is_known() -> None:
    assert where(True, "x") == ["x"]
    assert where(False, "x") == []
    assert each({"a": 1, "b": 2}, lambda key, value: (key, value)) == [("a", 1), ("b", 2)]
    assert each({"a": 1, "b": 2}, lambda key, _: key, lambda _, value: value > 1) == ["b"]
    assert each(["a", "b"], lambda index, value: (index, value)) == [(0, "a"), (1, "b")]
    assert texts(["a", "b"]) == ["a", "b"]
    assert plain(["a", "b"]) == ["a", "b"]
    assert joined_keys({"a": 1, "b": 2}) == "a b"
    assert present({"a": "x", "b": None}) == {"a": "x"}


def test_lists_of_which_terraform_decides_a_part() -> None:
    assert plain(["a", *where(A, "b")]) == []
    assert hcl(texts(["a", *where(A, "b")])) == 'concat(["a"], var.a ? ["b"] : [])'
    assert hcl(present({"a": MAYBE, "b": None})) == (
        "{for key, value in {a = var.maybe} : key => value if value != null}"
    )


# Blocks


def blocks(items: list[Any]) -> Any:
    stack = new_stack()
    set_blocks(SqsQueue(stack, "queue"), "rule", items)
    return json.loads(terraform_json(stack))["resource"]["aws_sqs_queue"]["queue"]


def test_plain_blocks_are_the_bindings_business() -> None:
    assert blocks([]) == {}


def test_blocks_keep_their_order() -> None:
    made = blocks(
        [
            Block(name="first", missing=None, inner=where(A, Block(x=NAME))),
            *where(B, Block(name="second", list=LIST)),
            *each(MAP, lambda key, value: Block(name=key, value=value)),
        ]
    )
    inner = {
        "dynamic": {"inner": [{"for_each": "${var.a ? [1] : []}", "content": {"x": "${var.name}"}}]}
    }
    assert made["dynamic"]["rule"] == [
        {"for_each": [1], "content": {"name": "first", **inner}},
        {
            "for_each": "${var.b ? [1] : []}",
            "content": {"name": "second", "list": "${var.list}"},
        },
        {
            "for_each": "${var.map}",
            "content": {"name": "${rule.key}", "value": "${rule.value}"},
        },
    ]


def test_blocks_that_are_all_there_are_not_dynamic() -> None:
    made = blocks([Block(name="one", inner=Block(x=NAME), many=[Block(y=1)])])
    assert made["rule"] == [{"name": "one", "inner": {"x": "${var.name}"}, "many": [{"y": 1}]}]
