"""Pipelines drawn as cards, so that fifty fit on a page.

A card holds its pipeline and whatever belongs to that pipeline alone: what starts it, the images it
pushes, what it deploys. Whatever is shared or broken stays outside, with its arrow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tandem.trace.pictures.model import Edge, Graph, Node

CROWD = 5
"""Pipelines beyond which cards are drawn."""


@dataclass(frozen=True)
class Card:
    """A pipeline and what is its own."""

    pipeline: Node
    starts: tuple[Node, ...]
    gives: tuple[Node, ...]


@dataclass(frozen=True)
class Drawing:
    """The graph with some of its nodes inside cards."""

    cards: tuple[Card, ...]
    nodes: tuple[Node, ...]
    """What stands by itself."""
    edges: tuple[Edge, ...]
    """What is an arrow: all but the links inside a card."""
    card_of: Mapping[str, str]
    """The pipeline in whose card a node is, by its id."""

    @property
    def is_crowded(self) -> bool:
        """Whether words beside all arrows would be too many."""
        return len(self.edges) > 3 * CROWD


def drawing(graph: Graph, *, fold_images: bool = True) -> Drawing:
    """The graph with cards if it is crowded, and as it is if not."""
    nodes = {node.id: node for node in graph.nodes}
    pipelines = [node for node in graph.nodes if node.kind in ("pipeline", "build")]
    if len(pipelines) <= CROWD:
        return Drawing((), graph.nodes, graph.edges, {})

    coming = Counter(edge.target for edge in graph.edges)
    going = Counter(edge.source for edge in graph.edges)
    starts: dict[str, list[Node]] = {node.id: [] for node in pipelines}
    gives: dict[str, list[Node]] = {node.id: [] for node in pipelines}
    folded: set[Edge] = set()
    for edge in graph.edges:
        if edge.broken is not None or edge.remark is not None or not edge.certain:
            continue
        source, target = nodes[edge.source], nodes[edge.target]
        if target.id in starts and going[source.id] == 1 and _may_start(source, edge):
            starts[target.id].append(source)
            folded.add(edge)
        elif source.id in gives and coming[target.id] == 1 and _may_fold(target, fold_images):
            gives[source.id].append(target)
            folded.add(edge)
    cards = tuple(Card(node, tuple(starts[node.id]), tuple(gives[node.id])) for node in pipelines)
    card_of = {
        node.id: card.pipeline.id
        for card in cards
        for node in (card.pipeline, *card.starts, *card.gives)
    }
    return Drawing(
        cards,
        tuple(node for node in graph.nodes if node.id not in card_of),
        tuple(edge for edge in graph.edges if edge not in folded),
        card_of,
    )


def _may_start(source: Node, edge: Edge) -> bool:
    return (
        edge.kind == "starts"
        and source.problem is None
        and source.kind in ("git", "upload", "schedule", "event")
    )


def _may_fold(target: Node, images: bool) -> bool:
    return target.problem is None and (
        target.kind == "deploy" or (images and target.kind == "image")
    )
