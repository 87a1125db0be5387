"""Which patterns of policies cover which others.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from functools import lru_cache

from tandem.deployment.globs import joined
from tandem.deployment.symbols import is_known, replace_symbols

_VARIABLE = re.compile(r"\$\{[^}]*\}")
_RUN = re.compile(r"[*?]{2,}")
_WILD = re.compile(r"[*?]")
_LITERAL = str.maketrans({"*": "\ue010", "?": "\ue011"})
"""Stars and question marks that are meant as such."""
_WRITTEN = {"${*}": "\ue010", "${?}": "\ue011", "${$}": "$"}


def pattern(text: str) -> str:
    """A pattern in the one form in which patterns are compared."""
    if "${" in text:
        text = _VARIABLE.sub(lambda found: _WRITTEN.get(found[0], found[0]), text)
    if "*" in text:
        text = _RUN.sub(lambda found: "?" * found[0].count("?") + "*" * ("*" in found[0]), text)
    return text


def literal(text: str) -> str:
    """A text in which stars and question marks stand for themselves, as a pattern."""
    return text.translate(_LITERAL)


def is_wild(text: str) -> bool:
    """Whether a pattern stands for more than one text."""
    return not _ends(text)[2]


def within(one: str, other: str) -> bool:
    """Whether `other` covers everything that `one` does, as far as can be seen.

    A policy variable and a symbol are covered by themselves and by a star.
    """
    if one == other or other == "*":
        return True
    head, _, is_one = _ends(other)
    if is_one or not one.startswith(head):
        return False
    return _covering(other).fullmatch(one) is not None


def apart(one: str, other: str) -> bool:
    """Whether no text at all is covered by both; never for what may turn out to be the same."""
    if one == other:
        return False
    one, other = _open(one), _open(other)
    head, tail, is_one = _ends(one)
    other_head, other_tail, is_other_one = _ends(other)
    if is_one:
        return one != other if is_other_one else not _meeting(other).fullmatch(one)
    if is_other_one:
        return not _meeting(one).fullmatch(other)
    return not (
        (head.startswith(other_head) or other_head.startswith(head))
        and (tail.endswith(other_tail) or other_tail.endswith(tail))
    )


@lru_cache(maxsize=65536)
def _ends(text: str) -> tuple[str, str, bool]:
    """What a pattern begins and ends with, and whether it stands for one text only."""
    parts = _WILD.split(text)
    return parts[0], parts[-1], len(parts) == 1


@lru_cache(maxsize=65536)
def _open(text: str) -> str:
    """`text` with a star for each part that nobody knows yet."""
    if "${" in text:
        text = _VARIABLE.sub("*", text)
    return text if is_known(text) else replace_symbols(text, lambda _: "*")


@lru_cache(maxsize=65536)
def _covering(text: str) -> re.Pattern[str]:
    """Matches patterns as texts: only a star takes a star."""
    return _expression(text, "[^*]")


@lru_cache(maxsize=65536)
def _meeting(text: str) -> re.Pattern[str]:
    return _expression(text, ".")


def _expression(text: str, one: str) -> re.Pattern[str]:
    pieces = re.split(r"([*?])", text)
    return joined(None if it == "*" else one if it == "?" else re.escape(it) for it in pieces)
