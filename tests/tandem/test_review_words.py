"""Short texts that are looked for as words."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.review.redaction.words import Words


@settings(deadline=None)
@given(
    st.lists(st.text("ab-]^", min_size=1, max_size=4), max_size=6), st.text("ab-]^ ", max_size=40)
)
def test_words_are_found_as_one_by_one(words: list[str], text: str) -> None:
    longest_first = "|".join(map(re.escape, sorted(set(words), key=lambda it: (-len(it), it))))
    pattern = f"(?<![A-Za-z0-9])(?:{longest_first})(?![A-Za-z0-9])"
    expected = re.sub(pattern, "#", text) if words else text
    assert Words(dict.fromkeys(words, "#")).replaced(text) == expected
