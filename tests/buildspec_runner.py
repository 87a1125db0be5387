"""Runs a buildspec as CodeBuild does, with a docker and an aws that only record their calls."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ruamel.yaml import YAML

PASSWORD = "canary-3f9a"

# Leaves the files of one call, numbered, and fails where the call matches the pattern in FAIL.
RECORDER = f"""#!/bin/sh
tool=${{0##*/}}
read -r number < "$RECORD/count"
echo $((number + 1)) > "$RECORD/count"
call=$RECORD/$number
printf '%s\\0' "$tool" "$@" > "$call.argv"
env -0 > "$call.env"
if [ "$tool $1" = "docker login" ]; then cat > "$call.stdin"; fi
if [ "$tool $2" = "aws get-login-password" ]; then echo {PASSWORD}; fi
"""
FAILS = 'case "$tool $*" in $FAIL) echo "$tool: told to fail" >&2; exit 1 ;; esac\n'

# The command loop of one shell that lives for the whole build.
LOOP = 'while read -r command; do . "$command" < /dev/null >> "$LOG" 2>&1; echo "$?"; done'

# The script around a command in CodeBuild's agent: a shell each, and the state kept in files.
SCRIPT = """cd "$(cat "{state}/directory")"
set -a
. "{state}/environment"
{command}
CODEBUILD_LAST_EXIT=$?
export -p > "{state}/environment"
pwd > "{state}/directory"
exit $CODEBUILD_LAST_EXIT
"""


@dataclass(frozen=True)
class Call:
    argv: list[str]
    env: dict[str, str]
    stdin: str | None


@dataclass(frozen=True)
class Build:
    """What a build did."""

    phases: dict[str, bool]
    """The phases that ran, and whether they succeeded."""
    calls: list[Call]
    log: str
    artifacts: dict[str, str]
    """Content of each artifact that was there."""
    exported: dict[str, str]
    """The variables under `exported-variables`."""
    env: dict[str, str]
    """The environment after the last command."""

    @property
    def argvs(self) -> list[list[str]]:
        return [call.argv for call in self.calls]

    def call(self, *start: str) -> Call:
        """Return the only call that starts with these arguments."""
        (call,) = (call for call in self.calls if call.argv[: len(start)] == list(start))
        return call


class Shell(Protocol):
    def __call__(self, command: str) -> int:
        """Run `command` and return its exit status."""


def run(
    buildspec: Path,
    *,
    shell: str,
    one_instance: bool,
    work: Path,
    env: Mapping[str, str],
    tools: Sequence[str] = ("aws", "docker"),
    does: str = "",
) -> Build:
    """Run every phase of `buildspec` in `work`/source, under `shell` as an sh.

    Each of the tools records its calls, and runs the shell code `does`.

    CodeBuild documents "the same instance of the shell" and really starts one per command,
    carrying environment and directory along: with `one_instance`, what is documented.
    """
    path = shutil.which(shell)
    assert path, f"{shell} is not installed; buildspecs must run under it"
    command = [path, "--posix"] if shell == "bash" else [path]
    spec = YAML(typ="safe").load(buildspec)
    source, record, stand_ins, log = (work / name for name in ("source", "record", "tools", "log"))
    source.mkdir(exist_ok=True)  # a test may have put something there
    for directory in (record, stand_ins):
        directory.mkdir()
    log.touch()
    (record / "count").write_text("0\n")
    for tool in tools:
        (stand_ins / tool).write_text(RECORDER + does + FAILS)
        (stand_ins / tool).chmod(0o755)
    env = {"PATH": f"{stand_ins}:/usr/bin:/bin", "RECORD": str(record), "LOG": str(log), **env}
    with (instance if one_instance else scripts)(command, work, env) as execute:
        phases = run_phases(spec["phases"], execute)
        execute(f'env -0 > "{work}/env"')
    last_env = parse_env(work / "env")
    return Build(
        phases=phases,
        calls=[read_call(record / str(n)) for n in range(int((record / "count").read_text()))],
        log=log.read_text(),
        artifacts={
            name: (source / name).read_text()
            for name in spec.get("artifacts", {"files": ()})["files"]
            if (source / name).exists()
        },
        exported={
            name: last_env[name]
            for name in spec["env"].get("exported-variables", ())
            if name in last_env
        },
        env=last_env,
    )


def run_phases(phases: Mapping[str, Mapping[str, list[str]]], execute: Shell) -> dict[str, bool]:
    """A failed command ends its phase, and every phase after it but post_build after build."""
    results: dict[str, bool] = {}
    for name in ("install", "pre_build", "build", "post_build"):
        failed = [phase for phase, succeeded in results.items() if not succeeded]
        comes_too_late = failed and (failed, name) != (["build"], "post_build")
        if not phases.get(name, {}).get("commands") or comes_too_late:
            continue
        execute(f"export CODEBUILD_BUILD_SUCCEEDING={int(not failed)}")
        results[name] = all(execute(command) == 0 for command in phases[name]["commands"])
    return results


@contextmanager
def instance(shell: list[str], work: Path, env: Mapping[str, str]) -> Iterator[Shell]:
    command_file = work / "command"
    with subprocess.Popen(
        [*shell, "-c", LOOP],
        cwd=work / "source",
        env=env,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        stdin, stdout = process.stdin, process.stdout

        def execute(command: str) -> int:
            command_file.write_text(command)
            stdin.write(f"{command_file}\n")
            stdin.flush()
            status = stdout.readline()
            assert status, f"this command ended CodeBuild's shell:\n{command}"
            return int(status)

        yield execute


@contextmanager
def scripts(shell: list[str], work: Path, env: Mapping[str, str]) -> Iterator[Shell]:
    (work / "environment").touch()
    (work / "directory").write_text(str(work / "source"))

    def execute(command: str) -> int:
        script = SCRIPT.format(state=work, command=command)
        with (work / "log").open("a") as log:
            return subprocess.run(
                [*shell, "-c", script], check=False, env=env, stdout=log, stderr=log
            ).returncode

    yield execute


def read_call(call: Path) -> Call:
    stdin = call.with_suffix(".stdin")
    return Call(
        argv=call.with_suffix(".argv").read_text().split("\0")[:-1],
        env=parse_env(call.with_suffix(".env")),
        stdin=stdin.read_text() if stdin.exists() else None,
    )


def parse_env(file: Path) -> dict[str, str]:
    return dict(item.split("=", 1) for item in file.read_text().split("\0") if item)
