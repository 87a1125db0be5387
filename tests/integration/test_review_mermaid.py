"""The pictures in comments, drawn by Mermaid itself with the limits that GitHub sets."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from link_pictures import image, node, picture
from review_samples import HOSTILE, hostile, huge, realistic

from tandem.review.links.links import links
from tandem.review.links.picture import change_picture
from tandem.review.markdown import markdown
from tandem.trace.pictures.mermaid import mermaid

pytestmark = pytest.mark.integration
pytest_plugins = ["review_pages"]

ROOT = Path(__file__).parents[2]
GOLDEN = sorted((ROOT / "tests" / "golden" / "review").glob("*.md"))


def in_markdown(text: str) -> list[str]:
    return re.findall(r"^```mermaid\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def texts() -> Iterator[str]:
    written = [file.read_text(encoding="utf-8") for file in (*GOLDEN, ROOT / "README.md")]
    for text in (*written, *(markdown(it()) for it in (realistic, hostile, huge))):
        yield from in_markdown(text)
    names = [HOSTILE[at:] for at in range(0, len(HOSTILE), 40)]
    ends = [node("pipeline", f"{n}{name}", name) for n, name in enumerate(names)]
    graph = picture(*((image(f"{it.name}:latest", it.id), it) for it in ends))
    yield from (mermaid(graph), change_picture(links(None, graph)))


def test_mermaid_draws_every_picture(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "empty.html"
    page.write_text('<!doctype html><link rel="icon" href="data:,">', encoding="utf-8")
    drawn = list(texts())
    refused = "flowchart LR\n  a[[]"
    visit = browser.visit(page, *(("mermaid", text) for text in (*drawn, refused)))
    visit.assert_quiet()
    *shown, no_picture = visit.results
    assert len(shown) == len(drawn) >= 10
    assert no_picture[0].startswith("error: Parse error")
    for text, labels in zip(drawn, shown, strict=True):
        said = (html.unescape(it.replace("#", "&#")) for it in re.findall('"(.*?)"', text))
        assert sorted(map(bare, filter(None, labels))) == sorted(map(bare, said))


def bare(text: str) -> str:
    """A label without its breaks: whether words stand in one line is for the browser."""
    return re.sub(r"<br/>|\s", "", text)
