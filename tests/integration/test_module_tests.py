"""The exported modules' own tests and examples, with the real Terraform."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from module_calls import MODULES
from synthesis import ROOT

from tandem.requirements import AWS_PROVIDER_VERSION
from tandem.terraform import Terraform

pytestmark = pytest.mark.integration

NAMES = list(MODULES) or ["no module in terraform/"]
"""Never empty: without a module the tests fail, they are not left out."""
EXAMPLES = sorted(
    str(folder.relative_to(ROOT / "terraform")) for folder in ROOT.glob("terraform/*/examples/*/")
)
LEFT_BEHIND = shutil.ignore_patterns(".terraform*", "*.tfstate*")
NOT_OURS = {"node_modules", "cdktf.out", "__pycache__"}


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of terraform/, so that nothing of a run stays there; beside it the provider."""
    root = tmp_path_factory.mktemp("modules")
    provider = {"source": "hashicorp/aws", "version": AWS_PROVIDER_VERSION}
    settings = {"terraform": {"required_providers": {"aws": provider}}}
    (root / "main.tf.json").write_text(json.dumps(settings))
    Terraform(root).init()
    shutil.copytree(ROOT / "terraform", root / "terraform", ignore=LEFT_BEHIND)
    return root / "terraform"


def terraform(folder: Path, modules: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Terraform in a folder of the copy, with the provider that is there already."""
    settings = folder / ".terraform"
    if not settings.exists():
        settings.mkdir()
        (settings / "providers").symlink_to(modules.parent / ".terraform/providers")
        shutil.copy(modules.parent / ".terraform.lock.hcl", folder)
        got = terraform(folder, modules, "get")
        assert got.returncode == 0, got.stdout
    return subprocess.run(
        ["terraform", *arguments, "-no-color"],  # noqa: S607
        cwd=folder,
        # The provider spends a quarter of its time on garbage: a run needs little memory.
        env={**Terraform(folder).environment, "GOGC": "400"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )


def passed(said: str) -> Iterator[tuple[str, str]]:
    """The file and the name of each run that passed, from what `terraform test` said."""
    file = ""
    for line in said.splitlines():
        if start := re.fullmatch(r"(tests/\S+)\.\.\. in progress", line):
            file = start[1]
        elif run := re.fullmatch(r' +run "([^"]+)"\.\.\. pass', line):
            yield file, run[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_module_passes_its_tests(name: str, modules: Path) -> None:
    folder = modules / name
    written = {
        (f"tests/{file.name}", run)
        for file in folder.glob("tests/*.tftest.hcl")
        for run in re.findall(r'^run "([^"]+)"', file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    run = terraform(folder, modules, "test")
    assert run.returncode == 0, run.stdout
    assert set(passed(run.stdout)) == written, run.stdout
    assert {file for file, _ in written} == {
        f"tests/{file.name}" for file in folder.glob("tests/*.tftest.hcl")
    }, "a file without a run"


@pytest.mark.parametrize("name", NAMES)
def test_a_module_has_tests_and_a_simple_example(name: str) -> None:
    assert list(MODULES[name].glob("tests/*.tftest.hcl"))
    assert (MODULES[name] / "examples/simple/main.tf").is_file()


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_valid(example: str, modules: Path) -> None:
    run = terraform(modules / example, modules, "validate")
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("name", NAMES)
def test_no_readme_names_a_source_that_is_beside_it(name: str) -> None:
    text = (MODULES[name] / "README.md").read_text(encoding="utf-8")
    assert re.findall(r'source += "([^"]+//terraform/[\w-]+)\?ref=', text)
    assert '"../' not in text


def hcl() -> Iterator[Path]:
    """Every file of Terraform's own language that is written by hand."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [each for each in folders if each[0] != "." and each not in NOT_OURS]
        for file in files:
            if re.search(r"\.(tf|tfvars|tftest\.hcl|tfmock\.hcl)$", file):
                yield Path(folder, file)


def test_all_of_it_is_formatted() -> None:
    files = sorted(map(str, hcl()))
    for part in ("terraform/image-pipeline/tests", "terraform/build-project/examples", "bench/hcl"):
        assert any(file.startswith(f"{ROOT / part}/") for file in files), part
    run = subprocess.run(
        ["terraform", "fmt", "-no-color", "-check", "-diff", *files],  # noqa: S607
        env={**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, ""), run.stdout + run.stderr
