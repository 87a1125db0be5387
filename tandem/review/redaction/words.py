"""Short texts looked for as words: with neither a letter nor a digit next to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

_NEXT = re.compile("[A-Za-z0-9]")


class Words:
    """Words to be found, and what comes in their place; there may be thousands."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places
        lengths: dict[str, set[int]] = defaultdict(set)
        for word in places:
            lengths[word[0]].add(len(word))
        # The longest first: one word may be the beginning of another.
        self._lengths = {first: sorted(it, reverse=True) for first, it in lengths.items()}
        firsts = "".join(map(re.escape, self._lengths))
        self._starts = re.compile(f"(?<![A-Za-z0-9])[{firsts}]") if firsts else None

    def replaced(self, text: str) -> str:
        """`text` with something else in the place of each of them."""
        pieces: list[str] = []
        end = 0
        for start, word in self._found(text):
            if start >= end:
                pieces += (text[end:start], self._places[word])
                end = start + len(word)
        return "".join((*pieces, text[end:])) if pieces else text

    def _found(self, text: str) -> Iterator[tuple[int, str]]:
        if self._starts is None:
            return
        for found in self._starts.finditer(text):
            start = found.start()
            for length in self._lengths[found[0]]:
                word = text[start : start + length]
                if word in self._places and not _NEXT.match(text, start + length):
                    yield start, word
                    break
