"""The demo as a person runs it: once for real, and with a stand-in for Terraform where it fails."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from synthesis import ROOT, environment

PATIENCE_SECONDS = 300


class Demo:
    """`python -m tandem demo` in a session of its own, with temporary files of its own."""

    def __init__(self, folder: Path, *arguments: str, **more: str) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self._out = folder / "out"
        self._err = folder / "err"
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tandem", "demo", *arguments],
                cwd=ROOT,
                env=environment(TMPDIR=str(self.temporary), **more),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    def wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert self.process.poll() is None, f"it ended early:\n{self.out}\n{self.err}"
            assert time.monotonic() < deadline, f"it takes too long:\n{self.out}\n{self.err}"
            time.sleep(0.05)

    def end(self) -> int:
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def left(self) -> list[str]:
        """Files and processes that are still there."""
        return [*map(str, self.temporary.iterdir()), *self.processes()]

    def processes(self) -> list[str]:
        """Those of its session: whatever it started, in whatever process group."""
        return [name for name, session in sessions() if session == self.process.pid]


def sessions() -> Iterator[tuple[str, int]]:
    """Every process of this machine, and its session."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            name, _, rest = status.read_text().rpartition(")")
            yield f"{name})", int(rest.split()[3])


PIPELINE = {
    "address": "aws_codepipeline.web",
    "mode": "managed",
    "type": "aws_codepipeline",
    "name": "web",
    "values": {"name": "web", "stage": []},
}
STATE = {"format_version": "1.0", "values": {"root_module": {"resources": [PIPELINE]}}}


class FakeTerraform:
    """A `terraform` that says what it is told to, and records how it is called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "fake"
        self._folder.mkdir()
        program = self._folder / "terraform"
        program.write_text(
            f"""#!/bin/sh
cd {shlex.quote(str(self._folder))}
echo "$1" >>calls
[ -e "$1.sh" ] && . "./$1.sh"
[ "$1" != plan ] || [ "$(grep -c plan calls)" -gt 1 ] || exit 2
"""
        )
        program.chmod(0o755)
        self.on("show", f"echo {shlex.quote(json.dumps(STATE))}")
        self.variables = {"PATH": f"{self._folder}{os.pathsep}{os.environ['PATH']}"}

    def on(self, command: str, script: str) -> None:
        (self._folder / f"{command}.sh").write_text(f"{script}\n")

    @property
    def calls(self) -> list[str]:
        calls = self._folder / "calls"
        return calls.read_text().split() if calls.exists() else []

    def wrote(self, name: str) -> bool:
        return (self._folder / name).exists()


ALL = ["init", "plan", "apply", "plan", "show", "destroy"]


@pytest.fixture
def fake(tmp_path: Path) -> FakeTerraform:
    return FakeTerraform(tmp_path)


@pytest.mark.integration
def test_shows_the_chain_and_leaves_nothing(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    assert demo.end() == 0, demo.err
    assert demo.err == ""
    assert "no AWS account is touched" in demo.out
    assert "The second plan is empty" in demo.out
    assert demo.out.partition("What starts what\n")[2].splitlines() == [
        "├── push to base-image (main)",
        "│   └── shop-base → shop/base:…-…, shop/base:latest",
        "│       by rule shop-base-image-main-committed, Source at that commit",
        "│       └── shop-web → shop/web:…-…, shop/web:latest → ECS prod/web",
        "│           push of shop/base:latest, by rule shop-base-pushed, BaseImage at that digest",
        "└── push to web (main)",
        "    └── shop-web → shop/web:…-…, shop/web:latest → ECS prod/web",
        "        by rule shop-web-main-committed, Source at that commit",
        "No finding",
    ]
    assert "✓ terraform destroy" in demo.out
    assert "The emulator is stopped." in demo.out
    assert "\x1b" not in demo.out  # nobody looks: no colours, no moving lines
    assert demo.left() == []


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_keeps_it_until_it_is_told_to_end(
    tmp_path: Path, fake: FakeTerraform, ending: signal.Signals
) -> None:
    demo = Demo(tmp_path, "--keep", **fake.variables)
    demo.wait_until(lambda: "state list" in demo.out)
    assert "destroy" not in fake.calls
    exports, state_list = demo.out.partition("with:\n")[2].splitlines()
    assert demo.processes() != []
    reached = subprocess.run(
        ["/bin/sh", "-c", f"{exports}\n{sys.executable} -c {shlex.quote(ASK)}"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert reached.stdout == "123456789012\n", reached.stderr
    folder = Path(state_list.partition("-chdir=")[2].split()[0])
    assert (folder / "cdk.tf.json").is_file()

    demo.process.send_signal(ending)
    assert demo.end() == 0, demo.err
    assert fake.calls == ALL
    assert "Stopping." in demo.out
    assert demo.left() == []


ASK = """
import boto3, os
client = boto3.client("sts", region_name=os.environ["AWS_REGION"])
print(client.get_caller_identity()["Account"])
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_lets_terraform_finish_when_it_is_ended(
    tmp_path: Path, fake: FakeTerraform, ending: signal.Signals
) -> None:
    long = "for _ in $(seq 600); do sleep 0.05; done"
    fake.on("apply", f"trap 'touch interrupted; exit 1' INT; touch started; {long}")
    demo = Demo(tmp_path, **fake.variables)
    demo.wait_until(lambda: fake.wrote("started"))
    demo.process.send_signal(ending)
    assert demo.end() not in (0, -ending)
    assert fake.wrote("interrupted")
    assert "Traceback" not in demo.err
    assert demo.left() == []


@pytest.mark.parametrize("failing", ["plan", "destroy"])
def test_a_failing_terraform_is_one_message(
    tmp_path: Path, fake: FakeTerraform, failing: str
) -> None:
    fake.on(failing, "echo 'Error: no more disks' >&2; exit 1")
    demo = Demo(tmp_path, **fake.variables)
    assert demo.end() == 1
    assert demo.err == "no more disks\n"
    assert fake.calls == ALL[: ALL.index(failing) + 1]
    assert demo.left() == []


def test_a_second_plan_with_changes_is_a_failure(tmp_path: Path, fake: FakeTerraform) -> None:
    fake.on("plan", "exit 2")
    demo = Demo(tmp_path, **fake.variables)
    assert demo.end() == 1
    assert demo.err == "the second plan would change something, and should not\n"
    assert demo.left() == []


def test_without_terraform_it_says_what_to_install(tmp_path: Path) -> None:
    node = tmp_path / "bin"
    node.mkdir()
    (node / "node").symlink_to(str(shutil.which("node")))
    demo = Demo(tmp_path, PATH=str(node))
    assert demo.end() == 1
    (line,) = demo.err.splitlines()
    assert line.startswith("cannot run terraform: ")
    assert "install Terraform" in line


def test_a_wrong_file_starts_nothing(tmp_path: Path, fake: FakeTerraform) -> None:
    file = tmp_path / "pipelines.yaml"
    file.write_text(json.dumps({"project": "shop", "region": "us-east-1", "images": {}}))
    demo = Demo(tmp_path, "--config", str(file), **fake.variables)
    assert demo.end() == 2
    assert demo.out == ""
    assert demo.err.startswith(f"{file}:1: images: ")
    assert fake.calls == []
