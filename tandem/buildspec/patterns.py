"""Shell patterns: `*`, `?`, `[a-z]`, and a backslash before what is meant literally.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_14
"""

from __future__ import annotations

import re
from functools import lru_cache

from tandem.deployment.globs import joined
from tandem.deployment.symbols import is_known, symbol

_SYMBOL_BEGIN = symbol("")[0]
_TOKEN = re.compile(
    r"\\(?P<quoted>.)|(?P<star>\*+)|(?P<one>\?)"
    r"|\[(?P<negated>[!^]?)(?P<set>\]?(?:\[:\w+:\]|[^\]])*)\]|(?P<other>.)",
    re.DOTALL,
)
_NOTHING = re.compile(r"(?!)")
_CLASSES = {
    "[:alpha:]": "A-Za-z",
    "[:digit:]": "0-9",
    "[:alnum:]": "A-Za-z0-9",
    "[:upper:]": "A-Z",
    "[:lower:]": "a-z",
    "[:space:]": r"\s",
    "[:blank:]": r" \t",
}


def matches(pattern: str, value: str) -> bool | None:
    """Whether all of a value matches a pattern; None where that is not known."""
    if pattern and not pattern.strip("*"):
        return True
    if is_known(pattern) and is_known(value):
        return whole(pattern).fullmatch(value) is not None
    head = re.split(rf"[*?\[\\{_SYMBOL_BEGIN}]", pattern)[0]
    begin = value.split(_SYMBOL_BEGIN)[0]
    if is_known(value):
        return None if value.startswith(head) else False
    return None if head.startswith(begin) or begin.startswith(head) else False


def escaped(text: str) -> str:
    """A text as a pattern that matches it alone."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", text)


@lru_cache(maxsize=1024)
def whole(pattern: str) -> re.Pattern[str]:
    """An expression whose `fullmatch` is the pattern's; it never takes more than a few passes."""
    pieces = _pieces(pattern)
    try:
        return joined(pieces)
    except re.error:
        return _NOTHING


@lru_cache(maxsize=1024)
def anywhere(pattern: str) -> re.Pattern[str] | None:
    """An expression that finds the longest matches; None for a pattern with too many stars."""
    pieces = _pieces(pattern)
    if pieces.count(None) > 1:
        return None
    return _compile("".join(".*" if piece is None else piece for piece in pieces))


def _pieces(pattern: str) -> list[str | None]:
    """Regular expressions one after the other; None for each star."""
    pieces: list[str | None] = []
    for token in _TOKEN.finditer(pattern):
        if token["star"]:
            pieces.append(None)
        elif token["one"]:
            pieces.append(".")
        elif token["set"]:
            pieces.append(_set(token["negated"], token["set"]))
        else:
            pieces.append(re.escape(token["quoted"] or token["other"] or token[0]))
    return pieces


def _set(negated: str, body: str) -> str:
    expression = "".join(
        _CLASSES.get(piece) or re.sub(r"([\\\]\[^&~|])", r"\\\1", piece)
        for piece in re.split(r"(\[:\w+:\])", body)
    )
    return f"[{'^' if negated else ''}{expression}]"


def _compile(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression, re.DOTALL)
    except re.error:  # a range that runs backwards, for instance
        return _NOTHING
