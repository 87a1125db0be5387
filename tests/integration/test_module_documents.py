"""The HCL in the documents for Terraform teams is one configuration that Terraform accepts."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from synthesis import ROOT

from tandem.terraform import Terraform

FENCE = re.compile(r"^```hcl\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = re.compile(
    r"git::https://github\.com/ORGANIZATION/tandem\.git//terraform/([\w-]+)\?ref=VERSION"
)
VERSIONS = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'

pytestmark = pytest.mark.integration


def blocks(document: str) -> list[str]:
    return FENCE.findall((ROOT / document).read_text(encoding="utf-8"))


def test_the_page_starts_with_ten_lines_or_so() -> None:
    first, *_ = (ROOT / "docs/terraform.md").read_text(encoding="utf-8").splitlines()[2:3]
    assert first == "```hcl"
    assert len(blocks("docs/terraform.md")[0].splitlines()) <= 12


@pytest.mark.parametrize("document", ["docs/terraform.md", "README.md"])
def test_the_configuration_is_valid(document: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "terraform", tmp_path / "terraform")
    root = tmp_path / "root"
    root.mkdir()
    text = "\n".join(blocks(document))
    assert ADDRESS.search(text)
    if 'module "base"' not in text:
        text += 'module "base" {\n  source = "../terraform/image-pipeline"\n  name   = "base"\n'
        text += '  code   = { codecommit = "base" }\n}\n'
    local = ADDRESS.sub(r"../terraform/\1", text)
    (root / "main.tf").write_text(f"{VERSIONS}\n{local}", encoding="utf-8")
    terraform = Terraform(root)
    terraform.init()
    terraform.validate()


def test_the_configuration_is_formatted(tmp_path: Path) -> None:
    for number, block in enumerate(blocks("docs/terraform.md") + blocks("README.md")):
        (tmp_path / f"{number}.tf").write_text(block, encoding="utf-8")
    formatted = subprocess.run(
        ["terraform", "fmt", "-check", "-diff", str(tmp_path)],  # noqa: S607 - as its users do
        capture_output=True,
        text=True,
        check=False,
    )
    assert formatted.stdout == ""
    assert formatted.returncode == 0
