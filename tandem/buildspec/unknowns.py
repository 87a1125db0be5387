"""Names for what nobody knows before the build runs."""

from __future__ import annotations

import re
from collections.abc import Hashable

from tandem.deployment.symbols import is_known, replace_symbols, symbol

_LONGEST_NAME = 80
_CHANGES = re.compile(r"\b(date|uuidgen|mktemp|openssl|shuf|head|RANDOM|SECONDS|EPOCH\w*)\b")


class Unknowns:
    """Symbols named after the text that gives the value: same text, same inputs, same symbol."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[Hashable, int]] = {}
        self._unset: set[str] = set()

    def named(self, text: str, inputs: Hashable) -> str:
        """A symbol for the value of `text`, which depends on `inputs`."""
        name = " ".join(text.split())
        if len(name) > _LONGEST_NAME:
            inputs = (name, inputs)
            name = f"{name[: _LONGEST_NAME - 1]}…"
        seen = self._seen.setdefault(symbol(name), {})
        if _CHANGES.search(name):
            inputs = len(seen)
        number = seen.setdefault(inputs, len(seen) + 1)
        return symbol(name if number == 1 else f"{name} #{number}")

    def unset(self, name: str) -> str:
        """A symbol for a variable that nothing sets: what a value built from it looks like."""
        self._unset.add(f"${name}")
        return symbol(f"${name}")

    def closed(self, text: str) -> str:
        """A text in which variables that nothing sets are empty, as they are for the shell."""
        if not self._unset or is_known(text):
            return text
        return replace_symbols(text, lambda name: "" if name in self._unset else symbol(name))

    def is_empty(self, text: str) -> bool | None:
        """Whether a text is empty; None where nobody knows."""
        closed = self.closed(text)
        if not closed:
            return True
        return False if replace_symbols(closed, lambda _: "") else None
