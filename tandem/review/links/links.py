"""What a plan does to the links: which are added, removed, broken, mended or changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from tandem.deployment.symbols import readable
from tandem.findings import Finding
from tandem.review.links.graphs import Comparison, Pair, Side
from tandem.review.model import LinkChange, Links
from tandem.trace.pictures.model import Edge, Graph

Kind = Literal["broken", "removed", "changed", "added", "mended"]

ORDER: tuple[Kind, ...] = ("broken", "removed", "changed", "added", "mended")
"""The most dangerous first."""
_DESTROYED = "the image's repository is destroyed"
_NOTHING = Graph((), ())


def links(before: Graph | None, after: Graph, findings: Iterable[Finding] = ()) -> Links:
    """The pictures of both sides, and each link that is another one after the apply.

    Args:
        before: What `trace` draws of what is there; None: nothing is.
        after: What it draws of what is planned.
        findings: What it finds in what is planned: they say why a link is broken.
    """
    compared = Comparison(before or _NOTHING, after)
    causes = {str(finding): finding.cause for finding in findings}
    changes = {_change(kind, pair, compared, causes) for pair, kind in kinds(compared) if kind}
    ordered = sorted(changes, key=lambda it: (ORDER.index(it.kind), it.words, it.was))
    return Links(before or _NOTHING, after, tuple(ordered))


def kinds(compared: Comparison) -> list[tuple[Pair, Kind | None]]:
    """What happens to each link; None: nothing that can be told before the apply."""
    found = [(pair, _kind(pair, compared)) for pair in compared.pairs]
    told = {
        problem
        for pair, kind in found
        if kind == "broken" and pair.before and pair.after
        for problem in _problems(pair.after)
    }
    # One finding may be about the link that no longer works and the one that came instead.
    return [
        (Pair(None, replace(pair.after, broken=None, details=())), kind)
        if kind == "added" and pair.after and told & _problems(pair.after)
        else (pair, kind)
        for pair, kind in found
    ]


def _problems(edge: Edge) -> set[str]:
    return set(edge.details) or {edge.broken or ""}


def _kind(pair: Pair, compared: Comparison) -> Kind | None:
    before, after = pair.before, pair.after
    if after is None:
        return "removed"
    if before is None:
        # It never worked: what is wrong with it is a finding.
        return "added"
    if after.broken or _is_destroyed(pair, compared):
        return None if before.broken else "broken"
    if compared.before.link(before) != compared.after.link(after):
        return "changed"
    if before.kind != after.kind:
        return "removed" if before.kind == "starts" else "added"
    if before.broken:
        return "mended"
    return None if _way(before) == _way(after) else "changed"


def _is_destroyed(pair: Pair, compared: Comparison) -> bool:
    """Whether the repository of the image is gone, that was there and that is still named."""
    before, after = pair.before, pair.after
    if (
        before is None
        or after is None
        or compared.before.link(before) != compared.after.link(after)
    ):
        return False
    return any(
        was.kind in ("image", "elsewhere") and was.address is not None and will.address is None
        for was, will in (
            (compared.before.nodes[before.source], compared.after.nodes[after.source]),
            (compared.before.nodes[before.target], compared.after.nodes[after.target]),
        )
    )


def _change(kind: Kind, pair: Pair, compared: Comparison, causes: Mapping[str, str]) -> LinkChange:
    before = _words(pair.before, compared.before) if pair.before else ""
    after = _words(pair.after, compared.after) if pair.after else ""
    words, was = after or before, ""
    if kind == "broken" and pair.after:
        why = _why(pair.after, causes) if pair.after.broken else _DESTROYED
        words, was = _as_start(pair, compared) or after, why
    elif kind == "added" and pair.after and pair.after.broken:
        was = _why(pair.after, causes)
    elif kind == "changed" and pair.before and pair.after:
        was = before
        if before == after:
            words, was = f"{after} ({_way(pair.after)})", _way(pair.before)
    elif kind == "removed" and pair.after:
        words, was = before, after
    said = pair.after or pair.before
    address = said.address if said else None
    return LinkChange(kind, words, was, address or _pipeline(pair, compared))


def _as_start(pair: Pair, compared: Comparison) -> str:
    """The link as it was when it worked, where it is the same: a pipeline may only read now."""
    same = (
        pair.before
        and pair.after
        and compared.before.link(pair.before) == compared.after.link(pair.after)
    )
    return _words(pair.before, compared.before) if pair.before and same else ""


def _why(edge: Edge, causes: Mapping[str, str]) -> str:
    """The causes of what breaks a link; else the name of what is found."""
    found = [causes[detail] for detail in edge.details if detail in causes]
    return readable("; ".join(found) or edge.broken or "")


def _way(edge: Edge) -> str:
    """How one thing starts another, as in `rule, digest`."""
    return readable(", ".join(filter(None, (edge.through, edge.pin)))) or "newest"


def _words(edge: Edge, side: Side) -> str:
    source, target = side.nodes[edge.source], side.nodes[edge.target]
    one, other = (
        " ".join((it.name, *(f"({note})" for note in it.notes)))
        if it.kind in ("git", "upload")
        else it.name
        for it in (source, target)
    )
    match edge.kind:
        case "starts":
            what = "push of " if source.kind in ("image", "elsewhere") else ""
            words = f"{what}{one} starts {other}"
        case "reads":
            words = f"{other} reads {one}, which does not start it"
        case "pushes":
            words = f"{one} pushes {other}"
        case "deploys":
            words = f"{one} deploys to {other}"
    return readable(words)


def _pipeline(pair: Pair, compared: Comparison) -> str | None:
    """The address of what is started, or of what pushes and deploys."""
    edge, side = (pair.after, compared.after) if pair.after else (pair.before, compared.before)
    if edge is None:
        return None
    ran = edge.target if edge.kind in ("starts", "reads") else edge.source
    return side.nodes[ran].address
