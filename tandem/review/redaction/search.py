"""Many texts looked for in one at the same time: a search for each would take too long."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

_HEAD = 8


class Needles:
    """Texts to be found, and what comes in their place."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._by_head: dict[str, list[str]] = defaultdict(list)
        for text in sorted(filter(None, places), key=lambda text: (-len(text), text)):
            # The longest first: one text may be the beginning of another.
            self._by_head[text[:_HEAD]].append(text)
        self._heads = re.compile(_any_of(list(self._by_head))) if self._by_head else None

    def __len__(self) -> int:
        return len(self._places)

    def are_in(self, text: str) -> bool:
        """Whether one of them is in `text`."""
        return next(self._found(text), None) is not None

    def replaced(self, text: str) -> str:
        """`text` with something else in the place of each of them."""
        pieces: list[str] = []
        end = 0
        for start, needle in self._found(text):
            pieces += (text[end:start], self._places[needle])
            end = start + len(needle)
        return "".join((*pieces, text[end:])) if pieces else text

    def _found(self, text: str) -> Iterator[tuple[int, str]]:
        """Where they are, one after the other."""
        if self._heads is None:
            return
        position = 0
        while head := self._heads.search(text, position):
            start = head.start()
            position = start + 1
            # Heads that are whole texts may be shorter than others that begin with them.
            for length in range(min(_HEAD, len(text) - start), 0, -1):
                needle = next(
                    (
                        it
                        for it in self._by_head.get(text[start : start + length], ())
                        if text.startswith(it, start)
                    ),
                    None,
                )
                if needle:
                    yield start, needle
                    position = start + len(needle)
                    break


def _any_of(words: list[str]) -> str:
    """An expression for any of the words that looks at each character once."""
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for letter in word:
            branch = branch.setdefault(letter, {})
        branch[""] = {}
    return _expression(tree)


def _expression(tree: Mapping[str, Any]) -> str:
    if "" in tree:
        return ""  # a word ends here: what goes on is looked at by whoever found it
    branches = [re.escape(letter) + _expression(rest) for letter, rest in tree.items()]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
