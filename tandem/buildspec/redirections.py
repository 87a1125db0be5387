"""Where a command reads from and writes to.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_07
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from tandem.buildspec.running import Run, Runner, Status
from tandem.buildspec.state import State
from tandem.buildspec.syntax import Node
from tandem.deployment.symbols import symbol

SOURCE_ROOTS = tuple(symbol(name) for name in ("$CODEBUILD_SRC_DIR", "$PWD"))


def written_path(path: str, folder: str) -> str | None:
    """The path of a file from the source's root; None for a device."""
    if path.startswith(("/dev/", "&")) or not path:
        return None
    if path.startswith(SOURCE_ROOTS[0]):
        return posixpath.normpath(path.removeprefix(SOURCE_ROOTS[0]).lstrip("/") or ".")
    path = path.removeprefix(f"{SOURCE_ROOTS[1]}/")
    return posixpath.normpath(posixpath.join(folder, path))


def note_written(runner: Runner, state: State, path: str) -> None:
    """Note that a command writes a file."""
    found = written_path(path, state.folder)
    if found is not None:
        runner.writes[found] = None


def redirected(runner: Runner, nodes: Sequence[Node], state: State, run: Run) -> Status:
    """Run something with redirections. A here-document's line can hold more: `<<END | command`."""
    outer, stdin = runner.output, state.stdin
    rest: list[Node] = []
    for node in nodes:
        if node.kind == "file_redirect":
            _to_file(runner, node, state)
        elif node.kind == "herestring_redirect":
            state.stdin = runner.words.text(node, state) + "\n"
        elif node.kind == "heredoc_redirect":
            rest += _heredoc(runner, node, state)
    piped = next((node for node in rest if node.kind == "pipeline"), None)
    if piped is None:
        status = run(state)
        runner.output, state.stdin = outer, stdin
    else:
        text = runner.captured(run, state.copy())
        runner.output, state.stdin = outer, text
        status = runner.run_all(piped.children, state)
        state.stdin = stdin
    return _followed(runner, rest, state, status)


def _to_file(runner: Runner, node: Node, state: State) -> None:
    sign = next((child.kind for child in node.children if child.kind[-1:] in "<>&|"), "")
    descriptor = next((c.text for c in node.children if c.kind == "file_descriptor"), "")
    targets = [
        word
        for child in node.children
        if child.field == "destination"
        for word in runner.words.fields(child, state)
    ]
    if sign.startswith("<"):
        state.stdin = None
        return
    if sign in (">&", "<&") and all(target.isdecimal() or target == "-" for target in targets):
        if not descriptor or descriptor == "1":
            runner.output = None
        return
    for target in targets:
        note_written(runner, state, target)
    if descriptor in ("", "1"):
        runner.output = None


def _heredoc(runner: Runner, node: Node, state: State) -> list[Node]:
    """Read a here-document; what else stands on its line."""
    start = next((child.text for child in node.children if child.kind == "heredoc_start"), "")
    body = next((child for child in node.children if child.kind == "heredoc_body"), None)
    rest = []
    for child in node.children:
        if child.kind == "file_redirect":
            _to_file(runner, child, state)
        elif child.kind == "pipeline" or child.field in ("operator", "right"):
            rest.append(child)
    if body is None:
        state.stdin = ""
    elif start[:1] in "'\"\\":
        state.stdin = body.text
    else:
        state.stdin = runner.words.text(body, state)
    return rest


def _followed(runner: Runner, rest: Sequence[Node], state: State, status: Status) -> Status:
    operator = next((node.kind for node in rest if node.field == "operator"), None)
    right = next((node for node in rest if node.field == "right"), None)
    if operator is None or right is None or state.over:
        return status
    if operator == "&&":
        return runner.run(right, state)
    runner.either(state, [lambda way: runner.run(right, way)], exhaustive=False)
    return status
