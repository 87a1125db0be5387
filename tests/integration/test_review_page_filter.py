"""The filter of a review's page, and what leads from one part to another, in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from browser import Browser
from review_samples import huge, realistic

from tandem.review.model import Review
from tandem.review.wording import SHARED

pytestmark = pytest.mark.integration
pytest_plugins = ["review_pages"]

Shown = Callable[[Review], Path]
ITEMS = "main [data-kind]"
FOLD = "main details.item"
OPEN = ("evaluate", f"document.querySelectorAll('{FOLD}[open]').length")
DRAWN = ("evaluate", "new Promise(requestAnimationFrame)")


def test_the_filter_by_kind_image_and_text(browser: Browser, shown: Shown) -> None:
    chosen: list[tuple[tuple[tuple[str, ...], ...], list[str], str]] = [
        (
            (("click", "[value=created]"),),
            ["module.jobs.aws_sns_topic.failed", "aws_ecr_repository.shop-storefront"],
            "2 of 35 shown",
        ),
        (
            (("click", "[value=moved]"), ("choose", "#image", SHARED)),
            ["aws_kms_key.images"],
            "1 of 35 shown",
        ),
        (
            (("choose", "#image", "base"),),
            ["aws_ecr_repository.shop-base", "aws_ecr_repository.shop-base"],  # and a finding
            "2 of 35 shown",
        ),
        (
            (("fill", "#text", "SCAN_on_push  false"),),
            ["aws_ecr_repository.shop-base"],
            "1 of 35 shown",
        ),
        (
            (("choose", "#image", "api"), ("click", "[value=drift]")),
            ["aws_codebuild_project.shop-api"],
            "1 of 35 shown",
        ),
        ((("fill", "#text", "nowhere"),), [], "0 of 35 shown"),
    ]
    looks = (DRAWN, ("visible", f"{ITEMS} .address"), ("visible", "#shown"))
    clear = ("click", "[type=reset]")
    steps = [step for chose, _, _ in chosen for step in (*chose, *looks, clear)]
    visit = browser.visit(shown(realistic()), *steps, DRAWN, ("visible", "#shown"))
    visit.assert_quiet()
    *results, last = visit.results
    found = iter(results)
    for chose, addresses, count in chosen:
        _, seen, status, _ = list(islice(found, len(chose), len(chose) + 4))
        assert (seen, status) == (addresses, [count]), chose
    assert last == ["35 shown"]


def test_sections_and_groups_without_a_match_are_not_shown(browser: Browser, shown: Shown) -> None:
    visit = browser.visit(
        shown(realistic()),
        ("click", ".group:nth-of-type(2) > summary"),
        ("fill", "#text", "scan_on_push"),
        DRAWN,
        ("visible", "main h2, main h3, main #rest .address"),
        ("fill", "#text", "nowhere"),
        DRAWN,
        ("visible", "main h2, #none"),
    )
    visit.assert_quiet()
    assert visit.results[3] == [
        "Everything else, by image",
        "base",
        "aws_ecr_repository.shop-base",
        "Not looked at",
    ]
    assert visit.results[6] == ["Nothing is as the filter wants it.", "Not looked at"]


def test_everything_unfolds_and_folds(browser: Browser, shown: Shown) -> None:
    count = ("evaluate", f"document.querySelectorAll('{FOLD}').length")
    one = ("click", f"{FOLD}[open] > summary >> nth=0")
    visit = browser.visit(
        shown(realistic()),
        count,
        ("click", "#collapse"),
        OPEN,
        ("click", "#expand"),
        OPEN,
        one,
        OPEN,
    )
    visit.assert_quiet()
    total, _, collapsed, _, expanded, _, less = visit.results
    assert (collapsed, expanded, less) == (0, total, total - 1)


@pytest.mark.parametrize("first", [("click", "#collapse"), ("fill", "#text", "data-destroyed")])
def test_an_objection_opens_what_it_is_about(
    browser: Browser, shown: Shown, first: tuple[str, ...]
) -> None:
    visit = browser.visit(
        shown(realistic()),
        first,
        DRAWN,
        ("click", "#objections a >> nth=0"),
        ("visible", "#c1 .body"),
        ("evaluate", "document.getElementById('c1').getBoundingClientRect().top"),
    )
    visit.assert_quiet()
    [body], top = visit.results[-2:]
    assert "What runs shop/web can no longer be pulled." in body
    assert 0 <= top < 900


def test_a_link_to_a_change_opens_it(browser: Browser, shown: Shown) -> None:
    visit = browser.visit(shown(huge(100)), ("visible", "#c3 .body"), anchor="#c3")
    visit.assert_quiet()
    assert len(visit.results[0]) == 1


def test_five_thousand_changes(browser: Browser, shown: Shown) -> None:
    review = huge()
    # A number of four digits is no part of another one.
    wanted = next(it for it in review.changes if it.image and it.address[-5] == "_")
    visit = browser.visit(
        shown(review),
        ("evaluate", f"document.querySelectorAll('{ITEMS}').length"),
        ("fill", "#text", wanted.address),
        ("choose", "#image", wanted.image),
        DRAWN,
        ("visible", f"{ITEMS}:not([hidden]) .address"),
    )
    visit.assert_quiet()
    assert visit.results[0] > 5000
    assert visit.results[-1] == [wanted.address]
