"""The links before and after, as pictures inside the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

from markupsafe import Markup

from tandem.review.links.graphs import Comparison, Key, Side
from tandem.review.links.links import kinds
from tandem.review.model import Links
from tandem.trace.pictures.model import Graph
from tandem.trace.pictures.svg import PictureError

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_WIDTH = re.compile(r"<svg[^>]* width=\"(\d+)")
_MANY = 40
"""Pipelines in one picture: of more nobody sees anything."""
_SMALL, _LARGE = 480, 1200
"""Points: what is wider than a column is made smaller, as long as it can be read."""


@dataclass(frozen=True)
class Picture:
    """A graph that is drawn, or why it is not."""

    title: str
    svg: Markup
    problem: str = ""

    @property
    def styles(self) -> tuple[str, ...]:
        """The style sheets in it, which the page must allow."""
        return tuple(_STYLE.findall(self.svg))

    @property
    def size(self) -> Literal["small", "middle", "large"]:
        """How it fits into a column."""
        found = _WIDTH.search(self.svg)
        width = int(found[1]) if found else 0
        return "small" if width <= _SMALL else "middle" if width <= _LARGE else "large"


def pictures(links: Links, draw: Callable[[Graph], str]) -> tuple[Picture, ...]:
    """Before and after, or the one that is both; without empty ones.

    Args:
        links: Both sides. Of many pipelines only those are drawn whose links change.
        draw: What makes SVG of a graph.
    """

    def drawn(titled: tuple[str, Graph]) -> Picture:
        title, graph = titled
        try:
            # What draws escapes every name: it writes XML with a library for it.
            return Picture(title, Markup(draw(graph)))  # noqa: S704
        except PictureError as error:
            return Picture(title, Markup(), str(error))

    with ThreadPoolExecutor(max_workers=2) as both:  # each waits for a process of its own
        return tuple(both.map(drawn, (it for it in _graphs(links) if it[1].nodes)))


def _graphs(links: Links) -> list[tuple[str, Graph]]:
    many = max(map(_pipelines, (links.before, links.after))) > _MANY
    if links.before == links.after:
        return [] if many else [("Before and after: the same", links.after)]
    before, after = _changed(links) if many else (links.before, links.after)
    only = " (only what changes)" if many else ""
    return [(f"Before{only}", before), (f"After{only}", after)]


def _pipelines(graph: Graph) -> int:
    return sum(node.kind in ("pipeline", "build") for node in graph.nodes)


def _changed(links: Links) -> tuple[Graph, Graph]:
    """Both sides with the ends of links that change, and what the pipelines among them are for."""
    compared = Comparison(links.before, links.after)
    before, after = compared.before, compared.after
    ends = {
        side.key[end]
        for pair, kind in kinds(compared)
        if kind
        for side, edge in ((before, pair.before), (after, pair.after))
        if edge
        for end in (edge.source, edge.target)
    }
    return _around(before, ends), _around(after, ends)


def _around(side: Side, ends: Set[Key]) -> Graph:
    graph = side.graph
    kept = {it.id for it in graph.nodes if side.key[it.id] in ends}
    ran = {it.id for it in graph.nodes if it.id in kept and it.kind in ("pipeline", "build")}
    for edge in graph.edges:
        if edge.source in ran or edge.target in ran:
            kept |= {edge.source, edge.target}
    return replace(
        graph,
        nodes=tuple(it for it in graph.nodes if it.id in kept),
        edges=tuple(it for it in graph.edges if it.source in kept and it.target in kept),
        undrawn=(),
    )
