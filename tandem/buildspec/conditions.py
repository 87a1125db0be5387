"""`[ … ]`, `[[ … ]]` and `test`, with values of which a part may not be known.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/test.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence

from tandem.buildspec import patterns
from tandem.buildspec.unknowns import Unknowns
from tandem.deployment.symbols import equal

_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": operator.eq,
    "-ne": operator.ne,
    "-lt": operator.lt,
    "-le": operator.le,
    "-gt": operator.gt,
    "-ge": operator.ge,
}
_COMPARISONS = {"=", "==", "!=", "=~", "<", ">", "-ot", "-nt", "-ef", *_NUMBERS}


class Condition:
    """The words of a condition, and whether they hold: True, False, or None for nobody knows."""

    def __init__(self, words: Sequence[str], unknowns: Unknowns, *, has_patterns: bool) -> None:
        """`has_patterns`: the right side of `==` is a pattern, as in `[[ … ]]`."""
        self._words = [unknowns.closed(word) for word in words]
        self._at = 0
        self._unknowns = unknowns
        self._has_patterns = has_patterns

    def holds(self) -> bool | None:
        """Whether all of it is true."""
        if not self._words:
            return False
        result = self._any()
        return result if self._at == len(self._words) else None

    def _next(self, *words: str) -> bool:
        if self._at < len(self._words) and self._words[self._at] in words:
            self._at += 1
            return True
        return False

    def _any(self) -> bool | None:
        result = self._all()
        while self._next("-o", "||"):
            other = self._all()
            result = True if True in (result, other) else None if None in (result, other) else False
        return result

    def _all(self) -> bool | None:
        result = self._not()
        while self._next("-a", "&&"):
            other = self._not()
            result = (
                False if False in (result, other) else None if None in (result, other) else True
            )
        return result

    def _not(self) -> bool | None:
        negated = False
        while self._at + 1 < len(self._words) and self._next("!"):
            negated = not negated
        result = self._one()
        return result if result is None else result != negated

    def _one(self) -> bool | None:
        words, at = self._words, self._at
        left = len(words) - at
        if left == 0:
            return None
        if left >= 3 and words[at + 1] in _COMPARISONS:
            self._at += 3
            return self._compared(words[at], words[at + 1], words[at + 2])
        if left >= 3 and self._next("("):
            result = self._any()
            return result if self._next(")") else None
        if left >= 2 and re.fullmatch("-[a-zA-Z]", words[at]):
            self._at += 2
            if words[at] not in ("-n", "-z"):
                return None  # about files, mostly
            empty = self._unknowns.is_empty(words[at + 1])
            return empty if empty is None or words[at] == "-z" else not empty
        self._at += 1
        empty = self._unknowns.is_empty(words[at])
        return None if empty is None else not empty

    def _compared(self, left: str, comparison: str, right: str) -> bool | None:
        if comparison in ("=", "==", "!="):
            same = patterns.matches(right, left) if self._has_patterns else equal(left, right)
            return same if same is None or comparison != "!=" else not same
        compare = _NUMBERS.get(comparison)
        if compare is None or not all(re.fullmatch(r"[+-]?\d{1,18}", n) for n in (left, right)):
            return None
        return compare(int(left), int(right))
