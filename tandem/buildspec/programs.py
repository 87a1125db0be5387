"""Programs that a build calls: what they print and write, where that is known."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Sequence

from tandem.buildspec import filters
from tandem.buildspec.model import Command
from tandem.buildspec.redirections import SOURCE_ROOTS, note_written
from tandem.buildspec.running import Runner, Status
from tandem.buildspec.state import State

_SILENT = {"mkdir", "rm", "cp", "mv", "touch", "sleep", "chmod", "chown", "ln", "kill"}
_TESTS = re.compile(
    r"([ef]?grep|diff|cmp|pgrep|git diff|curl|wget|nc|aws \S+ (describe|head|list|batch-get)-\S+"
    r"|(docker|podman|crane|skopeo) (\w+ )?(inspect|manifest|info|images)|docker (info|ps))( .*)?",
    re.DOTALL,
)
_INTERPRETERS = {"sh", "bash", "dash", "zsh", "python", "python3", "node", "ruby", "perl", "pwsh"}
_RUNNERS = {
    *("make", "just", "task", "rake", "invoke", "earthly", "bazel", "mvn", "gradle", "sbt", "ant"),
    *("cdk", "sam", "copilot", "serverless", "sls", "skaffold", "ansible-playbook", "nx", "lerna"),
    *("ko", "pack", "werf", "tox", "nox"),
}
_PACKAGE_RUNNERS = {"npm", "yarn", "pnpm", "npx", "bun"}
_INSTALLS = {"install", "ci", "i", "add", "config", "cache", "--version", "-v", "audit", "set"}


def run_program(runner: Runner, words: Sequence[str], state: State) -> Status:
    """Note a program that is called, and what it prints."""
    runner.commands.append(Command(runner.phase, tuple(words), state.certain))
    for path in _written(words):
        note_written(runner, state, path)
    if _lies_in_source(words):
        runner.scripts[" ".join(words)] = None
    match words:
        case ["printenv", name]:
            value = runner.words.value(name, state) if name.isidentifier() else None
            runner.print(value + "\n" if isinstance(value, str) else "", state)
        case ["cat"] | ["cat", "-"] | ["tee", *_]:
            runner.print(state.stdin, state)
        case [name, *_] if name not in _SILENT:
            runner.print(filters.printed(words, state.stdin), state)
    return Status.UNKNOWN if _TESTS.fullmatch(" ".join(words[:5])) else Status.EXPECTED


def _written(words: Sequence[str]) -> Iterator[str]:
    name, *arguments = words
    plain = [argument for argument in arguments if not argument.startswith("-")]
    match name:
        case "tee" | "touch":
            yield from plain
        case "cp" | "mv" if len(plain) > 1:
            *sources, target = plain
            if target.endswith("/") or target == ".":
                yield from (posixpath.join(target, posixpath.basename(path)) for path in sources)
            else:
                yield target
        case "curl" | "wget" | "jq" | "yq" | "envsubst":
            for option, value in itertools.pairwise(arguments):
                if option in ("-o", "-O", "--output", "--output-document") and name != "jq":
                    yield value
        case "aws" if plain[:2] in (["s3", "cp"], ["s3", "mv"]) and len(plain) > 3:
            source, target = plain[2], plain[3]
            if source.startswith("s3://") and not target.startswith("s3://") and target != "-":
                is_folder = target.endswith("/") or target == "."
                yield posixpath.join(target, posixpath.basename(source)) if is_folder else target


def _lies_in_source(words: Sequence[str]) -> bool:
    name, *arguments = words
    plain = [argument for argument in arguments if not argument.startswith("-")]
    if "/" in name:
        return not name.startswith("/") or name.startswith(SOURCE_ROOTS[0])
    if name in _INTERPRETERS:
        # python -c and python -m run no file of the source.
        return bool(plain) and not {"-c", "-m", "-e", "--version"} & set(arguments)
    if name in _PACKAGE_RUNNERS:
        return not (plain and plain[0] in _INSTALLS) and "--version" not in arguments
    if name in ("docker", "docker-compose", "podman"):
        return (name == "docker-compose" or "compose" in plain[:1] or "bake" in plain[:2]) and (
            "push" in plain or "bake" in plain or "--push" in arguments
        )
    return name in _RUNNERS and "--version" not in arguments
