"""The chains for people, as a tree, and for programs, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.tree import Tree

from tandem.deployment import BuildProject
from tandem.deployment.symbols import readable, replace_symbols
from tandem.trace.chains import Chain, Start
from tandem.trace.events import Event
from tandem.trace.pushes import Push

_REVISIONS = {
    "IMAGE_DIGEST": "digest",
    "COMMIT_ID": "commit",
    "S3_OBJECT_VERSION_ID": "version",
    "S3_OBJECT_KEY": "key",
}


_WAYS = {
    "connection": "by its connection",
    "polling": "as it looks for changes itself",
    "webhook": "by its webhook",
}


def tree(chains: Sequence[Chain]) -> Tree:
    """What starts what: each event once, with all that follows from it."""
    root = Tree("[bold]What starts what", guide_style="dim")
    shown: set[Event] = set()
    # A stack of its own, for chains may be deeper than Python's.
    waiting: list[tuple[Tree, Chain, bool]] = [(root, chain, True) for chain in reversed(chains)]
    while waiting:
        parent, chain, named = waiting.pop()
        branch = parent.add(_event(chain), highlight=False) if named else parent
        if chain.event in shown and chain.starts:
            branch.add("[dim](see above)", highlight=False)
            continue
        shown.add(chain.event)
        below: list[tuple[Tree, Chain, bool]] = []
        for start in chain.starts:
            node = branch.add(_start(start, "" if named else chain.event.words), highlight=False)
            # Where one push alone starts something, its event stands beside what it starts.
            several = len(start.then) > 1
            below.extend((node, follow, several) for follow in start.then)
        for other in chain.others if named or chain.starts else ():
            branch.add(f"[dim]{_shown(other)}: not followed", highlight=False)
        waiting.extend(reversed(below))
    return root


def _event(chain: Chain) -> str:
    words = _shown(chain.event.words)
    return words if chain.starts else f"{words} [yellow]starts nothing"


def _start(start: Start, event: str) -> str:
    """What starts, and what comes of it; by what it is started; why perhaps; what is not seen."""
    name = f"[bold]{_shown(start.what.name)}[/]"
    if isinstance(start.what, BuildProject):
        name = f"build {name}"
    if not start.certain:
        name = f"[yellow]perhaps[/] {name}"
    if start.loops:
        return f"{name} [red](a loop: it is running already, see above)[/]"
    pushes = ", ".join(dict.fromkeys(_image(push) for push in start.pushes))
    lines = [
        " → ".join(part for part in (name, pushes, ", ".join(map(_shown, start.deploys))) if part)
    ]
    by = f"by rule {readable(start.through.name)}" if start.through else _WAYS.get(start.how, "")
    pin = start.pin
    exactly = f"{pin.action} at that {_REVISIONS.get(pin.kind, pin.kind)}" if pin else ""
    if said := ", ".join(part for part in (event, by, exactly) if part):
        lines.append(f"[dim]{_shown(said)}[/]")
    if start.why:
        lines.append(f"[yellow]{_shown(start.why)}[/]")
    lines += [f"[dim]{_shown(line)}[/]" for line in start.unseen]
    return "\n".join(lines)


def _shown(text: str) -> str:
    """A text of other people's: no markup, and nothing that commands a terminal."""
    return escape(readable(text))


def _image(push: Push) -> str:
    """An image; what only the build knows of it is left open."""
    text = f"{push.repository}:{push.tag}" if push.tag else push.repository
    name = _shown(replace_symbols(text, lambda _name: "…"))
    return name if push.certain else f"[yellow]perhaps[/] {name}"


def chains_json(chains: Sequence[Chain]) -> list[dict[str, Any]]:
    """The chains as plain data: each event once, in the order of the tree.

    It names things and has no addresses: a configuration, its plan and its state give the same.
    """
    found: list[dict[str, Any]] = []
    shown: set[Event] = set()
    first = {chain.event for chain in chains}
    waiting = list(reversed(chains))
    while waiting:
        chain = waiting.pop()
        if chain.event in shown:
            continue
        shown.add(chain.event)
        found.append(
            {
                "event": chain.event.words,
                "kind": chain.event.kind,
                "first": chain.event in first,
                "starts": [_start_json(start) for start in chain.starts],
                "others": sorted(chain.others),
            }
        )
        below = [follow for start in chain.starts for follow in start.then]
        waiting.extend(reversed(below))
    return found


def _start_json(start: Start) -> dict[str, Any]:
    pin = start.pin
    return {
        "name": readable(start.what.name),
        "type": "build" if isinstance(start.what, BuildProject) else "pipeline",
        "how": start.how,
        "rule": readable(start.through.name) if start.through else None,
        "pin": pin and {"action": pin.action, "type": pin.kind, "value": readable(pin.value)},
        "certain": start.certain,
        "why": readable(start.why),
        "loops": start.loops,
        "unseen": [readable(line) for line in start.unseen],
        "pushes": [_push_json(push) for push in start.pushes],
        "deploys": list(start.deploys),
        "then": [follow.event.words for follow in start.then],
    }


def _push_json(push: Push) -> dict[str, Any]:
    return {
        "repository": readable(push.repository),
        "tag": readable(push.tag),
        "project": readable(push.project),
        "certain": push.certain,
    }
