"""Every example: what it becomes, to the last address; the same anywhere; valid Terraform."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from looking import Look
from synthesis import ROOT, addresses, environment, only_stack, read, run_python

FILES = {"pipelines": ROOT / "pipelines.yaml"} | {
    file.parent.name: file for file in sorted(ROOT.glob("examples/*/pipelines.yaml"))
}
PYTHON = "python"
EVERY = [*FILES, PYTHON]
WIDTH = 100

Golden = Callable[[str, str], None]
Stacks = Callable[[str], Path]
Validate = Callable[[Path], None]


@pytest.fixture(scope="module")
def stack_of(tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    """The folder of an example's stack; each is synthesized once."""
    done: dict[str, Path] = {}

    def stack(name: str) -> Path:
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            if name == PYTHON:
                done[name] = run("-m", "examples.python.pipelines", cwd=folder)
            else:
                done[name] = run(str(ROOT / "main.py"), cwd=folder, TANDEM_CONFIG=str(FILES[name]))
        return done[name]

    return stack


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another clone of the project, as far as synthesis needs it."""
    clone = tmp_path_factory.mktemp("clone") / "some where"
    clone.mkdir()
    for part in ("main.py", "modules", "tandem", "buildspecs", "examples", "pipelines.yaml"):
        source = ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, clone / part)
    return clone


def run(*arguments: str, cwd: Path, **more: str) -> Path:
    """The folder of the one stack that a program writes to cdktf.out."""
    env = environment(**{"CDKTF_OUTDIR": "cdktf.out", "PYTHONPATH": str(ROOT), **more})
    run = run_python(*arguments, cwd=cwd, env=env)
    assert run.returncode == 0, run.stderr
    return only_stack(cwd / "cdktf.out")


def readable(value: Any) -> Any:
    """The JSON as a reviewer wants to see a change of it, one permission to a line.

    Policies, patterns and templates, which are text, become JSON.
    A standard buildspec becomes the name of its file. CDKTF's metadata go.
    """
    if isinstance(value, dict):
        return {key: readable(entry) for key, entry in value.items() if key != "//"}
    if isinstance(value, list):
        return [readable(entry) for entry in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        return {"(JSON)": readable(json.loads(value))}
    if isinstance(value, str) and value in BUILDSPECS:
        return f"(the text of {BUILDSPECS[value]})"
    return value


def escaped(text: str) -> str:
    return re.sub(r"([$%])\{", r"\1\1{", text)


BUILDSPECS = {
    escaped(file.read_text()): f"buildspecs/{file.name}" for file in ROOT.glob("buildspecs/*.yml")
}


def pretty(value: Any, indent: str = "") -> str:
    """JSON with keys in order, and on one line whatever fits there."""
    line = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or len(indent + line) <= WIDTH:
        return line
    deeper = f"{indent}  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {pretty(value[key], deeper)}" for key in sorted(value)]
    else:
        parts = [pretty(entry, deeper) for entry in value]
    inside = f",\n{deeper}".join(parts)
    first, last = "{}" if isinstance(value, dict) else "[]"
    return f"{first}\n{deeper}{inside}\n{indent}{last}"


@pytest.mark.parametrize("name", EVERY)
def test_becomes_what_was_agreed(name: str, stack_of: Stacks, golden: Golden) -> None:
    text = pretty(readable(read(stack_of(name))))
    # Without a backend of its own a stack keeps its state where it was synthesized.
    here = str(stack_of(name).parents[2])
    assert (here in text) == (name == PYTHON)
    golden(f"{name}.json", text.replace(here, "(the folder)") + "\n")


def test_addresses_are_what_state_everywhere_refers_to(stack_of: Stacks, golden: Golden) -> None:
    """A changed address destroys and makes anew: it needs a `moved` block and the changelog."""
    found = [f"{name} {each}\n" for name in EVERY for each in addresses(read(stack_of(name)))]
    golden("addresses.txt", "".join(found))


@pytest.mark.parametrize("name", FILES)
def test_is_the_same_bytes_from_another_clone(name: str, stack_of: Stacks, clone: Path) -> None:
    shutil.rmtree(clone / "cdktf.out", ignore_errors=True)
    other = run(
        "main.py",
        cwd=clone,
        TANDEM_CONFIG=str(FILES[name].relative_to(ROOT)),
        PYTHONPATH="",
        PYTHONHASHSEED="4711",
    )
    text = (other / "cdk.tf.json").read_bytes()
    assert text == (stack_of(name) / "cdk.tf.json").read_bytes()
    state = f"../../../terraform.{other.name}.tfstate"  # beside cdktf.out, which may be deleted
    backend = json.loads(text)["terraform"]["backend"]
    assert backend == {"local": {"path": state}} or "s3" in backend
    for folder in (ROOT, clone):
        assert str(folder).encode() not in text


@pytest.mark.integration
@pytest.mark.parametrize("name", EVERY)
def test_is_valid_terraform(name: str, stack_of: Stacks, validate: Validate) -> None:
    validate(stack_of(name))


def test_readme_lists_every_example() -> None:
    listed = re.findall(r"^\| \[([\w-]+)\]\((examples/[^)]+)\) \|", README, re.MULTILINE)
    folders = {folder.name for folder in (ROOT / "examples").iterdir() if folder.is_dir()}
    assert {name for name, _ in listed} == folders - {"__pycache__"}
    assert len(listed) == len({name for name, _ in listed})
    for name, path in listed:
        assert Path(path).parent.name == name
        assert (ROOT / path).is_file()


README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EVERY)
def test_every_link_fires_and_every_role_may_do_its_work(name: str, stack_of: Stacks) -> None:
    look = Look(read(stack_of(name)))
    assert look.findings == []
    assert look.first_events
