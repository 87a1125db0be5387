"""A review without sensitive values, wherever in its texts they are.

It is done before anything is rendered: in a finished text nobody could tell a value from the words
and the marks around it, and whoever chose a secret that equals these would break the text, or hide
what it says.
"""

from __future__ import annotations

import operator
import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

from tandem.review.model import AttributeChange, Rename, Review
from tandem.review.redaction.secrets import Secrets
from tandem.trace.pictures.model import Graph

_KEPT = frozenset(
    {"action", "address", "check", "kind", "page", "previous_address", "rule", "source", "type"}
    # Of SARIF:
    | {"$schema", "baselineState", "fullyQualifiedName", "helpUri", "id", "level", "name", "ruleId"}
    | {"status", "uri", "version"}
)
"""What is no text that a value could be in: words that stand for something, and addresses, of which
`tandem.review.redaction.redaction` says that nothing in them is a secret."""
_ATTRIBUTE = re.compile("[a-z][a-z0-9_]*")


def scrubbed(review: Review, secrets: Secrets) -> Review:
    """The review with a note in the place of each sensitive value in its texts."""
    found: Review = _Scrubbing(secrets).of(review) if secrets else review
    return found


def scrubbed_json(data: Any, secrets: Secrets) -> Any:
    """The same of what is written as JSON, whose form and whose keys stay."""
    match data:
        case str():
            return secrets.scrub(data)
        case list():
            return [scrubbed_json(item, secrets) for item in data]
        case dict():
            return {
                key: item
                if key in _KEPT and isinstance(item, str)
                else scrubbed_json(item, secrets)
                for key, item in data.items()
            }
    return data


class _Scrubbing:
    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._of_class: dict[type, tuple[str, ...]] = {}
        self._seen: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        """Of nodes whose names are hidden: ids are made of names."""

    def of(self, value: Any) -> Any:
        match value:
            case str():
                return self._text(value)
            case tuple():
                items = tuple(map(self.of, value))
                return value if all(map(operator.is_, items, value)) else items
            case AttributeChange():
                found, path = self._fields(value, "path"), self._path(value.path)
                return found if path == value.path else replace(found, path=path)
            case Rename():
                return self._fields(value, "old", "new")
            case Graph():
                return self._graph(value)
        return self._fields(value) if is_dataclass(value) else value

    def _text(self, text: str) -> str:
        if text not in self._seen:
            self._seen[text] = self._secrets.scrub(text)
        return self._seen[text]

    def _path(self, path: str) -> str:
        """Which attribute it is stays, what is below may be a key that somebody chose."""
        name = _ATTRIBUTE.match(path)
        kept = name[0] if name else ""
        return kept + self._text(path[len(kept) :])

    def _fields(self, value: Any, *kept: str) -> Any:
        new = {}
        for name in self._texts(value):
            if name not in kept:
                was = getattr(value, name)
                if (now := self.of(was)) is not was:
                    new[name] = now
        return replace(value, **new) if new else value

    def _graph(self, graph: Graph) -> Graph:
        for node in graph.nodes:
            if self._text(node.name) != node.name or self._text(node.id) != node.id:
                self._ids.setdefault(node.id, f"{node.kind}_sensitive_{len(self._ids) + 1}")

        def named(it: str) -> str:
            return self._ids.get(it, it)

        nodes = (replace(self._fields(it), id=named(it.id)) for it in graph.nodes)
        edges = (
            replace(self._fields(it, "target"), source=named(it.source), target=named(it.target))
            for it in graph.edges
        )
        return Graph(tuple(nodes), tuple(edges), self.of(graph.undrawn))

    def _texts(self, value: Any) -> tuple[str, ...]:
        """The fields that may have a text in which a sensitive value is."""
        if type(value) not in self._of_class:
            # What a role, a variable or a node is called is a value; of SARIF alone `name` is none.
            kept = _KEPT - {"name"}
            names = tuple(it.name for it in fields(value) if it.name not in kept)
            self._of_class[type(value)] = names
        return self._of_class[type(value)]
