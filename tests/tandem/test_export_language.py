"""Terraform's JSON becomes Terraform's language that means the same."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.element import literal
from tandem.export.language import written
from tandem.terraform import Terraform

LONG = ", ".join(f'"element-{number}"' for number in range(20))


def local(value: Any) -> str:
    """How the value of a local value is written."""
    text = written({"locals": {"x": value}})
    return text.removeprefix("locals {\n  x = ").removesuffix("\n}\n")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", '"a"'),
        ("", '""'),
        (7, "7"),
        (True, "true"),
        (None, "null"),
        ("${var.x}", "var.x"),
        ("${(var.x)}", "var.x"),
        ("${(var.x)[(var.y)]}", "(var.x)[(var.y)]"),
        ("a-${var.x}-b", '"a-${var.x}-b"'),
        ("${var.x}${var.y}", '"${var.x}${var.y}"'),
        ("$${x} %%{y}", '"$${x} %%{y}"'),
        ('say "a"\n', r'"say \"a\"\n"'),
        ('${join("}", var.x)}', 'join("}", var.x)'),
        ('${"a${"}"}"}', '"a${"}"}"'),
        ('${"\\"}"}', r'"\"}"'),
        ("${{a = 1}}", "{ a = 1 }"),
        ({"a": ["${var.x}"], "b-c": {}}, '{ a = [var.x], "b-c" = {} }'),
    ],
)
def test_values(value: Any, expected: str) -> None:
    assert local(value) == expected


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        (f"[{LONG}]", ["[", '"element-0",', '"element-19",', "]"]),
        (f"concat([{LONG}], [])", ["concat(", "[", '"element-0",', "],", "[]", ")"]),
        (f"jsonencode({{a = [{LONG}]}})", ["jsonencode({", "a = [", '"element-0",', "]", "})"]),
        (f"[for x in [{LONG}] : x]", ["[", "for x in [", '"element-0",', "] : x", "]"]),
        (f'{{a = "{"x" * 90}", b = 1}}', ["{", f'a = "{"x" * 90}"', "b = 1", "}"]),
    ],
)
def test_what_is_long_stands_on_several_lines(expression: str, lines: list[str]) -> None:
    text = [line.strip() for line in local(f"${{{expression}}}").splitlines()]
    assert [line for line in text if line in lines] == lines
    assert re.sub(r"[\s,]", "", "".join(text)) == re.sub(r"[\s,]", "", expression)


def test_blocks() -> None:
    body = {
        "//": {"checkov": {"skip": [{"id": "CKV_1", "comment": "Because it is so."}]}},
        "action": [{"order": 1}, {"order": 2}],
        "configuration": {"A": "b"},
        "count": "${var.x ? 1 : 0}",
        "depends_on": ["aws_b.c"],
        "dynamic": {
            "stage": [
                {"for_each": [1], "content": {"name": "first"}},
                {"for_each": "${var.y}", "content": {"name": "${stage.value}"}},
            ]
        },
        "empty": {},
        "lifecycle": {"ignore_changes": ["name"], "prevent_destroy": True},
        "name": "a",
        "tags": "${var.tags}",
    }
    assert (
        written({"resource": {"aws_a": {"this": body}}})
        == """\
resource "aws_a" "this" {
  #checkov:skip=CKV_1:Because it is so.
  count         = var.x ? 1 : 0
  name          = "a"
  configuration = { A = "b" }
  tags          = var.tags

  action {
    order = 1
  }

  action {
    order = 2
  }

  stage {
    name = "first"
  }

  dynamic "stage" {
    for_each = var.y

    content {
      name = stage.value
    }
  }

  empty {}

  lifecycle {
    ignore_changes  = [name]
    prevent_destroy = true
  }

  depends_on = [aws_b.c]
}
"""
    )


def test_what_is_no_resource() -> None:
    described = {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "variable": {"x": {"type": "list(string)", "default": {}, "description": "One.\nTwo."}},
        "output": {"y": {"value": {"a": "${var.x}"}}},
        "data": {"aws_a": {"current": {}}},
        "moved": [{"from": "aws_a.b", "to": "aws_a.c"}],
    }
    assert (
        written(described)
        == """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "x" {
  type        = list(string)
  default     = {}
  description = <<-EOT
One.
Two.
EOT
}

output "y" {
  value = { a = var.x }
}

data "aws_a" "current" {}

moved {
  from = aws_a.b
  to   = aws_a.c
}
"""
    )


def test_what_terraform_does_not_understand_is_refused() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        written({"locals": {"x": "${1 +}"}})


@pytest.mark.integration
def test_every_text_means_the_same(tmp_path: Path) -> None:
    texts: list[str] = []

    @settings(max_examples=300, database=None, deadline=None)
    @given(
        st.lists(
            st.sampled_from(["${", "%{", "$", "%", "{", "}", '"', "\\", "\n", "x", "é"])
            | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4),
            max_size=10,
        )
    )
    def collect(parts: list[str]) -> None:
        texts.append("".join(parts))

    collect()
    values: dict[str, Any] = {f"plain_{n}": literal(text) for n, text in enumerate(texts)}
    for number, text in enumerate(texts):
        quoted = json.dumps(literal(text), ensure_ascii=False)
        values[f"inside_{number}"] = f'${{join("", [{quoted}, {LONG}])}}'
    described = {"output": {name: {"value": value} for name, value in values.items()}}
    planned = []
    for name, text in (("main.tf.json", json.dumps(described)), ("main.tf", written(described))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_text(text, encoding="utf-8")
        terraform = Terraform(folder)
        terraform.init()
        terraform.plan(out=folder / "plan")
        planned.append(terraform.show_json(folder / "plan")["planned_values"]["outputs"])
    assert planned[0] == planned[1]
