"""The file with its defaults applied, and where in it each setting stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tandem.config.defaults import with_defaults
from tandem.config.nodes import Node
from tandem.config.problems import Problem, shorten


@dataclass(frozen=True)
class Place:
    """A setting in the file: what leads there, and the value that is nearest to it."""

    path: tuple[str | int, ...]
    """As the user writes it; in `defaults` where the value comes from there."""
    node: Node
    """The value, or the mapping in which it is missing."""
    around: Node
    """The mapping or list it is in."""

    @property
    def key(self) -> str:
        """The path as text: `images.web.source.filters.tags[0]`."""
        parts = [
            f"[{step}]" if isinstance(step, int) else f".{shorten(step)}" for step in self.path
        ]
        return "".join(parts).removeprefix(".")

    @property
    def in_file(self) -> tuple[str | int, ...]:
        """The path as an image's, where it is one in `defaults`."""
        return ("images", "*", *self.path[1:]) if self.path[:1] == ("defaults",) else self.path

    def within(self, key: str) -> Place:
        """The place of an entry."""
        return Place((*self.path, key), self.node.mapping[key], self.node)

    def problem(self, message: str) -> Problem:
        """A problem of this setting."""
        return Problem(self.node.line, self.key, message)


class Document:
    """The mapping of a file: `images` with their defaults, and everything else as it is."""

    def __init__(self, root: Node) -> None:
        self.defaults = root.mapping.get("defaults")
        entries = dict(root.mapping)
        images = entries.get("images")
        if images and images.mapping:
            merged = {
                name: with_defaults(image, self.defaults) for name, image in images.mapping.items()
            }
            entries["images"] = Node(images.line, merged)
        self.root = Node(root.line, entries)
        self._from_defaults = set(_ids(self.defaults)) if self.defaults else set()

    @property
    def images(self) -> dict[str, Node]:
        """The images with their defaults."""
        images = self.root.mapping.get("images")
        return images.mapping if images else {}

    def place(self, steps: Sequence[str | int], *, missing: bool = False) -> Place:
        """Where `steps`, such as pydantic's location of an error, lead to.

        Steps that the file does not have, such as the member of a union, are left out; with
        `missing`, the last one stays.
        """
        node = around = self.root
        path: list[str | int] = []
        for index, step in enumerate(steps):
            if isinstance(step, str) and step in node.mapping:
                around, node = node, node.mapping[step]
            elif isinstance(step, int) and isinstance(node.value, list) and step < len(node.value):
                around, node = node, node.value[step]
            elif not (missing and index == len(steps) - 1):
                continue
            path.append(step)
        if id(node) in self._from_defaults and path[:1] == ["images"]:
            path = ["defaults", *path[2:]]
        return Place(tuple(path), node, around)


def _ids(node: Node) -> list[int]:
    if isinstance(node.value, dict):
        inner = [found for child in node.value.values() for found in _ids(child)]
    elif isinstance(node.value, list):
        inner = [found for child in node.value for found in _ids(child)]
    else:
        inner = []
    return [id(node), *inner]
