"""The installer with a PATH of stand-ins: what it asks of a machine, and when it installs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]
SCAN_LOCK = "scan/Pipfile.lock"
TOOLS = ("cat", "cmp", "cp", "dirname", "mkdir", "rm", "sed", "sh")
"""What every POSIX system has."""


class Machine:
    """A clone of the project and a PATH on which only what a test puts there exists."""

    def __init__(self, folder: Path, shell: str) -> None:
        self.clone = folder / "a clone"
        self.path = folder / "bin"
        self.path.mkdir()
        self._shell = shutil.which(shell) or shell
        self._calls = folder / "calls"
        shutil.copytree(ROOT / "scripts", self.clone / "scripts")
        (self.clone / "scan").mkdir()
        for lock in ("Pipfile", "Pipfile.lock", "package.json", "package-lock.json", SCAN_LOCK):
            shutil.copy(ROOT / lock, self.clone / lock)
        for tool in TOOLS:
            (self.path / tool).symlink_to(shutil.which(tool) or tool)
        self.python("python3", "3.11.2")
        self.tool("node", "echo v20.1.0")
        self.tool("npm", "mkdir -p node_modules")
        self.tool("terraform", "echo Terraform v1.10.0; echo on linux_amd64")
        self.tool("make", ":")
        self.tool(
            "pipenv",
            f"""cd "${{PIPENV_PIPFILE%/*}}"
mkdir -p .venv/bin
cp '{self.path}/python3' .venv/bin/python""",
        )

    def tool(self, name: str, script: str) -> None:
        file = self.path / name
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/sh\necho \"{name} $*\" >>'{self._calls}'\n{script}\n")
        file.chmod(0o755)

    def python(self, name: str, version: str) -> None:
        """A Python that knows its version, has `venv`, and can install pipenv."""
        self.tool(
            name,
            f"""case "$*" in
*sys.version_info*) echo {version} ;;
"-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
esac""",
        )

    def remove(self, name: str) -> None:
        (self.path / name).unlink()

    def run(
        self, *arguments: str, script: str = "install.sh", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        self._calls.write_text("")
        return subprocess.run(
            [self._shell, str(self.clone / "scripts" / script), *arguments],
            cwd=self.path,
            env={"PATH": str(self.path), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self, tool: str) -> list[str]:
        """The calls of a tool, those that only ask its version aside."""
        lines = self._calls.read_text().splitlines()
        calls = [line for line in lines if line.startswith(f"{tool} ")]
        return [call for call in calls if " -c " not in call and not call.endswith("version")]


@pytest.fixture(params=SHELLS)
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    return Machine(tmp_path, request.param)


def test_installs_both_once(machine: Machine) -> None:
    first = machine.run()
    assert (first.returncode, first.stderr) == (0, "")
    assert machine.calls("pipenv") == [
        f"pipenv sync --dev --python {machine.path}/python3",
    ]
    assert machine.calls("npm") == ["npm ci --no-audit --no-fund --loglevel=error"]

    second = machine.run()
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert machine.calls("pipenv") == machine.calls("npm") == []


def test_installs_again_what_has_another_lock(machine: Machine) -> None:
    machine.run()
    (machine.clone / "Pipfile.lock").write_text("{}")
    machine.run()
    assert (len(machine.calls("pipenv")), len(machine.calls("npm"))) == (1, 0)
    (machine.clone / "package-lock.json").write_text("{}")
    machine.run()
    assert (len(machine.calls("pipenv")), len(machine.calls("npm"))) == (0, 1)


def test_an_installation_that_failed_is_tried_again(machine: Machine) -> None:
    machine.tool("npm", "mkdir -p node_modules; exit 7")
    assert machine.run().returncode == 7
    machine.tool("npm", "mkdir -p node_modules")
    assert machine.run().returncode == 0
    assert len(machine.calls("npm")) == 1


def test_leaves_the_node_packages_out(machine: Machine) -> None:
    assert machine.run("--python-only").returncode == 0
    assert len(machine.calls("pipenv")) == 1
    assert machine.calls("npm") == []


def test_what_scans_has_an_environment_of_its_own(machine: Machine) -> None:
    assert machine.run("--with-scan").returncode == 0
    assert machine.calls("pipenv") == [
        f"pipenv sync --dev --python {machine.path}/python3",
        f"pipenv sync --python {machine.clone}/.venv/bin/python",
    ]
    assert (machine.clone / "scan/.venv/Pipfile.lock").read_bytes() == (
        machine.clone / SCAN_LOCK
    ).read_bytes()
    machine.run("--with-scan")
    assert machine.calls("pipenv") == []

    (machine.clone / SCAN_LOCK).write_text("{}")
    (machine.clone / "scan/.venv/rest").touch()
    machine.run()
    assert machine.calls("pipenv") == []
    machine.run("--with-scan")
    assert machine.calls("pipenv") == [f"pipenv sync --python {machine.clone}/.venv/bin/python"]
    assert not (machine.clone / "scan/.venv/rest").exists()


@pytest.mark.parametrize("version", ["3.9.2", ""])
def test_an_environment_without_a_fit_python_is_made_anew(machine: Machine, version: str) -> None:
    machine.run()
    (machine.clone / ".venv/rest").touch()
    (machine.clone / ".venv/bin/python").write_text(f"#!/bin/sh\necho {version}\n")
    assert machine.run().returncode == 0
    assert "--python" in machine.calls("pipenv")[0]
    assert not (machine.clone / ".venv/rest").exists()


def test_says_all_at_once_what_is_missing(machine: Machine) -> None:
    for tool in ("python3", "node", "npm", "terraform", "make"):
        machine.remove(tool)
    result = machine.run()
    assert result.returncode == 2
    assert result.stderr.splitlines() == [
        "Python: not found; install Python 3.11 or newer, https://www.python.org/downloads/",
        "Node: not found; install Node 20 or newer, https://nodejs.org/",
        "npm: not found; install npm (Debian, Ubuntu), or a complete Node, https://nodejs.org/",
        "Terraform: not found; install Terraform 1.10 or newer, "
        "https://developer.hashicorp.com/terraform/install",
        "make: not found; install make",
    ]
    assert machine.calls("pipenv") == []


@pytest.mark.parametrize(
    ("tool", "script", "said"),
    [
        ("node", "echo v18.20.4", "Node: found 18.20.4 ({path}/node); install Node 20"),
        ("node", "echo no such version >&2; exit 127", "Node: found {path}/node, which does not"),
        ("terraform", "echo Terraform v1.9.8", "Terraform: found 1.9.8 ({path}/terraform); in"),
        ("terraform", "echo Terraform v0.15.0-rc1", "Terraform: found 0.15.0 "),
        ("python3", "echo 3.10.12", "Python: found 3.10.12 ({path}/python3); install Python 3.11"),
        ("python3", "exit 127", "Python: found {path}/python3, which does not run; install"),
        (
            "python3",
            'case "$*" in *venv*) exit 1 ;; *) echo 3.12.1 ;; esac',
            "Python's venv: python3 comes without it; install python3-venv",
        ),
    ],
)
def test_says_what_is_not_good_enough(machine: Machine, tool: str, script: str, said: str) -> None:
    machine.tool(tool, script)
    result = machine.run()
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(said.format(path=machine.path))


@pytest.mark.parametrize(
    ("tool", "answer"),
    [("node", "v24.0.0"), ("terraform", "Terraform v1.14.0-beta2"), ("terraform", "v2.0.0")],
)
def test_newer_is_good(machine: Machine, tool: str, answer: str) -> None:
    machine.tool(tool, f"echo {answer}")
    assert machine.run().returncode == 0


def test_takes_the_newest_python_that_runs(machine: Machine) -> None:
    machine.tool("python3.13", "echo 'python3.13: command not found' >&2; exit 127")
    machine.python("python3.12", "3.12.1")
    machine.python("python3.11", "3.11.2")
    assert machine.run("--find-python").stdout == "python3.12\n"


def test_takes_the_python_that_was_asked_for_or_none(machine: Machine) -> None:
    machine.python("my python", "3.14.0")
    asked = str(machine.path / "my python")
    assert machine.run("--find-python", PYTHON=asked).stdout == f"{asked}\n"
    assert machine.run(PYTHON=asked).returncode == 0
    result = machine.run("--find-python", PYTHON="nonesuch")
    assert (result.returncode, result.stdout) == (1, "")


def test_without_pipenv_one_is_installed_beside_the_project_once(machine: Machine) -> None:
    machine.remove("pipenv")
    assert machine.run("graph", script="pipenv").returncode == 0
    pip, pipenv = machine.calls("python3")[1:]
    assert pip.startswith("python3 -m pip install ")
    assert "pipenv==" in pip
    assert pipenv == "python3 -m pipenv graph"
    machine.run("sync", script="pipenv")
    assert machine.calls("python3") == ["python3 -m pipenv sync"]


def test_a_half_installed_pipenv_is_installed_again(machine: Machine) -> None:
    machine.remove("pipenv")
    (machine.clone / ".pipenv/bin").mkdir(parents=True)
    shutil.copy(machine.path / "python3", machine.clone / ".pipenv/bin/python")
    (machine.clone / ".pipenv/rest").touch()
    assert machine.run("sync", script="pipenv").returncode == 0
    assert "pip install" in " ".join(machine.calls("python3"))
    assert not (machine.clone / ".pipenv/rest").exists()


def test_pipenv_serves_this_project_from_any_folder(machine: Machine) -> None:
    machine.tool("pipenv", 'echo "$PIPENV_PIPFILE $PIPENV_VENV_IN_PROJECT $PIPENV_YES"')
    answer = machine.run("run", "it", script="pipenv", PIPENV_PIPFILE="/other/Pipfile")
    assert answer.stdout == f"{machine.clone}/Pipfile 1 1\n"
    assert machine.calls("pipenv") == ["pipenv run it"]


def test_a_version_managers_empty_pipenv_is_passed_over(machine: Machine) -> None:
    shims = machine.path.parent / "shims"
    shims.mkdir()
    (shims / "pipenv").write_text("#!/bin/sh\nexit 127\n")
    (shims / "pipenv").chmod(0o755)
    path = f"{shims}{os.pathsep}{machine.path}"
    assert machine.run("sync", script="pipenv", PATH=path).returncode == 0
    assert machine.calls("python3")[-1] == "python3 -m pipenv sync"


@pytest.mark.parametrize("processor", ["x86_64", "aarch64"])
@pytest.mark.parametrize("is_right", [True, False], ids=["", "other digest"])
def test_builds_install_a_terraform_whose_digest_is_right(
    machine: Machine, processor: str, is_right: bool
) -> None:
    digest = machine.path / "digest"
    machine.remove("terraform")
    machine.tool("uname", f"echo {processor}")
    machine.tool("sha256sum", f"cat > '{digest}'\nexit {int(not is_right)}")
    for tool in ("curl", "python", "chmod"):
        machine.tool(tool, "")
    result = machine.run(script="install-terraform.sh")
    assert (result.returncode == 0) is is_right
    file = f"terraform_1.11.4_linux_{'amd64' if processor == 'x86_64' else 'arm64'}.zip"
    url = f"https://releases.hashicorp.com/terraform/1.11.4/{file}"
    assert machine.calls("curl") == [f"curl -fsSL --retry 3 -o /tmp/{file} {url}"]
    unpacked = [f"python -m zipfile -e /tmp/{file} /usr/local/bin"]
    assert machine.calls("python") == (unpacked if is_right else [])
    found, of = digest.read_text().split()
    assert (len(found), of) == (64, f"/tmp/{file}")


def test_a_terraform_that_is_there_is_taken(machine: Machine) -> None:
    machine.tool("curl", "")
    assert machine.run(script="install-terraform.sh").returncode == 0
    assert machine.calls("curl") == []
