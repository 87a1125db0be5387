"""From the text of a buildspec to what its commands do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from tandem.buildspec import branches, commands, loops, shells
from tandem.buildspec.document import Document, Line, document
from tandem.buildspec.images import Images
from tandem.buildspec.limits import TooMuchError
from tandem.buildspec.masks import masked
from tandem.buildspec.model import Buildspec
from tandem.buildspec.running import Runner, Status
from tandem.buildspec.state import State
from tandem.buildspec.syntax import script
from tandem.deployment.symbols import symbol

_HANDLERS = {**branches.HANDLERS, **loops.HANDLERS, **shells.HANDLERS, **commands.HANDLERS}


def parse(text: str, variables: Mapping[str, str]) -> Buildspec:
    """What the commands of a buildspec do, in a build that succeeds. Nothing is run.

    Never raises: what cannot be read stands in `problems`.

    Args:
        text: YAML or JSON.
        variables: The environment variables that the project and the action set. Both their
            values and the text may hold symbols. A variable that nothing sets counts as empty in
            conditions and defaults, and is a symbol (`$NAME`) in what is built from it.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
    """
    return _parsed(text, frozenset(variables.items()))


@lru_cache(maxsize=8192)  # what traces, checks and judges asks for the same builds
def _parsed(text: str, given: frozenset[tuple[str, str]]) -> Buildspec:
    variables = dict(sorted(given))
    masks: dict[int, str] = {}
    read = document(masked(text, masks))
    environment = {
        # What is followed is a build that succeeds.
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        **{name: value.translate(masks) for name, value in read.variables.items()},
        **{name: symbol(f"${name}") for name in read.unknown_variables},
        **variables,
    }
    runner = Runner(_HANDLERS, environment, masks)
    problems = [*read.problems, *_follow(runner, read)]
    images = Images({name: value for name, value in environment.items() if value})
    for command in runner.commands:
        images.see(command)
    return Buildspec(
        commands=tuple(runner.commands),
        pushes=tuple(images.pushes),
        pulls=tuple(images.pulls),
        logs_in=images.logs_in,
        logs_in_to_ecr=images.logs_in_to_ecr,
        uses_docker=images.uses_docker,
        base_arguments=tuple(images.base_arguments),
        files=_unmasked(read.files, masks),
        base_directory=read.base_directory.translate(masks),
        secondary_files={
            name: _unmasked(files, masks) for name, files in read.secondary_files.items()
        },
        writes=tuple(runner.writes),
        reads=frozenset(runner.words.reads | images.named_arguments),
        exports=read.exports,
        parameters=_expanded(_unmasked(read.parameters, masks), environment),
        secrets=_expanded(_unmasked(read.secrets, masks), environment),
        reports=_unmasked(read.reports, masks),
        scripts=tuple(runner.scripts),
        problems=tuple(problem.translate(masks) for problem in problems),
    )


def _follow(runner: Runner, read: Document) -> list[str]:
    problems: list[str] = []
    state = State()
    for line in read.lines:
        if not read.one_shell:
            state = State()
        try:
            problems += _follow_line(runner, line, state)
        except TooMuchError:
            problems.append(f"{line.place}: too much to follow")
            break
        except RecursionError:
            problems.append(f"{line.place}: nested too deeply")
            break
    return problems


def _follow_line(runner: Runner, line: Line, state: State) -> list[str]:
    parsed = script(line.text)
    runner.phase = line.phase
    runner.problems = [parsed.problem] if parsed.problem else []
    certain = state.certain

    def run(way: State, *scopes: str) -> Status:
        if not scopes:
            return runner.run_all(parsed.root.children, way)
        return runner.within(scopes[0], way, lambda inner: run(inner, *scopes[1:]))

    run(state, "exit", "return", "break", "continue")
    state.over, state.certain = False, certain
    return [f"{line.place}, {problem}" for problem in runner.problems]


def _expanded(texts: tuple[str, ...], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Names of parameters and secrets, which may hold variables."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return environment.get(name) or symbol(f"${name}")

    return tuple(re.sub(r"\$(?:\{(\w+)\}|(\w+))", value, text) for text in texts)


def _unmasked(texts: tuple[str, ...], masks: dict[int, str]) -> tuple[str, ...]:
    return tuple(text.translate(masks) for text in texts)
