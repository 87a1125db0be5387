"""Which element of a list was which before: by name, by likeness, never by number alone.

A plan does not say which lists are sets. Those of a set are in an order of their own, so that a
change of one moves it; a list whose elements are the same ones in another order is no set.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tandem.deployment.symbols import readable
from tandem.review.changes.texts import element, one_line

Json = Mapping[str, Any]
NOTHING: Any = object()
"""Where there is no element."""
_NAMES = ("name", "key", "Sid", "sid", "id", "identifier", "action_name", "Name", "Id")
"""Attributes by which people know the elements of a list."""
_MANY = 20
"""Elements that are compared with each other; of more those at the same place are."""
_ORDERED = ("stage", "action", "cache_behavior", "ordered_cache_behavior", "rule")
"""Blocks that are lists, and whose order means something."""


@dataclass(frozen=True)
class Pair:
    """An element, as it was and as it will be."""

    path: str
    old: Any
    new: Any
    several: bool = False
    """Whether these are lists of what is taken out and of what is put in."""
    name: str = ""
    """The attribute that the path has already."""

    def shown(self, item: Any) -> Any:
        """One of both, without what the path says."""
        if not self.name or not isinstance(item, Mapping):
            return item
        return {key: value for key, value in item.items() if key != self.name}


def pairs(path: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Pair]:
    """The elements of two lists that are not the same, each beside what it was."""
    if not all(isinstance(it, Mapping) for it in (*old, *new)):
        yield from _values(path, old, new)
        return
    name = _name(old, new)
    if name:
        yield from _named(path, name, old, new)
    elif len(old) <= 1 and len(new) <= 1:
        yield Pair(path, old[0] if old else NOTHING, new[0] if new else NOTHING)
    else:
        yield from _alike(path, old, new)


def _values(path: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Pair]:
    """What is taken out and what is put in, on one line."""
    before, after = ({_key(it): it for it in items} for items in (old, new))
    counts = Counter(map(_key, old)), Counter(map(_key, new))
    gone, come = counts[0] - counts[1], counts[1] - counts[0]
    if gone or come:
        taken = [before[key] for key in gone.elements()]
        put = [after[key] for key in come.elements()]
        if len(taken) == len(put) == 1 and len(old) == len(new) == 1:
            yield Pair(path, taken[0], put[0])
        else:
            yield Pair(f"{path}[]", taken or NOTHING, put or NOTHING, several=True)
    else:
        yield _order(path, map(one_line, old), map(one_line, new))


def _order(path: str, old: Iterator[str], new: Iterator[str]) -> Pair:
    return Pair(f"{path} (order)", ", ".join(old), ", ".join(new))


def _name(old: Sequence[Json], new: Sequence[Json]) -> str | None:
    """The attribute that tells all elements apart."""
    both = [items for items in (old, new) if items]
    for name in _NAMES:
        for items in both:
            if not isinstance(items[0].get(name), str):
                break  # nearly always
            said = {it.get(name) for it in items if isinstance(it.get(name), str)} - {""}
            if len(said) != len(items):
                break
        else:
            return name
    return None


def _named(path: str, name: str, old: Sequence[Json], new: Sequence[Json]) -> Iterator[Pair]:
    before, after = ({it[name]: it for it in items} for items in (old, new))
    left = [key for key in before if key in after]
    stayed = [key for key in after if key in before]
    changed = False
    for key, item in after.items():
        was = before.get(key, NOTHING)
        if was != item:
            changed = True
            yield Pair(element(path, key), was, item, name=name)
    for key, item in before.items():
        if key not in after:
            changed = True
            yield Pair(element(path, key), item, NOTHING, name=name)
    if left != stayed and (not changed or path.rpartition(".")[2] in _ORDERED):
        yield _order(path, map(readable, left), map(readable, stayed))


def _alike(path: str, old: Sequence[Json], new: Sequence[Json]) -> Iterator[Pair]:
    """Elements without names: the same ones left out, then each beside the likeliest."""
    same = Counter(map(_key, old)) & Counter(map(_key, new))
    before, after = _without(old, same), _without(new, same)
    if not before and not after:
        yield _order(path, map(one_line, old), map(one_line, new))
    for number, item in after:
        if before and len(before) <= _MANY:
            best = max(before, key=lambda it: (_likeness(it[1], item), it[0] == number))
            before.remove(best)
            yield Pair(f"{path}[{number}]", best[1], item)
        elif before:
            yield Pair(f"{path}[{number}]", before.pop(0)[1], item)
        else:
            yield Pair(f"{path}[{number}]", NOTHING, item)
    for number, item in before:
        yield Pair(f"{path}[{number}]", item, NOTHING)


def _without(items: Sequence[Json], same: Counter[str]) -> list[tuple[int, Json]]:
    left = Counter(same)
    found = []
    for number, item in enumerate(items):
        key = _key(item)
        if left[key]:
            left[key] -= 1
        else:
            found.append((number, item))
    return found


def _likeness(one: Json, other: Json) -> int:
    return sum(other.get(name) == item for name, item in one.items())


def _key(item: Any) -> str:
    return item if isinstance(item, str) else json.dumps(item, sort_keys=True, default=repr)
