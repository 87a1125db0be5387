"""Mermaid, which GitHub draws in Markdown.

https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tandem.trace.pictures.cards import Card, drawing
from tandem.trace.pictures.labels import edge_words, node_lines
from tandem.trace.pictures.model import Edge, Graph, NodeKind

_SHAPES: Mapping[NodeKind, tuple[str, str]] = {
    "git": ("([", "])"),
    "upload": ("([", "])"),
    "schedule": ("{{", "}}"),
    "event": ("{{", "}}"),
    "image": ("[(", ")]"),
    "elsewhere": ("[(", ")]"),
    "pipeline": ("[", "]"),
    "build": ("[", "]"),
    "deploy": ("[[", "]]"),
}
_RED = "stroke:#cf222e,stroke-width:2px"
_CLOSE = '%%{init: {"flowchart": {"nodeSpacing": 12}}}%%'
"""Boxes close to each other: https://mermaid.js.org/config/directives.html."""
_MOST_LINKS = 500
_LONGEST = 50_000
"""Characters; GitHub draws nothing that has more: https://mermaid.js.org/config/schema-docs/config.html."""

_PLAIN = re.compile(r"(?<=[A-Za-z0-9])[_.:/-](?=[A-Za-z0-9])|[A-Za-z0-9 /,()✗…·?]")
"""What means nothing to Mermaid, to HTML and to Markdown, where it stands."""


def mermaid(graph: Graph) -> str:
    """The graph as a flowchart; the same graph gives the same text."""
    drawn = drawing(graph, fold_images=False)
    lines = [shape(card.pipeline.id, card.pipeline.kind, _card_lines(card)) for card in drawn.cards]
    lines += [shape(node.id, node.kind, node_lines(node)) for node in drawn.nodes]
    lines += [_link(edge, crowded=drawn.is_crowded) for edge in drawn.edges]
    broken = [str(number) for number, edge in enumerate(drawn.edges) if edge.broken is not None]
    if broken:
        lines.append(f"  linkStyle {','.join(broken)} {_RED},color:#cf222e,stroke-dasharray:6 3")
    problems = [node.id for node in graph.nodes if node.problem]
    if problems:
        lines += [f"  classDef broken {_RED}", f"  class {','.join(problems)} broken"]
    elsewhere = [node.id for node in drawn.nodes if node.kind in ("elsewhere", "build")]
    if elsewhere:
        lines += ["  classDef other stroke-dasharray:4 3", f"  class {','.join(elsewhere)} other"]
    begin = [_CLOSE, "flowchart LR"] if drawn.is_crowded else ["flowchart LR"]
    length = sum(len(line) + 1 for line in lines)
    if len(drawn.edges) > _MOST_LINKS:
        begin.append(f"  %% {len(drawn.edges)} links: GitHub draws {_MOST_LINKS}, an SVG all")
    elif length > _LONGEST:
        begin.append(f"  %% {length} characters: GitHub draws {_LONGEST}, an SVG all")
    return "\n".join([*begin, *lines]) + "\n"


def _card_lines(card: Card) -> list[str]:
    own = (", ".join(node_lines(node)) for node in (*card.starts, *card.gives))
    return [*node_lines(card.pipeline), *own]


def shape(id: str, kind: NodeKind, lines: Iterable[str]) -> str:
    """A node, in the shape of its kind."""
    opened, closed = _SHAPES[kind]
    return f'  {id}{opened}"{"<br/>".join(map(escaped, lines))}"{closed}'


def _link(edge: Edge, *, crowded: bool) -> str:
    doubtful = edge.broken is not None or not edge.certain
    arrow = "-.->" if doubtful else "-->"
    words = edge_words(edge, crowded=crowded)
    if not words and not crowded and edge.kind in ("pushes", "deploys"):
        words = edge.kind
    label = f'|"{escaped(words)}"|' if words else ""
    return f"  {edge.source} {arrow}{label} {edge.target}"


def escaped(text: str) -> str:
    """`text` as a label shows it, whatever is in it.

    Mermaid reads `#35;` as the character of that number. It takes labels for Markdown too, so a
    character that could mean something where it stands is written as its number.
    """
    place, shown = 0, []
    while place < len(text):
        plain = _PLAIN.match(text, place) and not _ICON_OR_LINK.match(text, place)
        shown.append(text[place] if plain else f"#{ord(text[place])};")
        place += 1
    return "".join(shown)


_ICON_OR_LINK = re.compile(r":fa-|(?<=www)\.|:/|(?<=[0-9])[.)] ", re.IGNORECASE)
