"""Shell text as a tree: tree-sitter's, with the literal text between expansions made explicit.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html is what the text means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import tree_sitter

from tandem.buildspec.grammar import decoded, parsed

_QUOTED = frozenset({"string", "raw_string", "ansi_c_string", "translated_string", "expansion"})
_EXPANSIONS = _QUOTED | {
    "simple_expansion",
    "command_substitution",
    "arithmetic_expansion",
    "process_substitution",
}
_WORDS = frozenset(
    {
        *("word", "number", "variable_name", "test_operator", "heredoc_start", "heredoc_body"),
        *("concatenation", "command_name", "brace_expression", "subscript", "regex"),
        *("extglob_pattern", "herestring_redirect"),
    }
)
_PARAMETER = re.compile(
    rb"\$\{(?P<prefix>[#!]?)(?P<name>[A-Za-z_]\w*|\d+|[@*#?$!-])(?:\[(?P<index>[^\]]*)\])?"
    rb"(?P<operator>:?[-=?+]|##?|%%?|//?|:|\^\^?|,,?|@)?"
)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"', "r": "\r"}


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """The head of a `${…}`."""

    prefix: str
    """`#` (its length), `!` (what it names) or empty."""
    name: str
    index: str
    operator: str
    rest: str
    """What follows the operator, as written."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A piece of syntax. Words have parts; everything else has children."""

    kind: str
    text: str
    field: str
    children: tuple[Node, ...]
    parts: tuple[str | Node, ...]
    """Of a word: its literal text without the quoting, and its expansions and quoted strings."""
    parameter: Parameter | None = None

    def under(self, field: str) -> Node | None:
        """The first child in this field."""
        return next((child for child in self.children if child.field == field), None)


@dataclass(frozen=True, slots=True)
class Script:
    """A parsed text, and the first thing in it that is not shell."""

    root: Node
    problem: str | None


@lru_cache(maxsize=4096)
def script(text: str) -> Script:
    """Parse shell text; the same text is parsed once.

    Raises:
        RecursionError: It is nested too deeply.
    """
    source, root = parsed(text)
    return Script(_node(root, "", source), _problem(root, source) if root.has_error else None)


def _problem(root: tree_sitter.Node, source: bytes) -> str:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            line = source.split(b"\n")[node.start_point[0]][node.start_point[1] :]
            near = decoded(line).strip()[:40]
            place = f"line {node.start_point[0] + 1}"
            return (
                f"{place}: not understood as shell at `{near}`" if near else f"{place}: incomplete"
            )
        waiting.extend(child for child in reversed(node.children) if child.has_error)
    return "not understood as shell"


def _node(node: tree_sitter.Node, field: str, source: bytes) -> Node:
    kind, text = node.type, _text(node, source)
    if kind in _QUOTED or kind in _WORDS:
        parameter = _parameter(node, source) if kind == "expansion" else None
        return Node(kind, text, field, (), _parts(node, source), parameter)
    children = tuple(
        _node(child, node.field_name_for_child(index) or "", source)
        for index, child in enumerate(node.children)
    )
    made = Node(kind, text, field, children, ())
    return _bind_tighter(made) if kind in ("redirected_statement", "pipeline") else made


def _bind_tighter(node: Node) -> Node:
    """Give `a && b > f` and `a && b > f | c` their meaning: only `b` is redirected or piped."""
    first, *rest = node.children
    if first.kind != "list" or not rest:
        return node
    *before, last = first.children
    inner = Node(node.kind, node.text, last.field, (last, *rest), ())
    return Node("list", node.text, node.field, (*before, _bind_tighter(inner)), ())


def _text(node: tree_sitter.Node, source: bytes) -> str:
    return decoded(source[node.start_byte : node.end_byte])


def _parameter(node: tree_sitter.Node, source: bytes) -> Parameter | None:
    text = source[node.start_byte : node.end_byte].lstrip()
    found = _PARAMETER.match(text)
    if found is None or not text.endswith(b"}"):
        return None
    rest = decoded(text[found.end() : -1])
    if rest and found["operator"] is None:
        return None
    prefix, name, index, operator = (
        (found[group] or b"").decode() for group in ("prefix", "name", "index", "operator")
    )
    return Parameter(prefix, name, index, operator, rest)


def _parts(node: tree_sitter.Node, source: bytes) -> tuple[str | Node, ...]:
    kind, begin, end = node.type, node.start_byte, node.end_byte
    match kind:
        case "raw_string":
            return (_text(node, source).strip()[1:-1],)
        case "ansi_c_string":
            body = _text(node, source).strip()[2:-1]
            return (re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), body),)
        case "string" | "translated_string":
            begin += source[begin:end].index(b'"') + 1 if b'"' in source[begin:end] else 0
            end = max(begin, end - 1)
        case "expansion":
            text = source[begin:end]
            head = _PARAMETER.match(text.lstrip())
            if head is None:
                return ()
            begin += len(text) - len(text.lstrip()) + head.end()
            end = max(begin, end - 1)
    parts: list[str | Node] = []
    for child in _inner(node, begin):
        start = child.start_byte
        # Within a string the grammar counts the blanks before an expansion as part of it.
        if kind in ("string", "heredoc_body", "translated_string"):
            piece = source[start : child.end_byte]
            start += len(piece) - len(piece.lstrip())
        parts += [_unquoted(source[begin:start], kind), _node(child, "", source)]
        begin = child.end_byte
    parts.append(_unquoted(source[begin:end], kind))
    return tuple(part for part in parts if part != "")


def _inner(node: tree_sitter.Node, begin: int) -> Iterator[tree_sitter.Node]:
    for child in node.children:
        if child.start_byte < begin or not child.is_named:
            continue
        if child.type in _EXPANSIONS:
            yield child
        else:
            yield from _inner(child, begin)


def _unquoted(text: bytes, kind: str) -> str:
    literal = decoded(text)
    if "\\" not in literal:
        return literal
    if kind in ("string", "translated_string", "heredoc_body"):
        escaped = r"\\([$`\\\n])" if kind == "heredoc_body" else r'\\([$`"\\\n])'
    else:
        escaped = r"\\(.|\n)"
    return re.sub(escaped, lambda found: "" if found[1] == "\n" else found[1], literal)


def child_of(node: Node, *kinds: str) -> Node | None:
    """The first child of one of these kinds."""
    return next((child for child in node.children if child.kind in kinds), None)
