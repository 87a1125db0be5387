"""The README's `npx cdktf`: deploy, diff and destroy, in a copy of the project.

Where the provider comes from a mirror, nothing may ask the network.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from synthesis import ROOT, environment, read, synthesize

from tandem.emulator import Emulator, seed
from tandem.requirements import cdktf_environment

pytestmark = pytest.mark.integration

REGION = "us-east-1"
NOWHERE = "http://127.0.0.1:9"  # nothing listens on the port of "discard"


@dataclass
class Copy:
    """A copy of the project, whose pipenv is this environment."""

    folder: Path
    variables: dict[str, str]

    def cdktf(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(ROOT / "node_modules/.bin/cdktf"), *arguments],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    folder = tmp_path_factory.mktemp("project")
    parts = ("main.py", "modules", "tandem", "buildspecs", "scripts", "cdktf.json", "Pipfile")
    for part in (*parts, "pipelines.yaml"):
        source = ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / part)
    tools = tmp_path_factory.mktemp("bin")
    pipenv = tools / "pipenv"
    pipenv.write_text(f'#!/bin/sh\n[ "$1 $2" = "run python" ] && shift 2 || exit 9\n{EXECUTE}\n')
    pipenv.chmod(0o755)
    described = read(synthesize(folder / "pipelines.yaml", tmp_path_factory.mktemp("out")))
    with Emulator() as emulator:
        seed(emulator, described, region=REGION)
        variables = {
            **environment(),
            **emulator.environment(region=REGION),
            **cdktf_environment(folder, os.environ),
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        }
        if "TF_CLI_ARGS_providers_lock" in variables:
            variables |= {"HTTPS_PROXY": NOWHERE, "https_proxy": NOWHERE}
        yield Copy(folder, variables)


EXECUTE = f'exec {shlex.quote(sys.executable)} "$@"'


def test_deploys_and_destroys(copy: Copy) -> None:
    deployed = copy.cdktf("deploy", "--auto-approve")
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    assert "pipeline_links" in deployed.stdout
    assert (copy.folder / "cdktf.out/stacks/shop/cdk.tf.json").is_file()
    # State is beside the file: who deletes the output loses nothing.
    state = copy.folder / "terraform.shop.tfstate"
    assert "aws_codepipeline" in state.read_text()
    note_of_where = copy.folder / "cdktf.out/stacks/shop/.terraform/terraform.tfstate"
    assert set(copy.folder.rglob("*.tfstate")) == {state, note_of_where}
    shutil.rmtree(copy.folder / "cdktf.out")

    compared = copy.cdktf("diff")
    assert compared.returncode == 0, compared.stdout + compared.stderr
    assert "No changes." in compared.stdout

    refused = copy.cdktf("destroy", "--auto-approve")
    assert refused.returncode != 0
    # The command may end before it has printed Terraform's reason; test_apply.py looks at that.
    assert "aws_codepipeline" in state.read_text()
    assert "aws_ecr_repository" in state.read_text()

    file = copy.folder / "pipelines.yaml"
    unprotected = "defaults: {repository: {protect: false}}\n"
    file.write_text(file.read_text() + unprotected)
    destroyed = copy.cdktf("destroy", "--auto-approve")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert '"resources": []' in state.read_text()
    # The commands write what Git ignores, and nothing else.
    ignored = {"cdktf.out", "cdktf.log", *(path.name for path in copy.folder.glob("*.tfstate*"))}
    assert {path.name for path in copy.folder.iterdir()} - ignored == {
        *("main.py", "modules", "tandem", "buildspecs", "scripts", "cdktf.json", "Pipfile"),
        "pipelines.yaml",
    }


def test_a_wrong_file_ends_the_command_with_its_problems(copy: Copy) -> None:
    (copy.folder / "pipelines.yaml").write_text("project: shop\n")
    run = copy.cdktf("synth")
    assert run.returncode != 0
    assert "pipelines.yaml:1: " in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr
