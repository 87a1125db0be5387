"""The links that are others after the apply, as one flowchart in Mermaid.

https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tandem.review.links.graphs import Comparison, Side
from tandem.review.links.links import ORDER, Kind, kinds
from tandem.review.model import Links
from tandem.trace.pictures.labels import node_lines
from tandem.trace.pictures.mermaid import escaped, shape
from tandem.trace.pictures.model import Edge, Node

_MOST = 40
"""Links that change in one picture: of more nobody sees anything."""
_MOST_ARROWS = 500
_LONGEST = 50_000
"""Characters. Mermaid draws nothing that has more of either, unless a page allows it.

https://mermaid.js.org/config/schema-docs/config.html
"""
_ARROWS = {"removed": "-.->", "broken": "-.->"}
_STYLES: Mapping[str, str] = {
    "added": "stroke:#1a7f37,color:#1a7f37,stroke-width:2px",
    "mended": "stroke:#1a7f37,color:#1a7f37,stroke-width:2px",
    "changed": "stroke:#9a6700,color:#9a6700,stroke-width:2px",
    "removed": "stroke:#6e7781,color:#6e7781,stroke-dasharray:6 3",
    "broken": "stroke:#cf222e,color:#cf222e,stroke-width:2px,stroke-dasharray:6 3",
}
_WORDS = {"broken": "✗ broken"}


@dataclass(frozen=True)
class _Link:
    """An arrow."""

    source: str
    target: str
    kind: Kind | None
    """None: it stays as it is."""


def change_picture(links: Links, *, most: int = _MOST) -> str:
    """What changes, with what links the same things besides; empty: no link changes.

    Args:
        links: Both sides.
        most: How many links that change are drawn, the most dangerous first; of what Mermaid
            would refuse to draw only as many as it does not.
    """
    drawn = _Drawing(Comparison(links.before, links.after))
    changed = sorted(
        (it for it in drawn.links if it.kind), key=lambda it: ORDER.index(it.kind or "mended")
    )
    while changed and most:
        text = _flowchart(drawn, changed, most)
        if len(text) <= _LONGEST and text.count("\n") <= _MOST_ARROWS:
            return text
        most //= 2
    return ""


def _flowchart(drawn: _Drawing, changed: Sequence[_Link], most: int) -> str:
    kept = changed[:most]
    shown = {end for it in kept for end in (it.source, it.target)}
    same = [it for it in drawn.links if not it.kind and {it.source, it.target} <= shown]
    lines = ["flowchart LR"]
    lines += [node for name, node in drawn.nodes.items() if name in shown]
    lines += map(_arrow, (*kept, *same))
    for kind in ORDER:
        numbers = [str(number) for number, it in enumerate(kept) if it.kind == kind]
        if numbers:
            lines.append(f"  linkStyle {','.join(numbers)} {_STYLES[kind]}")
    if left := len(changed) - len(kept):
        lines.append(f'  left_out["{escaped(f"and {left:,} more links that change")}"]')
    return "\n".join(lines) + "\n"


def _arrow(link: _Link) -> str:
    arrow = _ARROWS.get(link.kind or "", "-->")
    label = f'|"{escaped(_WORDS.get(link.kind, link.kind))}"|' if link.kind else ""
    return f"  {link.source} {arrow}{label} {link.target}"


class _Drawing:
    """Both sides in one: a node that is on both is drawn as it will be."""

    def __init__(self, compared: Comparison) -> None:
        self._compared = compared
        self._ids: dict[object, str] = {}
        self.nodes: dict[str, str] = {}
        """Nodes in Mermaid, by their ids."""
        for side in (compared.after, compared.before):
            for node in side.graph.nodes:
                self._add(side.key[node.id], node)
        self.links = tuple(dict.fromkeys(self._links()))

    def _add(self, key: object, node: Node) -> None:
        if key not in self._ids:
            number = f"n{len(self._ids) + 1}"
            self._ids[key] = number
            self.nodes[number] = shape(number, node.kind, node_lines(node))

    def _links(self) -> Iterator[_Link]:
        before, after = self._compared.before, self._compared.after
        for pair, kind in kinds(self._compared):
            if pair.before and pair.after and before.link(pair.before) != after.link(pair.after):
                yield self._link(pair.before, before, "removed")
            if pair.after:
                yield self._link(pair.after, after, kind)
            elif pair.before:
                yield self._link(pair.before, before, kind)

    def _link(self, edge: Edge, side: Side, kind: Kind | None) -> _Link:
        source, target = (self._ids[side.key[it]] for it in (edge.source, edge.target))
        # A link that comes and does not work is no good news.
        return _Link(source, target, "broken" if kind == "added" and edge.broken else kind)
