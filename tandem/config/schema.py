"""The JSON Schema of the file, for editors: it accepts whatever `load` accepts."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from tandem.config.models import Config

_Schema = dict[str, Any]
_REF = "#/$defs/"
_NULL = {"type": "null"}


def schema() -> _Schema:
    """The schema, in JSON Schema 2020-12."""
    full = TypeAdapter(Config).json_schema()
    definitions = {name: _strict(each) for name, each in full.pop("$defs").items()}
    partial = {_partial_name(name): _partial(each) for name, each in definitions.items()}
    top = _strict(full)
    properties = top["properties"]
    del properties["warnings"]
    images = properties["images"]
    properties["images"] = {"type": "object", "description": images.pop("description")}
    properties["defaults"] = {
        "anyOf": [{"$ref": f"{_REF}{_partial_name('Image')}"}, _NULL],
        "description": "Settings that every image has, unless it says otherwise.",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Image pipelines of Tandem",
        **top,
        # With defaults an image may leave anything out, and remove a default with null.
        "if": {"required": ["defaults"]},
        "then": {"properties": {"images": _with_partial_images(images)}},
        "else": {"properties": {"images": images}},
        "$defs": _reachable({**definitions, **partial}, _REF + "Image", properties),
    }


def schema_text() -> str:
    """What pipelines.schema.json holds."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def plain_words(description: str) -> str:
    """A description in the terms of the file, which has no `None`."""
    return description.replace("None: ", "Left out: ").replace("\n", " ")


def _strict(node: Any) -> Any:
    """Pydantic's schema without its titles, and where a mapping has no keys but those allowed."""
    if isinstance(node, list):
        return [_strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    result: _Schema = {}
    for key, value in node.items():
        if key == "properties":
            result[key] = {name: _strict(each) for name, each in value.items()}
        elif key == "oneOf":
            # The forms of a base are told apart by rules that a schema does not have.
            result["anyOf"] = _strict(value)
        elif key == "anyOf":
            forms = [_strict(each) for each in value]
            result[key] = [f for form in forms for f in (form.get("anyOf", [form]))]
        elif key == "description":
            result[key] = plain_words(value)
        elif key == "patternProperties":
            result.update({key: _strict(value), "additionalProperties": False})
        elif key != "title":
            result[key] = _strict(value)
    return result


def _with_partial_images(images: _Schema) -> _Schema:
    reference = {"$ref": f"{_REF}{_partial_name('Image')}"}
    return {**images, "patternProperties": dict.fromkeys(images["patternProperties"], reference)}


def _partial_name(name: str) -> str:
    return f"Partial{name}"


def _partial(node: Any) -> Any:
    """The same with nothing required, everything nullable, and references to such definitions."""
    if isinstance(node, list):
        return [_partial(each) for each in node]
    if not isinstance(node, dict):
        return node
    result: _Schema = {}
    for key, value in node.items():
        if key in ("properties", "patternProperties"):
            result[key] = {name: _nullable(_partial(each)) for name, each in value.items()}
        elif key == "$ref":
            result[key] = f"{_REF}{_partial_name(value.removeprefix(_REF))}"
        elif key != "required":
            result[key] = _partial(value)
    return result


def _nullable(node: _Schema) -> _Schema:
    about: _Schema = {key: node[key] for key in ("description", "default") if key in node}
    rest = {key: value for key, value in node.items() if key not in about}
    forms = rest["anyOf"] if set(rest) == {"anyOf"} else [rest]
    return {**about, "anyOf": forms if _NULL in forms else [*forms, _NULL]}


def _reachable(definitions: _Schema, first: str, properties: _Schema) -> _Schema:
    """Those that the file's keys or its images lead to, by name."""
    found: set[str] = set()
    waiting = [{"$ref": first}, properties]
    while waiting:
        node = waiting.pop()
        for reference in _references(node):
            name = reference.removeprefix(_REF)
            if name not in found:
                found.add(name)
                waiting.append(definitions[name])
    return {name: definitions[name] for name in sorted(found)}


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for each in node for found in _references(each)]
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for each in node.values() for found in _references(each)]
    return []
