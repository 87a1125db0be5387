"""Two pictures of the same pipelines, node by node and link by link.

Things are the same where they have the same name: a pipeline that moved to another address, and one
that is destroyed and created anew, are what they were to everybody who reads their name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass

from tandem.trace.pictures.model import Edge, Graph, Node

Key = tuple[str, ...]
"""What a node is in both pictures."""

_SAME_KIND = {"elsewhere": "image", "reads": "starts"}
"""An image is the same whoever builds it; what is only read was started, or will be."""


@dataclass(frozen=True)
class Pair:
    """A link before and after; one of the two may be missing."""

    before: Edge | None
    after: Edge | None


class Side:
    """The picture of one side."""

    def __init__(self, graph: Graph, shared: frozenset[Key]) -> None:
        self.graph = graph
        self.nodes: Mapping[str, Node] = {node.id: node for node in graph.nodes}
        self.key: Mapping[str, Key] = {
            node.id: (*name_of(node), node.address or "")
            if name_of(node) in shared
            else name_of(node)
            for node in graph.nodes
        }

    def link(self, edge: Edge) -> Hashable:
        """What a link is in both pictures."""
        return _kind(edge), self.key[edge.source], self.key[edge.target]

    def place(self, edge: Edge) -> Hashable:
        """The same, wherever its ends have other names: where Terraform says them."""
        ends = (self.nodes[edge.source], self.nodes[edge.target])
        return _kind(edge), *(it.address or self.key[it.id] for it in ends)

    def end(self, edge: Edge) -> Hashable:
        """What starts a thing, or what it gives, when there is one such link."""
        kept, other = edge.target, edge.source
        if _kind(edge) != "starts":
            kept, other = other, kept
        return _kind(edge), self.key[kept], name_of(self.nodes[other])[0]


class Comparison:
    """Which links of one picture are which of another."""

    def __init__(self, before: Graph, after: Graph) -> None:
        shared = frozenset(
            name
            for graph in (before, after)
            for name, count in Counter(map(name_of, graph.nodes)).items()
            if count > 1
        )
        self.before, self.after = Side(before, shared), Side(after, shared)
        self.pairs = tuple(self._paired())

    def _paired(self) -> Iterator[Pair]:
        gone, new = list(self.before.graph.edges), list(self.after.graph.edges)
        # A link by its address first: one thing may start another in two ways.
        for kind in (
            lambda side, edge: (side.link(edge), edge.address),
            lambda side, edge: side.link(edge),
            lambda side, edge: side.place(edge),
        ):
            found, gone, new = self._matched(gone, new, kind)
            yield from found
        found, gone, new = self._matched(gone, new, lambda side, edge: side.end(edge), only=True)
        yield from found
        yield from (Pair(edge, None) for edge in gone)
        yield from (Pair(None, edge) for edge in new)

    def _matched(
        self,
        gone: list[Edge],
        new: list[Edge],
        key: Callable[[Side, Edge], Hashable],
        *,
        only: bool = False,
    ) -> tuple[list[Pair], list[Edge], list[Edge]]:
        """Pairs of links of the same key, and the rest; `only` those of which there is one."""
        old = _by_key(gone, lambda edge: key(self.before, edge))
        young = _by_key(new, lambda edge: key(self.after, edge))
        pairs: list[Pair] = []
        for name in old:
            if name in young and (not only or len(old[name]) == len(young[name]) == 1):
                pairs += (Pair(*two) for two in zip(old[name], young[name], strict=False))
        paired = {id(edge) for pair in pairs for edge in (pair.before, pair.after)}
        return (
            pairs,
            [edge for edge in gone if id(edge) not in paired],
            [edge for edge in new if id(edge) not in paired],
        )


def name_of(node: Node) -> Key:
    """Kind and name of a node, with what tells it from others of that name."""
    kind = _SAME_KIND.get(node.kind, node.kind)
    return (kind, node.name, *(node.notes if kind in ("git", "upload") else ()))


def _kind(edge: Edge) -> str:
    return _SAME_KIND.get(edge.kind, edge.kind)


def _by_key(edges: list[Edge], key: Callable[[Edge], Hashable]) -> Mapping[Hashable, list[Edge]]:
    found: dict[Hashable, list[Edge]] = defaultdict(list)
    for edge in edges:
        found[key(edge)].append(edge)
    return found
