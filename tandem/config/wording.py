"""The errors of pydantic in the words of the file: what is wrong, what was there, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from modules.settings.build import SECRET_VALUE
from tandem.config.advice import no_kind, unknown_key
from tandem.config.document import Document, Place
from tandem.config.fields import annotation_at, classes, classes_at, fields_of
from tandem.config.nodes import Node
from tandem.config.problems import Problem, did_you_mean, listed, shorten

_PARTIAL = frozenset(
    {
        *("string_type", "int_type", "bool_type", "list_type", "dict_type", "literal_error"),
        *("text", "between", "too_long", "unexpected_keyword_argument", "secret", "reserved"),
    }
)
"""Errors that are errors in `defaults` too, whatever an image adds."""


def problems_of(
    error: ValidationError,
    document: Document,
    *,
    within: tuple[str, ...] = (),
    partial: bool = False,
) -> Iterator[Problem]:
    """What is wrong with the value at `within`; with `partial`, apart from what is missing."""
    for details in error.errors(include_url=False, include_input=False):
        steps = (*within, *details["loc"])
        place = document.place(steps, missing=details["type"] == "missing")
        if partial and details["type"] not in _PARTIAL and isinstance(place.node.value, dict):
            continue
        yield from _problems(details, place)


def _problems(details: ErrorDetails, place: Place) -> Iterator[Problem]:
    kind = details["type"]
    if kind == "kind" and isinstance(place.node.value, dict):
        yield from no_kind(place)
    elif kind == "unexpected_keyword_argument":
        yield place.problem(unknown_key(place))
    elif kind in _WORDS:
        yield place.problem(_WORDS[kind](place, details.get("ctx", {})))
    elif details["loc"][-1:] == ("[key]",):
        yield place.problem(f"its name {details['msg']}")
    elif kind in ("text", "between", "kind"):
        yield place.problem(f"{details['msg']}{_received(place)}")
    else:
        yield place.problem(details["msg"])


def _hidden(place: Place) -> bool:
    """Whether the value may be a secret: a variable's, or what looks like a credential."""
    return bool({"environment", "arguments"} & set(place.path[:-1])) or bool(
        SECRET_VALUE.search(place.node.written)
    )


def _shown(node: Node) -> str:
    if isinstance(node.value, dict):
        return "a mapping"
    if isinstance(node.value, list):
        return "a list"
    if node.value is None:
        return "nothing"
    text = shorten(node.written)
    return f'"{text}"' if isinstance(node.value, str) else text


def _received(place: Place) -> str:
    return "" if _hidden(place) else f", received {_shown(place.node)}"


def _not_text(place: Place, _: Mapping[str, object]) -> str:
    if place.path[-1:] == ("base",):
        return f"must be an image's name, or images by build argument{_received(place)}"
    what = f"must be text{_received(place)}"
    if isinstance(place.node.value, dict | list):
        return what
    if place.node.value is None:
        return f'{what}: give a value, "" for an empty one, or remove the key'
    written = "" if _hidden(place) else f', "{shorten(place.node.written)}"'
    return f"{what}: write it in quotes{written}"


def _not_a_number(place: Place, _: Mapping[str, object]) -> str:
    value = place.node.value
    unquoted = isinstance(value, str) and re.fullmatch(r"\d+", value)
    remedy = ": write it without quotes" if unquoted else ""
    return f"must be a whole number{_received(place)}{remedy}"


def _not_a_flag(place: Place, _: Mapping[str, object]) -> str:
    return f"must be true or false, without quotes{_received(place)}"


def _no_choice(place: Place, context: Mapping[str, object]) -> str:
    if place.path == ("state",):
        return f"must be local, or a mapping with s3 or cloud{_received(place)}"
    choices = str(context["expected"]).replace("'", "")
    known = re.split(r", | or ", choices)
    given = place.node.value
    if isinstance(given, int) and all(choice.isdigit() for choice in known):
        near = f"did you mean {min(known, key=lambda choice: abs(int(choice) - given))}?"
    else:
        near = did_you_mean(place.node.written, known)
    return f"must be {choices}{_received(place)}{': ' if near else ''}{near}"


def _no_mapping(place: Place, _: Mapping[str, object]) -> str:
    if place.path[-1:] == ("approval",):
        return f"must be true, false or a mapping{_received(place)}"
    annotations = annotation_at(place.in_file)
    keys = [
        name
        for annotation in annotations
        for cls in classes(annotation)[:1]
        for name, field in fields_of(cls).items()
        if field.is_required()
    ]
    with_keys = f" with {listed(keys, 'and')}" if keys else ""
    return f"must be a mapping{with_keys}{_received(place)}"


def _missing(place: Place, _: Mapping[str, object]) -> str:
    name = str(place.path[-1])
    for cls in classes_at(place.in_file[:-1], place.node):
        if field := fields_of(cls).get(name):
            first = re.split(r"\.(?:\s|$)", field.description or "", maxsplit=1)[0]
            return f"is missing: {first[:1].lower()}{first[1:]}".replace("`", '"')
    return "is missing"


def _too_long(place: Place, context: Mapping[str, object]) -> str:
    value = place.node.value
    number = f", has {len(value)}" if isinstance(value, dict | list) else ""
    return f"must have at most {context['max_length']} entries{number}"


def _too_short(_: Place, context: Mapping[str, object]) -> str:
    least = context["min_length"]
    return f"must have at least {least} {'entry' if least == 1 else 'entries'}"


_WORDS: dict[str, Callable[[Place, Mapping[str, object]], str]] = {
    "missing": _missing,
    "string_type": _not_text,
    "int_type": _not_a_number,
    "bool_type": _not_a_flag,
    "literal_error": _no_choice,
    "dataclass_type": _no_mapping,
    "dict_type": _no_mapping,
    "list_type": lambda place, _: f"must be a list, as in [a, b]{_received(place)}",
    "too_long": _too_long,
    "too_short": _too_short,
}
