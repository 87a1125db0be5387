"""Findings at the links and the nodes that they are about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tandem.findings import Finding
from tandem.trace.catalogue import ADVICE
from tandem.trace.pictures.model import Edge, Graph, Node, arranged


@dataclass
class Link:
    """An edge, and how findings speak of it."""

    edge: Edge
    starts: str = ""
    """The address of what it starts, if it is a link that starts something."""
    addresses: set[str] = field(default_factory=set)
    """What makes it: its rule, its target, the target's role and that role's policies."""
    source_words: set[str] = field(default_factory=set)
    """As in `shop/base` or `"BaseImage"`."""
    target_words: set[str] = field(default_factory=set)


def placed(
    nodes: Iterable[Node],
    links: Iterable[Link],
    findings: Iterable[Finding],
    owners: Mapping[str, Iterable[str]],
) -> Graph:
    """The graph with each finding at a link, else at a node, else among those that are not drawn.

    Args:
        nodes: The nodes, without problems.
        links: The edges, without problems.
        findings: What is wrong.
        owners: The ids of the nodes that an address is about.
    """
    links = list(links)
    by_address: dict[str, list[int]] = defaultdict(list)
    for number, link in enumerate(links):
        for address in {link.starts, *link.addresses}:
            by_address[address].append(number)

    at_link: dict[int, list[Finding]] = defaultdict(list)
    at_node: dict[str, list[Finding]] = defaultdict(list)
    undrawn = []
    for finding in sorted(set(findings)):
        told = [(number, links[number]) for number in by_address[finding.address]]
        chosen = _most_meant(told, finding)
        owned = owners.get(finding.address, ())
        for number in chosen:
            at_link[number].append(finding)
        if not chosen:
            for node in owned:
                at_node[node].append(finding)
            if not owned:
                undrawn.append(finding)
    return arranged(
        [_marked_node(node, at_node[node.id]) for node in nodes],
        [_marked_edge(link.edge, at_link[number]) for number, link in enumerate(links)],
        undrawn,
    )


def _most_meant(links: Iterable[tuple[int, Link]], finding: Finding) -> list[int]:
    """The links that a finding is about: those whose ends its cause names, if it names any.

    A pipeline's address alone says nothing of its links: the source must be named.
    """
    scores: dict[int, int] = {}
    for number, link in links:
        source = any(_says(finding.cause, word) for word in link.source_words)
        if finding.address in link.addresses or source:
            target = any(_says(finding.cause, word) for word in link.target_words)
            scores[number] = 2 * source + target
    best = max(scores.values(), default=0)
    return [number for number, score in scores.items() if score == best]


def _says(cause: str, word: str) -> bool:
    return bool(word) and re.search(f"(?<![\\w./-]){re.escape(word)}(?![\\w/-])", cause) is not None


def _marked_edge(edge: Edge, findings: list[Finding]) -> Edge:
    if not findings:
        return edge
    details = (*edge.details, *map(str, findings))
    if _are_advice(findings):
        return replace(edge, remark=_short(findings), details=details)
    return replace(edge, broken=_short(findings), details=details)


def _marked_node(node: Node, findings: list[Finding]) -> Node:
    if not findings:
        return node
    details = (*node.details, *map(str, findings))
    if _are_advice(findings):
        return replace(node, remark=_short(findings), details=details)
    return replace(node, problem=_short(findings), details=details)


def _are_advice(findings: list[Finding]) -> bool:
    return all(finding.check in ADVICE for finding in findings)


def _short(findings: list[Finding]) -> str:
    """The id of the check, which the catalogue explains; what breaks it comes first."""
    checks = sorted({it.check for it in findings}, key=lambda it: (it in ADVICE, it))
    return checks[0] if len(checks) == 1 else f"{checks[0]} and {len(checks) - 1} more"
