"""The proof of `tandem access`: no action can be taken away from a role without a word."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache

import pytest
from synthesis import ROOT, synthesize

from tandem.access.evaluator import Evaluator
from tandem.access.judging import judge
from tandem.access.needs import needs
from tandem.deployment import Deployment, Role, read

EXAMPLES = ("walkthrough", "github", "single", "chain")
PAGE = ROOT / "docs/proof.md"
ADVISED = "advised"
"""What the reason begins with where the report says that AWS advises what is missing."""
_ROW = re.compile(r"\| `(?P<removal>[^`]+)` \| (?P<why>.+) \|")


@dataclass(frozen=True)
class Removal:
    """A role without one action of one statement."""

    name: str
    """The example, the role, the statement and the action."""
    role: Role
    instead_of: Role


@dataclass(frozen=True)
class Seen:
    """What is said of a removal."""

    name: str
    missing: bool
    """It is a finding."""
    advised: bool
    """It stands in the report, and is no finding."""


@cache
def explained() -> dict[str, str]:
    """What the page says can go without a finding, and why."""
    _, _, part = PAGE.read_text().partition("## What can go without a finding of access")
    rows = part.partition("\n## ")[0].splitlines()
    return {row["removal"]: row["why"] for line in rows if (row := _ROW.fullmatch(line))}


def removals(example: str, deployment: Deployment) -> Iterator[Removal]:
    """Each allowed action of each role, taken away by itself."""
    for role in deployment.roles:
        for place, policy in enumerate(role.policies):
            assert policy.document is not None
            statements = policy.document["Statement"]
            for number, statement in enumerate(statements):
                assert statement["Effect"] == "Allow"
                for action in statement["Action"]:
                    rest = [it for it in statement["Action"] if it != action]
                    without = [{**statement, "Action": rest}] if rest else []
                    changed = [*statements[:number], *without, *statements[number + 1 :]]
                    document = {**policy.document, "Statement": changed}
                    policies = list(role.policies)
                    policies[place] = replace(policy, document=document)
                    yield Removal(
                        name=f"{example} {role.name} {statement['Sid']} {action}",
                        role=replace(role, policies=tuple(policies)),
                        instead_of=role,
                    )


def observed(example: str, deployment: Deployment) -> Iterator[Seen]:
    """What is said of each removal; all are judged at once."""
    all_needs = needs(deployment)
    found = list(removals(example, deployment))
    asked = [
        [need._replace(role=it.role) for need in all_needs if need.role is it.instead_of]
        for it in found
    ]
    with Evaluator(deployment.account) as evaluator:
        before = judge(deployment, evaluator, all_needs)
        after = iter(judge(deployment, evaluator, [need for needed in asked for need in needed]))
    denied = [it.need for it in before if it.decision.allowed is False]
    assert [it for it in denied if it.advised or not it.optional] == []
    for removal, needed in zip(found, asked, strict=True):
        verdicts = [next(after) for _ in needed]
        yield Seen(
            name=removal.name,
            missing=any(it.missing for it in verdicts),
            advised=any(it.decision.allowed is False and it.need.advised for it in verdicts),
        )


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> list[Seen]:
    """What is said of each removal from each example."""
    found: list[Seen] = []
    for example in EXAMPLES:
        config = ROOT / f"examples/{example}/pipelines.yaml"
        stack = synthesize(config, tmp_path_factory.mktemp(example))
        found += observed(example, read(stack))
    return found


def reasons(it: Seen) -> list[str]:
    return [why for row, why in explained().items() if fnmatchcase(it.name, row)]


def test_each_removal_is_found_or_explained(
    seen: list[Seen], record_testsuite_property: Callable[[str, object], None]
) -> None:
    found = [it for it in seen if it.missing]
    record_testsuite_property(
        "access mutations", f"{len(found)} of {len(seen)} removals are findings"
    )
    assert len(seen) > 200
    assert [it.name for it in seen if not it.missing and not reasons(it)] == []


def test_what_is_called_advised_stands_in_the_report(seen: list[Seen]) -> None:
    survivors = [it for it in seen if not it.missing]
    wrong = {
        it.name
        for it in survivors
        for why in reasons(it)
        if why.startswith(ADVISED) is not it.advised
    }
    assert wrong == set()


def test_each_explanation_explains_something(seen: list[Seen]) -> None:
    survivors = [it.name for it in seen if not it.missing]
    idle = {row for row in explained() if not any(fnmatchcase(it, row) for it in survivors)}
    assert idle == set()
