"""`tandem export`: the committed modules are what the constructs make, and fit for any root."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import Golden
from synthesis import ROOT, tandem

from modules._cdktf import SqsQueue, TerraformStack
from tandem.export.files import exported
from tandem.export.moves import MOVES
from tandem.export.synthesis import synthesize

KINDS = ("main", "variables", "outputs", "versions")
MODULES = sorted(path.name for path in (ROOT / "terraform").iterdir())


@pytest.fixture(scope="module")
def files() -> dict[Path, str]:
    """What the modules hold, by the paths of their files."""
    return {path: text for path, text in exported(Path()).items() if text is not None}


def parsed(module: str, name: str) -> Any:
    """What a file of a module says, as Terraform's JSON."""
    return described()[module][name]


@cache
def described() -> dict[str, Any]:
    files = exported(Path(), as_json=True)
    return {
        module: {kind: json.loads(files[Path(module, f"{kind}.tf.json")] or "") for kind in KINDS}
        for module in MODULES
    }


def test_the_committed_modules_are_what_the_constructs_make(files: dict[Path, str]) -> None:
    committed = {path: (ROOT / "terraform" / path) for path in files}
    stale = [
        str(path)
        for path, file in committed.items()
        if not file.exists() or file.read_text(encoding="utf-8") != files[path]
    ]
    assert stale == [], "run: pipenv run tandem export"


def test_nothing_generated_is_left_over(files: dict[Path, str]) -> None:
    generated = {
        "README.md",
        *(f"{kind}.tf" for kind in KINDS),
        *(f"{kind}.tf.json" for kind in KINDS),
    }
    there = {
        path.relative_to(ROOT / "terraform")
        for path in (ROOT / "terraform").rglob("*")
        if (path.name in generated and path.parent.parent == ROOT / "terraform")
        or path.parent.name == "buildspecs"
    }
    assert there == set(files)


def test_check_names_what_is_stale_and_writes_nothing(tmp_path: Path) -> None:
    assert tandem("export", str(tmp_path)).returncode == 0
    assert tandem("export", str(tmp_path), "--check").returncode == 0
    changed = tmp_path / "image-pipeline/main.tf"
    changed.write_text("{}")
    missing = tmp_path / "artifact-store/README.md"
    text = missing.read_text(encoding="utf-8")
    missing.unlink()
    checked = tandem("export", str(tmp_path), "--check")
    assert checked.returncode == 1
    assert sorted(checked.stderr.splitlines()) == [
        f"{path} is stale: run tandem export" for path in (missing, changed)
    ]
    assert changed.read_text() == "{}"
    assert not missing.exists()
    assert tandem("export", str(tmp_path)).returncode == 0
    assert missing.read_text(encoding="utf-8") == text


def test_the_other_form_takes_its_place(tmp_path: Path) -> None:
    for options, ending, other in (((), "tf", "tf.json"), (("--json",), "tf.json", "tf")):
        assert tandem("export", str(tmp_path), *options).returncode == 0
        module = tmp_path / "image-pipeline"
        assert all((module / f"{kind}.{ending}").exists() for kind in KINDS)
        assert not any((module / f"{kind}.{other}").exists() for kind in KINDS)
        assert tandem("export", str(tmp_path), *options, "--check").returncode == 0


@pytest.mark.parametrize("module", MODULES)
def test_a_module_leaves_provider_and_state_to_its_root(module: str) -> None:
    main = parsed(module, "main")
    assert set(main) <= {"locals", "data", "resource", "moved"}
    assert list(parsed(module, "variables")) == ["variable"]
    assert list(parsed(module, "outputs")) == ["output"]
    assert parsed(module, "versions") == {
        "terraform": {
            "required_version": ">= 1.5",
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 7"}},
        }
    }


@pytest.mark.parametrize(
    "trace", [r"TfToken", r"object at 0x", r"e\+2\d\d", r"/home/|/root/|/tmp/"]
)
def test_nothing_of_the_machine_and_of_cdktf_is_left(files: dict[Path, str], trace: str) -> None:
    assert str(ROOT) not in "".join(files.values())
    found = {
        str(path): re.findall(rf".{{,30}}(?:{trace}).{{,30}}", text) for path, text in files.items()
    }
    assert {path: traces for path, traces in found.items() if traces} == {}


def test_addresses_stay(golden: Golden) -> None:
    """A contract with everybody's state: a rename needs an entry in tandem/export/moves.py."""
    addresses = sorted(
        f"{module}: {kind}.{name}"
        for module in MODULES
        for kind, bodies in parsed(module, "main")["resource"].items()
        for name in bodies
    )
    golden("module-addresses.txt", "".join(f"{address}\n" for address in addresses))


@pytest.mark.parametrize("module", MODULES)
def test_what_moved_is_there_under_its_new_address_only(module: str) -> None:
    resources = parsed(module, "main")["resource"]
    there = {f"{kind}.{name}" for kind, bodies in resources.items() for name in bodies}
    assert set(MOVES[module].values()) <= there
    assert not there & set(MOVES[module])


def test_a_move_becomes_a_block() -> None:
    def build(stack: TerraformStack) -> None:
        SqsQueue(stack, "queue")
        stack.add_override("output.name.value", "x")

    main = synthesize(build, {}, {"aws_sqs_queue.old": "aws_sqs_queue.queue"})["main"]
    assert main["moved"] == [{"from": "aws_sqs_queue.old", "to": "aws_sqs_queue.queue"}]


def test_every_reference_to_what_may_be_missing_names_its_instance() -> None:
    for module in MODULES:
        main = parsed(module, "main")
        text = json.dumps(main) + json.dumps(parsed(module, "outputs"))
        for kind, bodies in main["resource"].items():
            for name, body in bodies.items():
                bare = re.findall(rf"\b{kind}\.{name}\.\w+", text)
                if "count" in body or "for_each" in body:
                    assert bare == []
