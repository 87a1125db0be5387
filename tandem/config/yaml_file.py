"""YAML with line numbers, within limits: a file can be wrong, but never harm.

The nodes are built from the parser's events, which takes half the time of ruamel.yaml's own
loaders, keeps the line and the spelling of every value, needs no recursion, and makes an alias a
reference, so that a nest of aliases costs nothing before it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from tandem.config.nodes import Node, Value, scalar
from tandem.config.problems import ConfigError, Problem, shorten

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes. A thousand images, the most that a region takes, need a tenth of it."""
MOST_VALUES = 200_000
"""Values in a file, those repeated through aliases included."""
DEEPEST = 32
"""Mappings and lists in one another; the settings need eight."""


def read(path: Path, *, needs: str = "project, region and images") -> tuple[Node, list[Problem]]:
    """The mapping in a YAML 1.2 file, which `needs` these keys, and those that are there twice.

    Raises:
        ConfigError: The file cannot be read, or is not one mapping of plain values.
    """
    try:
        return _Builder().build(_text(path), needs)
    except _Refusal as refusal:
        raise ConfigError(path, [refusal.problem]) from None


class _Refusal(Exception):  # noqa: N818 - it never leaves this file
    def __init__(self, message: str, line: int | None = None, key: str = "") -> None:
        self.problem = Problem(line, key, message)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise _Refusal("no such file") from None
    except IsADirectoryError:
        raise _Refusal("is a directory: name the file in it") from None
    except PermissionError:
        raise _Refusal("cannot be read: permission denied") from None
    except (OSError, ValueError) as error:
        raise _Refusal(f"cannot be read: {error}") from None
    if len(data) > LARGEST_FILE:
        raise _Refusal(f"has more than {LARGEST_FILE // 1024**2} MiB: is it the right file?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Refusal("is not UTF-8: save it as UTF-8", line) from None


def _events(text: str) -> Iterator[Event]:
    yaml = YAML(typ="safe", pure=True)
    try:
        yield from yaml.parse(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _Refusal(f"has the control character U+{_code(error):04X}: remove it", line) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = re.sub(r"\s+", " ", error.problem or error.context or "it cannot be parsed")
        if "'\\t'" in what:
            what = "a tab begins the line or the value: use blanks"
        raise _Refusal(f"is no YAML: {what}", mark.line + 1 if mark else None) from None
    except Exception as error:
        # The parser's own slips, of any kind, on input that no person writes.
        raise _Refusal(f"is no YAML: {shorten(str(error)) or 'it cannot be parsed'}") from None


def _code(error: ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character)


@dataclass(slots=True)
class _Open:
    """A mapping or a list whose end has not come yet."""

    node: Node
    anchor: str | None
    key: Node | None = None
    merged: list[Node] = field(default_factory=list)


_Begin: TypeAlias = AliasEvent | ScalarEvent | MappingStartEvent | SequenceStartEvent


class _Builder:
    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._root: Node | None = None
        self._problems: list[Problem] = []
        self._values = 0

    def build(self, text: str, needs: str) -> tuple[Node, list[Problem]]:
        documents = 0
        for event in _events(text):
            if isinstance(event, _Begin):
                self._add(event)
            elif isinstance(event, CollectionEndEvent):
                self._close()
            elif isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Refusal(
                        "a second document begins here: keep one, without '---' between",
                        event.start_mark.line + 1,
                    )
        if self._root is None or (self._root.value is None and not self._root.written):
            raise _Refusal(f"is empty: it needs {needs}")
        if not isinstance(self._root.value, dict):
            raise _Refusal(f"must be a mapping with {needs}", line=self._root.line)
        return self._root, self._problems

    def _add(self, event: _Begin) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            alias = self._anchors.get(event.anchor)
            if alias is None:
                raise _Refusal(f"*{event.anchor} is not the name of anything above", line)
            self._place(alias, line)
            return
        if event.tag not in _TAGS:
            raise _Refusal(f"the tag {shorten(str(event.tag))} is not supported: remove it", line)
        if self._open and (key := self._open[-1].key):
            line = key.line
        if isinstance(event, ScalarEvent):
            node = _scalar(event, line)
            if event.anchor:
                self._anchors[event.anchor] = node
            self._place(node, line)
            return
        if len(self._open) == DEEPEST:
            raise _Refusal(_TOO_DEEP, line)
        value: Value = {} if isinstance(event, MappingStartEvent) else []
        self._open.append(_Open(Node(line, value, depth=1), event.anchor))

    def _close(self) -> None:
        closed = self._open.pop()
        for source in closed.merged:
            for key, value in source.mapping.items():
                closed.node.mapping.setdefault(key, value)
        if closed.anchor:
            self._anchors[closed.anchor] = closed.node
        self._place(closed.node, closed.node.line)

    def _place(self, node: Node, line: int) -> None:
        """Put a finished value where it belongs: under its key, in its list, or at the top."""
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        if isinstance(parent.node.value, dict) and parent.key is None:
            parent.key = _key(node, line)
            return
        self._measure(parent.node, node, line)
        if isinstance(parent.node.value, list):
            parent.node.value.append(node)
        elif parent.key:
            self._enter(parent, parent.key, node)
            parent.key = None

    def _measure(self, parent: Node, node: Node, line: int) -> None:
        parent.values += node.values
        parent.depth = max(parent.depth, node.depth + 1)
        if len(self._open) + node.depth > DEEPEST:
            raise _Refusal(_TOO_DEEP, line)
        # What is in a mapping or a list was counted when it came, unless it comes by an alias.
        self._values += node.values if node.counted else 1
        node.counted = True
        if self._values > MOST_VALUES:
            raise _Refusal(f"more than {MOST_VALUES:,} values, those of aliases included", line)

    def _enter(self, parent: _Open, key: Node, value: Node) -> None:
        entries = parent.node.mapping
        if key.written == "<<":
            sources = value.value if isinstance(value.value, list) else [value]
            if not all(isinstance(source.value, dict) for source in sources):
                raise _Refusal("<< takes the alias of a mapping, as in <<: *name", key.line)
            parent.merged += sources
        elif key.written in entries:
            twice = f"is there twice, in line {entries[key.written].line} too: keep one"
            self._problems.append(Problem(key.line, self._path(key.written), twice))
        else:
            entries[key.written] = value

    def _path(self, key: str) -> str:
        path = ""
        for level in self._open[:-1]:
            if isinstance(level.node.value, list):
                path += f"[{len(level.node.value)}]"
            elif level.key:
                path += f".{level.key.written}"
        return f"{path}.{key}".removeprefix(".")


def _key(node: Node, line: int) -> Node:
    if isinstance(node.value, dict | list):
        raise _Refusal("a mapping or a list is no key: keys are text", line)
    if not node.written:
        raise _Refusal("a key is missing before the colon", line)
    return Node(line, node.value, node.written)


_TAGS = {
    None,
    "!",
    "tag:yaml.org,2002:str",
    "tag:yaml.org,2002:map",
    "tag:yaml.org,2002:seq",
}
_TOO_DEEP = f"more than {DEEPEST} mappings and lists in one another: write it flat"
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def _scalar(event: ScalarEvent, line: int) -> Node:
    text: str = event.value
    if _NOT_TEXT.search(text):
        raise _Refusal("has a control character in quotes: remove it", line)
    plain = event.implicit[0] and event.tag is None
    return Node(line, scalar(text) if plain else text, text)
