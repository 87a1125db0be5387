"""All checks of `tandem trace`, and the page that describes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from tandem.deployment import Deployment
from tandem.findings import Finding
from tandem.trace.checks import (
    actions,
    artifacts,
    builds,
    connections,
    deploys,
    images,
    misses,
    order,
    references,
    revisions,
    rules,
    sources,
    stages,
    targets,
    variables,
)
from tandem.trace.checks.check import Check
from tandem.trace.checks.context import Context
from tandem.trace.following import Follower

TOPICS: Mapping[str, ModuleType] = {
    "Sources": sources,
    "Rules that miss": misses,
    "Rules": rules,
    "Targets and roles": targets,
    "Revisions": revisions,
    "Stages and actions": stages,
    "What is not said": actions,
    "Connections": connections,
    "Artifacts": artifacts,
    "Variables": variables,
    "Builds": builds,
    "Images": images,
    "Deployments": deploys,
    "Order": order,
    "References": references,
}
"""The modules that hold checks: every `Check` in one of them is run."""


def checks_of(topic: ModuleType) -> list[Check]:
    """The checks of one module, in the order of its text."""
    return [it for it in vars(topic).values() if isinstance(it, Check)]


CHECKS: tuple[Check, ...] = tuple(it for topic in TOPICS.values() for it in checks_of(topic))

ADVICE = frozenset(it.id for it in CHECKS if not it.breaks)
"""Ids of the checks that find what works, and could be better."""


def findings(deployment: Deployment, follower: Follower | None = None) -> list[Finding]:
    """What all checks find, by address."""
    context = Context(deployment, follower or Follower(deployment))
    return sorted({found for check in CHECKS for found in check.findings(context)})


def catalogue_markdown() -> str:
    """The page `docs/checks.md`."""
    parts = [
        "# Checks",
        "What `tandem trace` finds. Each check is silent where what decides is known only after "
        "the apply, or where somebody else's Terraform decides. Generated from the checks in "
        "`tandem/trace/checks`: a change made here is lost.",
        _table(),
    ]
    for topic, module in TOPICS.items():
        parts.append(f"## {topic}")
        parts += [_entry(it) for it in checks_of(module)]
    return "\n\n".join(parts) + "\n"


def _table() -> str:
    rows = [f"| [`{it.id}`](#{it.id}) | {it.title} |" for it in CHECKS]
    return "\n".join(["| Check | What is wrong |", "|---|---|", *rows])


def _entry(check: Check) -> str:
    whose = "AWS's" if "amazon.com" in check.page else "Terraform's"
    return (
        f"### `{check.id}`\n\n**{check.title}.** {_paragraphs(check.why)}\n\n"
        f"Remedy: {check.remedy}. See [{whose} page]({check.page})."
    )


def _paragraphs(text: str) -> str:
    """Text without the line breaks of a docstring."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))
