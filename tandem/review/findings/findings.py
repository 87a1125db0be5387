"""Findings about what is planned, and which of them are new."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from tandem.access.catalogue import CHECKS as ACCESS_CHECKS
from tandem.deployment.symbols import equal, readable, symbol
from tandem.findings import Finding
from tandem.review.model import ReviewFinding, Source
from tandem.trace.catalogue import CHECKS as TRACE_CHECKS

PAGES: Mapping[str, str] = {
    **{check.id: check.page for check in TRACE_CHECKS},
    **{check.id: check.page for check in ACCESS_CHECKS},
}
"""Where each check of ours is explained."""
_ORDER = ("linked-too-late", "policy-after-use")
"""Checks of what has to be made before something else: a state has none of their findings."""
_TOO_WIDE = ("permission-any-resource", "permission-too-wide")


def compared(
    before: Iterable[Finding],
    after: Iterable[Finding],
    source: Source,
    *,
    pages: Mapping[str, str] = PAGES,
    steady: Container[str] = (),
    there: Container[str] = (),
) -> tuple[ReviewFinding, ...]:
    """What is found in what is planned; new is what was not found in what is there.

    A finding was there if it says the same, or if only what is known after the apply makes its
    words others.

    Args:
        before: What is found in what is there.
        after: What is found in what is planned.
        source: What found it.
        pages: Where each check is explained.
        steady: Addresses of roles and policies that stay as they are: what they allow too much is
            not new, though there may be more now that they allow it on.
        there: Addresses of what exists already: what Terraform makes first matters no more.
    """
    known = Counter(before)
    found: list[tuple[Finding, bool]] = []
    for finding in sorted(after):
        is_known = known[finding] > 0
        known[finding] -= is_known
        found.append((finding, is_known))
    others: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in sorted(known.elements()):
        others[finding.address, finding.check].append(finding)

    def is_new(finding: Finding) -> bool:
        if finding.check in _ORDER and finding.address in there:
            return False
        is_steady = finding.address in steady and finding.check in _TOO_WIDE
        for other in (left := others[finding.address, finding.check]):
            if is_steady or equal(_open(finding.cause), other.cause) is not False:
                left.remove(other)
                return False
        return True

    return tuple(
        ReviewFinding(
            finding=_shown(finding),
            source=source,
            new=not is_known and is_new(finding),
            page=pages.get(finding.check, ""),
        )
        for finding, is_known in found
    )


def _open(text: str) -> str:
    """`text` with its symbols, also those that are shown already."""
    return re.sub(r"<([^<>]+)>", lambda found: symbol(found[1]), text)


def _shown(finding: Finding) -> Finding:
    """A finding for people."""
    return replace(
        finding,
        address=readable(finding.address),
        cause=readable(finding.cause),
        remedy=readable(finding.remedy),
    )
