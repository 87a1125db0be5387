"""Links before and after: which are others, and why."""

from dataclasses import replace

import pytest
from link_pictures import BASE, PIPELINE, RULE, STARTS, WEB, image, node, picture, started

from tandem.findings import Finding
from tandem.review.links.links import links
from tandem.review.model import LinkChange
from tandem.trace.pictures.model import Edge, EdgeKind, Graph, Node, arranged


def changes(before: Graph | None, after: Graph) -> list[LinkChange]:
    return list(links(before, after).changes)


def test_the_same_links_are_no_change() -> None:
    assert changes(started(), started()) == []


def test_everything_of_a_first_apply_is_added() -> None:
    assert changes(None, started()) == [LinkChange("added", STARTS, "", RULE)]


def test_what_goes_is_removed_and_what_comes_is_added() -> None:
    other = node("pipeline", "api", address="aws_codepipeline.api")
    assert changes(started(), picture((BASE, other))) == [
        LinkChange("removed", STARTS, "", RULE),
        LinkChange("added", "push of shop/base:latest starts api", "", "aws_codepipeline.api"),
    ]


def test_a_pipeline_that_is_only_read_from_now_has_lost_its_link() -> None:
    after = picture((BASE, WEB), kind="reads")
    was = "web reads shop/base:latest, which does not start it"
    assert changes(started(), after) == [LinkChange("removed", STARTS, was, PIPELINE)]
    assert changes(after, started()) == [LinkChange("added", STARTS, "", RULE)]


def test_a_broken_link_says_why() -> None:
    finding = Finding(PIPELINE, "image-source-unwatched", "no rule hears of it", "add one")
    after = picture((BASE, WEB), kind="reads", broken=finding.check, details=("more", str(finding)))
    found = links(started(), after, [finding]).changes
    assert found == (LinkChange("broken", STARTS, "no rule hears of it", PIPELINE),)
    assert changes(started(), after)[0].was == "image-source-unwatched"


def test_a_link_that_was_broken_stays_or_is_mended() -> None:
    broken = started(broken="rule-disabled")
    assert changes(broken, broken) == []
    assert changes(broken, started()) == [LinkChange("mended", STARTS, "", RULE)]


def test_a_new_link_that_does_not_work_breaks_nothing() -> None:
    """It never worked: it is added, with what is wrong with it."""
    found = changes(None, started(broken="rule-disabled"))
    assert found == [LinkChange("added", STARTS, "rule-disabled", RULE)]


def test_a_link_of_a_repository_that_is_destroyed_is_broken() -> None:
    """Its pipeline still pushes, and others still wait for it."""
    gone = replace(BASE, address=None)
    before = arranged(
        [BASE, WEB], [Edge(BASE.id, WEB.id, "starts"), Edge(WEB.id, BASE.id, "pushes")]
    )
    after = arranged(
        [gone, WEB], [Edge(BASE.id, WEB.id, "starts"), Edge(WEB.id, BASE.id, "pushes")]
    )
    assert {(it.kind, it.was) for it in changes(before, after)} == {
        ("broken", "the image's repository is destroyed")
    }
    assert len(changes(before, after)) == 2
    assert changes(after, after) == changes(after, before) == []


def test_one_cause_breaks_one_link() -> None:
    """A rule that listens for another tag: the finding is about both tags."""
    newest = image("shop/base:newest")
    after = arranged(
        [BASE, newest, WEB],
        [
            Edge(BASE.id, WEB.id, "reads", broken="pattern-misses"),
            Edge(newest.id, WEB.id, "starts", "rule", broken="pattern-misses"),
        ],
    )
    found = changes(started(), after)
    assert [(it.kind, it.words) for it in found] == [
        ("broken", STARTS),
        ("added", "push of shop/base:newest starts web"),
    ]
    assert found[1].was == ""


def test_another_tag_and_another_base_change_the_link() -> None:
    tag = picture((image("shop/base:stable"), WEB), address=RULE)
    words = "push of shop/base:stable starts web"
    assert changes(started(), tag) == [LinkChange("changed", words, STARTS, RULE)]
    other = picture((image("shop/tools:latest", "aws_ecr_repository.tools"), WEB))
    words = "push of shop/tools:latest starts web"
    assert changes(started(), other) == [LinkChange("changed", words, STARTS, PIPELINE)]


def test_one_base_more_is_no_other_base() -> None:
    """Where two come for one, nobody knows which is in its place."""
    one, two = image("shop/a:latest", "a"), image("shop/b:latest", "b")
    kinds = [it.kind for it in changes(started(), picture((one, WEB), (two, WEB)))]
    assert kinds == ["removed", "added", "added"]


def test_another_way_changes_the_link() -> None:
    assert changes(started(), started(pin="")) == [
        LinkChange("changed", f"{STARTS} (rule)", "rule, digest", RULE)
    ]


def test_a_way_more_is_a_link_more() -> None:
    """A pipeline that is started by a rule, and polls too, starts twice."""
    twice = arranged(
        [BASE, WEB],
        [
            Edge(BASE.id, WEB.id, "starts", "polling"),
            Edge(BASE.id, WEB.id, "starts", "rule", "digest", RULE),
        ],
    )
    assert changes(started(), twice) == [LinkChange("added", STARTS, "", PIPELINE)]


def test_a_pipeline_is_the_same_at_another_address_and_under_another_name() -> None:
    moved = replace(WEB, address="module.web.aws_codepipeline.this")
    assert changes(started(), picture((BASE, moved), through="rule", pin="digest")) == []
    renamed = node("pipeline", "site", address=PIPELINE)
    words = "push of shop/base:latest starts site"
    after = picture((BASE, renamed), through="rule", pin="digest", address=RULE)
    assert changes(started(), after) == [LinkChange("changed", words, STARTS, RULE)]


def test_an_image_that_is_built_elsewhere_from_now_on_is_the_same() -> None:
    elsewhere = replace(BASE, kind="elsewhere", id="elsewhere_base")
    after = picture((elsewhere, WEB), through="rule", pin="digest", address=RULE)
    assert changes(started(), after) == []


def test_pipelines_of_one_name_in_two_regions_are_two() -> None:
    ours, theirs = (replace(WEB, id=f"p{n}", address=f"{PIPELINE}[{n}]") for n in range(2))
    both = picture((BASE, ours), (BASE, theirs))
    assert changes(both, both) == []
    assert changes(both, picture((BASE, ours))) == [
        LinkChange("removed", STARTS, "", f"{PIPELINE}[1]")
    ]


@pytest.mark.parametrize(
    ("one", "other", "kind", "words"),
    [
        (node("git", "push to web", "main"), WEB, "starts", "push to web (main) starts web"),
        (node("upload", "upload to in", "a.zip"), WEB, "starts", "upload to in (a.zip) starts web"),
        (node("schedule", "rate(7 days)"), WEB, "starts", "rate(7 days) starts web"),
        (WEB, BASE, "pushes", "web pushes shop/base:latest"),
        (WEB, node("deploy", "ECS prod/web"), "deploys", "web deploys to ECS prod/web"),
    ],
)
def test_words(one: Node, other: Node, kind: EdgeKind, words: str) -> None:
    assert [it.words for it in changes(None, picture((one, other), kind=kind))] == [words]


def test_the_most_dangerous_comes_first() -> None:
    names = ("a", "b", "c")
    one, two, three = (node("pipeline", name, address=name) for name in names)
    before = picture((BASE, one), (BASE, two))
    after = arranged(
        [BASE, two, three],
        [Edge(BASE.id, three.id, "starts"), Edge(BASE.id, two.id, "starts", broken="x")],
    )
    assert [it.kind for it in changes(before, after)] == ["broken", "removed", "added"]
