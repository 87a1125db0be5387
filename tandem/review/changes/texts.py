"""Values of attributes as people read them: texts of one line, and differences of several."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tandem.deployment.symbols import readable
from tandem.review.redaction.secrets import HIDDEN

SAME = "the same, as far as it is known before the apply"
SPELLED = "the same, written in another way"
LONGEST = 200
"""Characters of a value; of a longer one the middle is left out."""
_AROUND = 40
_CONTEXT = 2
_MOST_LINES = 3000
"""Of a text that is compared line by line: the time grows with the square of them."""
_LINE = 400
_SECRET = re.compile("^\ue000sensitive[^\ue001]*\ue001$")
_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)


def one_line(value: Any) -> str:
    """Any value as a text of one line, not shortened."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case Mapping() | list() if not value:
            return "{}" if isinstance(value, Mapping) else "[]"
        case Mapping():
            said = {key: item for key, item in value.items() if not is_nothing(item)}
            return ", ".join(f"{one_line(key)}: {_inside(item)}" for key, item in said.items())
        case list() | tuple():
            return ", ".join(map(_inside, value))
    return json.dumps(value)


def is_nothing(value: Any) -> bool:
    """Whether a value is missing: Terraform has several ways not to set an argument."""
    return value is None or (not value and isinstance(value, str | list | Mapping))


def is_unset(value: Any) -> bool:
    """Whether a value is missing, or what the provider makes of a missing one."""
    return value in (None, False, 0, "") or is_nothing(value)


def _text(value: str) -> str:
    if value.isprintable():
        return value or '""'  # nearly all
    if _SECRET.match(value):
        return HIDDEN
    return readable(value.replace("\n", "⏎"))


def _inside(value: Any) -> str:
    match value:
        case Mapping():
            return f"{{{one_line(value)}}}" if value else "{}"
        case list() | tuple():
            return f"[{one_line(value)}]" if value else "[]"
    return one_line(value)


def fitted(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Both, short enough to be read, and still to be told apart."""
    if old is None or new is None or max(len(old), len(new)) <= LONGEST:
        return shortened(old), shortened(new)
    same = _shared(old, new)
    start = max(0, same - _AROUND)
    return _from(start, old), _from(start, new)


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike; they may be very long."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _from(start: int, text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return ("…" if start else "") + (shortened(text[start:]) or "")


def shortened(text: str | None) -> str | None:
    """A text without its middle, where it is too long to be read."""
    if text is None or len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - _AROUND]}…{text[1 - _AROUND :]}"


def lines_of(text: str) -> str:
    """What is said of a text of several lines in one."""
    count = len(text.splitlines())
    return f"{count} line{'' if count == 1 else 's'}"


@lru_cache(maxsize=256)
def diff(old: str, new: str) -> tuple[str, ...]:
    """A unified diff of two texts, without its header; many projects have the same buildspec."""
    before, after = ([_line(it) for it in text.splitlines()] for text in (old, new))
    if max(len(before), len(after)) > _MOST_LINES:
        return (f"@@ too long to be compared: {len(before)} lines, then {len(after)} @@",)
    found = difflib.unified_diff(before, after, n=_CONTEXT, lineterm="")
    return tuple(found)[2:]


def _line(text: str) -> str:
    said = readable(text)
    return said if len(said) <= _LINE else f"{said[:_LINE]}…"


def decoded(text: str) -> Any:
    """What a text of JSON says, where it is an object or a list; else None."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def pretty(value: Any) -> str:
    """JSON in lines, the same for the same meaning."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)


def below(path: str, name: str) -> str:
    """The path of an attribute, or of an element of a map, as in `tags.team`."""
    if _NAME.fullmatch(name):
        return f"{path}.{name}" if path else name
    return element(path, name)


def element(path: str, key: str) -> str:
    """The path of an element of a list that has a name, as in `stage["Build"]`."""
    return f"{path}[{json.dumps(readable(key), ensure_ascii=False)}]"
