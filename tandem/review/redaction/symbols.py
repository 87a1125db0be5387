"""The symbols that stand for sensitive values: equal where the values are equal, and only there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain, count
from typing import Any

from tandem.deployment.addresses import without_keys
from tandem.deployment.symbols import symbol
from tandem.review.redaction.marks import is_marked
from tandem.review.redaction.secrets import is_telling_key

Path = tuple[str | int, ...]
_SAYS_SOMETHING = 8
"""Characters of a list or a map, in JSON: `["*"]` and `{}` may be anything."""
DEPOSED = " (deposed)"
"""Ends the address of what a failed replacement left of a resource."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_OTHERS = ("", " before", " at first")
"""Of the values at one place: Terraform knows three at most, with one that has drifted."""


class Hiding:
    """Hides values, and remembers what it has hidden."""

    def __init__(self) -> None:
        self.symbols: dict[str, str] = {}
        """Every text and number hidden, and what stands for it where it was first."""
        self.by_owner: dict[str, set[str]] = {}
        """The same texts, by what they belong to."""
        self.wholes: dict[str, dict[str, str]] = {}
        """Symbols of maps and lists that are hidden as one, as written, by what they belong to."""
        self._names: dict[tuple[str, Path], dict[str, str]] = {}
        self._taken: dict[tuple[str, Path], set[str]] = {}

    def hide(self, value: Any, marks: Any, owner: str, path: Path = ()) -> Any:
        """`value` without what is marked; the same object where nothing is.

        Args:
            value: A value of a plan.
            marks: What is sensitive in it.
            owner: What it belongs to, such as the address of a resource.
            path: Where in it.
        """
        if marks is True:
            return self._hidden(value, owner, path)
        if not is_marked(marks):
            return value
        if isinstance(value, Mapping) and isinstance(marks, Mapping):
            return {
                key: self.hide(item, marks.get(key), owner, (*path, key))
                for key, item in value.items()
            }
        if isinstance(value, list) and isinstance(marks, list):
            return [
                self.hide(item, marks[at] if at < len(marks) else None, owner, (*path, at))
                for at, item in enumerate(value)
            ]
        # Marks of another form than the value have: nobody knows what they are about.
        return self._hidden(value, owner, path)

    def _hidden(self, value: Any, owner: str, path: Path) -> Any:
        if value is None:
            return None
        if _may_have_blocks(owner) and _is_blocks(value):
            # Terraform marks a set of blocks as a whole; that it has blocks is no secret.
            return [
                {key: self._hidden(item, owner, (*path, at, key)) for key, item in block.items()}
                for at, block in enumerate(value)
            ]
        # Elements of a set have other numbers before and after: the same value has the same name.
        place = owner, tuple(step for step in path if isinstance(step, str))
        names = self._names.setdefault(place, {})
        written = as_written(value)
        if written not in names:
            name = _shown(owner, path)
            others = chain(_OTHERS, (f" ({number})" for number in count()))
            taken = self._taken.setdefault(place, set())
            names[written] = next(
                free for other in others if (free := f"{name}{other}") not in taken
            )
            taken.add(names[written])
        found = symbol(f"sensitive: {names[written]}")
        if isinstance(value, Mapping | list) and len(written) >= _SAYS_SOMETHING:
            self.wholes.setdefault(owner, {})[written] = found
        for text in _texts(value):
            self.symbols.setdefault(text, found)
            self.by_owner.setdefault(owner, set()).add(text)
        return found


def as_written(value: Any) -> str:
    """The same text for what is equal: thousands of maps are found by it at once."""
    return json.dumps(value, sort_keys=True)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case Mapping():
            for key, item in value.items():
                if is_telling_key(key):
                    yield key
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
        case str():
            yield value
        case int() | float() if not isinstance(value, bool):
            yield str(value)


def _may_have_blocks(owner: str) -> bool:
    """Whether a list may be blocks of a known form: others have what somebody chose as keys."""
    return without_keys(owner).rpartition(".")[0].rpartition(".")[2].startswith("aws")


def _is_blocks(value: Any) -> bool:
    """Whether it may be a list of blocks: all have the same attributes, and more than one."""
    if not isinstance(value, list) or not value:
        return False
    if not all(isinstance(item, Mapping) and len(item) > 1 for item in value):
        return False
    keys = value[0].keys()
    return all(map(_NAME.fullmatch, keys)) and all(item.keys() == keys for item in value)


def _shown(owner: str, path: Path) -> str:
    text = owner
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if _NAME.fullmatch(step) or step.isidentifier() else f"['{step}']"
    return text
