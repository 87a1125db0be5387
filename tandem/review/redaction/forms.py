"""How a text is written elsewhere: in JSON, HTML, an address, base64, and line by line."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import markupsafe

_LINE, _SHORT_LINE = 20, 8
_TOO_LONG = 100_000
"""Characters, from which on a text is found in base64 only where it is alone, and has no lines."""
_KINDS = tuple(map(re.compile, ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]")))


def forms(text: str) -> set[str]:
    """`text` and what else it may look like."""
    found = {*_escaped(text), *_in_base64(text)}
    for line in filter(_is_random, lines(text)):
        found.update(_escaped(line))
    return found


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text that has several, and not too many, without the blanks around them."""
    found = text.splitlines() if len(text) <= _TOO_LONG else ()
    return tuple(line.strip() for line in found) if len(found) > 1 else ()


def _is_random(line: str) -> bool:
    """Whether a line may be one of a key: what has blanks is a text's, and may be anywhere."""
    if len(line) < _SHORT_LINE or re.search(r"\s", line):
        return False
    return len(line) >= _LINE or sum(bool(kind.search(line)) for kind in _KINDS) >= 3


def _escaped(text: str) -> Iterator[str]:
    yield text
    yield from as_json(text)
    yield html.escape(text)
    yield html.escape(text, quote=False)
    yield str(markupsafe.escape(text))  # as the page has it
    for written in (
        quote(text, safe="", errors="replace"),
        quote(text, errors="replace"),
        quote_plus(text, errors="replace"),
    ):
        yield written
        yield re.sub("%..", lambda found: found[0].lower(), written)


def as_json(text: str) -> set[str]:
    """`text` as it stands in JSON, and in JSON within JSON."""
    once = _in_json(text)
    return once.union(*map(_in_json, once))


def _in_json(text: str) -> set[str]:
    written = {json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (False, True)}
    # Terraform escapes more than others.
    return written | {re.sub("[<>&]", lambda it: f"\\u{ord(it[0]):04x}", it) for it in written}


def _in_base64(text: str) -> Iterator[str]:
    """Alone, and in the middle of what is encoded: that depends on how many bytes come before."""
    data = text.encode(errors="replace")
    for encode in (b64encode, urlsafe_b64encode):
        alone = encode(data).decode()
        yield alone
        yield alone.rstrip("=")
        for before in range(3 if len(text) <= _TOO_LONG else 0):
            # Characters that the bytes around it have a part in say nothing.
            start, end = -(-8 * before // 6), 8 * (before + len(data)) // 6
            yield encode(b"\0" * before + data).decode()[start:end]
