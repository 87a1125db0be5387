"""Fixtures of several test files. What is no fixture stands in synthesis.py."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tandem.requirements import AWS_PROVIDER_VERSION
from tandem.terraform import Terraform

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "--update-golden"

Golden = Callable[[str, str], None]
Validate = Callable[[Path], None]


def pytest_configure() -> None:
    """Let what the tests start take Ctrl-C: `make test &` has it ignored by all."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        UPDATE, action="store_true", help="Write tests/golden/ anew: look at the difference after."
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with the file of that name in tests/golden/."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if request.config.getoption(UPDATE):
            file.write_text(text, encoding="utf-8")
        assert text.splitlines() == file.read_text(encoding="utf-8").splitlines(), (
            f'if that is what you want: make test ARGS="-k {request.node.originalname} {UPDATE}"'
        )

    return compare


@pytest.fixture(scope="session")
def validate(tmp_path_factory: pytest.TempPathFactory) -> Validate:
    """Let the real Terraform check the stack in a folder. `terraform init` is paid once."""
    ready = tmp_path_factory.mktemp("initialized")
    provider = {"source": "hashicorp/aws", "version": AWS_PROVIDER_VERSION}
    settings = {"terraform": {"required_providers": {"aws": provider}}}
    (ready / "main.tf.json").write_text(json.dumps(settings))
    Terraform(ready).init()

    def check(stack: Path) -> None:
        shutil.copy(ready / ".terraform.lock.hcl", stack)
        environment = {**os.environ, "TF_DATA_DIR": str(ready / ".terraform")}
        Terraform(stack, environment=environment).validate()

    return check
