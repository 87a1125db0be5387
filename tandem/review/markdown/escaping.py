"""Texts that others chose, in GitHub's Markdown: shown as they are, and nothing more.

https://github.github.com/gfm/#code-spans
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from tandem.deployment.symbols import printable
from tandem.review.wording import is_plain_page, shortened

LONGEST_NAME = 300
LONGEST_VALUE = 240
LONGEST_SENTENCE = 1_000
LONGEST_LINE = 200
"""Characters of each; a longer text loses its middle."""

_WORD = re.compile(
    r"(?!.*\b(?:GH-[0-9]|[0-9a-f]{7,40}\b))"  # GitHub makes links of issues and of commits
    r"[(\"']*"
    r"[^\W_]+(?:['-][^\W_]+)*"
    r"[)\"'.,;:!?%…]*",
    re.IGNORECASE,
)
"""What means nothing to Markdown and to GitHub, inside a line."""
_LIST = re.compile(r"[-+=]|[0-9]+[.)]")
"""What begins a list where it begins a line."""
_CALL = re.compile(r"\w\(")
"""As in `rate(24 hours)`; a bracket before a word is one of the sentence."""
_BARE = {"-", "+", "=", "&", "/", "→", "…"}


def code(text: str, limit: int = LONGEST_NAME) -> str:
    """A code span, in which neither Markdown nor mentions nor HTML mean anything."""
    shown = shortened(printable(text), limit) or '""'
    ticks = "`" * (_longest_run(shown) + 1)
    # One space on both sides is not shown; without it a first ` would belong to the marks.
    pad = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def prose(text: str) -> str:
    """A sentence: its words as they are, its names and all that is no word as code spans."""
    words = shortened(printable(text), LONGEST_SENTENCE).split() or [""]
    first, *more = _together(words)
    begin = code(first) if not first or _LIST.fullmatch(first) else _word(first)
    return " ".join([begin, *map(_word, more)])


def _together(words: list[str]) -> Iterator[str]:
    """The words; those between brackets, as in JSON and in `rate(24 hours)`, as one."""
    at, closes = 0, True
    while at < len(words):
        end, depth, calls = at + 1, _depth(words[at]), _calls(words[at])
        while closes and (depth > 0 or calls > 0) and end < len(words):
            depth += _depth(words[end])
            calls += _calls(words[end])
            end += 1
        if depth > 0 or calls > 0:
            # Nothing closes it: to look for the end of each such word would take long.
            end, closes = at + 1, False
        yield " ".join(words[at:end])
        at = end


def _depth(word: str) -> int:
    return sum((it in "{[<") - (it in "}]>") for it in word)


def _calls(word: str) -> int:
    return len(_CALL.findall(word)) - word.count(")")


def _word(word: str) -> str:
    if word in _BARE or _WORD.fullmatch(word):
        return word
    core = word.lstrip("(").rstrip(".,;:")
    before = word[: len(word) - len(word.lstrip("("))]
    while core.endswith(")") and core.count(")") > core.count("("):
        core = core[:-1].rstrip(".,;:")
    after = word[len(before) + len(core) :]
    return f"{before}{code(core, LONGEST_SENTENCE)}{after}" if core else code(word)


def inside_html(text: str) -> str:
    """A name within an HTML block such as `<summary>`."""
    return f"<code>{html.escape(shortened(printable(text), LONGEST_NAME))}</code>"


def fenced(language: str, lines: Iterable[str]) -> str:
    """A fenced code block."""
    shown = [shortened(printable(line), LONGEST_LINE) for line in lines]
    ticks = fence_of(shown)
    return "\n".join([f"{ticks}{language}", *shown, ticks])


def fence_of(lines: Iterable[str]) -> str:
    """A fence that none of the lines closes."""
    return "`" * max(2, *map(_longest_run, lines)) + "`"


def link(words: str, page: str) -> str:
    """A link to a page that explains something; nothing, if the address is no plain one."""
    return f" ([{words}]({page}))" if is_plain_page(page) else ""


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0) if "`" in text else 0
