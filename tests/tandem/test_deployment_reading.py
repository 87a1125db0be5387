"""Files and folders: what is read, and what is refused in one line."""

import json
from pathlib import Path

import pytest

from tandem.deployment import InputError, read

PIPELINE = {"resource": {"aws_codepipeline": {"web": {"name": "web"}}}}
OTHER = {"resource": [{"aws_codepipeline": {"api": {"name": "api"}}}]}


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message


def test_a_file_a_folder_and_what_cdktf_wrote(tmp_path: Path) -> None:
    stack = tmp_path / "stacks/shop"
    stack.mkdir(parents=True)
    (stack / "cdk.tf.json").write_text(json.dumps(PIPELINE))
    (stack / "cdk_override.tf.json").write_text("{}")
    for path in (stack / "cdk.tf.json", stack, tmp_path):
        assert [pipeline.name for pipeline in read(path).pipelines] == ["web"]


def test_the_files_of_a_folder_are_one_configuration(tmp_path: Path) -> None:
    (tmp_path / "a.tf.json").write_text(json.dumps(PIPELINE))
    (tmp_path / "b.tf.json").write_text(json.dumps(OTHER))
    assert [pipeline.name for pipeline in read(tmp_path).pipelines] == ["api", "web"]


def test_one_of_several_stacks_has_to_be_chosen(tmp_path: Path) -> None:
    for name in ("a", "b"):
        stack = tmp_path / "stacks" / name
        stack.mkdir(parents=True)
        (stack / "cdk.tf.json").write_text("{}")
    assert "has 2 stacks; give one of them" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("plan", b"PK\x03\x04rest", "is a plan file"),
        ("binary", b"\x80\x81\xff", "is no text"),
        ("cut.json", b'{"resource": {"aws_', "is no JSON"),
        ("empty.json", b"", "is no JSON"),
        ("main.tf", b'resource "a" "b" {}', "plan it"),
        ("list.json", b"[1]", "is not a JSON object"),
        ("deep.json", b"[" * 100_000, "nested too deep"),
        ("nothing.json", b"{}", "is no plan, no state and no configuration"),
        ("bare.json", b'{"resource": {}}', "no pipeline and no build project inside"),
    ],
)
def test_broken_and_foreign_files(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert expected in refusal(path)


def test_a_missing_file_an_empty_folder_and_hcl(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refusal(tmp_path / "missing.json")
    assert "has no .tf.json file inside" in refusal(tmp_path)
    (tmp_path / "main.tf").touch()
    assert "has HCL inside: plan it" in refusal(tmp_path)
