"""The links before and after, as pictures inside the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from tandem.review.model import Links
from tandem.trace.pictures.model import Graph
from tandem.trace.pictures.svg import PictureError

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_WIDTH = re.compile(r"<svg[^>]* width=\"(\d+)")
_SMALL, _LARGE = 480, 1200
"""Points: what is wider than a column is made smaller, as long as it can be read."""


@dataclass(frozen=True)
class Picture:
    """A graph that is drawn, or why it is not."""

    title: str
    svg: Markup
    problem: str = ""

    @property
    def styles(self) -> tuple[str, ...]:
        """The style sheets in it, which the page must allow."""
        return tuple(_STYLE.findall(self.svg))

    @property
    def size(self) -> Literal["small", "middle", "large"]:
        """How it fits into a column."""
        found = _WIDTH.search(self.svg)
        width = int(found[1]) if found else 0
        return "small" if width <= _SMALL else "middle" if width <= _LARGE else "large"


def pictures(links: Links, draw: Callable[[Graph], str]) -> tuple[Picture, ...]:
    """Before and after, or the one that is both; without empty ones."""
    if links.before == links.after:
        graphs = [("Before and after: the same", links.after)]
    else:
        graphs = [("Before", links.before), ("After", links.after)]

    def drawn(titled: tuple[str, Graph]) -> Picture:
        title, graph = titled
        try:
            # What draws escapes every name: it writes XML with a library for it.
            return Picture(title, Markup(draw(graph)))  # noqa: S704
        except PictureError as error:
            return Picture(title, Markup(), str(error))

    with ThreadPoolExecutor(max_workers=2) as both:  # each waits for a process of its own
        return tuple(both.map(drawn, (it for it in graphs if it[1].nodes)))
