"""Texts that are drawn: the same words in every kind of picture."""

from __future__ import annotations

from tandem.deployment.symbols import readable
from tandem.trace.pictures.model import Edge, Node

_WIDEST = 48
"""Characters in a line; a repository's name has up to 256."""
_UNPRINTABLE = "\ufffd"


def one_line(text: str) -> str:
    """`text` in one line, with nothing in it that is not seen or that XML forbids."""
    spaced = readable(" ".join(text.split()))
    shown = "".join(char if char.isprintable() else _UNPRINTABLE for char in spaced)
    return shown or _UNPRINTABLE  # a label that begins with an empty line stops Graphviz


def shortened(text: str) -> str:
    """`text` in one line of bounded width: its beginning and its end say most."""
    text = one_line(text)
    if len(text) <= _WIDEST:
        return text
    half = (_WIDEST - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def node_lines(node: Node) -> list[str]:
    """What stands in a node."""
    problem = [f"✗ {node.problem}"] if node.problem else []
    remark = [f"! {node.remark}"] if node.remark else []
    return [shortened(text) for text in (node.name, *node.notes, *problem, *remark)]


def edge_words(edge: Edge, *, crowded: bool = False) -> str:
    """What stands beside a link, in a word or two; nothing where the arrow says it all."""
    if edge.broken is not None:
        return shortened(f"✗ {edge.broken}")
    words = ""
    if edge.kind == "starts" and not crowded:
        how = "" if edge.through == "schedule" else edge.through  # the node says it already
        words = ", ".join(filter(None, (how, edge.pin)))
    if not edge.certain:
        words = f"{words}?"
    if edge.remark is not None:
        words = ", ".join(filter(None, (words, f"! {edge.remark}")))
    return shortened(words) if words else ""


def node_tip(node: Node) -> list[str]:
    """What a node says to whoever points at it."""
    return [
        one_line(text)
        for text in (node.name, *node.notes, node.address or "", *node.details)
        if text
    ]


def edge_tip(edge: Edge, source: Node, target: Node) -> list[str]:
    """What a link says to whoever points at it."""
    verb = {"starts": "starts", "reads": "is read by", "pushes": "pushes", "deploys": "deploys"}
    pinned = f", with the {edge.pin}" if edge.pin else ""
    how = f", by {edge.through}" if edge.through else ""
    said = f"{source.name} {verb[edge.kind]} {target.name}{pinned}{how}"
    texts = (said, edge.address or "", *edge.details)
    return [one_line(text) for text in texts if text]
