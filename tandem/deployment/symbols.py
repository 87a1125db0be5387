"""Texts of which a part is known only after the apply.

Such a part is a symbol: the name of what it will be, between two characters that no AWS text has.
Equal symbols are equal values. That two different ones differ, nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

_BEGIN, _END = "\ue000", "\ue001"
_PLAIN = str.maketrans({_BEGIN: None, _END: None, '"': "'", "\\": None, "\n": " "})
"""A symbol stays whole inside JSON text."""
_SYMBOL = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]*){_END}")


def symbol(name: str) -> str:
    """A text that stands for a value nobody knows yet, such as `aws_kms_key.images.arn`."""
    if '"' in name or "\\" in name or not name.isprintable():
        name = name.translate(_PLAIN)
    return f"{_BEGIN}{name}{_END}"


def is_symbol(value: Any, name: str) -> bool:
    """Whether a value is nothing but the symbol of that name."""
    return isinstance(value, str) and value.startswith(_BEGIN) and value == symbol(name)


def symbols_in(value: Any) -> Iterator[str]:
    """The names of the symbols in a value, however deep."""
    match value:
        case str():
            if _BEGIN in value:
                yield from _SYMBOL.findall(value)
        case None | bool() | int() | float():
            return
        case list() | tuple():
            for item in value:
                yield from symbols_in(item)
        case dict() | Mapping():  # nearly always the first, which is asked in no time
            for key, item in value.items():
                yield from symbols_in(key)
                yield from symbols_in(item)


def is_known(value: Any) -> bool:
    """Whether a value has no symbol in it."""
    if isinstance(value, str) and _BEGIN not in value:
        return True  # nearly all
    return next(symbols_in(value), None) is None


def readable(text: str) -> str:
    """The text for people: a symbol as `<its name>`, and nothing that commands a terminal."""
    if text.isprintable():
        return text  # nearly all: the ends of a symbol are no signs
    return printable(_SYMBOL.sub(r"<\1>", text))


def printable(text: str) -> str:
    """The text with a sign for each character that is none, such as those of escape sequences."""
    if text.isprintable():
        return text
    return "".join(it if it.isprintable() or it == "\t" else "\ufffd" for it in text)


def replace_symbols(text: str, by: Any) -> str:
    """`text` with each symbol replaced by what `by` says of its name."""
    return _SYMBOL.sub(lambda found: str(by(found[1])), text) if _BEGIN in text else text


def equal(one: str, other: str) -> bool | None:
    """Whether two texts are equal; None where that is known only after the apply."""
    if one == other:
        return True
    if _BEGIN not in one and _BEGIN not in other:
        return False
    if _BEGIN in one and _BEGIN in other:
        return None if _ends_agree(one, other) else False
    symbolic, known = (one, other) if _BEGIN in one else (other, one)
    return None if _pattern(symbolic).fullmatch(known) else False


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(f"{_BEGIN}[^{_END}]*{_END}", text)
    return re.compile(".*".join(map(re.escape, parts)), re.DOTALL)


def _ends_agree(one: str, other: str) -> bool:
    """Whether what is known before the first symbols, and after the last ones, can be the same."""
    heads = one.partition(_BEGIN)[0], other.partition(_BEGIN)[0]
    tails = one.rpartition(_END)[2], other.rpartition(_END)[2]
    return (heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])) and (
        tails[0].endswith(tails[1]) or tails[1].endswith(tails[0])
    )
