"""What changes of a resource, attribute by attribute, without what only looks like a change.

https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tandem.deployment.symbols import is_symbol
from tandem.review.changes.differences import LATER, Difference, differences
from tandem.review.changes.texts import (
    LONGEST,
    SAME,
    below,
    decoded,
    diff,
    fitted,
    is_nothing,
    is_unset,
    lines_of,
    one_line,
    pretty,
    shortened,
)
from tandem.review.model import AttributeChange
from tandem.review.reading.plan import OutputChange, ResourceChange

Json = Mapping[str, Any]
_COMPUTED = frozenset({"id", "arn", "region", "tags_all"})
"""What AWS or the provider makes of other attributes, where the configuration is not known."""
_LEAF = {"constant_value", "references"}
"""What an expression has, and a block has not."""


def attribute_changes(
    change: ResourceChange, *, resolved: Json | None = None, expressions: Json | None = None
) -> tuple[AttributeChange, ...]:
    """What changes of a resource that is there and will be there.

    Args:
        change: What the plan says of it.
        resolved: Its values in the planned deployment, with symbols for what is not known.
        expressions: Its arguments in the plan's configuration; None: they are not there.
    """
    before: Json = change.before or {}
    flags: Json = change.unknown if isinstance(change.unknown, Mapping) else {}
    replacing = [tuple(it for it in path if isinstance(it, str)) for path in change.replace_paths]
    forced = [path[0] for path in replacing if path]
    blocks = {name for name, value in before.items() if isinstance(value, list)}
    noise = {
        name
        for name, flag in flags.items()
        if flag is True
        and name not in forced
        and _is_computed((name,), expressions)
        # A dynamic block stands in no configuration, whatever it is made of.
        and (is_unset(before.get(name)) or change.action == "replace" or name not in blocks)
    }
    after = _merged(change.address, change.after or {}, flags, resolved or {})
    found = [
        it
        for name in dict.fromkeys((*before, *after))
        if name not in noise
        for it in _found(name, before.get(name), after.get(name))
        if not (it.later and len(it.names) > 1 and _is_computed(it.names, expressions))
    ]
    found = _without_copies(found)
    waiting = [
        name
        for name, flag in flags.items()
        if name not in noise and any(_waiting((name,), flag, expressions))
    ]
    found = [it._replace(new=SAME) if it.spelled and it.names[0] in waiting else it for it in found]
    said = {it.names[0] for it in found}
    alone = waiting if change.action == "update" and not found else []
    for name in dict.fromkeys((*forced, *alone)):
        if name not in said and not is_nothing(before.get(name)):
            found.append(Difference(name, (name,), one_line(before[name]), SAME))
    return tuple(_attribute(it, replacing) for it in found)


def known_attributes(
    values: Json, names: Collection[str], *, was: bool, will: bool
) -> tuple[AttributeChange, ...]:
    """Some attributes of a resource that `was` there or `will` be, as far as they are known."""
    said = ((name, values.get(name)) for name in names)
    texts = [
        (name, shortened(one_line(value)))
        for name, value in said
        if not is_nothing(value) and not isinstance(value, list | Mapping)
    ]
    return tuple(
        AttributeChange(it, text if was else None, text if will else None) for it, text in texts
    )


def set_attributes(
    change: ResourceChange,
    *,
    resolved: Json | None,
    expressions: Json | None,
    but: Collection[str] = (),
) -> Iterator[AttributeChange]:
    """What is set of a resource that is created, as far as it is known, without the paths `but`."""
    flags: Json = change.unknown if isinstance(change.unknown, Mapping) else {}
    after, known = change.after or {}, resolved or {}
    for name in dict.fromkeys((*after, *flags)):
        value, flag = after.get(name), flags.get(name)
        if name in but or (not flag and is_nothing(value)) or not _is_set(name, value, expressions):
            continue
        if flag:
            value = _merged(f"{change.address}.{name}", value, flag, known.get(name))
        if value is LATER:
            continue
        if value is False or value == 0:
            yield AttributeChange(name, None, one_line(value))
        elif isinstance(value, str) and _is_plain(value):  # nearly all
            yield AttributeChange(name, None, shortened(one_line(value)))
        elif (text := _document(name, value)) is not None:
            yield new_attribute(name, text)
        else:
            yield from (
                _attribute(it, [])
                for it in _found(name, None, value)
                if it.path not in but and not it.later
            )


def _is_set(name: str, value: Any, expressions: Json | None) -> bool:
    """Whether somebody set it, and not AWS or the provider."""
    if expressions is None:
        return name not in _COMPUTED and not is_unset(value)
    # A dynamic block stands in no configuration.
    return name in expressions or bool(
        isinstance(value, list) and value and isinstance(value[0], Mapping)
    )


def _is_plain(value: str) -> bool:
    """Whether a text has one line, and is no JSON."""
    return "\n" not in value and value.lstrip()[:1] not in ("{", "[")


def _document(name: str, value: Any) -> str | None:
    """A long JSON text in lines, such as a template; None: it is none, or a policy."""
    if not isinstance(value, str) or len(value) <= LONGEST or "polic" in name:
        return None
    document = decoded(value)
    return None if document is None else pretty(document)


def new_attribute(path: str, value: Any, *, was: bool = False) -> AttributeChange:
    """An attribute as it will be, and perhaps `was`; a text of several lines with all of them."""
    is_long = isinstance(value, str) and "\n" in value.strip()
    said = lines_of(value) if is_long else shortened(one_line(value))
    return AttributeChange(
        path, said if was else None, said, diff=diff("", value) if is_long else ()
    )


def output_changes(change: OutputChange) -> tuple[AttributeChange, ...]:
    """What changes of an output."""
    after = _merged("", change.after, change.unknown, None)
    return tuple(_attribute(it, []) for it in _found(change.name, change.before, after))


def _found(name: str, old: Any, new: Any) -> list[Difference]:
    try:
        if old == new:
            return []  # nearly all
        return list(differences(below("", name), (name,), old, new))
    except RecursionError:
        return [Difference(name, (name,), "nested too deep to be shown", "something else")]


def _is_computed(names: tuple[str, ...], expressions: Json | None) -> bool:
    """Whether AWS or the provider works out an attribute, as the configuration does not set it."""
    if expressions is None:
        return names[0] in _COMPUTED
    blocks: list[Any] = [expressions]
    for name in names[:-1]:
        inner = [block.get(name) for block in blocks if isinstance(block, Mapping)]
        blocks = [it for one in inner for it in (one if isinstance(one, list) else [one])]
    known = [it for it in blocks if isinstance(it, Mapping) and not it.keys() & _LEAF]
    return bool(known) and not any(names[-1] in block for block in known)


def _waiting(names: tuple[str, ...], flag: Any, expressions: Json | None) -> Iterator[bool]:
    """Whether anything that is set is known only after the apply, for each part."""
    match flag:
        case Mapping():
            for name, item in flag.items():
                yield from _waiting((*names, name), item, expressions)
        case list():
            for item in flag:
                yield from _waiting(names, item, expressions)
        case True:
            yield not _is_computed(names, expressions)


def _attribute(it: Difference, replacing: list[tuple[str, ...]]) -> AttributeChange:
    replaces = any(
        path == it.names[: len(path)] or it.names == path[: len(it.names)] for path in replacing
    )
    return AttributeChange(it.path, *fitted(it.old, it.new), replaces, it.diff)


def _without_copies(found: list[Difference]) -> list[Difference]:
    """Without what `tags_all` only repeats of `tags`."""
    tags = {(it.path, it.old, it.new) for it in found if it.names[0] == "tags"}
    return [
        it
        for it in found
        if it.names[0] != "tags_all"
        or (it.path.replace("tags_all", "tags", 1), it.old, it.new) not in tags
    ]


def _merged(place: str, after: Any, unknown: Any, resolved: Any) -> Any:
    """`after`, and of what is unknown in it what the plan's configuration says."""
    match unknown:
        case True:
            return LATER if resolved is None or is_symbol(resolved, place) else resolved
        case Mapping() if unknown:
            values = after if isinstance(after, Mapping) else {}
            more = resolved if isinstance(resolved, Mapping) else {}
            return {
                key: _merged(f"{place}.{key}", values.get(key), unknown.get(key), more.get(key))
                for key in dict.fromkeys((*values, *unknown))
                if key in values or unknown[key]
            }
        case list() if any(unknown):
            items = after if isinstance(after, list) else []
            others = resolved if isinstance(resolved, list) else []
            return [
                _merged(
                    f"{place}[{number}]",
                    _at(items, number),
                    _at(unknown, number),
                    _at(others, number),
                )
                for number in range(max(len(items), len(unknown)))
            ]
    return after


def _at(items: list[Any], number: int) -> Any:
    return items[number] if number < len(items) else None
