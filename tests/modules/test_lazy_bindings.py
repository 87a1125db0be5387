"""One file imports the bindings, lazily; the JSON is the same as with the ordinary import."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SEAM = ROOT / "modules" / "_cdktf.py"
BINDINGS = {"cdktf", "cdktf_cdktf_provider_aws", "constructs", "jsii"}
OURS = [
    path
    for folder in ("modules", "tandem", "tests", "examples", "scripts")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not {"node_modules", "cdktf.out", ".venv"} & set(path.parts)
] + [ROOT / "main.py"]

SYNTHESIZE = """
import os, sys
before = dict(os.environ)
{first}
from modules import CodeCommit, EcsDeploy, ImagePipeline
from modules._cdktf import App, TerraformStack, Testing
assert dict(os.environ) == before, "the environment was not put back"
stack = TerraformStack(App(outdir=sys.argv[1]), "shop")
base = ImagePipeline(stack, "base", source=CodeCommit(codecommit="base"))
deploy = EcsDeploy(cluster="prod", service="web", container="web")
ImagePipeline(stack, "web", source=CodeCommit(codecommit="web"), base=base.image, deploy=deploy)
loaded = sum(name.startswith("cdktf_cdktf_provider_aws.") for name in sys.modules)
print(loaded)
print(Testing.synth(stack))
"""


def synthesize(folder: Path, *, first: str = "", **environment: str) -> tuple[int, Any]:
    """Modules of the provider that Python loads, and the JSON, in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-c", SYNTHESIZE.format(first=first), str(folder)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    loaded, _, text = run.stdout.partition("\n")
    return int(loaded), json.loads(text)


@pytest.mark.integration
def test_the_json_is_the_same_with_the_ordinary_import(tmp_path: Path) -> None:
    few, lazy = synthesize(tmp_path, TANDEM_EAGER_BINDINGS="0")
    all_, eager = synthesize(tmp_path, TANDEM_EAGER_BINDINGS="1")
    assert lazy == eager
    assert lazy["resource"]["aws_codepipeline"]
    assert few < 300 < 2000 < all_  # each resource is a package of a few modules


@pytest.mark.integration
def test_it_works_where_the_user_has_imported_the_provider_before(tmp_path: Path) -> None:
    loaded, json_ = synthesize(tmp_path, first="import cdktf_cdktf_provider_aws")
    assert loaded > 2000
    assert json_["resource"]["aws_codepipeline"]


def test_the_options_for_node_are_kept_and_put_back(tmp_path: Path) -> None:
    hook = tmp_path / "hook.cjs"
    hook.write_text(f"require('fs').appendFileSync({json.dumps(str(tmp_path / 'seen'))}, 'x')")
    loaded, _ = synthesize(tmp_path / "out", NODE_OPTIONS=f'--require "{hook}"')
    assert (tmp_path / "seen").exists(), "the user's own options were lost"
    assert loaded < 300


# One seam


def imports(path: Path) -> Iterator[str]:
    """The top-level packages that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def test_one_file_imports_the_bindings() -> None:
    assert len(OURS) > 30
    assert {path for path in OURS if BINDINGS & set(imports(path))} == {SEAM}


def test_the_constructs_know_nothing_of_the_tool_around_them() -> None:
    for path in (ROOT / "modules").rglob("*.py"):
        assert not {"tandem", "tests", "main"} & set(imports(path)), path


def test_settings_and_names_start_no_node() -> None:
    script = (
        "import sys, modules, modules.naming\n"
        "modules.Build()\n"
        "print([name for name in ('jsii', 'cdktf', 'constructs') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_the_seam_gives_what_it_imports() -> None:
    tree = ast.parse(SEAM.read_text(encoding="utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in BINDINGS
        for alias in node.names
    }
    import modules._cdktf as seam

    assert imported | {"jsii"} == set(seam.__all__)


# Structs only: jsii drops the unknown keys of plain dictionaries without a word

MAPS = {"configuration", "tags", "input_paths", "variables"}
"""Arguments that are maps of texts, with any keys."""


def binding_names(tree: ast.AST) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("_cdktf")
        for alias in node.names
    }


def plain_blocks(path: Path) -> Iterator[str]:
    """Where a binding gets a dictionary, or a list of them, for a nested block."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bindings = binding_names(tree)
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            continue
        if call.func.id not in bindings:
            continue
        for keyword in call.keywords:
            values = keyword.value.elts if isinstance(keyword.value, ast.List) else [keyword.value]
            plain = any(isinstance(value, ast.Dict | ast.DictComp) for value in values)
            if keyword.arg is None or (plain and keyword.arg not in MAPS):
                yield f"{path.name}:{call.lineno}: {call.func.id}({keyword.arg}=…)"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "modules").glob("*.py")), ids=lambda path: str(path.name)
)
def test_nested_blocks_are_typed(path: Path) -> None:
    assert list(plain_blocks(path)) == []


def test_a_plain_block_is_found(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(
        "from modules._cdktf import Codepipeline\n"
        "Codepipeline(self, 'p', tags={'a': 'b'}, stage=[{'nmae': 'Source'}])\n"
    )
    assert list(plain_blocks(file)) == ["wrong.py:2: Codepipeline(stage=…)"]


def test_no_pattern_of_an_address_is_left_in_the_seam() -> None:
    # The successor of the bindings has other package names: they stand in this file alone.
    for path in (ROOT / "modules").rglob("*.py"):
        if path != SEAM:
            assert not re.search(r"cdktf_cdktf|cdktn", path.read_text(encoding="utf-8")), path
