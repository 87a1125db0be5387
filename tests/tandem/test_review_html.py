"""The page of a review: everything is in it, in its order, and can be found."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
import review_samples
from page_elements import drawn, page
from review_samples import realistic, tiny

from tandem.review.html.page import html
from tandem.review.model import AttributeChange, Change, Counts, Review
from tandem.review.wording import in_short

NOT_SHOWN = {"rank", "kind", "type", "links", "id", "image", "terraform_version"}
"""Fields that are no text of the page's body, or that other tests look at."""


def texts(value: Any, name: str = "") -> Iterator[str]:
    if name in NOT_SHOWN:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for it in value:
            yield from texts(it, name)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts(getattr(value, field.name), field.name)


def test_everything_that_a_review_says_is_there() -> None:
    review = realistic()
    shown = page(review).one("body")
    urls = {it.attributes.get("href") for it in shown.found("a")}
    # The page says what is done, not Terraform's word for it; it has the diff in place of its size;
    # and in place of the remedy the waiver.
    other = {it.action for it in (*review.changes, *review.drift)} | {"31 lines", "32 lines"}
    other |= {it.remedy for it in review.objections if it.waiver}
    missing = {
        text
        for text in texts(review)
        if text and " ".join(text.split()) not in shown.words and text not in urls
    }
    assert missing <= other


def test_a_few_hundred_changes_are_all_there() -> None:
    review = review_samples.huge(300)
    shown = Counter(it.text for it in page(review).found("code", **{"class": "address"}))
    assert all(shown[it.address] for it in review.changes)


def test_symbols_are_readable() -> None:
    change = Change("aws_kms_key.a", "aws_kms_key", "create", means=("by \ue000key.arn\ue001",))
    shown = page(Review("plan", "1.11.4", Counts(add=1), (change,)))
    assert "by <key.arn>" in shown.text


def test_the_same_review_gives_the_same_page() -> None:
    assert html(realistic(), draw=drawn) == html(realistic(), draw=drawn)


def test_every_id_is_there_once_and_every_link_leads_somewhere() -> None:
    root = page(review_samples.huge(60))
    ids = Counter(it.attributes["id"] for it in root.all if "id" in it.attributes)
    assert set(ids.values()) == {1}
    targets = [it.attributes["href"] or "" for it in root.found("a")]
    assert {it[1:] for it in targets if it.startswith("#")} <= ids.keys()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("data-destroyed", "destroyed aws_ecr_repository.shop-web"),
        ("access-widened", "widens shop-api-build"),
        ("finding-new", "new action-too-wide"),
    ],
)
def test_an_objection_leads_to_what_it_is_about(rule: str, words: str) -> None:
    root = page(realistic())
    told = next(it for it in root.found(data_kind="objections") if rule in it.words.split())
    target = (told.found("a")[0].attributes["href"] or "")[1:]
    assert root.one(id=target).words.startswith(words)


def test_findings_that_close_the_gate_are_explained_once_and_named_by_rule() -> None:
    review = realistic()
    (new,) = (it for it in review.findings if it.finding.check == "action-too-wide")
    places = [f"aws_iam_role.r{n}" for n in range(5)]
    many = [
        replace(new, finding=replace(new.finding, address=it, cause="too wide")) for it in places
    ]
    because = [it for it in review.objections if it.check]
    closing = [replace(because[0], address=it, why="too wide") for it in places]
    unseen = replace(because[0], address="aws_iam_role.unseen", why="nobody else says it")
    root = page(replace(review, findings=tuple(many), objections=(*closing, unseen)))
    alone, together = root.one("section", id="objections").found(data_kind="objections")
    assert "nobody else says it" in alone.words
    assert together.words.startswith("New findings 5, with what to do below finding-new")
    assert [it.attributes["href"] for it in together.found("a")] == [f"#f{n}" for n in range(1, 6)]
    assert root.one("body").words.count("too wide") == 5


def test_of_findings_of_a_check_at_one_address_each_has_its_own_link() -> None:
    review = realistic()
    (new,) = (it for it in review.findings if it.finding.check == "action-too-wide")
    (because,) = (it for it in review.objections if it.check == "action-too-wide")
    two = [replace(new, finding=replace(new.finding, cause=it)) for it in ("one", "other")]
    for number, cause in enumerate(("one", "other"), start=1):
        objection = replace(because, why=cause)
        root = page(replace(review, findings=tuple(two), objections=(objection,)))
        told = root.one("section", id="objections")
        assert [it.attributes["href"] for it in told.found("a")] == [f"#f{number}"]


def test_the_filter_offers_what_there_is() -> None:
    root = page(realistic())
    items = [it for it in root.all if "data-kind" in it.attributes]
    kinds = Counter(it.attributes["data-kind"] for it in items)
    offered = {
        it.one("input").attributes["value"]: int(it.one("span").text)
        for it in root.found("label", **{"class": "kind"})
    }
    assert offered == kinds
    images = {it.attributes["value"] for it in root.one("select").found("option")}
    assert {it.attributes["data-image"] for it in items} <= images
    assert {"web", "storefront", "api"} < images


def test_changes_are_with_their_image_and_what_has_none_comes_last() -> None:
    groups = page(realistic()).found("details", **{"class": "group"})
    assert [it.one("h3").text for it in groups] == [
        "api",
        "base",
        "jobs",
        "storefront",
        "Shared, or of no image",
    ]
    assert "aws_codebuild_project.shop-api" in groups[0].text


@pytest.mark.parametrize(
    ("review", "css", "verdict"),
    [
        (tiny(), "open", "Nothing changes"),
        (review_samples.small(), "open", "Passes"),
        (review_samples.drift(), "drifted", "Drift"),
        (realistic(), "closed", "Blocked by 4 objections"),
    ],
)
def test_the_verdict_comes_first(review: Review, css: str, verdict: str) -> None:
    header = page(review).one("header")
    words = " · ".join(in_short(review))
    short = header.found("p", **{"class": "short"})
    assert [it.text for it in short] == ([words] if words else [])
    assert (header.attributes["class"], header.one("h1").text) == (css, verdict)


def test_the_counts() -> None:
    counts = Counts(add=1200, change=1, destroy=2, importing=3, move=4, forget=5, replace=1)
    shown = page(replace(tiny(), counts=counts)).one("header").found("li")
    assert [it.text for it in shown] == [
        "3 to import",
        "1,200 to add",
        "1 to change",
        "2 to destroy",
        "1 replaced",
        "4 moved",
        "5 forgotten",
    ]


def test_long_lists_are_folded_and_short_ones_are_not() -> None:
    attribute = AttributeChange("name", "a", "b")

    def opened(count: int) -> int:
        many = tuple(
            Change(f"aws_sns_topic.t{n}", "aws_sns_topic", "update", attributes=(attribute,))
            for n in range(count)
        )
        shown = html(replace(tiny(), changes=many), draw=drawn)
        return len(re.findall(r'<details class="item change"[^>]* open>', shown))

    assert (opened(5), opened(50)) == (5, 0)


def test_an_attribute_is_told_in_both_states() -> None:
    change = Change(
        "aws_sns_topic.a",
        "aws_sns_topic",
        "replace",
        attributes=(
            AttributeChange("name", "a", "b", replaces=True),
            AttributeChange("policy", "see permissions", "see permissions"),
            AttributeChange("tags.x", None, "1"),
            AttributeChange("tags.y", "2", None),
            AttributeChange("text", None, "2 lines", diff=("@@ -0,0 +1,2 @@", "+a", "+b")),
        ),
    )
    shown = page(replace(tiny(), changes=(change,))).one("dl", **{"class": "attributes"})
    assert [(it.one("dt").words, it.one("dd").words) for it in shown.found("div")] == [
        ("name forces the replacement", "a →becomes b"),
        ("policy", "see permissions"),
        ("tags.x", "1"),
        ("tags.y", "2 removed"),
        ("text", "2 lines@@ -0,0 +1,2 @@ +a +b"),
    ]
    assert shown.one("details").one("summary").words == "2 lines"


def test_what_widens_and_what_is_new_comes_first() -> None:
    review = realistic()
    turned = replace(review, permissions=review.permissions[::-1], findings=review.findings[::-1])
    root = page(turned)
    for section, first, many in (("permissions", "widens", 3), ("findings", "new", 2)):
        shown = root.one("section", id=section).found("span")
        badges = [it.text for it in shown if "badge" in (it.attributes["class"] or "")]
        assert badges.count(first) == many
        assert set(badges[:many]) == {first}


def test_a_new_role_widens_nothing_that_there_was() -> None:
    shown = page(realistic()).one("section", id="permissions").found("details")
    badges = {it.one("strong", **{"class": "name"}).text: it.found("span")[0].text for it in shown}
    assert badges == {
        "shop-api-build": "widens",
        "shop-deploy": "widens",
        "shop/base": "widens",
        "shop-storefront-pipeline": "new",
        "shop-web-pipeline": "gone",
    }


@pytest.mark.parametrize(
    "review", [realistic(), review_samples.drift(), replace(realistic(), kind="drift")]
)
def test_the_sections_are_listed_as_they_come(review: Review) -> None:
    root = page(review)
    listed = [it.attributes["href"] for it in root.one("nav").found("a")]
    sections = [f"#{it.attributes['id']}" for it in root.found("section")]
    assert listed == sections
    assert (
        sections.index("#drift")
        == (len(sections) - 2, 1 if review.objections else 0)[review.kind == "drift"]
    )
