"""Markdown for hosts that show HTML as it is written, and draw no pictures."""

from __future__ import annotations

import re

_PICTURE = re.compile(r"^```mermaid\n.*?^```\n\n?", re.MULTILINE | re.DOTALL)
_SUMMARY = re.compile(r"^<details[^>]*><summary>(.*)</summary>$", re.MULTILINE)
_CODE = re.compile(r"</?code>")
_END = re.compile(r"^</details>\n?", re.MULTILINE)
_BREAK = re.compile(r"<br ?/?>")


def plainer(text: str) -> str:
    """The same without pictures and tags; what is folded is shown below its title.

    Args:
        text: As `tandem review` writes it, in which every other `<` is escaped.
    """
    text = _PICTURE.sub("", text)
    text = _SUMMARY.sub(lambda found: f"**{_CODE.sub('`', found[1])}**", text)
    return _BREAK.sub(" ", _END.sub("", text))
