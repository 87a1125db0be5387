"""The page, from a review."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tandem.deployment.symbols import readable
from tandem.review.html.pictures import pictures
from tandem.review.html.view import View
from tandem.review.model import Review
from tandem.review.wording import (
    RULES,
    direction,
    in_short,
    is_plain_page,
    is_unseen,
    is_wider,
    rest_title,
    verdict,
)
from tandem.trace.pictures.model import Graph
from tandem.trace.pictures.svg import svg

_HERE = Path(__file__).parent


def html(review: Review, *, draw: Callable[[Graph], str] = svg) -> str:
    """The review as one HTML file; the same review gives the same text.

    Args:
        review: What to show.
        draw: What makes SVG of a graph; where it raises PictureError, its words stand there.
    """
    style, script = (_read(name) for name in ("style.css", "script.js"))
    drawn = pictures(review.links, draw)
    styles = {style, *(it for picture in drawn for it in picture.styles)}
    return _ENVIRONMENT.get_template("page.html").render(
        view=View(review),
        verdict=verdict(review),
        in_short=tuple(in_short(review)),
        rest_title=rest_title(review),
        rules=RULES,
        review=review,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        pictures=drawn,
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
_ENVIRONMENT.tests.update(
    plain_page=is_plain_page,
    wider=is_wider,
    unseen=is_unseen,
    narrower=lambda it: direction(it) == "less",
)
