"""What the patterns of policies cover."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.deployment.globs import joined
from tandem.deployment.statements import covers, covers_action


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "arn:aws:s3:::b", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::b?", "arn:aws:s3:::bx", True),
        ("arn:aws:s3:::${aws:username}", "arn:aws:s3:::x", True),
        ("arn:aws:s3:::B", "arn:aws:s3:::b", False),
    ],
)
def test_resources(pattern: str, text: str, *, expected: bool) -> None:
    assert covers(pattern, text) is expected


def test_actions_in_whichever_case() -> None:
    assert covers_action("S3:get*", "s3:GetObject")
    assert not covers_action("s3:Put*", "s3:GetObject")


def test_many_stars_end() -> None:
    assert not covers("arn:" + "*a" * 20 + "b", "arn:" + "a" * 200)


@given(st.lists(st.sampled_from(["a", "b", "ab", None])), st.text("ab", max_size=12))
def test_it_is_what_the_plain_expression_says(pieces: list[str | None], text: str) -> None:
    plain = "".join(".*" if piece is None else piece for piece in pieces)
    assert bool(joined(pieces).fullmatch(text)) is bool(re.fullmatch(plain, text))
