"""Two values, and what is different: nested blocks, maps, lists, sets, JSON and texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tandem.review.changes import statements
from tandem.review.changes.elements import NOTHING, pairs
from tandem.review.changes.texts import (
    SPELLED,
    below,
    decoded,
    diff,
    is_nothing,
    is_unset,
    lines_of,
    one_line,
    pretty,
)

_FEW = 6
"""Changes inside a JSON text that are said one by one; of more a diff is made."""
_POLICY = "see permissions"
_ENDS = "the same but for how they end"
LATER_WORDS = "(known after apply)"


@dataclass(frozen=True)
class Later:
    """A value that nobody knows before the apply."""


LATER = Later()


class Difference(NamedTuple):
    """One thing that is different."""

    path: str
    names: tuple[str, ...]
    """The attribute and the blocks it is in, without keys and numbers."""
    old: str | None
    new: str | None
    """None: it is not there."""
    diff: tuple[str, ...] = ()
    later: bool = False
    """Whether nobody knows the new value yet."""

    @property
    def spelled(self) -> bool:
        """Whether both mean the same."""
        return self.new == SPELLED


def differences(path: str, names: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    """What is different between two values of an attribute."""
    if old == new or (is_unset(old) and is_unset(new) and (is_nothing(old) or is_nothing(new))):
        return
    match old, new:
        case Mapping() | None, Mapping() | None:
            yield from _of_maps(path, names, old or {}, new or {})
        case list() | None, list() | None:
            yield from _of_lists(path, names, old or [], new or [])
        case str(), str():
            yield from _of_texts(path, names, old, new)
        case None, str() if "\n" in new.strip() and decoded(new) is None:
            yield Difference(path, names, None, lines_of(new), diff("", new))
        case _:
            later = isinstance(new, Later)
            yield Difference(path, names, _written(old), _written(new), later=later)


def _of_maps(
    path: str, names: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    for name in dict.fromkeys((*old, *new)):
        yield from differences(below(path, name), (*names, name), old.get(name), new.get(name))


def _of_lists(
    path: str, names: tuple[str, ...], old: list[Any], new: list[Any]
) -> Iterator[Difference]:
    for it in pairs(path, old, new):
        if it.several or it.old is NOTHING or it.new is NOTHING:
            yield Difference(it.path, names, _written(it.shown(it.old)), _written(it.shown(it.new)))
        else:
            yield from differences(it.path, names, it.old, it.new)


def _of_texts(path: str, names: tuple[str, ...], old: str, new: str) -> Iterator[Difference]:
    was, will = decoded(old), decoded(new)
    if was is not None and will is not None:
        yield from _of_json(path, names, was, will)
    elif "\n" in old.strip() or "\n" in new.strip():
        found = diff(old, new)
        said = lines_of(new) if found else f"{lines_of(new)}, {_ENDS}"
        yield Difference(path, names, lines_of(old), said, found)
    else:
        yield Difference(path, names, _written(old), _written(new))


def _of_json(path: str, names: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    if statements.is_policy(old) and statements.is_policy(new):
        yield _of_policies(path, names, old, new)
        return
    found = list(differences(path, names, old, new))
    if not found:
        yield Difference(path, names, "JSON", SPELLED)
    elif len(found) <= _FEW:
        # Nothing inside the text decides what Terraform does: it is one argument.
        yield from (Difference(it.path, names, it.old, it.new, it.diff) for it in found)
    else:
        before, after = pretty(old), pretty(new)
        yield Difference(path, names, lines_of(before), lines_of(after), diff(before, after))


def _of_policies(path: str, names: tuple[str, ...], old: Any, new: Any) -> Difference:
    was, will = statements.count(old), statements.count(new)
    if statements.same(old, new):
        return Difference(path, names, was, SPELLED)
    if "polic" in names[0]:
        return Difference(path, names, was, f"{will}: {_POLICY}")
    # The permissions of a review are those of arguments that are called policies.
    return Difference(path, names, was, will, diff(pretty(old), pretty(new)))


def _written(value: Any) -> str | None:
    """A value that stands alone, on one line; None where there is none."""
    if value is None or value is NOTHING:
        return None
    return one_line(_brief(value))


def _brief(value: Any) -> Any:
    """The value, with texts that are no line's worth told in a few words."""
    match value:
        case Later():
            return LATER_WORDS
        case str():
            document = decoded(value)
            if statements.is_policy(document):
                return f"{statements.count(document)}: {_POLICY}"
            return lines_of(value) if document is None and "\n" in value.strip() else value
        case Mapping():
            return {key: _brief(item) for key, item in value.items()}
        case list():
            return [_brief(item) for item in value]
    return value
