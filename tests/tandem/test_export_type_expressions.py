"""The type of a variable, read from its expression."""

from __future__ import annotations

import pytest

from tandem.export.readme.type_expressions import attributes_of, parse_type


def paths(expression: str) -> dict[str, tuple[str, bool, str | None]]:
    return {
        path: (str(attribute.type), attribute.required, attribute.default)
        for path, attribute in attributes_of(parse_type(expression))
    }


@pytest.mark.parametrize(
    "expression",
    ["string", "any", "list(string)", "map(set(number))", "tuple([string, list(bool)])", "map"],
)
def test_a_plain_type(expression: str) -> None:
    assert str(parse_type(expression)) == expression
    assert paths(expression) == {}


def test_nested_optional_objects() -> None:
    build = (
        "object({timeout_minutes = optional(number, 60), "
        "vpc = optional(object({vpc = string, subnets = list(string)}))})"
    )
    assert paths(build) == {
        "timeout_minutes": ("number", False, "60"),
        "vpc": ("object", False, None),
        "vpc.vpc": ("string", True, None),
        "vpc.subnets": ("list(string)", True, None),
    }


def test_a_map_of_objects() -> None:
    assert paths("map(object({value = optional(string), kms_key = string}))") == {
        "[*].value": ("string", False, None),
        "[*].kms_key": ("string", True, None),
    }
    assert list(paths("object({environment = optional(map(object({value = string})), {})})")) == [
        "environment",
        "environment[*].value",
    ]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('"a, b"', '"a, b"'),
        (r'"say \"yes\")"', r'"say \"yes\")"'),
        ('"}{"', '"}{"'),
        ("{}", "{}"),
        ("[]", "[]"),
        ('["a",   "b"]', '["a", "b"]'),
        ('{a="x", b=[1, 2]}', '{ a = "x", b = [1, 2] }'),
        ("-1.5", "-1.5"),
        ("null", "null"),
        ("[(1), ((2))]", "[(1), ((2))]"),
        ("true,", "true"),
    ],
)
def test_a_default(source: str, shown: str) -> None:
    expression = f"object({{a = optional(any, {source}), b = string}})"
    assert paths(expression) == {"a": ("any", False, shown), "b": ("string", True, None)}


def test_lines_comments_and_quoted_names() -> None:
    expression = """object({
      # the first (of two
      "a" = string // }
      b : optional(
        number, /* as ever, */ 1
      ),
    })"""
    assert paths(expression) == {"a": ("string", True, None), "b": ("number", False, "1")}


@pytest.mark.parametrize(
    "expression",
    [
        "",
        'string "',
        "list(",
        "list()",
        "text(string)",
        "object({a})",
        "string string",
        'object({a = "',
        "1",
    ],
)
def test_what_is_no_type(expression: str) -> None:
    with pytest.raises(ValueError, match=r"type|without an end"):
        parse_type(expression)
