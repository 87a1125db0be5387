"""The sensitive values of a plan, to be looked for in what is written in the end."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tandem.review.redaction.forms import forms
from tandem.review.redaction.search import Needles

HIDDEN = "(sensitive value)"
"""What stands for a sensitive value: no format gives these characters a meaning."""
_SHORTEST, _LONG = 8, 16
_WORD = re.compile("[a-z]+")
_KEY = re.compile("[A-Za-z_][A-Za-z0-9_]*|[a-z][a-z0-9-]*")


class Secrets:
    """Sensitive values. Nothing shows them: no attribute, no `repr`."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        found = {form for value in values if is_telling(value) for form in forms(value)}
        self.__needles = Needles(dict.fromkeys(found, HIDDEN))

    def __bool__(self) -> bool:
        return len(self.__needles) > 0

    def __repr__(self) -> str:
        return f"Secrets({len(self.__needles)})"

    def scrub(self, text: str) -> str:
        """`text` with a note in the place of each sensitive value, as text, HTML or JSON has it."""
        return self.__needles.replaced(text) if self.__needles else text


def is_telling(value: str) -> bool:
    """Whether a value stands for itself wherever it is found: no `true`, no `password`."""
    return len(value) >= _SHORTEST and (len(value) >= _LONG or not _WORD.fullmatch(value))


def is_telling_key(key: str) -> bool:
    """Whether a key of a map stands for itself: no name such as `DB_PASSWORD` or `access-key`."""
    return is_telling(key) and not _KEY.fullmatch(key)
