"""Commands that make one text of another: what they print, where everything is known.

Each takes its arguments and what it reads, and gives None where nobody knows what it prints.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence

from tandem.deployment.symbols import is_known

_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "r": "\r", '"': '"'}
_CHARACTERS = {
    "[:upper:]": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "[:lower:]": "abcdefghijklmnopqrstuvwxyz",
    "A-Z": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "a-z": "abcdefghijklmnopqrstuvwxyz",
    "0-9": "0123456789",
    "[:digit:]": "0123456789",
}


def echo(arguments: Sequence[str]) -> str:
    """What `echo` prints."""
    end = "\n"
    while arguments and re.fullmatch("-[neE]+", arguments[0]):
        end = "" if "n" in arguments[0] else end
        arguments = arguments[1:]
    return " ".join(arguments) + end


def printf(arguments: Sequence[str]) -> str | None:
    """What `printf` prints."""
    if not arguments:
        return ""
    template, values = arguments[0], list(arguments[1:])
    pieces = re.split(r"(%%|%[a-zA-Z]|%[^a-zA-Z]+[a-zA-Z]|\\.)", template)
    printed = ""
    while True:
        took = False
        for piece in pieces:
            if piece in ("%s", "%b", "%d", "%i"):
                printed += values.pop(0) if values else ("" if piece in ("%s", "%b") else "0")
                took = True
            elif piece == "%%":
                printed += "%"
            elif len(piece) > 1 and piece[0] == "%":
                return None
            elif len(piece) == 2 and piece[0] == "\\":
                printed += _ESCAPES.get(piece[1], piece)
            else:
                printed += piece
        if not (values and took):
            return printed


def _cut(arguments: Sequence[str], text: str) -> str | None:
    joined = " ".join(arguments)
    characters = re.fullmatch(r"-[cb] ?(\d*)(-?)(\d*)", joined)
    if characters is not None:
        begin, dash, end = characters.groups()
        first = int(begin or 1) - 1
        last = int(end) if end else None if dash else first + 1
        return _by_line(text, lambda line: line[max(first, 0) : last])
    field = re.fullmatch(r"-d ?(\S| )(?:\S*) -f ?(\d+)", joined) or re.fullmatch(
        r"-f ?(?P<f>\d+) -d ?(?P<d>\S| )", joined
    )
    if field is None:
        return None
    named = field.groupdict()
    separator, number = (named["d"], named["f"]) if named else field.groups()
    at = int(number) - 1

    def one(line: str) -> str:
        if separator not in line:
            return line
        parts = line.split(separator)
        return parts[at] if 0 <= at < len(parts) else ""

    return _by_line(text, one)


def _tr(arguments: Sequence[str], text: str) -> str | None:
    match arguments:
        case ["-d", characters]:
            gone = _set(characters)
            return None if gone is None else "".join(c for c in text if c not in gone)
        case [old, new] if not old.startswith("-"):
            olds, news = _set(old), _set(new)
            if not olds or not news:
                return None
            news += news[-1] * (len(olds) - len(news))
            return text.translate(str.maketrans(olds, news[: len(olds)]))
    return None


def _set(characters: str) -> str | None:
    if characters in _CHARACTERS:
        return _CHARACTERS[characters]
    plain = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), characters)
    return plain if "-" not in plain[1:-1] and "[:" not in plain else None


def _head(arguments: Sequence[str], text: str) -> str | None:
    found = re.fullmatch(r"(?:-c ?|--bytes[= ])(\d+)", " ".join(arguments))
    return text[: int(found[1])] if found else None


def _basename(arguments: Sequence[str], _: str) -> str | None:
    if len(arguments) not in (1, 2):
        return None
    name = posixpath.basename(arguments[0].rstrip("/"))
    suffix = arguments[1] if len(arguments) == 2 else ""
    return (name.removesuffix(suffix) if name != suffix else name) + "\n"


def _dirname(arguments: Sequence[str], _: str) -> str | None:
    if len(arguments) != 1:
        return None
    return (posixpath.dirname(arguments[0].rstrip("/")) or ".") + "\n"


def _by_line(text: str, change: Callable[[str], str]) -> str:
    return "".join(change(line) + "\n" for line in text.splitlines())


_FILTERS: Mapping[str, Callable[[Sequence[str], str], str | None]] = {
    "cut": _cut,
    "tr": _tr,
    "head": _head,
    "basename": _basename,
    "dirname": _dirname,
}


def printed(argv: Sequence[str], stdin: str | None) -> str | None:
    """What a filter prints; None where nobody knows, or where it is no filter."""
    name, arguments = argv[0], argv[1:]
    if name not in _FILTERS or not all(map(is_known, arguments)):
        return None
    if name in ("basename", "dirname"):
        return _FILTERS[name](arguments, "")
    if stdin is None or not is_known(stdin):
        return None
    return _FILTERS[name](arguments, stdin)
