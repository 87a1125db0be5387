"""Hostile names in a plan: every format shows them, and in none do they mean anything."""

import json
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from foreign_terraform import FOLDER as FOREIGN
from markdown_it import MarkdownIt
from page_elements import Page
from review_plans.reviewed import Reviewed, printed, reviewed
from review_samples import HOSTILE
from synthesis import Block

HOSTILE_NAMES = [HOSTILE, "'><script>alert(1)</script>"]
"""The second leaves the JSON in texts as it was."""


@cache
def poisoned(poison: str, *, plain: bool = False) -> Reviewed:
    """The review of such a plan."""
    return reviewed(hostile(poison, plain=plain))


def hostile(poison: str, *, plain: bool = False) -> Block:
    """A plan in which everything that people name has a name of theirs.

    Args:
        poison: The name.
        plain: Whether its texts stay JSON where they were: there is no quote in it.
    """
    text = (FOREIGN / "two-sources/plan.json").read_text()
    as_json = json.dumps(poison)[1:-1]
    assert "workbench" in text
    document: Block = json.loads(text.replace("workbench", poison if plain else as_json))
    for change in document["resource_changes"]:
        change["change"]["after"]["tags"] = {poison: poison}
        change["action_reason"] = poison
    document["output_changes"] = {
        poison: {"actions": ["update"], "before": poison, "after": poison * 2}
    }
    document["checks"] = [
        {
            "address": {"to_display": poison, "kind": "check", "name": poison},
            "status": "fail",
            "instances": [
                {
                    "address": {"to_display": poison},
                    "status": "fail",
                    "problems": [{"message": poison}],
                }
            ],
        }
    ]
    before = document["resource_changes"][0]
    document["resource_changes"] += [
        keyed(before, poison, ["create"]),
        keyed(before, f"{poison}2", ["delete"]),
        {**keyed(before, f"{poison}3", ["no-op"]), "previous_address": f"aws_x.y[{poison}]"},
    ]
    document["terraform_version"] = poison
    return document


def keyed(change: Block, key: str, actions: list[str]) -> Block:
    address = f'aws_cloudwatch_event_rule.more["{key}"]'
    after = change["change"]["after"]
    sides = {
        "before": None if actions == ["create"] else after,
        "after": None if actions == ["delete"] else after,
    }
    inner = {**change["change"], "actions": actions, **sides}
    return {**change, "address": address, "name": "more", "index": key, "change": inner}


@pytest.mark.parametrize("poison", HOSTILE_NAMES)
def test_no_name_becomes_a_part_of_the_page(poison: str) -> None:
    page, harmless = (Page(poisoned(name).html).root for name in (poison, "x"))
    # A name of several lines is shown as lines.
    assert {it.tag for it in page.all} - {it.tag for it in harmless.all} <= {"pre"}
    assert len(page.found("script")) == len(harmless.found("script"))
    for element in page.all:
        assert not [name for name in element.attributes if name.startswith("on")]
        for name in ("href", "src", "action"):
            assert "evil" not in (element.attributes.get(name) or "")
            assert "javascript:" not in (element.attributes.get(name) or "")
    assert "<script>alert(1)</script>" in page.text


@pytest.mark.parametrize("poison", HOSTILE_NAMES)
def test_no_name_becomes_a_part_of_the_comment(poison: str) -> None:
    tokens = list(inner(MarkdownIt().enable(["table", "strikethrough"]), poisoned(poison).markdown))
    markup = Markup()
    markup.feed(" ".join(it.content for it in tokens if it.type in ("html_inline", "html_block")))
    assert markup.found <= {("details",), ("details", "open"), ("summary",), ("code",), ("br",)}
    assert [it for it in tokens if it.type == "image"] == []
    links = [str(it.attrs["href"]) for it in tokens if it.type == "link_open"]
    assert [it for it in links if "evil" in it or "javascript" in it] == []
    texts = [it.content for it in tokens if it.type == "text"]
    assert [it for it in texts if "@octocat" in it or "://evil" in it] == []


class Markup(HTMLParser):
    """The elements of a text, with the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, ...]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add((tag, *(name for name, _ in attrs)))

    def handle_comment(self, data: str) -> None:
        self.found.add(("comment", data))


def inner(reader: MarkdownIt, text: str) -> Iterator[Any]:
    for token in reader.parse(text):
        yield token
        yield from token.children or ()


def test_no_name_commands_a_terminal_or_turns_the_text_around() -> None:
    review = poisoned(HOSTILE)
    texts = {**review.texts, "printed": printed(hostile(HOSTILE))}
    for kind in ("printed", "said", "markdown", "html"):
        odd = {it for it in texts[kind] if not it.isprintable()} - {"\n", "\t"}
        assert odd == set(), kind


def test_half_characters_are_written_in_every_format() -> None:
    review = poisoned("\\ud800half", plain=True)
    assert "half" in review.html
    for text in review.texts.values():
        text.encode()
