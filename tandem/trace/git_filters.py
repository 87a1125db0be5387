"""Which pushes and pull requests the filters of a pipeline's triggers let through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from tandem.deployment.symbols import is_known
from tandem.trace.events import Change, Event, git_pushed
from tandem.trace.patterns import Answer, every, negated, some

Block = Mapping[str, Any]
"""A nested block, as in a state."""

_SAMPLE = "example"


def blocks(parent: Block, name: str) -> list[Block]:
    """The nested blocks of that name."""
    value = parent.get(name) or []
    found = value if isinstance(value, list | tuple) else [value]
    return [block for block in found if isinstance(block, Mapping)]


def trigger_lets_through(configuration: Block, event: Event) -> Answer:
    """Whether one of the filters of a `git_configuration` fits an event.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html
    """
    if event.change == "pull request":
        return some(_fits(it, event) for it in blocks(configuration, "pull_request"))
    return some(_fits(it, event) for it in blocks(configuration, "push"))


def _fits(filtered: Block, event: Event) -> Answer:
    names = _criteria(filtered, "tags" if event.change == "tag" else "branches")
    if names is None and (event.change == "tag" or _criteria(filtered, "tags")):
        return False
    events = _texts(filtered, "events")
    if event.action and events and event.action not in events:
        return False
    files = _criteria(filtered, "file_paths")
    return every(
        [
            None if event.action and events is None else True,
            names is None or _selected(names, event.reference),
            files is None
            or (
                None
                if event.paths is None
                else some(_selected(files, path) for path in event.paths)
            ),
        ]
    )


def depends_on_files(configuration: Block) -> bool:
    """Whether the files that a push changes decide."""
    filters = [*blocks(configuration, "push"), *blocks(configuration, "pull_request")]
    return any(_criteria(each, "file_paths") for each in filters)


def examples(configuration: Block, repository: str, default: str) -> Iterator[Event]:
    """For each filter an event that it lets through; none for one that lets nothing through."""
    for push in blocks(configuration, "push"):
        tags = _criteria(push, "tags")
        yield from _event(
            push,
            repository,
            default,
            tags or _criteria(push, "branches"),
            "tag" if tags else "branch",
        )
    for request in blocks(configuration, "pull_request"):
        action = next(iter(_texts(request, "events") or []), "OPEN")
        branches = _criteria(request, "branches")
        yield from _event(request, repository, default, branches, "pull request", action)


def _event(
    filtered: Block,
    repository: str,
    default: str,
    names: Block | None,
    change: Change,
    action: str = "",
) -> Iterator[Event]:
    name, shown = _example(names, default)
    files = _criteria(filtered, "file_paths")
    path, shown_paths = _example(files, _SAMPLE) if files else (None, "")
    if name:
        yield git_pushed(
            repository,
            name,
            change=change,
            action=action,
            paths=(path,) if path else None,
            shown=shown,
            shown_paths=shown_paths,
        )


def _example(criteria: Block | None, default: str) -> tuple[str | None, str]:
    """A name that the criteria select, and how people say it: as the patterns do."""
    includes = _texts(criteria or {}, "includes") or []
    samples = [_sample(pattern) for pattern in includes] or [default, _SAMPLE]
    selected = (name for name in samples if _selected(criteria or {}, name) is not False)
    chosen = next(selected, None)
    shown = ", ".join(includes) or ("any" if criteria else default)
    return chosen, shown


def _criteria(filtered: Block, name: str) -> Block | None:
    return next(iter(blocks(filtered, name)), None)


def _selected(criteria: Block, name: str) -> Answer:
    includes, excludes = _texts(criteria, "includes"), _texts(criteria, "excludes")
    return every(
        [
            _fits_one(includes, name) if includes != [] else True,
            negated(_fits_one(excludes, name)),
        ]
    )


def _texts(block: Block, name: str) -> list[str] | None:
    """A list of texts; None where it is no such list: known only after the apply, or refused."""
    value = block.get(name) or []
    if isinstance(value, list | tuple) and all(isinstance(it, str) for it in value):
        return list(value)
    return None


def _fits_one(patterns: list[str] | None, name: str) -> Answer:
    return None if patterns is None else some(_glob(pattern, name) for pattern in patterns)


def _glob(pattern: str, name: str) -> Answer:
    if pattern == name:
        return True
    if not is_known(pattern) or not is_known(name):
        return None
    regex = _regex(pattern)
    return None if regex is None else regex.fullmatch(name) is not None


@lru_cache(maxsize=1024)
def _regex(pattern: str) -> re.Pattern[str] | None:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/syntax-glob.html.

    None for what that page gives no meaning to, as `[z-a]`, and for what nobody writes.
    """
    parts: list[str] = []
    depth = 0
    for piece in re.findall(r"\\.|\*\*|\[!?[^\]]+\]|.", pattern, re.DOTALL):
        if piece[0] == "\\" and len(piece) == 2:
            parts.append(re.escape(piece[1]))
        elif piece[0] == "[" and len(piece) > 1:
            parts.append(f"[^{piece[2:]}" if piece[1] == "!" else piece)
        elif piece == "{":
            depth += 1
            parts.append("(?:")
        elif piece == "}" and depth:
            depth -= 1
            parts.append(")")
        elif piece == "," and depth:
            parts.append("|")
        else:
            parts.append({"**": ".*", "*": "[^/]*", "?": "[^/]"}.get(piece) or re.escape(piece))
    try:
        return re.compile("".join(parts) + ")" * depth, re.DOTALL)
    except (re.error, RecursionError, OverflowError):
        return None


def _sample(pattern: str) -> str:
    """A name that a pattern fits."""
    text = re.sub(r"\{([^,}]*)[^}]*\}", r"\1", pattern)
    text = re.sub(r"\[!?(.)[^\]]*\]", r"\1", text)
    return re.sub(r"\*+", _SAMPLE, text).replace("?", "x").replace("\\", "")
