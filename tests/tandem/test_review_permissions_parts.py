"""Which patterns cover which, and which conditions follow from which."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.deployment.symbols import symbol
from tandem.review.permissions.conditions import clauses, contradict, follows
from tandem.review.permissions.patterns import apart, pattern, within

KEY = symbol("aws_kms_key.a.arn")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("s3:getobject", "s3:get*", True),
        ("s3:get*", "s3:*", True),
        ("s3:*", "s3:get*", False),
        ("a?c", "a*", True),
        ("a*", "a?", False),
        ("a*", "a?*", False),
        ("a?*", "a*?", True),
        ("a**b", "a*b", True),
        ("a*b*c", "a*c", True),
        ("a*c", "a*b*c", False),
        (f"{KEY}/*", f"{KEY}/*", True),
        (f"{KEY}/x", f"{KEY}/*", True),
        ("arn:x", KEY, False),
        (KEY, "arn:*", False),
        (KEY, "*", True),
        ("home/${aws:username}/a", "home/${aws:username}/*", True),
        ("home/bob/a", "home/${aws:username}/*", False),
        ("a${*}", "a*", True),
        ("ab", "a${*}", False),
    ],
)
def test_what_covers_what(one: str, other: str, expected: bool) -> None:
    assert within(pattern(one), pattern(other)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a*", "b*", True),
        ("*a", "*b", True),
        ("a*", "*b", False),
        ("a*", "ab", False),
        ("a?", "abc", True),
        (KEY, "arn:x", False),
        (f"arn:{KEY}", "x", True),
        ("home/${aws:username}", "home/bob", False),
    ],
)
def test_what_has_nothing_in_common(one: str, other: str, expected: bool) -> None:
    assert apart(pattern(one), pattern(other)) is expected
    assert apart(pattern(other), pattern(one)) is expected


def matches(text: str, found: str) -> bool:
    return re.fullmatch(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), found) is not None


texts = st.text("ab*?", max_size=5)


@settings(max_examples=200)
@given(texts, texts, st.lists(st.text("abc", max_size=5), max_size=8))
def test_patterns_say_what_they_match(one: str, other: str, found: list[str]) -> None:
    for text in found:
        if matches(one, text) and matches(other, text):
            assert not apart(pattern(one), pattern(other))
        if matches(one, text) and within(pattern(one), pattern(other)):
            assert matches(other, text)


def clause(operator: str, values: Any, key: str = "k") -> Any:
    (found,) = clauses({operator: {key: values}})
    return found


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("StringEquals", "a"), ("StringEquals", ["a", "b"]), True),
        (("StringEquals", ["a", "b"]), ("StringEquals", "a"), False),
        (("StringEquals", "a"), ("StringLike", "a*"), True),
        (("StringLike", "a*"), ("StringEquals", "a"), False),
        (("StringLike", "a"), ("StringEquals", "a"), True),
        (("StringEquals", "a*"), ("StringLike", "a*"), True),
        (("StringLike", "a*"), ("StringEquals", "a*"), False),
        (("StringEquals", "A"), ("StringEqualsIgnoreCase", "a"), True),
        (("StringEqualsIgnoreCase", "a"), ("StringEquals", "a"), False),
        (("StringNotEquals", ["a", "b"]), ("StringNotEquals", "a"), True),
        (("StringNotEquals", "a"), ("StringNotEquals", ["a", "b"]), False),
        (("StringEquals", "a"), ("StringNotEquals", "b"), True),
        (("StringEquals", "a"), ("StringNotEquals", "a"), False),
        (("StringNotEquals", "a"), ("StringEquals", "b"), False),
        (("StringEquals", "A"), ("StringNotEqualsIgnoreCase", "a"), False),
        (("ArnEquals", "arn:a:*"), ("ArnLike", "arn:*"), True),
        (("StringEquals", "a"), ("StringEqualsIfExists", "a"), True),
        (("StringEqualsIfExists", "a"), ("StringEquals", "a"), False),
        (("Bool", True), ("Bool", "true"), True),
        (("Bool", "true"), ("Bool", "false"), False),
        (("StringEquals", "a"), ("Null", "false"), True),
        (("StringEqualsIfExists", "a"), ("Null", "false"), False),
        (("ForAllValues:StringEquals", "a"), ("Null", "false"), False),
        (("ForAllValues:StringEquals", "a"), ("ForAllValues:StringEquals", ["a", "b"]), True),
        (("ForAllValues:StringEquals", "a"), ("ForAnyValue:StringEquals", "a"), False),
        (("IpAddress", "10.1.0.0/16"), ("IpAddress", "10.0.0.0/8"), True),
        (("IpAddress", "10.0.0.0/8"), ("IpAddress", "10.1.0.0/16"), False),
        (("IpAddress", "10.0.0.0/8"), ("IpAddress", "2001:db8::/32"), False),
        (("IpAddress", "10.0.0.1"), ("IpAddress", "nonsense"), False),
        (("NotIpAddress", "10.0.0.0/8"), ("NotIpAddress", "10.1.0.0/16"), True),
        (("IpAddress", "10.1.0.0/16"), ("NotIpAddress", "10.0.0.0/8"), False),
        (("NumericLessThan", "5"), ("NumericLessThan", 10), True),
        (("NumericLessThan", "10"), ("NumericLessThan", "9"), False),
        (("NumericGreaterThan", "10"), ("NumericGreaterThan", "9"), True),
        (("NumericLessThan", "many"), ("NumericLessThan", "9"), False),
        (("NumericLessThan", []), ("NumericLessThan", "9"), False),
        (("DateLessThan", "2026-01-01T00:00:00Z"), ("DateLessThan", "2027-01-01T00:00:00Z"), True),
        (("DateLessThan", "2027-01-01T00:00:00Z"), ("DateLessThan", "2026-01-01T00:00:00Z"), False),
        (("NumericEquals", "5"), ("NumericNotEquals", "5.0"), False),
        (("Unheard", "a"), ("Unheard", "a"), True),
        (("Unheard", "a"), ("Unheard", ["a", "b"]), True),
    ],
)
def test_what_follows_from_what(one: Any, other: Any, expected: bool) -> None:
    assert follows(clause(*one), clause(*other)) is expected


def test_another_key_says_nothing() -> None:
    assert not follows(clause("Bool", True, "a"), clause("Bool", True, "b"))
    assert follows(clause("Bool", True, "aws:A"), clause("Bool", True, "AWS:a"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("StringEquals", "a"), ("StringEquals", "b"), True),
        (("StringEquals", "a"), ("StringEquals", ["a", "b"]), False),
        (("StringEquals", "a"), ("StringLike", "b*"), True),
        (("StringEquals", "a"), ("StringNotEquals", "a"), True),
        (("StringNotEquals", "a"), ("StringEquals", "b"), False),
        (("StringEqualsIfExists", "a"), ("StringEquals", "b"), False),
        (("ForAllValues:StringEquals", "a"), ("ForAllValues:StringEquals", "b"), False),
        (("Bool", "true"), ("Bool", "false"), True),
        (("NumericEquals", "5"), ("NumericEquals", "5.0"), False),
        (("StringEquals", KEY), ("StringEquals", "a"), False),
    ],
)
def test_what_never_holds_together(one: Any, other: Any, expected: bool) -> None:
    assert contradict(clause(*one), clause(*other)) is expected
    assert contradict(clause(*other), clause(*one)) is expected


def test_a_condition_that_nobody_understands_is_like_no_other() -> None:
    unknown, other = (next(clauses(symbol(name))) for name in "ab")
    assert not follows(unknown, other)
    assert follows(unknown, unknown)
    assert not follows(clause("Bool", "true"), next(clauses({"Bool": "nonsense"})))
    assert list(clauses(None)) == list(clauses({})) == []
