"""What `tandem trace` says of a deployment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from rich.console import Console
from rich.markup import escape

from tandem.deployment import Deployment, Unresolved
from tandem.deployment.symbols import readable
from tandem.findings import Finding
from tandem.trace.catalogue import findings
from tandem.trace.chains import Chain
from tandem.trace.following import Follower
from tandem.trace.graph import graph
from tandem.trace.pictures.model import Graph
from tandem.trace.tree import chains_json, tree

VERSION = 1
"""Of the JSON: a number more when something in it changes its name or its meaning."""
_NAMED = 3
"""Addresses in a line of what is not known; of more the number is said."""


@dataclass(frozen=True)
class Trace:
    """What starts what, and what is wrong with it."""

    deployment: Deployment
    chains: tuple[Chain, ...]
    findings: tuple[Finding, ...]

    @property
    def unresolved(self) -> tuple[Unresolved, ...]:
        """What is known only after the apply."""
        return self.deployment.unresolved

    @cached_property
    def graph(self) -> Graph:
        """All of it for a picture; made when one is asked for."""
        return graph(self.deployment, self.chains, self.findings)


def trace(deployment: Deployment) -> Trace:
    """Follow everything that can happen first, and check every link."""
    follower = Follower(deployment)
    chains = tuple(follower.follow(event) for event in follower.first_events)
    return Trace(deployment, chains, tuple(findings(deployment, follower)))


def show(found: Trace, console: Console) -> None:
    """Print the chains as a tree, then what nobody can know yet, then what is wrong."""
    console.print(tree(found.chains), soft_wrap=not console.is_terminal)
    show_unresolved(found.unresolved, console)
    show_findings(found.findings, console)


def show_unresolved(found: Sequence[Unresolved], console: Console) -> None:
    """Print what is known only after the apply, so that nobody takes silence for an answer."""
    alike: dict[tuple[str, str], list[str]] = {}
    for it in found:
        alike.setdefault((it.attribute, it.why), []).append(readable(it.address))
    for (attribute, why), addresses in alike.items():
        more = f" and {len(addresses) - _NAMED} more" if len(addresses) > _NAMED else ""
        where = f"{', '.join(addresses[:_NAMED])}{more}"
        console.print(
            f"[yellow]not known[/] {escape(readable(attribute))} of {escape(where)}: "
            f"{escape(readable(why))}",
            highlight=False,
            soft_wrap=True,
        )


def show_findings(found: Sequence[Finding], console: Console) -> None:
    """Print what is wrong, or that nothing is."""
    for finding in found:
        console.print(
            f"[red]{escape(finding.check)}[/] {escape(readable(finding.address))}: "
            f"{escape(readable(finding.cause))}\n  {escape(readable(finding.remedy))}",
            highlight=False,
            soft_wrap=True,
        )
    count = len(found)
    said = f"[red]{count} finding{'' if count == 1 else 's'}" if count else "[green]No finding"
    console.print(said, highlight=False)


def as_json(found: Trace) -> dict[str, Any]:
    """All of it as plain data: docs/trace.schema.json describes it."""
    return {
        **chains_as_json(found.chains),
        "findings": [_plain(asdict(finding)) for finding in found.findings],
        "unresolved": [_plain(asdict(it)) for it in found.unresolved],
    }


def chains_as_json(chains: Sequence[Chain]) -> dict[str, Any]:
    """The chains alone, as `--event` prints them."""
    return {"version": VERSION, "chains": chains_json(chains)}


def _plain(texts: dict[str, str]) -> dict[str, str]:
    return {name: readable(text) for name, text in texts.items()}
