"""DOT, the language of Graphviz.

https://graphviz.org/doc/info/lang.html, https://graphviz.org/docs/attr-types/escString/,
https://graphviz.org/doc/info/shapes.html#html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from tandem.trace.pictures.cards import Card, Drawing, drawing
from tandem.trace.pictures.labels import edge_tip, edge_words, node_lines, node_tip, one_line
from tandem.trace.pictures.model import Edge, Graph, Node, NodeKind

FONT_SIZE = 12
"""In points. Graphviz knows Helvetica's widths; other fonts are wider, so SVG shows less."""

PAPER = "#ffffff"

FONT = "Helvetica"
BACKSLASH = "\u2216"
"""What stands for a backslash."""
_RED, _GREY = "#cf222e", "#57606a"
_LOOKS: Mapping[NodeKind, tuple[str, str, str, str]] = {
    # shape, style, fill, line
    "git": ("box", "filled,rounded", "#f6f8fa", _GREY),
    "upload": ("note", "filled", "#f6f8fa", _GREY),
    "schedule": ("box", "filled,rounded", "#fbefff", "#8250df"),
    "event": ("box", "filled,rounded", "#fbefff", "#8250df"),
    "image": ("cylinder", "filled", "#fff8c5", "#9a6700"),
    "elsewhere": ("cylinder", "filled,dashed", "#ffffff", "#9a6700"),
    "pipeline": ("box", "filled", "#ddf4ff", "#0969da"),
    "build": ("box", "filled,dashed", "#ddf4ff", "#0969da"),
    "deploy": ("component", "filled", "#dafbe1", "#1a7f37"),
}


def dot(graph: Graph) -> str:
    """The graph in DOT; the same graph gives the same text."""
    nodes = {node.id: node for node in graph.nodes}
    drawn = drawing(graph)
    return "\n".join(
        [
            "digraph pipelines {",
            f"  graph {_attributes(_page(drawn, graph.summary))}",
            f"  node {_attributes(_text_style(FONT_SIZE))}",
            f"  edge {_attributes(_text_style(FONT_SIZE - 1) | _ARROW)}",
            *(f"  {_quoted(card.pipeline.id)} {_card(card)}" for card in drawn.cards),
            *(f"  {_quoted(node.id)} {_attributes(_node(node))}" for node in drawn.nodes),
            *(_arrow(edge, nodes, drawn) for edge in drawn.edges),
            "}\n",
        ]
    )


_ARROW = {"color": _GREY, "arrowsize": "0.6", "headport": "w", "tailport": "e"}


def _page(drawn: Drawing, title: str) -> dict[str, str]:
    # The more arrows leave one image, the more room they need to spread.
    fan = max(Counter(edge.source for edge in drawn.edges).values(), default=0)
    bases = max(Counter(edge.target for edge in drawn.edges).values(), default=0)
    return {
        "rankdir": "LR",
        "nodesep": "0.08" if drawn.cards else "0.18",
        "ranksep": f"{min(0.45 + 0.03 * fan, 3):.2f}",
        "bgcolor": PAPER,
        # Names in their order cost nothing where no card has two bases; else lines would cross.
        "ordering": "out" if drawn.cards and bases <= 1 else "",
        "pad": "0.15",
        "label": _text([one_line(title)]),
        "labelloc": "t",
        "labeljust": "l",
        **_text_style(FONT_SIZE),
    }


def _text_style(size: int) -> dict[str, str]:
    return {"fontname": FONT, "fontsize": str(size)}


def _node(node: Node) -> dict[str, str]:
    shape, style, fill, line = _LOOKS[node.kind]
    return {
        "label": _text(node_lines(node)),
        "tooltip": _text(node_tip(node)),
        "class": f"{node.kind} broken" if node.problem else node.kind,
        "shape": shape,
        "style": style,
        "fillcolor": fill,
        "color": _RED if node.problem else line,
        "penwidth": "2" if node.problem else "1.2",
        "margin": "0.12,0.06",
        "height": "0.3",
    }


def _card(card: Card) -> str:
    """A table of one row: https://graphviz.org/doc/info/shapes.html#html."""
    cells = "".join(map(_cell, (card.pipeline, *card.starts, *card.gives)))
    look = 'BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="4"'
    return f'[shape="plain", label=<<TABLE {look}><TR>{cells}</TR></TABLE>>]'


def _cell(node: Node) -> str:
    _, _, fill, line = _LOOKS[node.kind]
    words = escape(_plain(" · ".join(node_lines(node))))
    tip = quoteattr(_plain("\n".join(node_tip(node))), {'"': "&quot;"})
    return (
        f'<TD PORT="{node.id}" ID="{node.id}" TOOLTIP={tip} BGCOLOR="{fill}" '
        f'COLOR="{_RED if node.problem else line}" ALIGN="LEFT">{words}</TD>'
    )


def _arrow(edge: Edge, nodes: Mapping[str, Node], drawn: Drawing) -> str:
    source, target = (_end(end, drawn) for end in (edge.source, edge.target))
    return f"  {source} -> {target} {_attributes(_edge(edge, nodes, crowded=drawn.is_crowded))}"


def _end(node: str, drawn: Drawing) -> str:
    card = drawn.card_of.get(node)
    return f"{_quoted(card)}:{_quoted(node)}" if card else _quoted(node)


def _edge(edge: Edge, nodes: Mapping[str, Node], *, crowded: bool) -> dict[str, str]:
    words = edge_words(edge, crowded=crowded)
    said = {"label": _text([words])} if words else {}
    tip = {"tooltip": _text(edge_tip(edge, nodes[edge.source], nodes[edge.target]))}
    if edge.broken is not None:
        red = {"color": _RED, "fontcolor": _RED, "penwidth": "2"}
        return {**said, **tip, "class": "broken", "style": "dashed", **red}
    if not edge.certain:
        return {**said, **tip, "class": "uncertain", "style": "dotted"}
    return {**said, **tip, "class": edge.kind}


def _attributes(values: Mapping[str, str]) -> str:
    said = (f"{name}={_quoted(value)}" for name, value in values.items() if value)
    return f"[{', '.join(said)}]"


def _text(lines: Iterable[str]) -> str:
    return "\\n".join(_plain(line).replace("&", "&amp;") for line in lines)


def _plain(line: str) -> str:
    # Graphviz reads escapes such as \N, some of them twice: nothing that it reads means a backslash
    # everywhere. A character that looks like one does.
    return line.replace("\\", BACKSLASH)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'
