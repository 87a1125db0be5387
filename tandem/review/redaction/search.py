"""Many texts looked for in one at the same time: a search for each would take too long."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_HEAD, _LONG = 8, 256


class Needles:
    """Texts to be found, and what comes in their place."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._by_head: dict[str, _Headed] = defaultdict(_Headed)
        # The longest first: one text may be the beginning of another.
        for text in sorted(filter(None, places), key=lambda text: (-len(text), text)):
            headed = self._by_head[text[:_HEAD]]
            if len(text) > _LONG:
                headed.long.append(text)
            else:
                headed.lengths[len(text)] = None
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
                needle = self._at(start, text, self._by_head.get(text[start : start + length]))
                if needle:
                    yield start, needle
                    position = start + len(needle)
                    break

    def _at(self, start: int, text: str, headed: _Headed | None) -> str | None:
        """The longest text with this head that is there."""
        if headed is None:
            return None
        if needle := next((it for it in headed.long if text.startswith(it, start)), None):
            return needle
        parts = (text[start : start + length] for length in headed.lengths)
        return next((it for it in parts if it in self._places), None)


@dataclass
class _Headed:
    """The texts that begin alike: there may be thousands, as the lines of a script."""

    long: list[str] = field(default_factory=list)
    lengths: dict[int, None] = field(default_factory=dict)
    """Of those that are not long; in their order."""


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
