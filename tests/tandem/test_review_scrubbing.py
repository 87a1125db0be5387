"""A review without its sensitive values: as texts, and in every format."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import review_samples as samples
from page_elements import Page

from tandem.review import command
from tandem.review.as_json import as_json
from tandem.review.markdown import markdown
from tandem.review.model import AttributeChange, Links, Objection, Review
from tandem.review.redaction.scrubbing import scrubbed, scrubbed_json
from tandem.review.redaction.secrets import HIDDEN, Secrets
from tandem.review.sarif import sarif
from tandem.trace.pictures.model import Graph

CANARY = "CANARY-3f9a"
_NOTHING = Graph((), ())
SECRETS = Secrets([CANARY])
FORMATS = ("markdown", "html", "sarif", "json")
OURS = ("## ⛔ Blocked by 4 objections", '"passes": false', "addEventListener", "is **destroyed**")
"""Words that nobody but us writes."""


def printed(
    review: Review,
    secrets: Sequence[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> dict[str, str]:
    """A review of a plan with a sensitive variable in every format; pictures take long."""
    review = replace(review, links=Links(_NOTHING, _NOTHING, review.links.changes))
    plan = folder / "plan.json"
    variables = {"x": {"value": secrets}}
    root = {"variables": {"x": {"sensitive": True}}}
    document = {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {}}
    configuration = {"root_module": root}
    plan.write_text(json.dumps(document | {"variables": variables, "configuration": configuration}))
    monkeypatch.setattr(command, "review", lambda *_, **__: review)
    files = {kind: folder / kind for kind in ("markdown", "html", "sarif")}
    outputs = command.Outputs(**files)
    command.print_review(plan, None, outputs, limit=65_000, as_json=True, checkov=False)
    return {kind: it.read_text() for kind, it in files.items()} | {"json": capsys.readouterr().out}


def test_no_format_has_what_only_the_review_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    review = samples.spilled(samples.realistic(), CANARY)
    texts = printed(review, [CANARY], tmp_path, monkeypatch, capsys)
    assert [kind for kind in FORMATS if "CANARY" in texts[kind]] == []
    assert [kind for kind in FORMATS if HIDDEN not in texts[kind]] == []


@pytest.mark.parametrize("format_", ["sarif", "json"])
def test_what_is_put_together_is_looked_at_again(
    format_: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rename = samples.realistic().renames[0]
    said = {"sarif": "is gone. keep it", "json": f"from = {rename.old}"}[format_]
    objection = Objection("data-destroyed", "a.b", "it is gone", "keep it")
    review = replace(samples.realistic(), objections=(objection,), renames=(rename,))
    before = {"sarif": sarif(review, file="x"), "json": as_json(review)}[format_]
    assert said in json.dumps(before)
    assert said not in printed(review, [said], tmp_path, monkeypatch, capsys)[format_]


def test_our_own_words_stay_though_a_secret_equals_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    review = replace(samples.realistic(), links=Links(_NOTHING, _NOTHING))
    texts = printed(review, OURS, tmp_path, monkeypatch, capsys)
    assert json.loads(texts["json"]) == json.loads(json.dumps(as_json(review)))
    assert texts["markdown"] == markdown(review)
    root = Page(texts["html"]).root
    policy = root.one("meta", http_equiv="Content-Security-Policy").attributes["content"] or ""
    for script in root.found("script"):
        digest = hashlib.sha256(script.text.encode()).digest()
        assert base64.b64encode(digest).decode() in policy
    assert HIDDEN not in texts["html"]


def test_what_stands_for_something_is_not_blotted() -> None:
    review = samples.realistic()
    names = {it.address for it in review.changes} | {it.type for it in review.changes}
    names |= {it.rule for it in review.objections} | {
        it.previous_address or "" for it in review.changes
    }
    found = scrubbed(review, Secrets(names))
    assert [it.address for it in found.changes] == [it.address for it in review.changes]
    assert [it.type for it in found.changes] == [it.type for it in review.changes]
    assert [it.rule for it in found.objections] == [it.rule for it in review.objections]
    assert found.renames[0].old == review.renames[0].old
    assert "Destroyed or replaced" in markdown(found)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("assume_role_policy", "assume_role_policy"),
        (f"tags.{CANARY}", f"tags.{HIDDEN}"),
        (f'tags["{CANARY}"].x', f'tags["{HIDDEN}"].x'),
    ],
)
def test_which_attribute_changes_is_said(path: str, shown: str) -> None:
    review = replace(samples.tiny(), outputs=(AttributeChange(path, CANARY, None),))
    (found,) = scrubbed(review, Secrets([CANARY, "assume_role_policy"])).outputs
    assert (found.path, found.old) == (shown, HIDDEN)


def test_nodes_that_are_called_like_a_secret_are_still_linked() -> None:
    graph = samples.realistic().links.after
    linked = {edge.target for edge in graph.edges}
    node = next(it for it in graph.nodes if it.id in linked and len(it.name) > 8)
    found = scrubbed(samples.realistic(), Secrets([node.name])).links.after
    (number,) = (at for at, it in enumerate(graph.nodes) if it is node)
    hidden = found.nodes[number]
    assert hidden.name == HIDDEN
    assert hidden.id.isidentifier()
    was = [(edge.source == node.id, edge.target == node.id) for edge in graph.edges]
    assert [(it.source == hidden.id, it.target == hidden.id) for it in found.edges] == was


def test_no_part_of_the_review_is_left_out() -> None:
    assert "CANARY" not in repr(scrubbed(samples.spilled(samples.realistic(), CANARY), SECRETS))


def test_a_review_without_secrets_is_the_same() -> None:
    review = samples.realistic()
    assert scrubbed(review, SECRETS) == review
    assert scrubbed_json(as_json(review), SECRETS) == as_json(review)
