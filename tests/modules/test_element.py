"""Readable addresses, and text that Terraform gives back as it was."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stack import new_stack, template, terraform_json

from modules._cdktf import Construct, SqsQueue, TerraformOutput, TerraformStack
from modules.element import Element, literal, stack_of
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
    assert len(buildspecs) == 2
    expected = {f"text_{n}": text for n, text in enumerate([*buildspecs, *NASTY, *found])}
    stack = new_stack()
    for name, text in expected.items():
        TerraformOutput(stack, name, value=literal(text))
    (tmp_path / "main.tf.json").write_text(terraform_json(stack), encoding="utf-8")

    terraform = Terraform(tmp_path)
    terraform.init()
    terraform.plan(out=tmp_path / "plan")
    planned = terraform.show_json(tmp_path / "plan")["planned_values"]["outputs"]

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
