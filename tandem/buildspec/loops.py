"""Loops: one pass for each known value, one pass for what is not known."""

from __future__ import annotations

from functools import lru_cache

from tandem.buildspec.running import Handler, Runner, Status
from tandem.buildspec.state import State
from tandem.buildspec.syntax import Node, child_of
from tandem.deployment.symbols import is_known, replace_symbols, symbol


def _for(runner: Runner, node: Node, state: State) -> Status:
    name = child_of(node, "variable_name")
    body = node.under("body") or child_of(node, "do_group", "compound_statement")
    if name is None or body is None:
        return Status.SUCCESS
    values = _values(runner, node, state)
    repeated = not all(is_known(value) for value, _ in values)

    def passes(way: State) -> Status:
        status = Status.SUCCESS
        for value, is_list in values:
            if repeated:
                _forget(runner, body, way)
            way.variables[name.text] = value
            if is_list:
                status, *_ = runner.either(way, [one_pass], exhaustive=False)
            else:
                status = one_pass(way)
            if way.over:
                break
        return status

    def one_pass(way: State) -> Status:
        return runner.within("continue", way, lambda inner: runner.run(body, inner))

    return runner.within("break", state, passes)


def _values(runner: Runner, node: Node, state: State) -> list[tuple[str, bool]]:
    """What the variable becomes, and whether that stands for a list nobody knows."""
    words = [child for child in node.children if child.field == "value"]
    if not words and not any(child.kind == "in" for child in node.children):
        return [(argument, False) for argument in state.arguments]
    values = []
    for word in words:
        quoted = word.kind in ("string", "raw_string", "ansi_c_string")
        for text in runner.words.fields(word, state):
            closed = runner.words.unknowns.closed(text)
            if quoted or is_known(closed):
                values += [(closed, False)] if quoted or closed else []
            elif runner.words.unknowns.is_empty(closed) is None:
                values.append((symbol(f"one of {replace_symbols(closed, str)}"), True))
            else:
                values.append((closed, False))
    return values


def _while(runner: Runner, node: Node, state: State) -> Status:
    body = node.under("body") or child_of(node, "do_group", "compound_statement")
    if body is None:
        return Status.SUCCESS
    conditions = [child for child in node.children if child is not body]
    fails_with = (
        Status.SUCCESS if any(child.kind == "until" for child in conditions) else Status.FAILURE
    )

    def passes(way: State) -> Status:
        way.stdin = None  # each pass may read another line
        _forget(runner, node, way)
        if runner.run_all(conditions, way) is not fails_with:
            runner.either(way, [one_pass], exhaustive=False)
        return Status.SUCCESS

    def one_pass(way: State) -> Status:
        return runner.within("continue", way, lambda inner: runner.run(body, inner))

    return runner.within("break", state, passes)


def _forget(runner: Runner, node: Node, state: State) -> None:
    """Nobody knows which pass it is: what the passes assign may have any of its values."""
    for name in sorted(_assigned(node)):
        value = runner.words.value(name, state, noted=False)
        state.variables[name] = runner.words.unknowns.named(f"${name}", ("any of", value))


@lru_cache(maxsize=4096)
def _assigned(node: Node) -> frozenset[str]:
    """The variables that are assigned somewhere in a piece of syntax."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if at.kind in ("variable_assignment", "for_statement"):
            name = child_of(at, "variable_name")
            found |= {name.text} if name else set()
        elif at.kind == "command" and at.text.startswith("read"):
            found |= {word.text for word in at.children if word.kind == "word"}
        elif at.kind in ("postfix_expression", "compound_statement"):
            found |= {c.text for c in at.children if c.kind in ("variable_name", "word")}
        waiting.extend(at.children)
        waiting.extend(part for part in at.parts if isinstance(part, Node))
    return frozenset(found)


HANDLERS: dict[str, Handler] = {
    "for_statement": _for,
    "while_statement": _while,
    "c_style_for_statement": _while,
}
