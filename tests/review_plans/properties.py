"""What holds for the review of every plan, whatever it does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from jsonschema import Draft202012Validator
from synthesis import ROOT

from review_plans.expected import DRIFTED, OBJECTIONS
from review_plans.reviewed import Reviewed
from review_plans.secret import CANARIES
from review_plans.workshop import Block, Plan

LONGEST_COMMENT = 65_000
_COUNTED = {"add": "add", "change": "change", "destroy": "destroy", "import": "importing"}
"""Terraform's words for what it counts, and ours."""
_LEFT_OUT = re.compile(r"([\d,]+) of ([\d,]+) changes?\b")
"""Of the changes: what is cut of anything else says nothing of them."""


@dataclass(frozen=True)
class Made:
    """A plan and its review."""

    name: str
    plan: Plan
    review: Reviewed


def scenarios(maker: type) -> list[str]:
    """The names of the plans that a class makes."""
    return [name for name, it in vars(maker).items() if callable(it) and not name.startswith("_")]


def happening(document: Block) -> list[Block]:
    """The changes that are any: data sources that are read later are none."""
    return [
        change
        for change in document.get("resource_changes", [])
        if change["mode"] == "managed"
        and (
            change["change"]["actions"] != ["no-op"]
            or "previous_address" in change
            or "importing" in change["change"]
        )
    ]


class Properties:
    """Tests of each plan that a fixture `made` makes."""

    def test_counts_what_terraform_counts(self, made: Made) -> None:
        counts = made.review.data["counts"]
        terraform = made.plan.counts
        assert {ours: counts[ours] for ours in _COUNTED.values()} == {
            ours: terraform.get(theirs, 0) for theirs, ours in _COUNTED.items()
        }

    def test_has_every_address_or_says_that_it_is_cut(self, made: Made) -> None:
        addresses = [change["address"] for change in happening(made.plan.document)]
        changes = made.review.data["changes"]
        told = [change["address"] for change in changes if change["action"] != "read"]
        assert sorted(told) == sorted(addresses)
        assert [it for it in addresses if it not in unescape(made.review.html)] == []
        assert_counts_what_it_cuts(made.review, addresses)

    def test_has_what_drifted(self, made: Made) -> None:
        said = {it["address"] for it in made.plan.document.get("resource_drift", [])}
        drifted = {it["address"] for it in made.review.data["drift"]}
        assert drifted == DRIFTED.get(made.name, set())
        assert drifted <= said

    def test_fits_into_a_comment(self, made: Made) -> None:
        assert 0 < len(made.review.markdown) <= LONGEST_COMMENT

    def test_tells_no_secret(self, made: Made) -> None:
        told = {
            (kind, secret)
            for kind, text in made.review.texts.items()
            for secret in CANARIES
            if secret in text
        }
        assert told == set()

    def test_exit_status_and_verdict_agree(self, made: Made) -> None:
        assert made.review.exit_status == (1 if made.review.objections else 0)
        assert ("⛔" in made.review.markdown.splitlines()[0]) == bool(made.review.objections)

    def test_the_gate_is_closed_for_what_it_should_be(self, made: Made) -> None:
        if not made.name.startswith("foreign-"):  # how they are is seen elsewhere
            assert made.review.objections == OBJECTIONS.get(made.name, {})

    def test_says_as_much_drift_as_it_shows(self, made: Made) -> None:
        assert made.review.data["counts"]["drift"] == len(made.review.data["drift"])

    def test_json_is_as_documented(self, made: Made) -> None:
        schema: Any = json.loads((ROOT / "docs/review.schema.json").read_text())
        errors = Draft202012Validator(schema).iter_errors(made.review.data)
        assert [error.message for error in errors] == []


def assert_counts_what_it_cuts(review: Reviewed, addresses: list[str]) -> None:
    """Every address is in the comment, in brief or not, or the comment says how many are not."""
    missing = {it for it in addresses if f"`{it}`" not in review.markdown}
    left, all_of = _left_out(review.markdown)
    assert len(missing) <= left, missing
    assert all_of in (0, len(review.data["changes"]))


def _left_out(markdown: str) -> tuple[int, int]:
    """How many changes a comment says that it does not show, and of how many."""
    [cut] = [line for line in markdown.splitlines() if "Shortened" in line] or [""]
    said = _LEFT_OUT.search(cut.split("Shown in one line")[0])
    left, all_of = (int(it.replace(",", "")) for it in said.groups()) if said else (0, 0)
    return left, all_of
