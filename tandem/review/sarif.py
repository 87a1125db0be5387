"""A review for code scanning: SARIF 2.1.0, within what GitHub takes of it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tandem.access.catalogue import CHECKS as ACCESS_CHECKS
from tandem.deployment.symbols import readable
from tandem.review.model import Objection, Review, ReviewFinding, Waiver
from tandem.review.wording import RULES, is_plain_page, number_of, shortened
from tandem.trace.catalogue import CHECKS as TRACE_CHECKS

MOST = 5_000
"""Results that GitHub shows of a file."""
_LONGEST = 1_000
"""Characters of a text, of which GitHub takes 1,024."""
_LONGEST_ID = 200
_OF_FINDINGS = ("finding-new", "finding-known")
_CHECKS: Mapping[str, tuple[str, str, str]] = {
    **{it.id: (it.title, it.why, it.remedy) for it in TRACE_CHECKS},
    **{it.id: (it.title, it.why, it.remedy) for it in ACCESS_CHECKS},
}
"""Title, explanation and remedy of our own checks."""


@dataclass(frozen=True)
class _Result:
    rule: str
    level: str
    address: str
    text: str
    page: str = ""
    new: bool = True
    waiver: Waiver | None = None


def sarif(review: Review, *, file: str) -> dict[str, Any]:
    """The objections and the findings, the worst first.

    Args:
        review: What to show.
        file: Where the results are shown, as a path from the root of the repository: a plan says
            of no resource in which file it is.
    """
    found = sorted(_results(review), key=lambda it: ("error", "warning", "note").index(it.level))
    shown, left = found[:MOST], len(found) - MOST
    rules = list(_rules(shown))
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    seen: Counter[tuple[str, str]] = Counter()
    results = []
    for it in shown:
        seen[it.rule, it.address] += 1
        results.append(_result(it, index, file, seen[it.rule, it.address]))
    lines = [*review.not_known, *([f"{number_of(left, 'result')} left out"] if left > 0 else [])]
    said = [{"level": "note", "message": {"text": _text(line)}} for line in lines]
    run = {
        "tool": {"driver": {"name": "Tandem", "rules": rules}},
        "automationDetails": {"id": f"tandem-review/{review.kind}/"},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": said}],
        "columnKind": "utf16CodeUnits",
        "results": results,
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }


def _results(review: Review) -> Iterator[_Result]:
    # An objection because of a finding is that finding.
    because = {
        (it.check, it.address, it.why): it for it in review.objections if it.rule in _OF_FINDINGS
    }
    for it in review.objections:
        if it.rule not in _OF_FINDINGS:
            text = f"{it.why}. {it.remedy}"
            level = "note" if it.waiver else "error"
            yield _Result(it.rule, level, it.address, text, waiver=it.waiver)
    for found in review.findings:
        finding = found.finding
        objection = because.get((finding.check, finding.address, finding.cause))
        yield _Result(
            rule=finding.check,
            level=_level(found, objection),
            address=finding.address,
            text=f"{finding.cause}. {finding.remedy}",
            page=found.page,
            new=found.new,
            waiver=objection.waiver if objection else None,
        )


def _level(found: ReviewFinding, objection: Objection | None) -> str:
    if objection and not objection.waiver:
        return "error"
    return "warning" if found.new and not objection else "note"


def _rules(found: list[_Result]) -> Iterator[dict[str, Any]]:
    """Each rule once; what is said of it does not depend on where it is broken."""
    for it in {_id(it.rule): it for it in reversed(found)}.values():
        title, why, remedy = _CHECKS.get(it.rule) or (RULES.get(it.rule, it.rule), "", "")
        yield {
            "id": _id(it.rule),
            "name": _id(it.rule),
            "shortDescription": {"text": _text(title)},
            "fullDescription": {"text": _text(why or title)},
            "help": {"text": _text(f"{remedy}." if remedy else f"{title}. {it.page}")},
            **({"helpUri": it.page} if is_plain_page(it.page) else {}),
            "defaultConfiguration": {"level": "warning" if it.rule not in RULES else "error"},
        }


def _result(it: _Result, rules: Mapping[str, int], file: str, number: int) -> dict[str, Any]:
    name = readable(it.address)
    resource = [{"fullyQualifiedName": name, "kind": "resource"}] if name else []
    mark = hashlib.sha256(f"{it.rule}\0{it.address}".encode(errors="replace")).hexdigest()[:16]
    waived = {"kind": "external", "status": "accepted"}
    return {
        "ruleId": _id(it.rule),
        "ruleIndex": rules[_id(it.rule)],
        "level": it.level,
        "message": {"text": _text(f"{name}: {it.text}" if name else it.text)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(file)},
                    "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2},
                },
                **({"logicalLocations": resource} if resource else {}),
            }
        ],
        # By it GitHub knows a result again: without the words, in which numbers may change.
        "partialFingerprints": {"primaryLocationLineHash": f"{mark}:{number}"},
        "baselineState": "new" if it.new else "unchanged",
        "suppressions": [waived | {"justification": _text(it.waiver.reason)}] if it.waiver else [],
    }


def _id(rule: str) -> str:
    return shortened(readable(rule), _LONGEST_ID)


def _text(text: str) -> str:
    """A message: GitHub makes links of `[words](page)` in it."""
    return shortened(readable(text).replace("](", "] ("), _LONGEST) or "-"
