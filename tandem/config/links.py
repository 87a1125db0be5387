"""The links between images: what is built from what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def cycles(links: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """One cycle of each knot of links, beginning with its first member in the mapping."""
    left = dict(links)
    while left:
        left = _without_ends(left)
        if not left:
            return
        cycle = _cycle(left)
        first = min(range(len(cycle)), key=lambda index: list(links).index(cycle[index]))
        yield [*cycle[first:], *cycle[:first]]
        for name in cycle:
            del left[name]


def _without_ends(links: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Those that lead into a cycle: what is built on something that has a base left, and so on."""
    left = dict(links)
    while ends := [name for name, bases in left.items() if not any(base in left for base in bases)]:
        for name in ends:
            del left[name]
    return left


def _cycle(links: Mapping[str, Sequence[str]]) -> list[str]:
    way: dict[str, int] = {}
    name = next(iter(links))
    while name not in way:
        way[name] = len(way)
        name = next(base for base in links[name] if base in links)
    return list(way)[way[name] :]
