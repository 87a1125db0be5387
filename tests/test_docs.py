"""What the documents say is so: links, commands, the file, the error, the permissions."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from synthesis import KITCHEN_SINK, ROOT, Block, read, synthesize, tandem

DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)


def prose(document: Path) -> str:
    """A document without its code blocks."""
    return FENCE.sub("", document.read_text(encoding="utf-8"))


def code(document: Path, language: str) -> list[str]:
    """The code blocks of a language."""
    found = FENCE.findall(document.read_text(encoding="utf-8"))
    return [text for _, tagged, text in found if tagged == language]


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)|[`*]", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


# Links


@every_document
def test_every_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(document)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        file = (document.parent / path).resolve() if path else document
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(link)
    assert broken == []


@every_document
def test_every_file_named_exists(document: Path) -> None:
    named = re.findall(
        r"`((?:modules|tandem|tests|docs|examples|bench|scripts|buildspecs)/[\w./-]*)`",
        prose(document),
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_document_is_reached_from_the_readme() -> None:
    linked = set(re.findall(r"\]\((docs/[\w-]+\.md)", README))
    assert linked == {f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md")}


# Commands


@every_document
def test_every_make_target_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^\$ )make ([a-z]+)", text, re.MULTILINE))
    helped = subprocess.run(
        ["make", "help"],  # noqa: S607 - the one that the documents mean
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    targets = set(re.findall(r"^ +make ([a-z]+)", helped.stdout, re.MULTILINE))
    assert named <= targets
    if document.name == "README.md":
        assert named >= {"demo", "test", "check", "synth", "bench"}


@every_document
def test_every_command_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    used = re.findall(r"(?:pipenv run|python -m) tandem ([a-z]+)((?: --[a-z-]+)*)", text)
    if document.name == "README.md":
        assert {command for command, _ in used} >= {"check", "emulator"}
    for command, options in used:
        helped = tandem(command, "--help")
        assert helped.returncode == 0, command
        for option in options.split():
            assert option in helped.stdout


def test_the_json_that_the_readme_promises_is_an_option_of_check() -> None:
    (row,) = re.findall(r"^\| `pipenv run tandem check` \| (.*) \|$", README, re.MULTILINE)
    assert re.findall(r"`(--[a-z]+)`", row) == ["--json"]
    assert "--json" in tandem("check", "--help").stdout


def test_variables_of_the_documents_are_read_somewhere() -> None:
    sources = (
        "".join(
            file.read_text()
            for folder in ("tandem", "modules")
            for file in (ROOT / folder).rglob("*.py")
        )
        + (ROOT / "main.py").read_text()
    )
    workflows = "".join(it.read_text() for it in (ROOT / ".github/workflows").glob("*.yml"))
    for document in DOCUMENTS:
        for name in re.findall(r"\b(?:TANDEM|CDKTF)_[A-Z_]+\b", document.read_text()):
            read = f'"{name}"' in sources or f"vars.{name}" in workflows
            assert read, f"{document.name}: {name}"


# The file


def test_the_readme_shows_the_file_that_is_there() -> None:
    first, *_ = code(ROOT / "README.md", "yaml")
    assert yaml(first) == yaml((ROOT / "pipelines.yaml").read_text())
    assert tandem("check").stdout == "pipelines.yaml: no problems\n"


@pytest.mark.parametrize(
    "document",
    # The reference is generated, and its examples are tested where they stand.
    [file for file in DOCUMENTS if file.name != "configuration.md"],
    ids=lambda file: file.name,
)
def test_every_yaml_block_passes_the_check(document: Path, tmp_path: Path) -> None:
    """Those that are parts of a file are put into one."""
    file = tmp_path / "pipelines.yaml"
    for block in code(document, "yaml"):
        file.write_text(json.dumps(completed(yaml(block)), default=str))  # days
        run = tandem("check", "--config", str(file))
        assert run.returncode == 0, f"{block}\n{run.stderr}"


IMAGE = {"source": {"codecommit": "code"}}


def completed(part: Any) -> Any:
    """A whole file around a part of one."""
    part = part or {}
    if not part.keys() & FILE_KEYS:
        part = {"images": {"it": part}}
    images = {"it": IMAGE, "base": IMAGE} | {
        name: {**IMAGE, **image} for name, image in part.get("images", {}).items()
    }
    for image in list(images.values()):
        bases = image.get("base")
        for base in bases.values() if isinstance(bases, dict) else [bases]:
            if isinstance(base, str):
                images.setdefault(base, IMAGE)
    return {"project": "shop", "region": "us-east-1", **part, "images": images}


FILE_KEYS = set(json.loads((ROOT / "pipelines.schema.json").read_text())["properties"])


def test_the_picture_in_the_readme_is_what_trace_draws() -> None:
    assert code(ROOT / "README.md", "mermaid") == [tandem("trace", "--mermaid").stdout]


def test_the_review_in_the_readme_is_of_a_real_plan() -> None:
    golden = (ROOT / "tests/golden/review/ours-image_renamed.md").read_text(encoding="utf-8")
    shown = [line[2:] for line in README.splitlines() if line.startswith("> ")]
    assert len(shown) > 3
    assert shown == [line for line in golden.splitlines() if line in shown]
    assert golden.startswith(shown[0])


def test_the_tree_in_the_document_is_what_trace_prints() -> None:
    assert code(ROOT / "docs/trace.md", "text") == [tandem("trace").stdout]


def test_the_error_in_the_readme_is_what_check_prints(tmp_path: Path) -> None:
    (block,) = [text for text in code(ROOT / "README.md", "console") if "tandem check" in text]
    command, shown = block.splitlines()
    assert command == "$ pipenv run tandem check"
    text = (ROOT / "pipelines.yaml").read_text()
    assert text.count("base: base\n") == 1
    (tmp_path / "pipelines.yaml").write_text(text.replace("base: base\n", "base: bse\n"))
    run = tandem("check", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (2, f"{shown}\n")


def test_the_readme_names_what_the_installer_asks_for() -> None:
    installer = (ROOT / "scripts/install.sh").read_text()
    for name, version in (("Python", "3.11"), ("Node.js", "20"), ("Terraform", "1.10")):
        assert f"{name} {version}" in README
    assert "Python 3.11 or newer" in installer
    assert "require Node node 20 0 " in installer
    assert "require Terraform terraform 1 10 " in installer


# Permissions

IAM = (ROOT / "docs/iam.md").read_text(encoding="utf-8")
ACTION = re.compile(r"`((?!aws:)[a-z0-9-]+:(?:[A-Z]\w+|\*))`")


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> list[Block]:
    """Every example, and the file with every setting."""
    files = [KITCHEN_SINK, *ROOT.glob("examples/*/pipelines.yaml")]
    return [read(synthesize(file, tmp_path_factory.mktemp("out"))) for file in files]


def test_the_permissions_are_those_that_are_granted(stacks: list[Block]) -> None:
    documented = set(ACTION.findall(IAM))
    granted = {action for _, statement in statements(stacks) for action in actions(statement)}
    granted -= {"sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"}  # the trust, said in words
    assert sorted(granted - documented) == []
    assert sorted(documented - granted) == []


@pytest.mark.parametrize(
    ("title", "owner"),
    [
        ("The build role", "_build_role"),
        ("The pipeline role", "_pipeline_role"),
        ("The rule's role", ("ed_role", "-2_role")),
        ("The roles that plan", ("_review_role", "github_plan_role")),
    ],
)
def test_each_row_of_a_role_is_a_statement(
    title: str, owner: str | tuple[str, ...], stacks: list[Block]
) -> None:
    """A row that names actions names those of the statements with its Sid, and none is missing."""
    granted: dict[str, set[str]] = {}
    for stack in stacks:
        for name, policy in stack["resource"]["aws_iam_role_policy"].items():
            for sid, statement in statements(policy) if name.endswith(owner) else ():
                # Other bases have names after their build arguments.
                sid = re.sub(r"(?:Assets|Fonts)Image$", "BaseImage", sid)
                granted.setdefault(sid, set()).update(actions(statement))
    (section,) = [
        text for text in re.split(r"^## ", IAM, flags=re.MULTILINE) if text.startswith(f"{title}\n")
    ]
    documented: dict[str, set[str]] = {}
    for sids, cell in re.findall(r"^\| (\w[^|]*) \| ([^|]*) \|", section, re.MULTILINE):
        for sid in sids.partition(", or ")[0].split(", "):
            documented.setdefault(sid, set()).update(ACTION.findall(cell))
    assert documented.pop("Sid") == set()
    assert granted.keys() == documented.keys()
    for sid, named in documented.items():
        assert not named or granted[sid] == named, sid


def statements(value: Any) -> Iterator[tuple[str, Any]]:
    """Every statement of every policy in a JSON value, after its `Sid`."""
    match value:
        case dict():
            for inner in value.values():
                yield from statements(inner)
        case list():
            for inner in value:
                yield from statements(inner)
        case str() if value.startswith('{"Version"'):
            for statement in json.loads(value)["Statement"]:
                yield statement.get("Sid", ""), statement


def actions(statement: Any) -> list[str]:
    named = statement["Action"]
    return named if isinstance(named, list) else [named]
