"""Small pictures of links, for tests of what changes between two."""

from typing import Any

from tandem.trace.pictures.model import Edge, EdgeKind, Graph, Node, NodeKind, arranged

RULE = "aws_cloudwatch_event_rule.pushed"
PIPELINE = "aws_codepipeline.web"
STARTS = "push of shop/base:latest starts web"


def node(kind: NodeKind, name: str, *notes: str, address: str | None = None) -> Node:
    letters = "".join(it if it.isalnum() else "_" for it in f"{name}{address or ''}")
    return Node(f"{kind}_{letters}", kind, name, notes, address)


def image(name: str, address: str = "aws_ecr_repository.base") -> Node:
    return node("image", name, address=address)


BASE = image("shop/base:latest")
WEB = node("pipeline", "web", "Source, Build", address=PIPELINE)


def picture(*ends: tuple[Node, Node], kind: EdgeKind = "starts", **more: Any) -> Graph:
    """Each two nodes linked."""
    edges = [Edge(one.id, other.id, kind, **more) for one, other in ends]
    return arranged([it for two in ends for it in two], edges)


def started(**more: Any) -> Graph:
    return picture((BASE, WEB), **{"through": "rule", "pin": "digest", "address": RULE, **more})
