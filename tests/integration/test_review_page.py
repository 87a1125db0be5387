"""The page of a review in a real Chromium: it asks for nothing, and all can use it.

axe-core knows the rules of accessibility: https://dequeuniversity.com/rules/axe/
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from browser import Browser, NoBrowserError
from review_samples import drift, hostile, realistic, tiny

from tandem.review.model import Review

pytestmark = pytest.mark.integration
pytest_plugins = ["review_pages"]

Scheme = Literal["light", "dark"]
Shown = Callable[[Review], Path]
FOLD = "main details.item"
OPEN = ("evaluate", f"document.querySelectorAll('{FOLD}[open]').length")
DRAWN = ("evaluate", "new Promise(requestAnimationFrame)")
FOCUSED = """(() => {
    const it = document.activeElement;
    if (it === document.body) return null;
    const { outlineStyle, outlineWidth } = getComputedStyle(it);
    const all = [...document.querySelectorAll("*")];
    return [all.indexOf(it), it.id || it.textContent.trim(), `${outlineStyle} ${outlineWidth}`];
})()"""
CAN_BE_FOCUSED = """
    [...document.querySelectorAll("a, input, select, button, summary, [tabindex='0']")]
    .filter((it) => it.checkVisibility())
    .map((it) => [...document.querySelectorAll("*")].indexOf(it))"""


@pytest.mark.parametrize(
    ("review", "width", "scheme"),
    [
        *product([realistic], [1280, 390], ["light", "dark"]),
        (tiny, 1280, "light"),
        (drift, 390, "dark"),
        (hostile, 390, "light"),
    ],
)
def test_all_can_use_it_and_nothing_leaves(
    browser: Browser, shown: Shown, review: Callable[[], Review], width: int, scheme: Scheme
) -> None:
    visit = browser.visit(
        shown(review()),
        ("axe",),
        ("evaluate", "for (const it of document.querySelectorAll('details')) it.open = true"),
        ("axe",),
        ("evaluate", "document.documentElement.scrollWidth"),
        ("evaluate", "getComputedStyle(document.body).backgroundColor"),
        scheme=scheme,
        width=width,
    )
    visit.assert_quiet()
    folded, _, unfolded, wide, paper = visit.results
    assert folded == unfolded == []
    assert wide == width  # nothing but a picture is to be moved from side to side
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}[scheme]


def test_without_script_all_of_it_can_be_read(browser: Browser, shown: Shown) -> None:
    visit = browser.visit(
        shown(realistic()),
        ("visible", "#filter"),
        ("visible", f"{FOLD}:not([open]) .body"),
        ("click", f"{FOLD}:not([open]) > summary >> nth=0"),
        ("visible", "#permissions details:nth-of-type(4) .body"),
        ("visible", "main h2"),
        script=False,
    )
    visit.assert_quiet()
    form, folded, _, unfolded, titles = visit.results
    assert form == folded == []
    assert "codebuild:StartBuild" in unfolded[0]
    assert titles == [
        "Objections",
        "Destroyed or replaced",
        "Links",
        "Permissions",
        "Findings",
        "Everything else, by image",
        "Outputs",
        "Changed outside of Terraform",
        "Not looked at",
    ]


def test_the_keyboard_reaches_everything_in_its_order(browser: Browser, shown: Shown) -> None:
    steps = (("press", "Tab"), ("evaluate", FOCUSED)) * 120
    visit = browser.visit(shown(realistic()), ("evaluate", CAN_BE_FOCUSED), *steps)
    visit.assert_quiet()
    can_be, *rest = visit.results
    focused = [it for it in rest if it]
    reached = [place for place, _, _ in focused][: len(can_be)]
    assert reached == can_be == sorted(can_be)
    assert focused[0][1] == "Skip to the review"
    assert [it for it in focused if it[2].startswith("none")] == []


def test_the_keyboard_filters_and_folds(browser: Browser, shown: Shown) -> None:
    visit = browser.visit(
        shown(realistic()),
        ("evaluate", "document.querySelector('[value=created]').focus()"),
        ("press", "Space"),
        DRAWN,
        ("visible", "#shown"),
        ("evaluate", "document.getElementById('collapse').focus()"),
        ("press", "Enter"),
        OPEN,
        ("evaluate", "document.querySelector('#rest .item:not([hidden]) summary').focus()"),
        ("press", "Enter"),
        ("visible", "#rest .item .body"),
    )
    visit.assert_quiet()
    assert visit.results[3] == ["2 of 35 shown"]
    assert len(visit.results[-1]) == 1


def test_nothing_hostile_runs(browser: Browser, shown: Shown) -> None:
    visit = browser.visit(
        shown(hostile()),
        ("click", "#expand"),
        ("fill", "#text", "<script>alert(1)</script>"),
        DRAWN,
        ("evaluate", "document.querySelectorAll('img, iframe, object, main script').length"),
        ("visible", "#shown"),
    )
    visit.assert_quiet()
    assert visit.results[-2:] == [0, ["35 of 35 shown"]]


def test_without_a_browser_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(NoBrowserError, match=r"/nowhere/chromium is not there: install chromium"):
        Browser().__enter__()
