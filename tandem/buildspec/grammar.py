"""tree-sitter's grammar of the shell, and what it takes for something else.

A variable before a dot or a slash is read as a lone `$`
(https://github.com/tree-sitter/tree-sitter-bash/issues/315), an empty assignment at the end of a
line as the beginning of the next line's command (issues/228), and backquotes within a word as
another word. The text is made plainer where that happened, and parsed again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter
import tree_sitter_bash

_LANGUAGE = tree_sitter.Language(tree_sitter_bash.language())
_NAME = re.compile(rb"\$([A-Za-z_]\w*|\d)")
_ROUNDS = 8


def parsed(source: bytes) -> tuple[bytes, tree_sitter.Node]:
    """The text that was parsed, which means the same as `source`, and its tree."""
    root = tree_sitter.Parser(_LANGUAGE).parse(source).root_node
    for _ in range(_ROUNDS):
        edits = sorted(set(_edits(root, source)), reverse=True)
        if not edits:
            break
        for begin, end, text in edits:
            source = source[:begin] + text + source[end:]
        root = tree_sitter.Parser(_LANGUAGE).parse(source).root_node
    return source, root


def _edits(root: tree_sitter.Node, source: bytes) -> Iterator[tuple[int, int, bytes]]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting.extend(node.children)
        if node.type == "$" and node.parent is not None and node.parent.type in _LONE:
            found = _NAME.match(source, node.end_byte - 1)
            if found is not None:
                yield found.start(), found.end(), b"${" + found[1] + b"}"
        elif node.type == "command_substitution" and b"\\" not in (node.text or b""):
            first, last = node.children[0], node.children[-1]
            if first.type == last.type == "`":
                yield first.end_byte - 1, first.end_byte, b"$("
                yield last.end_byte - 1, last.end_byte, b")"
        elif node.type in ("command", "variable_assignments"):
            for child in node.children[:-1]:
                if child.type != "variable_assignment":
                    continue
                after = source[child.end_byte :]
                line_end = re.match(rb"[ \t]*(?=\n)", after)
                if line_end is not None:
                    yield child.end_byte, child.end_byte, b";"


_LONE = ("concatenation", "command_name", "word", "extglob_pattern", "variable_assignment")
