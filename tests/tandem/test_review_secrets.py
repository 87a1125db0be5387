"""The last look: sensitive values in what is written in the end."""

from __future__ import annotations

import re

import markupsafe
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.review.redaction.search import Needles
from tandem.review.redaction.secrets import HIDDEN, Secrets, is_telling_key

CANARY = "CANARY-3f9a"


@pytest.mark.parametrize(
    "written",
    [
        "{}",
        "a {} b",
        'value="{}"',
    ],
)
@pytest.mark.parametrize(
    ("secret", "as_written"),
    [
        (CANARY, CANARY),
        ("CANARY<&>", "CANARY&lt;&amp;&gt;"),
        ('CANARY"x', 'CANARY\\"x'),
        ("CANARY\"x'y", str(markupsafe.escape("CANARY\"x'y"))),  # as the page has it
        ("CANARYü€x", "CANARY\\u00fc\\u20acx"),
        ("CANARY a/b", "CANARY%20a%2Fb"),
    ],
)
def test_the_last_look(written: str, secret: str, as_written: str) -> None:
    assert Secrets([secret]).scrub(written.format(as_written)) == written.format(HIDDEN)


def test_the_last_look_knows_the_lines_of_a_key() -> None:
    key = "-----BEGIN KEY-----\nMIICANARYabcdefghijklmnop\nsome words of a text that it has\n"
    secrets = Secrets([key])
    assert secrets.scrub("-MIICANARYabcdefghijklmnop") == f"-{HIDDEN}"
    assert "some words" in secrets.scrub("+some words of a text that it has")


@pytest.mark.parametrize("word", ["true", "latest", "function", "password", "1234567"])
def test_the_last_look_leaves_words(word: str) -> None:
    assert Secrets([word]).scrub(f'{{"{word}": 1}}') == f'{{"{word}": 1}}'


def test_a_secret_within_another() -> None:
    assert Secrets([CANARY, f"{CANARY}-longer"]).scrub(f"{CANARY}-longer") == HIDDEN


def test_a_secret_is_shown_by_nothing() -> None:
    assert "CANARY" not in repr(Secrets([CANARY])) + str(Secrets([CANARY]))


@pytest.mark.parametrize(
    ("key", "telling"),
    [
        ("DB_PASSWORD", False),
        ("accessKeyId", False),
        ("access-key-id", False),
        ("resource_changes", False),
        ("a key with blanks", True),
        ("CANARY-of-a-key", True),
        ("x y", False),
    ],
)
def test_keys_that_are_names_are_no_secrets(key: str, telling: bool) -> None:
    assert is_telling_key(key) == telling


words = st.text("ab(", min_size=1, max_size=12)


@settings(deadline=None)  # many expressions are compiled
@given(st.lists(words, max_size=6), st.text("ab(c", max_size=40))
def test_needles_are_found_as_one_by_one(needles: list[str], text: str) -> None:
    """The longest at the first place, then the next: what `re` does with them in this order."""
    longest_first = sorted(set(needles), key=lambda it: (-len(it), it))
    expected = re.sub("|".join(map(re.escape, longest_first)), "#", text) if needles else text
    found = Needles(dict.fromkeys(needles, "#"))
    assert found.replaced(text) == expected
    assert found.are_in(text) == any(it in text for it in needles)
