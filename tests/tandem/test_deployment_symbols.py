"""Texts of which a part is not known yet."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.deployment.symbols import equal, is_known, readable, replace_symbols, symbol, symbols_in


def test_a_symbol_equals_itself_alone() -> None:
    assert equal(symbol("a.arn"), symbol("a.arn")) is True
    assert equal(symbol("a.arn"), symbol("b.arn")) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("latest", "latest", True),
        ("latest", "stable", False),
        (f"{symbol('commit')}-{symbol('build')}", "latest", False),
        (f"{symbol('commit')}-{symbol('build')}", "abc-1", None),
        (f"shop/{symbol('name')}", "shop/web", None),
        (f"shop/{symbol('name')}", "other/web", False),
        (f"v{symbol('a')}", f"w{symbol('b')}", False),
        (f"{symbol('a')}.x", f"{symbol('b')}.y", False),
        (f"v{symbol('a')}", f"v1{symbol('b')}", None),
    ],
)
def test_what_is_known_of_two_texts_decides(one: str, other: str, *, expected: bool | None) -> None:
    assert equal(one, other) is expected
    assert equal(other, one) is expected


@given(st.text(), st.text(), st.text())
def test_a_symbol_may_be_any_text(before: str, inside: str, after: str) -> None:
    symbolic = f"{before}{symbol('x')}{after}"
    if is_known(before) and is_known(inside) and is_known(after):
        assert equal(symbolic, f"{before}{inside}{after}") is None


@given(st.text())
def test_a_symbol_stays_whole_in_json(name: str) -> None:
    text = f'{{"Resource": "{symbol(name)}"}}'
    if name.isprintable():
        assert list(symbols_in(json.loads(text))) == list(symbols_in(symbol(name)))


def test_people_read_the_name() -> None:
    assert readable(f"arn:aws:s3:::{symbol('aws_s3_bucket.a.bucket')}/*") == (
        "arn:aws:s3:::<aws_s3_bucket.a.bucket>/*"
    )
    assert replace_symbols(f"{symbol('account')}:x", {"account": "1"}.get) == "1:x"


def test_what_commands_a_terminal_is_shown_as_a_sign() -> None:
    assert readable(f"a\x1b[31m\x07\n{symbol('x')}") == "a\ufffd[31m\ufffd\ufffd<x>"
