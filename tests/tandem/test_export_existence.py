"""When a resource exists, in the words of the README."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tandem.export.readme.existence import existence

LOCALS = {"own": "${var.store == null}", "bases": f"${{{'b' * 201}}}", "long": "b" * 201}


@pytest.mark.parametrize(
    ("body", "exists"),
    [
        ({}, "always"),
        ({"count": "${var.a == null ? 1 : 0}"}, "where var.a == null"),
        ({"count": "${(var.a == null) ? 1:0}"}, "where var.a == null"),
        ({"count": "${(a) || (b) ? 1 : 0}"}, "where (a) || (b)"),
        ({"count": "${local.own ? 0 : 1}"}, "unless var.store == null"),
        ({"count": "${a ? 1 : b ? 1 : 0}"}, "count a ? 1 : b ? 1 : 0"),
        ({"count": "${(a ? b : false) ? 1 : 0}"}, "where a && b"),
        ({"count": "${(a ? b ? c : false : false) ? 1 : 0}"}, "where a && b && c"),
        ({"count": "${((a ? true : b) ? c : false) ? 1 : 0}"}, "where (a || b) && c"),
        ({"count": "${(a ? true : (b ? c : d)) ? 1 : 0}"}, "where a || (b ? c : d)"),
        ({"count": '${(a ? x["?"] : false) ? 1 : 0}'}, 'where a && x["?"]'),
        ({"count": '${a == "?:)" ? 1 : 0}'}, 'where a == "?:)"'),
        ({"count": "${!(var.a != null) ? 1 : 0}"}, "where var.a == null"),
        ({"count": "${!(var.a) ? 1 : 0}"}, "where !var.a"),
        ({"count": "${!((a ? b : false)) ? 1 : 0}"}, "where !(a && b)"),
        ({"count": "${local.long ? 1 : 0}"}, "where local.long"),
        ({"count": 2}, "count 2"),
        ({"for_each": "${local.bases}"}, "for each of local.bases"),
        ({"for_each": "${local.unknown}"}, "for each of local.unknown"),
        ({"for_each": '${toset([\n  "${a}-b"])}'}, 'for each of toset([ "${a}-b"])'),
    ],
)
def test_when_a_resource_exists(body: Mapping[str, object], exists: str) -> None:
    assert " ".join(existence(body, LOCALS)).strip() == exists


def test_a_long_expression_is_cut() -> None:
    assert existence({"count": f"${{{'a' * 201}}}"}, {}) == ("count", f"{'a' * 199}…")
