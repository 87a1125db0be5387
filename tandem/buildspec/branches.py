"""Lists, conditions and cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tandem.buildspec import patterns
from tandem.buildspec.conditions import Condition
from tandem.buildspec.running import Handler, Run, Runner, Status
from tandem.buildspec.state import State
from tandem.buildspec.syntax import Node, child_of
from tandem.buildspec.words import Words


def told(words: Words, texts: Sequence[str], *, has_patterns: bool = False) -> Status:
    """The status of a condition."""
    holds = Condition(texts, words.unknowns, has_patterns=has_patterns).holds()
    return Status.UNKNOWN if holds is None else Status.SUCCESS if holds else Status.FAILURE


def _list(runner: Runner, node: Node, state: State) -> Status:
    sides = [child for child in node.children if child.kind != "comment"]
    if len(sides) != 3:
        return runner.run_all(sides, state)
    first, operator, second = sides
    status = runner.run(first, state)
    if state.over:
        return status
    if operator.kind == "&&":
        if status is Status.FAILURE:
            return status
        if status is not Status.UNKNOWN:
            return runner.run(second, state)
    else:
        if status is Status.FAILURE:
            return runner.run(second, state)
        if status is Status.SUCCESS:
            return status
    (other,) = runner.either(state, [lambda way: runner.run(second, way)], exhaustive=False)
    return Status.SUCCESS if operator.kind == "||" and other is Status.SUCCESS else status


def _negated(runner: Runner, node: Node, state: State) -> Status:
    status = runner.run_all(node.children, state)
    negations = {Status.SUCCESS: Status.FAILURE, Status.FAILURE: Status.SUCCESS}
    return negations.get(status, Status.UNKNOWN)


def _test(runner: Runner, node: Node, state: State) -> Status:
    has_patterns = node.text.startswith("[[")
    texts: list[str] = []
    for leaf in _leaves(node):
        if has_patterns and texts and texts[-1] in ("=", "==", "!="):
            texts.append(runner.words.pattern(leaf, state))
        else:
            texts.append(runner.words.text(leaf, state))
    return told(runner.words, texts, has_patterns=has_patterns)


def _leaves(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.kind in ("unary_expression", "binary_expression", "parenthesized_expression"):
            yield from _leaves(child)
        elif child.kind not in ("[", "]", "[[", "]]"):
            yield child


def _if(runner: Runner, node: Node, state: State) -> Status:
    clauses = []
    for clause in (node, *(child for child in node.children if child.kind == "elif_clause")):
        kinds = [child.kind for child in clause.children]
        at = kinds.index("then") if "then" in kinds else len(kinds)
        body = [c for c in clause.children[at:] if c.kind not in ("elif_clause", "else_clause")]
        clauses.append((clause.children[:at], body))
    otherwise = child_of(node, "else_clause")
    return _first_that_holds(runner, clauses, otherwise.children if otherwise else (), state)


def _first_that_holds(
    runner: Runner,
    clauses: Sequence[tuple[Sequence[Node], Sequence[Node]]],
    otherwise: Sequence[Node],
    state: State,
) -> Status:
    if not clauses:
        return runner.run_all(otherwise, state)
    (condition, body), *others = clauses
    status = runner.run_all(condition, state)
    if state.over:
        return status
    if status is Status.SUCCESS:
        return runner.run_all(body, state)
    if status is Status.FAILURE:
        return _first_that_holds(runner, others, otherwise, state)
    statuses = runner.either(
        state,
        [
            lambda way: runner.run_all(body, way),
            lambda way: _first_that_holds(runner, others, otherwise, way),
        ],
        exhaustive=True,
    )
    return _of_any(statuses)


def _case(runner: Runner, node: Node, state: State) -> Status:
    value = node.under("value")
    text = runner.words.unknowns.closed(runner.words.text(value, state)) if value else ""
    branches: list[Run] = []
    exhaustive = False
    for item in node.children:
        if item.kind != "case_item":
            continue
        outcomes = [
            patterns.matches(runner.words.pattern(child, state), text)
            for child in item.children
            if child.field == "value"
        ]
        if True not in outcomes and None not in outcomes:
            continue
        body = [child for child in item.children if child.field != "value"]
        branches.append(lambda way, body=body: runner.run_all(body, way))  # type: ignore[misc]
        if True in outcomes:
            exhaustive = True
            break
    if exhaustive and len(branches) == 1:
        return branches[0](state)
    if not branches:
        return Status.SUCCESS
    return _of_any(runner.either(state, branches, exhaustive=exhaustive))


def _of_any(statuses: Sequence[Status]) -> Status:
    return statuses[0] if len(set(statuses)) == 1 else Status.UNKNOWN


HANDLERS: dict[str, Handler] = {
    "list": _list,
    "negated_command": _negated,
    "test_command": _test,
    "if_statement": _if,
    "case_statement": _case,
}
