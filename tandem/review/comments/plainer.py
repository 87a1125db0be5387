"""Markdown for hosts that show HTML as it is written, and draw no pictures."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from tandem.review.markdown.escaping import code

_FENCE = re.compile(r"\s*(`{3,})([^`]*)")
_SPAN = re.compile(r"((?<!`)(`+)(?!`).*?(?<!`)\2(?!`))")
_SUMMARY = re.compile(r"( *)<details[^>]*><summary>(.*)</summary>")
_NAME = re.compile("<code>(.*?)</code>")
_BREAK = re.compile(r"<br ?/?>")


def plainer(text: str) -> str:
    """The same without pictures and tags; what is folded is shown below its title.

    Args:
        text: As `tandem review` writes it: but for its own tags, each `<` is in code, which stays.
    """
    return "\n".join(_lines(text))


def _lines(text: str) -> Iterator[str]:
    lines = iter(text.split("\n"))
    after_picture = False
    for line in lines:
        if begin := _FENCE.fullmatch(line):
            block = [line, *_rest(lines, begin[1])]
            after_picture = begin[2] == "mermaid"
            yield from [] if after_picture else block
            continue
        if summary := _SUMMARY.fullmatch(line):
            yield f"{summary[1]}**{_NAME.sub(_as_code, summary[2])}**"
        elif line.strip(" ") != "</details>" and (line or not after_picture):
            yield _without_breaks(line)
        after_picture = False


def _as_code(name: re.Match[str]) -> str:
    return code(html.unescape(name[1]))


def _rest(lines: Iterator[str], marks: str) -> Iterator[str]:
    """The lines of a block of code, with the one that ends it."""
    for line in lines:
        yield line
        end = _FENCE.fullmatch(line)
        if end and end[1].startswith(marks) and not end[2].strip():
            return


def _without_breaks(line: str) -> str:
    """The line with blanks for its breaks, but those in code spans."""
    # Of each span there are two parts: all of it, and its marks.
    parts = _SPAN.split(line)
    return "".join(
        part if number % 3 else _BREAK.sub(" ", part)
        for number, part in enumerate(parts)
        if number % 3 != 2
    )
