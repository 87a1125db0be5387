"""tree-sitter's grammar of the shell, and what it takes for something else.

A variable before a dot or a slash is read as a lone `$`
(https://github.com/tree-sitter/tree-sitter-bash/issues/315), an empty assignment at the end of a
line as the beginning of the next line's command (issues/228), and backquotes within a word as
another word. The text is made plainer where that happened, and parsed again.

The grammar's scanner looks characters up in C's table of 256, whatever their number: an emoji in
the wrong place reads foreign memory and ends the process. It is never given any but ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter
import tree_sitter_bash

_LANGUAGE = tree_sitter.Language(tree_sitter_bash.language())
_NAME = re.compile(rb"\$([A-Za-z_]\w*|\d)")
_LINE_END = re.compile(rb"[ \t]*\n")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_ENCODED = re.compile(r"\x01([0-9a-f]{2,6})\x02")
_ROUNDS = 8


def encoded(text: str) -> bytes:
    """The text in ASCII: each other character by its number between two control characters."""
    return _FOREIGN.sub(lambda found: f"\x01{ord(found[0]):x}\x02", text).encode()


def decoded(source: bytes) -> str:
    """The text of a piece of what `encoded` gave."""
    text = source.decode()
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), text) if "\x01" in text else text


def parsed(text: str) -> tuple[bytes, tree_sitter.Node]:
    """An encoded text that means the same, and its tree."""
    source = encoded(text)
    root = tree_sitter.Parser(_LANGUAGE).parse(source).root_node
    for _ in range(_ROUNDS):
        edits = sorted(set(_edits(root, source)), reverse=True)
        if not edits:
            break
        for begin, end, new in edits:
            source = source[:begin] + new + source[end:]
        root = tree_sitter.Parser(_LANGUAGE).parse(source).root_node
    return source, root


def _edits(root: tree_sitter.Node, source: bytes) -> Iterator[tuple[int, int, bytes]]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        children = node.children
        waiting.extend(children)
        if node.type in _WITH_VARIABLES:
            for child in children:
                found = _NAME.match(source, child.end_byte - 1) if child.type == "$" else None
                if found is not None:
                    yield found.start(), found.end(), b"${" + found[1] + b"}"
        elif node.type == "command_substitution":
            first, last = children[0], children[-1]
            inside = source[first.end_byte : last.start_byte]
            if first.type == last.type == "`" and b"\\" not in inside:
                yield first.end_byte - 1, first.end_byte, b"$("
                yield last.end_byte - 1, last.end_byte, b")"
        elif node.type in ("command", "variable_assignments"):
            for child in children[:-1]:
                if child.type == "variable_assignment" and _LINE_END.match(source, child.end_byte):
                    yield child.end_byte, child.end_byte, b";"


_WITH_VARIABLES = (
    "concatenation",
    "command_name",
    "word",
    "extglob_pattern",
    "variable_assignment",
)
