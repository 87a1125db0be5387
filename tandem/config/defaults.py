"""`defaults`: settings that every image has, unless it says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from modules.settings import S3, CodeCommit, Connection
from tandem.config.fields import fields_of
from tandem.config.models import SOURCE_KINDS
from tandem.config.nodes import Node

_Path = tuple[str, ...]


def _one_of(*kinds: str) -> Callable[[Node], object]:
    return lambda node: next((kind for kind in kinds if kind in node.mapping), None)


def _base(node: Node) -> object:
    if not isinstance(node.value, dict):
        return "name"
    return "elsewhere" if node.mapping.keys() & {"repository", "tag"} else "arguments"


def _repository(node: Node) -> object:
    if "existing" in node.mapping:
        return "existing"
    return "new" if node.mapping else None


def _filters(node: Node) -> object:
    return ("tags" in node.mapping) if node.mapping else None


def _kind(path: _Path, node: Node) -> object:
    """Which of its kinds a mapping is; None if it does not say."""
    match path:
        case ("source",):
            return _one_of(*SOURCE_KINDS)(node)
        case ("source", "filters"):
            return _filters(node)
        case ("base",) | ("base", _):
            return _base(node)
        case ("repository",):
            return _repository(node)
        case ("build", "environment", _):
            return _one_of("secret", "parameter")(node)
        case _:
            return None


def with_defaults(image: Node, defaults: Node | None) -> Node:
    """The image with every default that it does not replace.

    Mappings are merged; texts, numbers and lists are replaced, and so is a mapping by one of
    another kind, such as an S3 source by a CodeCommit one. `null` in the image removes a default.
    """
    if defaults is None or not isinstance(image.value, dict) or not defaults.mapping:
        return image
    merged = _merged((), image, defaults)
    entries = merged.mapping
    deployed = "deploy" in entries and entries["deploy"].value is not None
    if not deployed and entries.get("approval") is defaults.mapping.get("approval"):
        # A default approval is for those that are deployed.
        entries.pop("approval", None)
    return merged


def _fitting(kind: object, default: Mapping[str, Node]) -> dict[str, Node]:
    """A default source without what only sources of other kinds have, as S3 has no branch."""
    keys = {next(iter(fields_of(cls))): set(fields_of(cls)) for cls in (CodeCommit, Connection, S3)}
    own = keys.get(str(kind), set().union(*keys.values()))
    others = set().union(*keys.values()) - own
    return {key: node for key, node in default.items() if key not in others}


def _merged(path: _Path, own: Node, default: Node) -> Node:
    if not isinstance(own.value, dict) or not isinstance(default.value, dict):
        return own
    kind = _kind(path, own)
    if kind is not None and _kind(path, default) not in (None, kind):
        return own
    entries = _fitting(kind, default.value) if path == ("source",) else dict(default.value)
    for key, node in own.value.items():
        if key not in entries:
            entries[key] = node
        elif node.value is None:
            del entries[key]
        else:
            entries[key] = _merged((*path, key), node, entries[key])
    return Node(own.line, entries)
