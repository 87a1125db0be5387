"""The page, from a review."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tandem.deployment.symbols import readable
from tandem.review.html.view import View
from tandem.review.model import Review
from tandem.trace.pictures.model import Graph
from tandem.trace.pictures.svg import PictureError, svg

_HERE = Path(__file__).parent
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def html(review: Review, *, draw: Callable[[Graph], str] = svg) -> str:
    """The review as one HTML file; the same review gives the same text.

    Args:
        review: What to show.
        draw: What makes SVG of a graph; where it raises PictureError, its words stand there.
    """
    style, script = (_read(name) for name in ("style.css", "script.js"))
    pictures = _pictures(review, draw)
    styles = {style, *(it for _, drawn, _ in pictures for it in _STYLE.findall(drawn))}
    return _ENVIRONMENT.get_template("page.html").render(
        view=View(review),
        review=review,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        pictures=pictures,
        # https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
        policy="; ".join(
            (
                "default-src 'none'",
                f"style-src {' '.join(sorted(map(_hash, styles)))}",
                f"script-src {_hash(script)}",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
            )
        ),
    )


def _pictures(review: Review, draw: Callable[[Graph], str]) -> list[tuple[str, Markup, str]]:
    """Each picture's title, the picture, and why there is none."""
    before, after = review.links.before, review.links.after
    if before == after:
        graphs = [("Before and after: the same", after)]
    else:
        graphs = [("Before", before), ("After", after)]
    graphs = [(title, graph) for title, graph in graphs if graph.nodes]

    def drawn(titled: tuple[str, Graph]) -> tuple[str, Markup, str]:
        title, graph = titled
        try:
            # What draws escapes every name: it writes XML with a library for it.
            return title, Markup(draw(graph)), ""  # noqa: S704
        except PictureError as error:
            return title, Markup(), str(error)

    with ThreadPoolExecutor() as both:
        return list(both.map(drawn, graphs))


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _shown(value: Any) -> Any:
    """A text without characters that are not seen, or that turn others around."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "\n".join(map(readable, value.split("\n")))


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE / "templates", encoding="utf-8"),
    autoescape=True,
    finalize=_shown,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
