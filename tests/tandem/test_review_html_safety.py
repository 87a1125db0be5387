"""Hostile reviews as a page: nothing breaks out, and the page allows only its own."""

import base64
import hashlib
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
import review_samples
from hypothesis import given, settings
from hypothesis import strategies as st
from page_elements import Element, drawn, page
from review_samples import HOSTILE, poisoned, realistic, tiny

from tandem.review.html.page import html
from tandem.review.model import Review


def structure(root: Element) -> Counter[tuple[str, ...]]:
    """Elements and the names of their attributes; names decide in which order they come.

    Only what is plainly an address becomes a link to the page of a check.
    """
    links = {id(it) for it in root.found("a", rel="noopener noreferrer")}
    return Counter((it.tag, *sorted(it.attributes)) for it in root.all if id(it) not in links)


@cache
def harmless() -> Counter[tuple[str, ...]]:
    return structure(page(poisoned(realistic(), "x")))


def test_hostile_names_stay_names() -> None:
    hostile = page(review_samples.hostile())
    assert structure(hostile) == harmless()
    assert "<script>alert(1)</script><img src=x onerror=alert(2)>" in hostile.one("main").text


@settings(max_examples=12, deadline=None)
@given(st.text(min_size=1, max_size=20))
def test_any_name_stays_a_name(text: str) -> None:
    assert structure(page(poisoned(realistic(), text))) == harmless()


def test_nothing_is_hidden_or_turned_around_by_a_name() -> None:
    shown = html(poisoned(realistic(), f"{HOSTILE}\ud800\u200b\x00"), draw=drawn)
    shown.encode()
    assert {it for it in shown if not it.isprintable()} == {"\n"}


@pytest.mark.parametrize("review", [realistic(), review_samples.hostile(), tiny()])
def test_only_its_own_style_and_script_are_allowed(review: Review) -> None:
    root = page(review)
    policy = root.one("meta", http_equiv="Content-Security-Policy").attributes["content"] or ""
    allowed = {
        name: set(values.split())
        for name, _, values in (it.partition(" ") for it in policy.split("; "))
    }
    assert allowed["default-src"] == allowed["base-uri"] == allowed["form-action"] == {"'none'"}
    for name, tag in (("style-src", "style"), ("script-src", "script")):
        assert allowed[name] == {hashed(it.text) for it in root.found(tag)}
    for it in root.all:
        assert not {name for name in it.attributes if name.startswith("on") or name == "style"}
        assert "src" not in it.attributes
        target = it.attributes.get("href") or "#"
        assert target.startswith(("#", "https://")) or target == "data:,"


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_a_page_of_a_check_is_a_link_only_where_it_is_one() -> None:
    plain, other = "https://example.org/a.md#b", "javascript:alert(1)"
    finding = realistic().findings[0]
    review = replace(tiny(), findings=tuple(replace(finding, page=it) for it in (plain, other)))
    section = page(review).one("section", id="findings")
    assert [it.attributes["href"] for it in section.found("a")] == [plain]
    assert other in section.text
