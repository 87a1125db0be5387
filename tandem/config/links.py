"""The links between images: what is built from what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter


def cycles(links: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Cycles without common members, each from an image to its base, the base's base and so on.

    It begins with its first member in the mapping.
    """
    position = {name: index for index, name in enumerate(links)}
    left = dict(links)
    while left:
        graph = {name: [base for base in bases if base in left] for name, bases in left.items()}
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            found: list[str] = error.args[1][:0:-1]  # from bases to what is built on them
            start = min(range(len(found)), key=lambda index: position[found[index]])
            yield [*found[start:], *found[:start]]
            left = {name: bases for name, bases in left.items() if name not in found}
        else:
            return
