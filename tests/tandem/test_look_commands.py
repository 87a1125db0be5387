"""`tandem trace` and `tandem access` as people run them."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from synthesis import ROOT, environment, read, synthesize, tandem

TARGET = "aws_cloudwatch_event_target"
EVENTS = ROOT / "tests/events"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesize(ROOT / "pipelines.yaml", tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def broken(stack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stack whose base starts nothing, and whose application may push to any repository."""
    document = read(stack)
    del document["resource"][TARGET]["base-pushed_web"]
    policy = document["resource"]["aws_iam_role_policy"]["web_build_role"]
    policy["policy"] = re.sub(r"repository/\$\{[^}]*\}", "repository/*", policy["policy"])
    file = tmp_path_factory.mktemp("broken") / "cdk.tf.json"
    file.write_text(json.dumps(document))
    return file


def schema(name: str) -> Any:
    return json.loads((ROOT / f"docs/{name}.schema.json").read_text())


def printed(*arguments: str, status: int = 0) -> str:
    run = tandem(*arguments)
    assert (run.returncode, run.stderr) == (status, "")
    return run.stdout


def test_trace_of_nothing_is_of_the_file() -> None:
    out = printed("trace")
    assert out.startswith("What starts what\n")
    assert "push of shop/base:latest, by rule shop-base-pushed" in out
    assert out.endswith("No finding\n")


def test_a_broken_link_is_a_finding_and_status_1(broken: Path) -> None:
    out = printed("trace", str(broken), status=1)
    assert "image-source-unwatched aws_codepipeline.web_pipeline: " in out
    assert "1 finding" in out.splitlines()[-1] or "findings" in out.splitlines()[-1]


def test_trace_as_json_is_what_the_schema_says(stack: Path, broken: Path) -> None:
    for path, status in ((stack, 0), (broken, 1)):
        found = json.loads(printed("trace", "--json", str(path), status=status))
        jsonschema.validate(found, schema("trace"))
        assert bool(found["findings"]) is bool(status)


def test_the_file_the_folder_and_standard_input_are_the_same(stack: Path) -> None:
    file = stack / "cdk.tf.json"
    expected = printed("trace", "--json", str(stack))
    assert printed("trace", "--json", str(file)) == expected
    with file.open("rb") as stdin:
        run = subprocess.run(
            [sys.executable, "-m", "tandem", "trace", "--json", "-"],
            cwd=ROOT,
            env=environment(),
            stdin=stdin,
            capture_output=True,
            text=True,
            check=True,
        )
    assert run.stdout == expected


def test_an_event_that_is_not_for_us_starts_nothing(stack: Path) -> None:
    out = printed("trace", str(stack), "--event", str(EVENTS / "s3-object-created.json"))
    assert "starts nothing" in out


def test_an_event_starts_what_its_rule_says(stack: Path, tmp_path: Path) -> None:
    event = json.loads((EVENTS / "ecr-image-pushed.json").read_text()) | {"region": "us-east-1"}
    event["detail"] |= {"repository-name": "shop/base", "image-tag": "latest"}
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event))
    out = printed("trace", str(stack), "--event", str(file), "--json")
    found = json.loads(out)
    jsonschema.validate(found, schema("trace"))
    (start,) = found["chains"][0]["starts"]
    assert (start["name"], start["pin"]["value"]) == ("shop-web", event["detail"]["image-digest"])


def test_pictures_have_the_output_for_themselves(stack: Path, broken: Path, tmp_path: Path) -> None:
    assert printed("trace", "--mermaid", str(stack)).startswith("flowchart LR\n")
    assert printed("trace", "--dot", str(stack)).startswith("digraph")
    file = tmp_path / "picture.svg"
    printed("trace", "--svg", str(file), str(stack))
    assert ET.fromstring(file.read_text()).tag.endswith("svg")  # noqa: S314 - our own
    run = tandem("trace", "--mermaid", str(broken))
    assert run.returncode == 1
    assert run.stdout.startswith("flowchart LR\n")
    assert "image-source-unwatched" in run.stderr


def test_access_says_a_line_for_each_role(stack: Path) -> None:
    out = printed("access", str(stack))
    assert "aws_iam_role.web_build_role" in out
    assert "no findings" in out.splitlines()[-1]


def test_rights_that_must_not_be_are_findings_and_status_1(broken: Path) -> None:
    assert "permission-" in printed("access", str(broken), status=1)


def test_access_as_json_is_what_the_schema_says(stack: Path) -> None:
    found = json.loads(printed("access", "--json", str(stack)))
    jsonschema.validate(found, schema("access"))
    assert found["findings"] == []


WRONG = [
    ("cut.json", b'{"resource": {', "is no JSON"),
    ("future.json", b'{"format_version": "2.0", "planned_values": {}}', "format version 2.0"),
    ("plan", b"PK\x03\x04", "is a plan file"),
    ("binary", b"\x00\xff\xfe\x80", "is no"),
    ("none.json", b'{"resource": {"aws_s3_bucket": {}}}', "no pipeline"),
]


@pytest.mark.parametrize("command", ["trace", "access"])
def test_names_command_no_terminal(stack: Path, tmp_path: Path, command: str) -> None:
    text = (stack / "cdk.tf.json").read_text().replace("shop-web", "shop\\u001b]0;x\\u0007[red]")
    (tmp_path / "cdk.tf.json").write_text(text)
    run = tandem(command, str(tmp_path))
    assert run.returncode in (0, 1)
    assert "[red]" in run.stdout + run.stderr
    assert not {"\x1b", "\x07"} & set(run.stdout + run.stderr)


@pytest.mark.parametrize("command", ["trace", "access"])
@pytest.mark.parametrize(("name", "content", "expected"), WRONG)
def test_wrong_input_is_one_line_and_status_2(
    tmp_path: Path, command: str, name: str, content: bytes, expected: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    run = tandem(command, str(file))
    assert (run.returncode, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    assert line.startswith(str(file))
    assert expected in line


@pytest.mark.parametrize(
    "arguments",
    [
        ("--mermaid", "--json"),
        ("--event", "EVENT", "--dot"),
        ("--event", "/nowhere.json"),
        ("--svg", "README.md/picture.svg"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(stack: Path, arguments: tuple[str, ...]) -> None:
    named = [str(EVENTS / "ecr-image-pushed.json") if it == "EVENT" else it for it in arguments]
    run = tandem("trace", str(stack), *named)
    assert (run.returncode, run.stdout) == (2, "")
    assert len(run.stderr.splitlines()) == 1


def test_a_file_with_problems_is_said_as_check_says_it(tmp_path: Path) -> None:
    (tmp_path / "pipelines.yaml").write_text("project: shop\n")
    checked, traced = (tandem(it, cwd=tmp_path) for it in ("check", "trace"))
    assert (traced.returncode, traced.stderr) == (checked.returncode, checked.stderr)
