"""Pipes, redirections, subshells and functions."""

from __future__ import annotations

from tandem.buildspec.redirections import redirected
from tandem.buildspec.running import Handler, Runner, Status
from tandem.buildspec.state import State
from tandem.buildspec.syntax import Node


def _pipeline(runner: Runner, node: Node, state: State) -> Status:
    stages = [child for child in node.children if child.kind not in ("|", "|&", "comment")]
    text, status = state.stdin, Status.SUCCESS
    for stage in stages:
        shell = state.copy()
        shell.stdin = text
        if stage is stages[-1]:
            status = runner.within("exit", shell, lambda way: runner.run(stages[-1], way))
        else:
            text = runner.captured(lambda way, at=stage: runner.run(at, way), shell)  # type: ignore[misc]
    return status


def _redirected(runner: Runner, node: Node, state: State) -> Status:
    body = node.under("body")
    redirects = [child for child in node.children if child.field != "body"]
    if body is None:
        return redirected(runner, redirects, state, lambda _: Status.SUCCESS)
    return redirected(runner, redirects, state, lambda way: runner.run(body, way))


def _bare_redirect(runner: Runner, node: Node, state: State) -> Status:
    """`$(< file)`, or `> file` alone."""
    reads = any(child.kind.startswith("<") for child in node.children)
    if reads:
        runner.print(None, state)
    return redirected(runner, [node], state, lambda _: Status.SUCCESS)


def _subshell(runner: Runner, node: Node, state: State) -> Status:
    shell = state.copy()
    status = runner.within("exit", shell, lambda way: runner.run_all(node.children, way))
    return Status.FAILURE if shell.over else status


def _define(_: Runner, node: Node, state: State) -> Status:
    name, body = node.under("name"), node.under("body")
    if name is not None and body is not None:
        state.functions[name.text] = body
    return Status.SUCCESS


HANDLERS: dict[str, Handler] = {
    "pipeline": _pipeline,
    "redirected_statement": _redirected,
    "file_redirect": _bare_redirect,
    "subshell": _subshell,
    "function_definition": _define,
}
