"""Readable addresses, and text that Terraform gives back as it was."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stack import new_stack, template, terraform_json

from modules._cdktf import Construct, SqsQueue, TerraformOutput, TerraformStack
from modules.element import Element, literal, stack_of
from modules.expressions import Condition, Entries, Text, hcl
from tandem.terraform import Terraform

BUILDSPECS = Path(__file__).parents[2] / "buildspecs"
TOKEN = "${TfToken[TOKEN.7]}"

texts = st.lists(
    st.sampled_from(["${", "%{", "$${", "%%{", "$", "%", "{", "}", "~", '"', "\\", "\n", "X", "é"])
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4),
    max_size=12,
).map("".join)

NASTY = [
    "",
    "$",
    "$$$",
    "${",
    "$${X}",
    "$$${X}",
    "$$$${X}",
    "%{ if true }x%{ endif }",
    "%%{",
    "%%%{X}",
    "${~ x ~}",
    '${"quoted"}',
    "$%{X}",
    "%${X}",
    "${X",
    "a\\${X}",
    "a\\n\n\tb\r\nc",
    '"}]}, "x": "',
    "#{Source.CommitId}",
    "${{ github.sha }}",
    "é漢🐳 \u2028\u00a0",
    "trailing newline\n",
]


@given(text=texts)
def test_text_without_templates_stays_as_it_is(text: str) -> None:
    expected = text.replace("${", "$${").replace("%{", "%%{")
    assert literal(text) == expected


@given(before=texts, after=texts)
def test_a_token_stays_a_token(before: str, after: str) -> None:
    before = before.rstrip("$%")  # `$` and a token would be an escaped token: see below
    assert literal(f"{before}{TOKEN}{after}") == f"{literal(before)}{TOKEN}{literal(after)}"


@pytest.mark.integration
def test_terraform_gives_back_the_very_text(tmp_path: Path) -> None:
    found: list[str] = []

    @settings(max_examples=300, database=None, derandomize=True)
    @given(text=texts)
    def collect(text: str) -> None:
        found.append(text)

    collect()
    buildspecs = [path.read_text(encoding="utf-8") for path in sorted(BUILDSPECS.glob("*.yml"))]
    assert buildspecs
    expected = {f"text_{n}": text for n, text in enumerate([*buildspecs, *NASTY, *found])}
    stack = new_stack()
    for name, text in expected.items():
        TerraformOutput(stack, name, value=literal(text))
        # The same inside an expression, which has quotes of its own.
        TerraformOutput(stack, f"{name}_", value=Text(f'join("", [{hcl(literal(text))}])'))
    (tmp_path / "main.tf.json").write_text(terraform_json(stack), encoding="utf-8")

    terraform = Terraform(tmp_path)
    terraform.init()
    terraform.plan(out=tmp_path / "plan")
    planned = terraform.show_json(tmp_path / "plan")["planned_values"]["outputs"]

    expected |= {f"{name}_": text for name, text in expected.items()}
    assert {name: output["value"] for name, output in planned.items()} == expected


# Addresses


class Queues(Element):
    """A construct with one resource of its own and one below it."""

    def __init__(self, scope: Construct, id: str, *, depth: int = 1) -> None:
        super().__init__(scope, id)
        self.place(SqsQueue(self, "queue"))
        self.place(SqsQueue(self, "other"), "other")
        if depth:
            Queues(self, "inner", depth=depth - 1)


def test_an_address_is_the_path_of_ids() -> None:
    built = template(lambda stack: Queues(stack, "web"))
    assert list(built.resources("aws_sqs_queue")) == [
        "web",
        "web_inner",
        "web_inner_other",
        "web_other",
    ]


def test_an_address_begins_with_the_constructs_of_the_user_around_it() -> None:
    def build(stack: TerraformStack) -> None:
        team = Construct(Construct(stack, "shop"), "team-a")
        Queues(team, "web", depth=0)
        Queues(Construct(stack, "team-b"), "web", depth=0)

    assert list(template(build).resources("aws_sqs_queue")) == [
        "shop_team-a_web",
        "shop_team-a_web_other",
        "team-b_web",
        "team-b_web_other",
    ]


def test_the_stack_is_found_from_everywhere_below_it() -> None:
    stack = new_stack()
    element = Queues(Construct(stack, "team"), "web")
    assert stack_of(stack) is stack
    assert stack_of(element) is element.stack
    assert element.stack.node.path == stack.node.path


def test_a_literal_reaches_the_json_escaped_once() -> None:
    built = template(lambda stack: TerraformOutput(stack, "text", value=literal("${X} %{Y} $${Z}")))
    assert built.json["output"]["text"]["value"] == "$${X} %%{Y} $$${Z}"
    assert re.search(r"[^$]\$\{", json.dumps(built.json)) is None


# Existence


class Maybe(Element):
    """A resource, and one below it that has a condition of its own."""

    def __init__(self, scope: Construct, id: str, *, exists: Any, inner: Any = True) -> None:
        super().__init__(scope, id, exists=exists)
        self.place(SqsQueue(self, "queue"))
        below = Element(self, "below", exists=inner)
        below.place(SqsQueue(below, "queue"))
        self.place(SqsQueue(self, "other"), "other", exists=Condition("var.other"))


def existence(exists: Any, inner: Any = True) -> dict[str, Any]:
    made = template(lambda stack: Maybe(stack, "it", exists=exists, inner=inner))
    queues = made.json["resource"]["aws_sqs_queue"]
    return {name: queue.get("count") or queue.get("for_each") for name, queue in queues.items()}


def test_what_is_there_anyway_has_no_count() -> None:
    assert existence(True) == {
        "it": None,
        "it_below": None,
        "it_other": "${var.other ? 1 : 0}",
    }


def test_what_is_in_it_is_there_when_it_is() -> None:
    counted = existence(Condition("var.a"), Condition("var.b"))
    assert counted["it"] == "${var.a ? 1 : 0}"
    assert counted["it_below"] == "${(var.a ? var.b : false) ? 1 : 0}"


def test_what_is_in_it_is_there_for_each_for_which_it_is() -> None:
    counted = existence(Entries("var.map", Text))
    assert (counted["it"], counted["it_below"]) == ("${var.map}", "${var.map}")


def test_it_cannot_be_there_for_each_and_on_a_condition() -> None:
    with pytest.raises(TypeError, match="count or for_each"):
        existence(Entries("var.map", Text), Condition("var.b"))


def test_only_an_expression_gets_a_name() -> None:
    def build(stack: TerraformStack) -> None:
        element = Element(stack, "it")
        assert element.local("known", "x") == "x"
        local = element.local("unknown", Text("f(var.x)", nullable=True))
        assert hcl(local) == "local.unknown"
        assert isinstance(local, Text)
        assert local.nullable

    assert template(build).json["locals"] == {"unknown": "${f(var.x)}"}
