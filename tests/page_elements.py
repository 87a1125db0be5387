"""The elements of the page of a review, to be looked for."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

from tandem.review.html.page import html
from tandem.review.model import Review
from tandem.trace.pictures.model import Graph

_VOID = {"meta", "link", "input"}


class Element:
    """An element."""

    def __init__(self, tag: str, attributes: dict[str, str | None], parent: Element | None):
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.parts: list[Element | str] = []

    @property
    def all(self) -> Iterator[Element]:
        yield self
        for part in self.parts:
            if isinstance(part, Element):
                yield from part.all

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    def found(self, tag: str = "", **attributes: str) -> list[Element]:
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
        return [
            it
            for it in self.all
            if tag in ("", it.tag) and all(it.attributes.get(k) == v for k, v in wanted.items())
        ]

    def one(self, tag: str = "", **attributes: str) -> Element:
        [it] = self.found(tag, **attributes)
        return it


class Page(HTMLParser):
    """The elements of a page; it must close what it opens."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = self._at = Element("", {}, None)
        self.feed(text)
        self.close()
        assert self._at is self.root, f"{self._at.tag} is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, dict(attrs), self._at)
        self._at.parts.append(made)
        if tag not in _VOID:
            self._at = made

    def handle_endtag(self, tag: str) -> None:
        assert self._at.tag == tag
        assert self._at.parent
        self._at = self._at.parent

    def handle_data(self, data: str) -> None:
        self._at.parts.append(data)


def drawn(graph: Graph) -> str:
    """What stands for a picture."""
    return f'<svg width="600pt"><style>text{{}}</style><title>{len(graph.nodes)}</title></svg>'


def page(review: Review) -> Element:
    """The page of a review; no process draws its pictures."""
    return Page(html(review, draw=drawn)).root
