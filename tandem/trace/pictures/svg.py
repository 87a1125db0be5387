"""SVG: one file that needs no other, for light and for dark pages.

Graphviz places things; it comes as WebAssembly in the npm package @viz-js/viz and runs in Node.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from tandem.trace.pictures.dot import FONT_SIZE, dot
from tandem.trace.pictures.model import Graph

_SCRIPT = Path(__file__).with_name("svg.mjs")
_SVG = "{http://www.w3.org/2000/svg}"
_LINK_TITLE = "{http://www.w3.org/1999/xlink}title"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_NOT_INSTALLED = 3
_FONTS = "Helvetica,Arial,sans-serif"
_NARROWER = 0.85
"""How much smaller letters are than Graphviz was told: other fonts are wider than its own."""

_DARK: Mapping[str, str] = {
    "#ffffff": "#0d1117",
    "#f6f8fa": "#21262d",
    "#57606a": "#9198a1",
    "#fbefff": "#2b1d45",
    "#8250df": "#bc8cff",
    "#fff8c5": "#3a2d00",
    "#9a6700": "#d29922",
    "#ddf4ff": "#0c2d53",
    "#0969da": "#58a6ff",
    "#dafbe1": "#0f3321",
    "#1a7f37": "#3fb950",
    "#cf222e": "#ff7b72",
}
_INK, _DARK_INK = "#1f2328", "#e6edf3"


class PictureError(Exception):
    """The picture cannot be drawn; the message is one line."""


def svg(graph: Graph) -> str:
    """The graph as SVG; the same graph gives the same text.

    Raises:
        PictureError: Node or the package is missing, or Graphviz refuses.
    """
    root = ET.fromstring(_laid_out(dot(graph)))  # noqa: S314 - made by our own process
    _name_everything(root)
    _set_fonts(root)
    title = ET.Element(f"{_SVG}title")
    title.text = f"Linked image pipelines: {graph.summary}"
    style = ET.Element(f"{_SVG}style")
    style.text = _colours()
    root[:0] = [title, style]
    root.set("role", "img")
    ET.register_namespace("", _SVG[1:-1])
    return ET.tostring(root, encoding="unicode") + "\n"


def _laid_out(text: str, *, timeout_seconds: int = 300) -> str:
    """What Graphviz makes of DOT."""
    node = shutil.which("node")
    if node is None:
        raise PictureError("SVG needs Node.js 20 or newer: install it, then run `make install`")
    try:
        done = subprocess.run(
            [node, str(_SCRIPT)],
            input=text.encode(),
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PictureError(
            f"Graphviz did not place everything within {timeout_seconds} seconds: use --dot"
        ) from None
    if done.returncode == _NOT_INSTALLED:
        raise PictureError("SVG needs the npm package @viz-js/viz: run `make install`")
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").split("\n")
        reason = next((line.strip() for line in said if "rror" in line), said[-1])
        raise PictureError(f"Graphviz cannot draw this: {reason or done.returncode}; use --dot")
    return done.stdout.decode()


def _name_everything(root: ET.Element) -> None:
    """Titles, which browsers show for what is pointed at, in place of Graphviz's links."""
    for group in root.iter(f"{_SVG}g"):
        group.attrib.pop("id", None)
        title = group.find(f"{_SVG}title")
        if title is not None:
            group.remove(title)
        for link in group.findall(f"{_SVG}a"):
            named = ET.Element(f"{_SVG}title")
            named.text = link.get(_LINK_TITLE)
            place = list(group).index(link)
            group[place : place + 1] = [named, *link]
    for text in root.iter(f"{_SVG}text"):
        text.attrib.pop(_XML_SPACE, None)


def _set_fonts(root: ET.Element) -> None:
    for text in root.iter(f"{_SVG}text"):
        text.set("font-family", _FONTS)
        text.set("font-size", f"{float(text.get('font-size', FONT_SIZE)) * _NARROWER:.2f}")


def _colours() -> str:
    dark = "".join(
        f'[fill="{light}"]{{fill:{colour}}}[stroke="{light}"]{{stroke:{colour}}}'
        for light, colour in _DARK.items()
    )
    return (
        f'text{{fill:{_INK}}}[fill="#cf222e"]{{fill:#cf222e}}'
        f"@media (prefers-color-scheme:dark){{text{{fill:{_DARK_INK}}}{dark}}}"
    )
