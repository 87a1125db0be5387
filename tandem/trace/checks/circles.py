"""Circles in what starts what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def circles(nodes: Mapping[str, T], starts: Mapping[str, Sequence[str]]) -> list[list[T]]:
    """One way around for each group of nodes that start each other.

    Args:
        nodes: By name.
        starts: The names of what each node starts.
    """
    found: list[list[T]] = []
    done: set[str] = set()
    for node in starts:
        if node in done:
            continue
        way = _way_back(node, starts)
        done.update(way or [node])
        if way:
            found.append([nodes[name] for name in way])
    return found


def _way_back(node: str, starts: Mapping[str, Sequence[str]]) -> list[str] | None:
    """The shortest way from a node to itself."""
    before: dict[str, str] = {}
    waiting = [node]
    for name in waiting:
        for following in starts.get(name, ()):
            if following == node:
                way = [name]
                while way[-1] != node:
                    way.append(before[way[-1]])
                return way[::-1]
            if following not in before:
                before[following] = name
                waiting.append(following)
    return None
