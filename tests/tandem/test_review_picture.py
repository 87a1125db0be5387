"""The links that change, as one flowchart."""

from link_pictures import BASE, PIPELINE, STARTS, WEB, image, node, picture, started

from tandem.review.links.links import links
from tandem.review.links.picture import change_picture
from tandem.trace.pictures.model import Edge, arranged

API = node("pipeline", "api", address="aws_codepipeline.api")


def test_no_picture_of_nothing() -> None:
    assert change_picture(links(started(), started())) == ""


def test_what_goes_and_what_comes_are_told_apart_in_words_and_colours() -> None:
    drawn = change_picture(links(started(), picture((BASE, API)))).splitlines()
    assert drawn[0] == "flowchart LR"
    nodes = {line.split("[")[0].strip(): line for line in drawn if '["' in line or '[("' in line}
    base, api, web = (
        next(key for key, line in nodes.items() if name in line)
        for name in ("shop/base:latest", '"api"', '"web<br/>Source, Build"')
    )
    assert f'  {base} -.->|"removed"| {web}' in drawn
    assert f'  {base} -->|"added"| {api}' in drawn
    styles = [line.split(",")[0] for line in drawn if "linkStyle" in line]
    assert styles == ["  linkStyle 0 stroke:#6e7781", "  linkStyle 1 stroke:#1a7f37"]


def test_a_link_that_changes_is_drawn_as_it_was_and_as_it_will_be() -> None:
    after = picture((image("shop/base:stable"), WEB), address="aws_cloudwatch_event_rule.pushed")
    drawn = change_picture(links(started(), after))
    assert drawn.count('|"removed"|') == drawn.count('|"changed"|') == 1


def test_what_is_broken_and_what_came_instead() -> None:
    newest = image("shop/base:newest")
    after = arranged(
        [BASE, newest, WEB],
        [
            Edge(BASE.id, WEB.id, "reads", broken="pattern-misses"),
            Edge(newest.id, WEB.id, "starts", "rule", broken="pattern-misses"),
        ],
    )
    drawn = change_picture(links(started(), after))
    assert drawn.count('|"✗ broken"|') == drawn.count('|"added"|') == 1


def test_what_stays_is_drawn_between_what_changes_only() -> None:
    """And the pipeline's other links are left out: the picture is of the change."""
    pushed = image("shop/web:latest", "aws_ecr_repository.web")
    before = arranged([BASE, WEB, pushed], [Edge(BASE.id, WEB.id, "starts", "polling")])
    stays = Edge(BASE.id, WEB.id, "starts", "rule", "digest", PIPELINE)
    after = arranged(
        [BASE, WEB, pushed],
        [Edge(BASE.id, WEB.id, "starts", "polling"), stays, Edge(WEB.id, pushed.id, "pushes")],
    )
    both = links(before, after)
    assert [it.words for it in both.changes] == [STARTS, "web pushes shop/web:latest"]
    drawn = change_picture(both)
    assert drawn.count("-->") == 3
    assert drawn.count('|"added"|') == 2


def test_of_many_the_most_dangerous_are_drawn_and_the_rest_counted() -> None:
    others = [node("pipeline", f"p{n}", address=f"p{n}") for n in range(60)]
    after = picture(*((BASE, it) for it in others))
    drawn = change_picture(links(started(), after), most=20)
    assert drawn.count('|"removed"|') == 1
    assert drawn.count('|"added"|') == 19
    assert 'left_out["and 41 more links that change"]' in drawn


def test_what_mermaid_would_refuse_is_drawn_in_part() -> None:
    """Each character of these names is written as a number of five digits."""
    others = [node("pipeline", f"{n}{'界' * 46}", *["界" * 48] * 3) for n in range(60)]
    drawn = change_picture(links(started(), picture(*((BASE, it) for it in others))))
    assert len(drawn) <= 50_000
    assert 'left_out["and 41 more links that change"]' in drawn


def test_more_arrows_than_mermaid_draws_are_drawn_in_part() -> None:
    ends = [image(f"i{n}", f"i{n}") for n in range(30)]
    stay = picture(*((one, it) for one in ends for it in ends), through="polling")
    new = picture(*zip(ends, reversed(ends), strict=True), kind="pushes")
    drawn = change_picture(links(stay, arranged(ends, (*stay.edges, *new.edges))))
    assert drawn.count("-->") <= 500
    assert 'left_out["and 20 more links that change"]' in drawn


def test_names_mean_nothing_to_mermaid() -> None:
    hostile = node("pipeline", 'x"]; click a "javascript:alert(1)', address="p")
    drawn = change_picture(links(None, picture((BASE, hostile))))
    assert 'x"]' not in drawn
    assert "#34;" in drawn


def test_the_same_change_gives_the_same_text() -> None:
    """Whatever order a set of texts has: it differs from run to run."""
    others = [node("pipeline", f"p{n}", address=f"p{n}") for n in range(20)]
    before = picture(*((BASE, it) for it in others))
    after = picture(*((image("shop/base:stable"), it) for it in others))
    drawn = change_picture(links(before, after)).splitlines()
    arrows = [line for line in drawn if '|"changed"|' in line]
    assert arrows == sorted(arrows, key=lambda line: int(line.rpartition(" n")[2]))


def test_a_link_that_comes_and_does_not_work_is_not_drawn_as_good_news() -> None:
    both = links(None, started(broken="rule-disabled"))
    assert [it.kind for it in both.changes] == ["added"]
    assert '|"✗ broken"|' in change_picture(both)
