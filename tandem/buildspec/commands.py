"""Simple commands: assignments, functions, and what runs another command."""

from __future__ import annotations

from collections.abc import Sequence

from tandem.buildspec.builtins import BUILTINS
from tandem.buildspec.limits import DEEPEST_CALL, TooMuchError
from tandem.buildspec.masks import masked
from tandem.buildspec.programs import run_program
from tandem.buildspec.redirections import redirected
from tandem.buildspec.running import Handler, Runner, Status
from tandem.buildspec.state import State, Value
from tandem.buildspec.syntax import Node, script
from tandem.buildspec.wrappers import shell_text, unwrapped
from tandem.deployment.symbols import is_known


def _command(runner: Runner, node: Node, state: State) -> Status:
    words: list[str] = []
    redirects: list[Node] = []
    before: dict[str, Value] = {}
    for child in node.children:
        if child.kind == "variable_assignment":
            name, value = _assignment(runner, child, state)
            before[name] = value
        elif child.field in ("name", "argument"):
            words += runner.words.fields(child, state)
        elif child.field == "redirect":
            redirects.append(child)

    def run(way: State) -> Status:
        if not before:
            return execute(runner, words, way)
        after = {name: way.variables.get(name) for name in before if name in way.variables}
        way.variables |= before
        status = execute(runner, words, way)
        for name in before:
            way.variables.pop(name, None)
        way.variables |= after
        return status

    return redirected(runner, redirects, state, run) if redirects else run(state)


def execute(runner: Runner, words: Sequence[str], state: State) -> Status:
    """Run a command by its words."""
    words = unwrapped(words)
    if not words:
        return Status.SUCCESS
    name, *arguments = words
    if name in state.functions:
        return _call(runner, state.functions[name], arguments, state)
    if name == "eval":
        return _eval(runner, " ".join(arguments), state)
    if name == "xargs":
        return _xargs(runner, arguments, state)
    text = shell_text(words)
    if text is not None:
        shell = state.copy()
        shell.arguments = text.arguments
        status = runner.within("exit", shell, lambda way: _run_text(runner, text.text, way))
        return Status.FAILURE if shell.over else status
    if name in BUILTINS:
        return BUILTINS[name](runner, arguments, state)
    return run_program(runner, words, state)


def _call(runner: Runner, body: Node, arguments: Sequence[str], state: State) -> Status:
    if runner.depth >= DEEPEST_CALL:
        raise TooMuchError
    outer, state.arguments = state.arguments, tuple(arguments)
    runner.depth += 1
    status = runner.within("return", state, lambda way: runner.run(body, way))
    runner.depth -= 1
    state.arguments = outer
    return status


def _eval(runner: Runner, text: str, state: State) -> Status:
    if runner.words.unknowns.is_empty(text) is None:
        state.foreign = True
        return Status.EXPECTED
    return _run_text(runner, text, state)


def _run_text(runner: Runner, text: str, state: State) -> Status:
    if runner.depth >= DEEPEST_CALL:
        raise TooMuchError
    parsed = script(masked(text, runner.words.masks))
    if parsed.problem:
        runner.problems.append(f"text given to a shell: {parsed.problem}")
    runner.depth += 1
    status = runner.run(parsed.root, state)
    runner.depth -= 1
    return status


def _xargs(runner: Runner, arguments: Sequence[str], state: State) -> Status:
    """`… | xargs -n 1 docker push`: once for all of its input, or for each piece of it."""
    rest = list(arguments)
    options: dict[str, str] = {}
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option[:2] in ("-n", "-I", "-L", "-P", "-d", "-s", "-E"):
            options[option[:2]] = option[2:] or (rest.pop(0) if rest else "")
    known = state.stdin is not None and is_known(state.stdin)
    pieces = (state.stdin or "").split() if known else []
    if not known:
        pieces = [runner.words.unknowns.named("input of xargs", len(runner.commands))]
    if not rest:
        runner.print(" ".join(pieces) + "\n" if known else None, state)
        return Status.EXPECTED

    def run(way: State) -> Status:
        placeholder = options.get("-I")
        if placeholder:
            for piece in pieces:
                execute(runner, [word.replace(placeholder, piece) for word in rest], way)
        else:
            size = int(options["-n"]) if options.get("-n", "").isdecimal() else len(pieces)
            for at in range(0, len(pieces), max(size, 1)):
                execute(runner, [*rest, *pieces[at : at + max(size, 1)]], way)
        return Status.EXPECTED

    if known:
        return run(state)
    return runner.either(state, [run], exhaustive=False)[0]


def _assignment(runner: Runner, node: Node, state: State) -> tuple[str, Value]:
    name_node, value_node = node.under("name"), node.under("value")
    if name_node is None or name_node.kind != "variable_name":
        # An item of an array: from here on nobody knows the array.
        name = name_node.text.partition("[")[0] if name_node else ""
        return name, (runner.words.unknown(node, state),)
    name = name_node.text
    value: Value = ""
    if value_node is not None and value_node.kind == "array":
        items = [child for child in value_node.children if child.kind not in ("(", ")", "comment")]
        value = tuple(field for item in items for field in runner.words.fields(item, state))
    elif value_node is not None:
        value = runner.words.text(value_node, state)
    if any(child.kind == "+=" for child in node.children):
        old = runner.words.value(name, state)
        had = old if isinstance(old, tuple) else () if old is None else (old,)
        if isinstance(value, tuple):
            return name, (*had, *value)
        first, *others = had or ("",)
        value = f"{first}{value}"
        return name, (value, *others) if isinstance(old, tuple) else value
    return name, value


def _assign(runner: Runner, node: Node, state: State) -> Status:
    nodes = [node] if node.kind == "variable_assignment" else node.children
    for child in nodes:
        if child.kind == "variable_assignment":
            name, value = _assignment(runner, child, state)
            state.variables[name] = value
    return _status_of_text(node)


def _declare(runner: Runner, node: Node, state: State) -> Status:
    for child in node.children[1:]:
        if child.kind in ("variable_assignment", "variable_name"):
            continue
        for field in runner.words.fields(child, state):
            name, equals, value = field.partition("=")
            if equals and name.isidentifier():
                state.variables[name] = value
            elif not is_known(runner.words.unknowns.closed(field)):
                state.foreign = True  # export $(cat file)
    return _assign(runner, node, state)


def _status_of_text(node: Node) -> Status:
    """An assignment fails only with a command in it."""
    return Status.EXPECTED if "$(" in node.text or "`" in node.text else Status.SUCCESS


def _unset(_: Runner, node: Node, state: State) -> Status:
    for child in node.children[1:]:
        if child.kind in ("variable_name", "word") and child.text.isidentifier():
            state.variables[child.text] = None
    return Status.SUCCESS


HANDLERS: dict[str, Handler] = {
    "command": _command,
    "variable_assignment": _assign,
    "variable_assignments": _assign,
    "declaration_command": _declare,
    "unset_command": _unset,
}
