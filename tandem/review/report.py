"""A review, put together from all that looks at a plan."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tandem.deployment import Deployment, Unresolved
from tandem.deployment.symbols import readable, symbols_in
from tandem.review.changes.changes import changes, drift, outputs, renames
from tandem.review.findings.analysis import analysing
from tandem.review.findings.checkov import scan
from tandem.review.gate.gate import gated
from tandem.review.model import Review
from tandem.review.permissions import permission_changes
from tandem.review.permissions.switched import made_elsewhere
from tandem.review.reading.deployments import deployments
from tandem.review.reading.file import as_terraform_writes
from tandem.review.reading.plan import understand
from tandem.review.reading.sharing import share_values

if TYPE_CHECKING:
    from tandem.config import Review as Settings


def review(
    document: Mapping[str, Any],
    settings: Settings | None = None,
    *,
    today: datetime.date,
    checkov: bool = False,
) -> Review:
    """Review a plan.

    Args:
        document: The plan, without what is sensitive: see `tandem.review.redaction.redaction`.
        settings: `review:` of the file; None: there is no file, and no exception.
        today: The day in UTC, by which waivers expire.
        checkov: Whether to let checkov look at it too, which takes some ten seconds.

    Raises:
        InputError: It is not as Terraform writes it. The message quotes none of its values.
        ScanError: checkov did not look.
        EvaluatorError: Node or the package that evaluates policies is not installed.
    """
    with as_terraform_writes():
        share_values(document)
        plan = understand(document)
        sides = deployments(document, drift=plan.kind == "drift")
    with analysing(sides) as analyses, as_terraform_writes():
        # All that needs no finding first: it is done while others look.
        scanned = scan(document, drift=plan.kind == "drift") if checkov else ()
        drifted = drift(plan, sides.after, sides.before)
        changed = changes(plan, sides.after, sides.before)
        permissions = permission_changes(sides.before, sides.after, report=analyses.access)
        seen = analyses()
        found = Review(
            kind=plan.kind,
            terraform_version=plan.terraform_version,
            # Of what Terraform lists, the provider only reads back a part.
            counts=replace(plan.counts, drift=len(drifted)),
            changes=changed,
            drift=drifted,
            outputs=outputs(plan),
            renames=renames(plan),
            links=seen.links,
            permissions=permissions,
            findings=(*seen.findings, *scanned),
            not_known=tuple(_not_known(sides.before, sides.after)),
            notes=plan.notes,
        )
        return gated(found, plan, settings, today=today)


def _not_known(before: Deployment | None, after: Deployment) -> Iterator[str]:
    """What nobody can know of what there will be, in lines."""
    alike: dict[tuple[str, str], list[str]] = {}
    for it in (*after.unresolved, *made_elsewhere(before, after)):
        why = "it is sensitive" if _is_hidden(it, after) else readable(it.why)
        alike.setdefault((readable(it.attribute), why), []).append(readable(it.address))
    for (attribute, why), addresses in alike.items():
        more = f" and {len(addresses) - 1:,} more" if len(addresses) > 1 else ""
        yield f"{attribute} of {addresses[0]}{more}: {why}"


def _is_hidden(it: Unresolved, after: Deployment) -> bool:
    """Whether the value is known, to others than us."""
    resource = after.resources.get(it.address)
    last = f".{it.attribute.rpartition('.')[2]}"
    names = symbols_in(resource.values) if resource else ()
    return any(name.startswith("sensitive: ") and last in name for name in names)
