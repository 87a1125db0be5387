"""The command line as a shell sees it: what it prints where, its exit status, what it starts."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from synthesis import ROOT, environment, run_python, tandem

COMMANDS = (
    "access",
    "check",
    "comment",
    "demo",
    "emulator",
    "export",
    "generate",
    "review",
    "trace",
)
COLOUR = "\x1b["

RIGHT = """\
project: shop
region: us-east-1
images:
  base:
    source: {codecommit: base-image}
  web:
    base: base
    source: {codecommit: web}
"""
WRONG = {
    "two problems": (
        RIGHT.replace("base: base", "base: bse").replace("project: shop", "project: Shop"),
        ["{file}:1: project: ", '{file}:7: images.web.base: no image named "bse"'],
    ),
    "a cycle": (
        RIGHT.replace("base-image}", "base-image}\n    base: web"),
        ["{file}:6: images.base.base: an endless loop of builds, base → web → base"],
    ),
    "no YAML": ("project: [", ["{file}:1: "]),
    "no mapping": ("- shop\n", ["{file}:1: "]),
    "nothing": ("", ["{file}:"]),
    "bytes": ("project: \0", ["{file}:1: "]),
    "an unknown key": (RIGHT + "    pol: true\n", ["{file}:9: images.web.pol: unknown key"]),
    "a secret": (
        RIGHT + "    build: {environment: {API_TOKEN: c4n4ry}}\n",
        ["{file}:9: images.web.build.environment.API_TOKEN: looks like a secret"],
    ),
}


@pytest.fixture
def without_node(tmp_path: Path) -> dict[str, str]:
    """A PATH whose `node` leaves a file behind when it is called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    node = folder / "node"
    node.write_text(f"#!/bin/sh\ntouch '{tmp_path}/node-was-called'\nexit 1\n")
    node.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "pipelines.yaml"
    file.write_text(RIGHT)
    return file


def test_lists_its_commands_when_it_is_called_bare() -> None:
    bare, helped = tandem(), tandem("--help")
    assert bare.returncode == 2
    assert helped.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"^│ {command} +[A-Z]", helped.stdout, re.MULTILINE)
    assert len(re.findall(r"^│ [a-z]+ +[A-Z]", helped.stdout, re.MULTILINE)) == len(COMMANDS)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_starts_nothing(command: str, tmp_path: Path, without_node: dict[str, str]) -> None:
    arguments = [command, "--help"] if command else ["--help"]
    run = tandem(*arguments, more=without_node)
    assert (run.returncode, run.stderr) == (0, "")
    assert f"Usage: tandem {command}".rstrip() in run.stdout
    assert not (tmp_path / "node-was-called").exists()
    assert heavy_modules(arguments) == []


def test_a_check_starts_nothing(file: Path, tmp_path: Path, without_node: dict[str, str]) -> None:
    assert tandem("check", "--config", str(file), more=without_node).returncode == 0
    assert not (tmp_path / "node-was-called").exists()
    assert heavy_modules(["check", "--config", str(file)]) == []
    # The stand-in would have told: synthesis does call it.
    env = environment(TANDEM_CONFIG=str(file), CDKTF_OUTDIR=str(tmp_path / "out"), **without_node)
    assert run_python("main.py", env=env).returncode != 0
    assert (tmp_path / "node-was-called").exists()


def heavy_modules(arguments: list[str]) -> list[str]:
    """What a command imports of all that takes its time."""
    script = f"""
import sys
from tandem.cli import main
sys.argv[1:] = {arguments!r}
try:
    main()
except SystemExit:
    pass
heavy = {{"cdktf", "jsii", "constructs", "moto", "boto3", "cdktf_cdktf_provider_aws"}}
print(*heavy & set(sys.modules), file=sys.stderr)
"""
    return run_python("-c", script).stderr.split()


@pytest.mark.parametrize(
    "arguments",
    [["chek"], ["check", "--confg", "x"], ["emulator", "--port", "70000"], ["demo", "more"]],
)
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    run = tandem(*arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert "Traceback" not in run.stderr


# The file


def test_a_right_file_is_0(file: Path) -> None:
    run = tandem("check", "--config", str(file))
    assert (run.returncode, run.stdout, run.stderr) == (0, f"{file}: no problems\n", "")
    asked = tandem("check", "--json", "--config", str(file))
    assert (asked.returncode, asked.stderr) == (0, "")
    assert json.loads(asked.stdout) == {"file": str(file), "problems": [], "warnings": []}


def test_the_file_is_chosen_by_option_variable_or_habit(file: Path, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("")
    other = {"TANDEM_CONFIG": "other.yaml"}
    assert tandem("check", cwd=tmp_path).stdout == "pipelines.yaml: no problems\n"
    assert tandem("check", cwd=tmp_path, more=other).returncode == 2
    assert tandem("check", "--config", file.name, cwd=tmp_path, more=other).returncode == 0


@pytest.mark.parametrize(("text", "beginnings"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_2_and_every_problem_on_a_line(
    file: Path, tmp_path: Path, without_node: dict[str, str], text: str, beginnings: list[str]
) -> None:
    file.write_text(text)
    before = sorted(tmp_path.iterdir())
    checked = tandem("check", "--config", file.name, cwd=tmp_path, more=without_node)
    env = environment(TANDEM_CONFIG=file.name, PYTHONPATH=str(ROOT), **without_node)
    synthesized = run_python(str(ROOT / "main.py"), cwd=tmp_path, env=env)
    asked = tandem("check", "--json", "--config", file.name, cwd=tmp_path)

    for run in (checked, synthesized):
        assert (run.returncode, run.stdout) == (2, "")
        lines = run.stderr.splitlines()
        assert len(lines) == len(beginnings), run.stderr
        for line, beginning in zip(lines, beginnings, strict=True):
            assert line.startswith(beginning.format(file=file.name))
    assert (asked.returncode, asked.stderr) == (2, "")
    problems = json.loads(asked.stdout)["problems"]
    assert [in_words(file.name, each) for each in problems] == checked.stderr.splitlines()
    assert "c4n4ry" not in checked.stderr + synthesized.stderr + asked.stdout
    assert sorted(tmp_path.iterdir()) == before  # no cdktf.out


def in_words(file: str, problem: dict[str, Any]) -> str:
    place = "" if problem["line"] is None else f"{problem['line']}:"
    key = f" {problem['key']}:" if problem["key"] else ""
    return f"{file}:{place}{key} {problem['message']}"


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_2(tmp_path: Path, name: str) -> None:
    for run in (
        tandem("check", "--config", name, cwd=tmp_path),
        tandem("demo", "--config", name, cwd=tmp_path),
        run_python(
            str(ROOT / "main.py"),
            cwd=tmp_path,
            env=environment(TANDEM_CONFIG=name, PYTHONPATH=str(ROOT)),
        ),
    ):
        assert (run.returncode, run.stdout) == (2, "")
        (line,) = run.stderr.splitlines()
        assert line.startswith(f"{name}:")
    assert list(tmp_path.iterdir()) == []


def test_a_warning_is_no_problem(file: Path, tmp_path: Path) -> None:
    apps = "".join(f"  app-{n}: {{source: {{codecommit: app-{n}}}}}\n" for n in range(301))
    file.write_text(RIGHT + apps)
    run = tandem("check", "--config", file.name, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, f"{file.name}: no problems\n")
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"{file.name}:3: images: ")
    assert line.endswith(" (warning)")
    asked = json.loads(tandem("check", "--json", "--config", str(file)).stdout)
    assert [warning["key"] for warning in asked["warnings"]] == ["images"]


def test_without_node_synthesis_says_what_to_install(file: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    env = environment(TANDEM_CONFIG=str(file), CDKTF_OUTDIR=str(tmp_path / "out"), PATH=str(empty))
    run = run_python("main.py", env=env)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "node is not on PATH: install Node.js 20 or newer\n"


def test_synthesis_says_where_it_is(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "not/there/yet"
    run = run_python("main.py", env=environment(TANDEM_CONFIG=str(file), CDKTF_OUTDIR=str(out)))
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == f"{file} is now Terraform in {out}/stacks/shop\n"
    assert (out / "stacks/shop/cdk.tf.json").is_file()


# Colours


def test_colours_are_for_terminals_only() -> None:
    assert COLOUR in on_a_terminal("--help")
    assert COLOUR not in on_a_terminal("--help", TERM="dumb")
    assert COLOUR not in tandem("--help").stdout
    assert COLOUR not in tandem("chek").stderr


def on_a_terminal(*arguments: str, **more: str) -> str:
    """What a command prints where its output is a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tandem", *arguments],
        cwd=ROOT,
        env=environment(**{"TERM": "xterm-256color", **more}),
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    printed = b""
    with os.fdopen(master, "rb", buffering=0) as terminal, suppress(OSError):  # EIO is its end
        while more_printed := terminal.read(1 << 16):
            printed += more_printed
    process.wait()
    return printed.decode()


# The emulator


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_emulator_says_where_it_is_and_ends_when_told(ending: signal.Signals) -> None:
    emulator = subprocess.Popen(
        [sys.executable, "-m", "tandem", "emulator"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert emulator.stdout is not None
        endpoint = emulator.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", endpoint)
        with urllib.request.urlopen(endpoint, timeout=30) as answer:  # noqa: S310 - http, as above
            assert b"ListAllMyBucketsResult" in answer.read()
        emulator.send_signal(ending)
        rest, errors = emulator.communicate(timeout=30)
    finally:
        emulator.kill()
    assert (emulator.returncode, rest, errors) == (0, "", "")


def test_the_emulator_does_not_share_a_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        run = tandem("emulator", "--port", str(port))
    assert (run.returncode, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"port {port} of 127.0.0.1 is in use")
