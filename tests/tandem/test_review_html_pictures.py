"""Which pictures are in the page of a review."""

from dataclasses import replace

import pytest
from page_elements import Page, drawn, page
from review_samples import realistic, tiny

from tandem.review.html.page import html
from tandem.review.html.pictures import pictures
from tandem.review.model import Links
from tandem.trace.pictures.model import Edge, Graph, Node, arranged, node_id
from tandem.trace.pictures.svg import PictureError


def chain(apps: int, *, to_last: bool) -> Graph:
    """A base and what it starts; the last app is perhaps not started."""
    base = Node(node_id("image", "base"), "image", "base")
    nodes, edges = [base], []
    for number in range(apps):
        pipeline = Node(node_id("pipeline", f"app-{number}"), "pipeline", f"app-{number}")
        image = Node(node_id("image", f"app-{number}"), "image", f"app-{number}")
        nodes += [pipeline, image]
        edges.append(Edge(pipeline.id, image.id, "pushes"))
        if to_last or number < apps - 1:
            edges.append(Edge(base.id, pipeline.id, "starts", "rule"))
    return arranged(nodes, edges)


def test_without_a_picture_the_page_says_why() -> None:
    def nothing(_: Graph) -> str:
        raise PictureError("SVG needs <Node>")

    section = Page(html(realistic(), draw=nothing)).root.one("section", id="links")
    assert section.found("svg") == []
    assert section.text.count("There is no picture: SVG needs <Node>") == 2


def test_what_does_not_change_is_drawn_once() -> None:
    graph = realistic().links.after
    shown = page(replace(tiny(), links=Links(graph, graph)))
    assert len(shown.found("svg")) == 1
    assert page(tiny()).found("svg") == []


@pytest.mark.parametrize(("points", "size"), [(300, "small"), (800, "middle"), (4000, "large")])
def test_a_picture_fits_the_column_as_long_as_it_can_be_read(points: int, size: str) -> None:
    shown = html(realistic(), draw=lambda _: f'<svg xmlns="x" width="{points}pt"></svg>')
    assert shown.count(f'class="picture {size}"') == 2


def test_of_many_pipelines_those_are_drawn_whose_links_change() -> None:
    graphs: list[Graph] = []

    def draw(graph: Graph) -> str:
        graphs.append(graph)
        return ""

    links = Links(chain(100, to_last=True), chain(100, to_last=False))
    assert [it.title for it in pictures(links, draw)] == [
        "Before (only what changes)",
        "After (only what changes)",
    ]
    # What pushes, and what is pushed, shows which pipeline it is.
    assert {node.name for graph in graphs for node in graph.nodes} == {"base", "app-99"}
    assert sorted(len(it.edges) for it in graphs) == [1, 2]


def test_nothing_is_drawn_of_many_pipelines_of_which_none_changes() -> None:
    graph = chain(100, to_last=True)
    assert pictures(Links(graph, graph), drawn) == ()
