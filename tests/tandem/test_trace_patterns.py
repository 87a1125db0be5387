"""Event patterns: every operator, what is not known yet, and what AWS refuses."""

from typing import Any

import pytest

from tandem.deployment.symbols import symbol
from tandem.trace.pattern_problems import problems
from tandem.trace.patterns import matches

EVENT = {
    "source": "aws.ecr",
    "resources": ["arn:one", "arn:two"],
    "account": "111122223333",
    "detail": {
        "tag": "Release-1.png",
        "empty": "",
        "nothing": None,
        "count": 5,
        "ratio": 0.5,
        "flag": True,
        "ip": "10.0.0.33",
        "none": [],
        "object": {"x": 1},
        "list": [{"a": 1, "b": 2}, {"a": 3, "b": 4}],
    },
}


def detail(**wanted: Any) -> dict[str, Any]:
    return {"detail": wanted}


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        ({}, True),
        ({"source": ["aws.ecr"]}, True),
        ({"source": ["aws.s3", "aws.ecr"]}, True),
        ({"source": ["aws.s3"]}, False),
        ({"resources": ["arn:two"]}, True),
        ({"resources": ["arn:three"]}, False),
        ({"source": ["aws.ecr"], "resources": ["arn:three"]}, False),
        ({"missing": ["x"]}, False),
        ({"missing": {"deeper": ["x"]}}, False),
        ({"source": {"deeper": ["x"]}}, False),
        ({"source": "aws.ecr"}, False),  # AWS refuses it, and it matches nothing
        (detail(empty=[""]), True),
        (detail(tag=[""]), False),
        (detail(nothing=[None]), True),
        (detail(empty=[None]), False),
        (detail(count=[5]), True),
        (detail(count=[5.0]), True),
        (detail(count=["5"]), False),
        (detail(count=[True]), False),
        (detail(flag=[True]), True),
        (detail(flag=[1]), False),
        (detail(tag=[{"prefix": "Rel"}]), True),
        (detail(tag=[{"prefix": "rel"}]), False),
        (detail(tag=[{"prefix": {"equals-ignore-case": "rel"}}]), True),
        (detail(tag=[{"suffix": ".png"}]), True),
        (detail(tag=[{"suffix": ".PNG"}]), False),
        (detail(tag=[{"suffix": {"equals-ignore-case": ".PNG"}}]), True),
        (detail(count=[{"prefix": "5"}]), False),
        (detail(tag=[{"equals-ignore-case": "release-1.PNG"}]), True),
        (detail(tag=[{"equals-ignore-case": "release"}]), False),
        (detail(tag=[{"wildcard": "R*-*.png"}]), True),
        (detail(tag=[{"wildcard": "R*.jpg"}]), False),
        (detail(tag=[{"wildcard": "Release\\*"}]), False),
        (detail(tag=[{"anything-but": "latest"}]), True),
        (detail(tag=[{"anything-but": ["latest", "Release-1.png"]}]), False),
        (detail(count=[{"anything-but": [1, 2]}]), True),
        (detail(count=[{"anything-but": 5}]), False),
        (detail(tag=[{"anything-but": {"prefix": "Rel"}}]), False),
        (detail(tag=[{"anything-but": {"prefix": ["x", "Rel"]}}]), False),
        (detail(tag=[{"anything-but": {"suffix": ".jpg"}}]), True),
        (detail(tag=[{"anything-but": {"wildcard": "*-1.*"}}]), False),
        (detail(tag=[{"anything-but": {"equals-ignore-case": "RELEASE-1.PNG"}}]), False),
        (detail(missing=[{"anything-but": "x"}]), False),
        ({"resources": [{"anything-but": "arn:one"}]}, True),  # the other is
        (detail(count=[{"numeric": [">", 0, "<=", 5]}]), True),
        (detail(count=[{"numeric": [">", 5]}]), False),
        (detail(ratio=[{"numeric": ["=", 5e-1]}]), True),
        (detail(tag=[{"numeric": [">", 0]}]), False),
        (detail(ip=[{"cidr": "10.0.0.0/24"}]), True),
        (detail(ip=[{"cidr": "10.0.1.0/24"}]), False),
        (detail(tag=[{"cidr": "10.0.0.0/24"}]), False),
        (detail(tag=[{"exists": True}]), True),
        (detail(tag=[{"exists": False}]), False),
        (detail(missing=[{"exists": False}]), True),
        (detail(missing={"deeper": [{"exists": False}]}), True),
        (detail(none=[{"exists": True}]), False),
        (detail(object=[{"exists": True}]), False),  # only leaves exist
        (detail(list={"a": [1], "b": [2]}), True),
        (detail(list={"a": [1], "b": [4]}), False),  # not of one object
        ({"$or": [{"source": ["aws.s3"]}, {"account": ["111122223333"]}]}, True),
        ({"$or": [{"source": ["aws.s3"]}, {"account": ["1"]}]}, False),
        ({"source": ["aws.s3"], "$or": [{"account": ["111122223333"]}, {"x": ["y"]}]}, False),
        (detail(**{"$or": [{"tag": ["x"]}, {"count": [{"numeric": [">", 4]}]}]}), True),
        (detail(tag=[{"unheard-of": "x"}]), False),
    ],
)
def test_operators(pattern: dict[str, Any], answer: bool) -> None:
    assert matches(pattern, EVENT) is answer


REPOSITORY = symbol("aws_ecr_repository.web.name")


@pytest.mark.parametrize(
    ("wanted", "value", "answer"),
    [
        (REPOSITORY, REPOSITORY, True),
        (REPOSITORY, "web", None),
        ("web", REPOSITORY, None),
        (f"shop/{REPOSITORY}", "web", False),
        ({"prefix": "shop/"}, f"shop/{REPOSITORY}", True),
        ({"prefix": "shop/we"}, f"shop/{REPOSITORY}", None),
        ({"prefix": "other/"}, f"shop/{REPOSITORY}", False),
        ({"prefix": REPOSITORY}, f"{REPOSITORY}/web", True),
        ({"suffix": "web"}, f"{REPOSITORY}/web", True),
        ({"suffix": "web"}, f"{REPOSITORY}/app", False),
        ({"suffix": "/web"}, REPOSITORY, None),
        ({"prefix": {"equals-ignore-case": "SHOP"}}, f"shop/{REPOSITORY}", True),
        ({"equals-ignore-case": "WEB"}, REPOSITORY, None),
        ({"wildcard": "shop/*"}, f"shop/{REPOSITORY}", None),
        ({"wildcard": "other/*"}, f"shop/{REPOSITORY}", False),
        ({"anything-but": "web"}, REPOSITORY, None),
        ({"anything-but": REPOSITORY}, REPOSITORY, False),
        ({"anything-but": {"prefix": "other"}}, f"shop/{REPOSITORY}", True),
        ({"numeric": [">", 1]}, REPOSITORY, None),
        ({"cidr": "10.0.0.0/8"}, REPOSITORY, None),
        ({"exists": True}, REPOSITORY, True),
    ],
)
def test_what_is_not_known_is_not_guessed(wanted: Any, value: str, answer: bool | None) -> None:
    assert matches({"a": [wanted]}, {"a": value}) is answer


def test_what_is_known_decides_before_what_is_not() -> None:
    event = {"a": REPOSITORY, "b": "x"}
    assert matches({"a": ["web"], "b": ["y"]}, event) is False
    assert matches({"a": ["web"], "b": ["x"]}, event) is None
    assert matches({"$or": [{"a": ["web"]}, {"b": ["x"]}]}, event) is True
    assert matches({"b": ["y", {"exists": True}]}, event) is True


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ({"source": "aws.ecr"}, 'source is "aws.ecr", and must be a list, as in ["aws.ecr"]'),
        ({"detail": {"tag": 5}}, "detail.tag is 5, and must be a list, as in [5]"),
        ({"source": []}, "source is an empty list"),
        ({}, "the pattern is empty"),
        ({"detail": {}}, "detail is empty"),
        ([], "the pattern is not an object"),
        ({"a": [["b"]]}, "a has a list in its list"),
        ({"a": [{"prefix": "x", "suffix": "y"}]}, "a has an object with 2 keys, and must"),
        ({"a": [{"begins": "x"}]}, 'a has no operator named "begins"; there are prefix, '),
        ({"a": [{"prefix": 5}]}, "a: 5 is nothing for the operator prefix"),
        ({"a": [{"exists": "yes"}]}, 'a: "yes" is nothing for the operator exists'),
        ({"a": [{"wildcard": "a**b"}]}, 'a: "a**b" is nothing for the operator wildcard'),
        ({"a": [{"cidr": "10.0.0.0/99"}]}, "operator cidr"),
        ({"a": [{"numeric": [">"]}]}, "operator numeric"),
        ({"a": [{"numeric": ["<", 1, ">", 0]}]}, "operator numeric"),
        ({"a": [{"numeric": [">", "1"]}]}, "operator numeric"),
        ({"a": [{"anything-but": ["x", 1]}]}, "operator anything-but"),
        ({"a": [{"anything-but": {"cidr": "10.0.0.0/8"}}]}, "operator anything-but"),
        ({"$or": [{"a": ["b"]}, {"c": "d"}]}, '$or.c is "d", and must be a list'),
        ({"a": ["x" * 2048]}, "the pattern has 2058 characters, and 2048 is the limit"),
    ],
)
def test_what_aws_refuses_is_said(pattern: Any, said: str) -> None:
    (found,) = problems(pattern)
    assert said in found


@pytest.mark.parametrize(
    "wanted",
    [
        "x",
        1,
        None,
        {"prefix": ""},
        {"suffix": {"equals-ignore-case": ".PNG"}},
        {"wildcard": "a*b\\*\\\\c*"},
        {"numeric": [">=", 0, "<", 5]},
        {"numeric": ["=", 3e2]},
        {"cidr": "2001:db8::/32"},
        {"exists": False},
        {"anything-but": [1, 2]},
        {"anything-but": {"prefix": ["a", "b"]}},
        {"anything-but": {"wildcard": "*/lib/*"}},
    ],
)
def test_what_aws_takes_has_no_problem(wanted: Any) -> None:
    assert problems({"detail": {"a": [wanted]}}) == []


def test_an_unknown_part_has_no_length() -> None:
    assert problems({"a": [symbol("x" * 3000)]}) == []
