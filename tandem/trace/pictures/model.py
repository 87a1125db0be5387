"""The linked pipelines as a graph: what starts what, what each gives, and what is broken."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from tandem.findings import Finding

NodeKind = Literal[
    "git", "upload", "schedule", "event", "image", "elsewhere", "pipeline", "build", "deploy"
]
"""`elsewhere` is an image that nothing here builds; `build` is a project outside any pipeline."""

EdgeKind = Literal["starts", "reads", "pushes", "deploys"]
"""`reads`: the pipeline takes it when it runs, and is not started by it."""


@dataclass(frozen=True)
class Node:
    """Something in the picture."""

    id: str
    """Letters, digits and `_`, made of the kind and the name: the same whatever else is there."""
    kind: NodeKind
    name: str
    """For people, in one line, as in `shop/base:latest`."""
    notes: tuple[str, ...] = ()
    """More lines, as in `Source, Build, Deploy`."""
    address: str | None = None
    """Where Terraform says it."""
    problem: str | None = None
    """What is wrong, in a few words; None: nothing."""
    remark: str | None = None
    """What works, and could be better."""
    details: tuple[str, ...] = ()
    """Whole sentences, for whoever points at it."""


@dataclass(frozen=True)
class Edge:
    """A link between two nodes."""

    source: str
    target: str
    kind: EdgeKind
    through: str = ""
    """What starts it, as in `rule`, `schedule`, `connection`."""
    pin: str = ""
    """The revision that it is started with, as in `digest` or `commit`."""
    address: str | None = None
    broken: str | None = None
    """Why it does not work, in a few words; None: it works."""
    remark: str | None = None
    """What could be better, where it works."""
    certain: bool = True
    """False where something that is known only after the apply decides."""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """All of it, in an order that depends on names alone."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    undrawn: tuple[Finding, ...] = ()
    """Findings about what is not in the picture, such as a bucket."""

    @property
    def summary(self) -> str:
        """What the picture shows, in one line."""
        images = sum(node.kind in ("image", "elsewhere") for node in self.nodes)
        pipelines = sum(node.kind in ("pipeline", "build") for node in self.nodes)
        broken = sum(edge.broken is not None for edge in self.edges)
        counted = [_count(pipelines, "pipeline"), _count(images, "image")]
        if broken:
            counted.append(_count(broken, "broken link"))
        problems = sum(node.problem is not None for node in self.nodes)
        if problems:
            counted.append(f"{problems:,} with problems")
        remarks = sum(node.remark is not None for node in self.nodes)
        remarks += sum(edge.remark is not None for edge in self.edges)
        if remarks:
            counted.append(_count(remarks, "remark"))
        if self.undrawn:
            counted.append(f"{_count(len(self.undrawn), 'finding')} elsewhere")
        return ", ".join(counted)


def arranged(
    nodes: Iterable[Node], edges: Iterable[Edge], undrawn: Iterable[Finding] = ()
) -> Graph:
    """A graph in its order: names as people sort them, so that `web-2` comes before `web-10`."""
    nodes = set(nodes)
    short = _short_ids(node.id for node in nodes)
    listed = sorted(
        {replace(node, id=short[node.id]) for node in nodes},
        key=lambda node: (_natural(node.name.casefold()), node.name, node.id),
    )
    rank = {node.id: number for number, node in enumerate(listed)}
    links = {replace(it, source=short[it.source], target=short[it.target]) for it in edges}

    def place(edge: Edge) -> tuple[int, int, str, str, str]:
        return rank[edge.source], rank[edge.target], edge.kind, edge.through, edge.pin

    return Graph(tuple(listed), tuple(sorted(links, key=place)), tuple(sorted(undrawn)))


def node_id(kind: NodeKind, name: str, key: str = "") -> str:
    """The id of a node, from its kind and its name alone; `arranged` may make it shorter.

    `key` tells apart what has the same name; it is the name where that is enough.
    """
    slug = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:60]
    slug = slug.removeprefix(f"{kind}_")
    return (
        f"{kind}_{slug}__{hashlib.sha256((key or name).encode(errors='replace')).hexdigest()[:8]}"
    )


def _short_ids(ids: Iterable[str]) -> dict[str, str]:
    """Ids without the hash, but where another name would get the same one."""
    slugs = {it: re.sub("__[0-9a-f]{8}$", "", it) for it in ids}
    shared = Counter(slugs.values())
    return {it: slug if shared[slug] == 1 else it for it, slug in slugs.items()}


def _natural(name: str) -> list[tuple[int, str]]:
    return [
        (int(part), "") if part.isascii() and part.isdigit() else (-1, part)
        for part in re.split(r"([0-9]+)", name)
    ]


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
