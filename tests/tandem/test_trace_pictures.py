"""Mermaid, DOT and SVG: everything is in them, nothing breaks out, what is broken is red."""

import html
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.trace.pictures import svg as svg_file
from tandem.trace.pictures.cards import CROWD, drawing
from tandem.trace.pictures.dot import BACKSLASH, dot
from tandem.trace.pictures.labels import node_lines, one_line
from tandem.trace.pictures.mermaid import escaped, mermaid
from tandem.trace.pictures.model import Edge, Graph, Node, arranged, node_id
from tandem.trace.pictures.svg import PictureError, svg

SVG = "{http://www.w3.org/2000/svg}"
REASON = "image-source-unwatched"
CAUSE = "aws_codepipeline.web: image-source-unwatched: no rule is for it; add one"
NASTY = [
    '"]; click x "javascript:alert(1)"',
    "<script>alert(1)</script>",
    "<b>&amp;&lt;</b>",
    "#quot; #35; %%{init: {}}%%",
    "a\\nb\\N\\G\\",
    "1. one",
    "- item * `code` **bold** [x](y) fa:fa-ban www.example.com https://example.com",
    "end",
    "}|)]\n  linkStyle 0 stroke:red",
    "\x00\x07\ud800\u202e\ufffe]]>",
    "{{x}} | y",
    "ünï→🐳",
    '${aws_ecr_repository.web["a"].name}',
]


def pair(
    base: str = "base", app: str = "web", *, broken: bool = False, certain: bool = True
) -> Graph:
    """A base and an app that is built on it."""
    return fan(base, [app], broken={app} if broken else set(), certain=certain)


def fan(
    base: str, apps: Sequence[str], *, broken: set[str] | None = None, certain: bool = True
) -> Graph:
    nodes: list[Node] = []
    edges: list[Edge] = []

    def add(kind: str, name: str, *notes: str, address: str | None = None) -> str:
        made = node_id(kind, name)  # type: ignore[arg-type]
        nodes.append(Node(made, kind, name, notes, address))  # type: ignore[arg-type]
        return made

    for name in (base, *apps):
        pipeline = add("pipeline", name, "Source, Build", address=f"aws_codepipeline.{name}")
        image = add("image", f"shop/{name}:latest")
        edges.append(Edge(add("git", f"push to {name}", "main"), pipeline, "starts", "rule"))
        edges.append(Edge(pipeline, image, "pushes"))
        if name != base:
            reason = REASON if name in (broken or ()) else None
            edges.append(
                Edge(
                    node_id("image", f"shop/{base}:latest"),
                    pipeline,
                    "reads" if reason else "starts",
                    "" if reason else "rule",
                    "" if reason else "digest",
                    broken=reason,
                    certain=certain,
                    details=(CAUSE,) if reason else (),
                )
            )
            edges.append(Edge(pipeline, add("deploy", f"ECS prod/{name}"), "deploys"))
    return arranged(nodes, edges)


def missing(graph: Graph) -> list[str]:
    """What the graph's SVG should show and does not."""
    drawn = " ".join(words(drawn_as_svg(graph)).replace(BACKSLASH, "\\").split())
    return [line for node in graph.nodes for line in node_lines(node) if line not in drawn]


def drawn_as_svg(graph: Graph) -> ET.Element:
    return ET.fromstring(svg(graph))  # noqa: S314 - our own


def words(picture: ET.Element) -> str:
    return "\n".join(text.text or "" for text in picture.iter(f"{SVG}text"))


# Mermaid

LABEL = r"(?:[^\"<>`\[\]{}|\\&*%@!$^~=+';#]|#\d+;|<br/>)*"
NODE = re.compile(
    rf' {{2}}(?P<id>[a-z]+_\w*)(?:\(\["{LABEL}"\]\)|\{{\{{"{LABEL}"\}}\}}|\[\("{LABEL}"\)\]'
    rf'|\[\["{LABEL}"\]\]|\["{LABEL}"\])'
)
LINK = re.compile(rf' {{2}}[a-z]+_\w* (?:-->|-\.->)(?:\|"{LABEL}"\|)? [a-z]+_\w*')
STYLE = re.compile(r"  (linkStyle [\d,]+|classDef \w+|class [\w,]+) [\w:#,. -]+")


def read_label(text: str) -> list[str]:
    numbers = re.compile(r"#(\d+);")
    return [numbers.sub(lambda it: chr(int(it[1])), line) for line in text.split("<br/>")]


def nodes_of(text: str) -> dict[str, list[str]]:
    """The labels of a flowchart; every line must be one that we know."""
    settings, first, *lines = f"\n{text}".removeprefix("\n%%{init: ").rstrip("\n").split("\n")
    assert (settings, first) in {
        ("", "flowchart LR"),
        ('{"flowchart": {"nodeSpacing": 12}}}%%', "flowchart LR"),
    }
    labels = {}
    for line in lines:
        node = NODE.fullmatch(line)
        assert node or LINK.fullmatch(line) or STYLE.fullmatch(line) or line[:5] == "  %% ", line
        if node:
            labels[node["id"]] = read_label(line.split('"')[1])
    return labels


def test_the_simple_case_in_mermaid() -> None:
    assert mermaid(pair()) == (
        "flowchart LR\n"
        '  pipeline_base["base<br/>Source, Build"]\n'
        '  deploy_ECS_prod_web[["ECS prod/web"]]\n'
        '  git_push_to_base(["push to base<br/>main"])\n'
        '  git_push_to_web(["push to web<br/>main"])\n'
        '  image_shop_base_latest[("shop/base:latest")]\n'
        '  image_shop_web_latest[("shop/web:latest")]\n'
        '  pipeline_web["web<br/>Source, Build"]\n'
        '  pipeline_base -->|"pushes"| image_shop_base_latest\n'
        '  git_push_to_base -->|"rule"| pipeline_base\n'
        '  git_push_to_web -->|"rule"| pipeline_web\n'
        '  image_shop_base_latest -->|"rule, digest"| pipeline_web\n'
        '  pipeline_web -->|"deploys"| deploy_ECS_prod_web\n'
        '  pipeline_web -->|"pushes"| image_shop_web_latest\n'
    )


@pytest.mark.parametrize("name", NASTY)
def test_names_in_mermaid_stay_names(name: str) -> None:
    graph = pair(app=name)
    assert nodes_of(mermaid(graph)) == {node.id: node_lines(node) for node in graph.nodes}


@given(st.text(min_size=1), st.text())
def test_any_name_in_mermaid_stays_a_name(base: str, app: str) -> None:
    graph = pair(base, app or "-")
    assert nodes_of(mermaid(graph)) == {node.id: node_lines(node) for node in graph.nodes}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("1) one", "1) "), ("fa:fa-ban", ":fa"), ("www.x.org", "www."), ("s3://x", "://")],
)
def test_what_looks_like_markdown_is_none_in_mermaid(name: str, wrong: str) -> None:
    assert wrong not in escaped(name)


def test_a_broken_link_is_red_dashed_and_labelled_in_mermaid() -> None:
    text = mermaid(pair(broken=True))
    links = [line for line in text.splitlines() if LINK.fullmatch(line)]
    red = re.search(r"linkStyle (\d+) stroke:#cf222e,.*stroke-dasharray", text)
    assert red
    assert links[int(red[1])] == (f'  image_shop_base_latest -.->|"✗ {REASON}"| pipeline_web')
    assert "linkStyle" not in mermaid(pair())


def test_more_links_than_github_draws_are_said() -> None:
    text = mermaid(fan("base", [f"web-{number}" for number in range(300)]))
    assert re.search(r"%% \d+ links: GitHub draws 500", text)
    assert len(nodes_of(text)) == 2 * 301
    assert "characters: GitHub draws 50000" in mermaid(
        fan("base", ["é" * 48 + str(n) for n in range(200)])
    )


# DOT


def test_broken_and_uncertain_links_in_dot() -> None:
    line = next(it for it in dot(pair(broken=True)).splitlines() if REASON in it and "->" in it)
    assert 'style="dashed"' in line
    assert 'color="#cf222e"' in line
    assert f'label="✗ {REASON}"' in line
    assert "cf222e" not in dot(pair())
    uncertain = next(it for it in dot(pair(certain=False)).splitlines() if "digest?" in it)
    assert 'style="dotted"' in uncertain


# SVG


@pytest.fixture(scope="module")
def two() -> ET.Element:
    return drawn_as_svg(pair(broken=True))


def test_an_svg_stands_alone(two: ET.Element) -> None:
    text = ET.tostring(two, encoding="unicode")
    assert (two.get("role"), two[0].tag) == ("img", f"{SVG}title")
    assert two[0].text == "Linked image pipelines: 2 pipelines, 2 images, 1 broken link"
    assert {element.tag.removeprefix(SVG) for element in two.iter()} <= {
        "svg", "title", "style", "g", "path", "polygon", "polyline", "ellipse", "text",
    }  # fmt: skip
    assert not [name for element in two.iter() for name in element.attrib if "href" in name]
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text)
    assert "prefers-color-scheme:dark" in text


def test_what_is_pointed_at_says_its_address(two: ET.Element) -> None:
    tips = [title.text or "" for title in two.iter(f"{SVG}title")]
    assert "web\nSource, Build\naws_codepipeline.web" in tips
    assert [tip for tip in tips if tip.endswith(CAUSE)]


def test_a_broken_link_is_red_dashed_and_labelled_in_svg(two: ET.Element) -> None:
    [edge] = [it for it in two.iter(f"{SVG}g") if it.get("class") == "edge broken"]
    [path] = edge.iter(f"{SVG}path")
    assert path.get("stroke") == "#cf222e"
    assert path.get("stroke-dasharray")
    assert words(edge) == f"✗ {REASON}"


def test_every_colour_has_a_dark_one(two: ET.Element) -> None:
    style = two.find(f"{SVG}style")
    assert style is not None
    used = {element.get(name) for element in two.iter() for name in ("fill", "stroke")}
    for colour in used - {None, "none"}:
        assert f'="{colour}"]{{' in (style.text or "").partition("dark")[2]


def test_names_in_svg_stay_names() -> None:
    assert missing(fan("base", NASTY[: CROWD - 1])) == []


def test_names_in_the_cards_of_a_crowd_stay_names() -> None:
    assert missing(fan("base", NASTY)) == []


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=20, unique=True))
def test_any_name_compiles(names: list[str]) -> None:
    assert missing(fan("base", names)) == []


def test_fifty_images_are_all_there_and_the_broken_one_is_an_arrow() -> None:
    apps = [f"web-{number}" for number in range(50)]
    picture = drawn_as_svg(fan("base", apps, broken={"web-7"}))
    drawn = words(picture)
    for name in ("base", *apps):
        assert f"{name} · Source, Build" in drawn
        assert f"shop/{name}:latest" in drawn
    classes = [it.get("class") or "" for it in picture.iter(f"{SVG}g")]
    assert classes.count("edge broken") == 1
    assert classes.count("edge starts") == 49


def test_the_same_graph_gives_the_same_bytes() -> None:
    one, other = pair(), pair()
    backwards = arranged(reversed(other.nodes), reversed(other.edges))
    assert (mermaid(one), dot(one), svg(one)) == (
        mermaid(backwards), dot(backwards), svg(backwards),
    )  # fmt: skip


def test_without_node_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(PictureError, match=r"\ASVG needs Node\.js .*`make install`\Z"):
        svg(pair())


def test_without_the_package_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = shutil.copy(Path(svg_file.__file__).with_name("svg.mjs"), tmp_path)
    monkeypatch.setattr(svg_file, "_SCRIPT", Path(script))
    with pytest.raises(PictureError, match=r"\ASVG needs .*@viz-js/viz: run `make install`\Z"):
        svg(pair())


def test_what_graphviz_refuses_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg_file, "dot", lambda _: "digraph {")
    with pytest.raises(PictureError, match=r"\AGraphviz cannot draw this: .*syntax error.*\Z"):
        svg(pair())


def test_a_picture_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("node", 300)

    monkeypatch.setattr(subprocess, "run", too_long)
    with pytest.raises(PictureError, match="within 300 seconds: use --dot"):
        svg(pair())


def test_a_line_is_one_line_of_what_can_be_seen() -> None:
    assert one_line("a\tb\r\n c\x00\u202e") == "a b c\ufffd\ufffd"
    assert html.escape(one_line("\ud800")) == "\ufffd"


def test_nothing_is_drawn_as_something() -> None:
    assert one_line("\r") == "\ufffd"


# Cards


def crowd(*, change: str = "") -> Graph:
    """More pipelines than are drawn one by one; `change` is the only broken link of the crowd."""
    calm = fan("base", [f"web-{number}" for number in range(CROWD)])
    return Graph(
        calm.nodes,
        tuple(replace(it, broken=REASON if it.source == change else None) for it in calm.edges),
    )


def test_what_belongs_to_one_pipeline_is_in_its_card() -> None:
    found = drawing(crowd())
    assert found.nodes == ()
    assert {(it.source, it.kind) for it in found.edges} == {("image_shop_base_latest", "starts")}
    assert [it.name for it in found.cards[1].starts] == ["push to web-0"]
    assert [it.name for it in found.cards[1].gives] == ["ECS prod/web-0", "shop/web-0:latest"]


def test_a_few_pipelines_are_drawn_one_by_one() -> None:
    few = fan("base", [f"web-{number}" for number in range(CROWD - 1)])
    assert (drawing(few).cards, drawing(few).nodes) == ((), few.nodes)


def test_a_broken_link_is_not_hidden_in_a_card() -> None:
    found = drawing(crowd(change="git_push_to_web_3"))
    assert [node.name for node in found.nodes] == ["push to web-3"]
    assert [it.source for it in found.edges if it.broken] == ["git_push_to_web_3"]


def test_an_image_that_two_pipelines_push_is_in_no_card() -> None:
    calm = crowd()
    twice = Edge("pipeline_web_1", "image_shop_web_0_latest", "pushes")
    found = drawing(Graph(calm.nodes, (*calm.edges, twice)))
    assert [node.name for node in found.nodes] == ["shop/web-0:latest"]
