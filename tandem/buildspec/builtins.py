"""The shell's own commands, as far as they change what is pushed.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_15
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from tandem.buildspec import filters
from tandem.buildspec.branches import told
from tandem.buildspec.redirections import SOURCE_ROOTS
from tandem.buildspec.running import Runner, Status
from tandem.buildspec.state import State
from tandem.deployment.symbols import is_known, symbol

Builtin: TypeAlias = Callable[[Runner, Sequence[str], State], Status]


def _nothing(_: Runner, __: Sequence[str], ___: State) -> Status:
    return Status.SUCCESS


def _false(_: Runner, __: Sequence[str], ___: State) -> Status:
    return Status.FAILURE


def _echo(runner: Runner, arguments: Sequence[str], state: State) -> Status:
    runner.print(filters.echo(arguments), state)
    return Status.SUCCESS


def _printf(runner: Runner, arguments: Sequence[str], state: State) -> Status:
    if len(arguments) > 2 and arguments[0] == "-v":
        text = filters.printf(arguments[2:])
        state.variables[arguments[1]] = (
            runner.words.unknowns.named(f"${arguments[1]}", tuple(arguments))
            if text is None
            else text
        )
        return Status.SUCCESS
    runner.print(filters.printf(arguments), state)
    return Status.SUCCESS


def _test(runner: Runner, arguments: Sequence[str], _: State) -> Status:
    return told(runner.words, arguments)


def _bracket(runner: Runner, arguments: Sequence[str], _: State) -> Status:
    return told(runner.words, arguments[:-1])


def _cd(_: Runner, arguments: Sequence[str], state: State) -> Status:
    targets = [argument for argument in arguments if argument == "-" or argument[:1] != "-"]
    target = targets[0] if targets else symbol("$HOME")
    before = state.variables.get("OLDPWD")
    state.variables["OLDPWD"] = state.folder
    if target == "-":
        state.folder = before if isinstance(before, str) else symbol("$OLDPWD")
    elif target.startswith(SOURCE_ROOTS[0]):
        rest = target.removeprefix(SOURCE_ROOTS[0]).lstrip("/")
        state.folder = posixpath.normpath(rest) if rest else ""
    else:
        joined = posixpath.normpath(posixpath.join(state.folder, target or "."))
        state.folder = "" if joined == "." else joined
    return Status.EXPECTED


def _popd(runner: Runner, _: Sequence[str], state: State) -> Status:
    return _cd(runner, ["-"], state)


def _set(_: Runner, arguments: Sequence[str], state: State) -> Status:
    rest = list(arguments)
    while rest and rest[0][:1] in ("-", "+") and rest[0] != "--":
        option = rest.pop(0)
        if option in ("-o", "+o") and rest:
            rest.pop(0)
    if rest:
        state.arguments = tuple(rest[1:] if rest[0] == "--" else rest)
    return Status.SUCCESS


def _shift(_: Runner, arguments: Sequence[str], state: State) -> Status:
    number = int(arguments[0]) if arguments and arguments[0].isdecimal() else 1
    state.arguments = state.arguments[number:]
    return Status.SUCCESS


def _leave(scope: str) -> Builtin:
    def leave(runner: Runner, arguments: Sequence[str], state: State) -> Status:
        code = arguments[0] if arguments else state.status
        known = code is not None and is_known(code)
        fails = known and code not in ("0", "")
        if scope == "exit" and fails:
            state.over = True  # this way leads to no build that succeeds
            return Status.FAILURE
        runner.leave(scope, state)
        if scope in ("break", "continue"):
            return Status.SUCCESS
        return Status.FAILURE if fails else Status.SUCCESS if known else Status.UNKNOWN

    return leave


def _read(runner: Runner, arguments: Sequence[str], state: State) -> Status:
    names = [argument for argument in arguments if argument.isidentifier()]
    is_array = any(argument[:1] == "-" and "a" in argument for argument in arguments)
    for name in names:
        value = runner.words.unknowns.named(f"read {name}", (state.stdin, len(runner.commands)))
        if len(names) == 1 and not is_array and state.stdin is not None:
            value = state.stdin.partition("\n")[0].strip()
        state.variables[name] = (value,) if is_array else value
    return Status.UNKNOWN


def _source(runner: Runner, arguments: Sequence[str], state: State) -> Status:
    state.foreign = True
    runner.scripts[" ".join([".", *arguments])] = None
    return Status.EXPECTED


def _search(runner: Runner, _: Sequence[str], state: State) -> Status:
    runner.print(None, state)
    return Status.UNKNOWN


def _pwd(runner: Runner, _: Sequence[str], state: State) -> Status:
    folder = posixpath.join(SOURCE_ROOTS[0], state.folder).rstrip("/")
    runner.print(f"{folder}\n", state)
    return Status.SUCCESS


BUILTINS: Mapping[str, Builtin] = {
    **dict.fromkeys((":", "true", "trap", "alias", "umask", "ulimit", "shopt", "let"), _nothing),
    **dict.fromkeys(("wait", "jobs", "disown", "getopts", "kill"), _nothing),
    **dict.fromkeys(("command", "type", "hash", "which"), _search),
    **dict.fromkeys((".", "source"), _source),
    **dict.fromkeys(("cd", "pushd"), _cd),
    **dict.fromkeys(("read", "mapfile", "readarray"), _read),
    **{scope: _leave(scope) for scope in ("exit", "return", "break", "continue")},
    "false": _false,
    "echo": _echo,
    "printf": _printf,
    "test": _test,
    "[": _bracket,
    "popd": _popd,
    "set": _set,
    "shift": _shift,
    "pwd": _pwd,
}
