"""Where sample plans are made: the real Terraform and provider, on the embedded emulator."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tandem.emulator import OVERRIDE_FILE, Emulator, override, seed
from tandem.requirements import AWS_PROVIDER_VERSION
from tandem.terraform import Terraform

Block = dict[str, Any]
Files = Mapping[str, str]
"""What a folder of Terraform has: texts by the files' names."""

_TERRAFORM = "terraform"
REGION = "us-east-1"
STATE = "tandem_emulator.tfstate"
_PLAN_LINE = re.compile(r"^Plan: (.*)\.$", re.MULTILINE)
_COUNTED = re.compile(r"(\d+) to (import|add|change|destroy|forget)")
_AWS: Block = {
    "terraform": {
        "required_providers": {"aws": {"source": "hashicorp/aws", "version": AWS_PROVIDER_VERSION}}
    }
}
_REATTACH = re.compile(r"TF_REATTACH_PROVIDERS='(.*)'")
_MUCH = 2000
"""Characters of what Terraform says when it fails."""
_SLOW = "aws_s3_bucket_lifecycle_configuration"
"""The provider waits a minute for each."""


@dataclass(frozen=True)
class Plan:
    """A plan, as a program and as a person sees it."""

    document: Block
    """What `terraform show -json` prints."""
    text: str
    """What `terraform plan` prints."""
    folder: Path = field(compare=False)
    """With `tfplan`, to be applied or shown."""

    @property
    def counts(self) -> dict[str, int]:
        """What Terraform itself counts in its last line; nothing where it has none."""
        lines = _PLAN_LINE.findall(self.text)
        return {what: int(number) for number, what in _COUNTED.findall(lines[-1] if lines else "")}


@contextmanager
def provider(emulator: Emulator) -> Iterator[dict[str, str]]:
    """The AWS provider, started once: its start is most of a plan's time.

    Gives the variables with which Terraform finds it. It talks to the emulator and to nobody else.

    https://developer.hashicorp.com/terraform/plugin/debugging
    """
    with TemporaryDirectory() as folder:
        finding = Terraform(Path(folder))
        (Path(folder) / "main.tf.json").write_text(json.dumps(_AWS))
        finding.init()
        (program,) = Path(folder).glob(".terraform/providers/*/*/*/*/*/terraform-provider-aws*")
        with subprocess.Popen(
            [program, "-debug"],
            env=emulator.environment(region=REGION),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as running:
            try:
                assert running.stdout
                lines = (_REATTACH.search(line) for line in running.stdout)
                found = next(filter(None, lines))
                yield {"TF_REATTACH_PROVIDERS": found[1]}
            finally:
                running.terminate()


@dataclass
class Workshop:
    """A folder and an emulator for plans that start from the same state.

    Args:
        emulator: A running one.
        provider: The variables with which Terraform finds a running provider.
        folder: An empty folder.
    """

    emulator: Emulator
    provider: Mapping[str, str]
    folder: Path
    unrefreshed: str = ""
    """The state of the last apply, before the next look at AWS."""
    _made: int = 0

    @cached_property
    def _environment(self) -> dict[str, str]:
        environment = self.emulator.environment(region=REGION)
        return {**Terraform(self.folder, environment=environment).environment, **self.provider}

    def apply(self, files: Files) -> str:
        """Make it real; return the state's text, as it is after the next look at AWS."""
        folder = self._place(files, state=None)
        apply = ("apply", "-input=false", "-auto-approve", "-no-color")
        self._run(folder, *apply)
        self.unrefreshed = (folder / STATE).read_text()
        self._run(folder, *apply, "-refresh-only")
        return (folder / STATE).read_text()

    def plan(
        self,
        files: Files,
        *options: str,
        state: str | None = None,
        refresh: bool = False,
        fails: bool = False,
    ) -> Plan:
        """Plan `files` against a state.

        Args:
            files: What the folder has.
            options: Of `terraform plan`.
            state: Text of the state; None: nothing exists.
            refresh: Whether to look at what exists. Without it a plan takes half as long.
            fails: Whether Terraform ends with an error, having written what it planned so far.
        """
        folder = self._place(files, state=state)
        return self._planned(folder, *options, refresh=refresh, fails=fails)

    def again(self, plan: Plan, more: str) -> Plan:
        """The same with a few lines more in the configuration."""
        (plan.folder / "again.tf").write_text(more)
        return self._planned(plan.folder)

    def _planned(
        self, folder: Path, *options: str, refresh: bool = False, fails: bool = False
    ) -> Plan:
        looking = () if refresh else ("-refresh=false",)
        plan = ("plan", "-input=false", "-no-color", "-out=tfplan")
        text = self._run(folder, *plan, *looking, *options, good=(1,) if fails else (0,))
        shown = self._run(folder, "show", "-json", "-no-color", "tfplan")
        return Plan(json.loads(shown), text, folder)

    def _place(self, files: Files, *, state: str | None) -> Path:
        self._made += 1
        folder = self.folder / f"{self._made}"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        if OVERRIDE_FILE not in files:
            (folder / OVERRIDE_FILE).write_text(json.dumps(override({})))
        if state is not None:
            (folder / STATE).write_text(state)
        self._run(folder, "init", "-input=false", "-no-color")
        return folder

    def _run(self, folder: Path, *arguments: str, good: Sequence[int] = (0,)) -> str:
        run = subprocess.run(
            [_TERRAFORM, *arguments],
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        said = run.stdout[-_MUCH:] + run.stderr[-_MUCH:]
        assert run.returncode in good, f"terraform {' '.join(arguments)}: {said}"
        return run.stdout


def ours(
    workshop: Workshop, described: Block, change: Callable[[Block], None] | None = None
) -> Files:
    """The files of a synthesized stack, without what takes the provider a minute.

    Args:
        workshop: Where they are used: what they look up is made there.
        described: The stack, parsed.
        change: What people change by hand in it, as other constructs would.
    """
    described = json.loads(json.dumps(described))
    described.get("resource", {}).pop(_SLOW, None)
    if change:
        change(described)
    seed(workshop.emulator, described, region=REGION)
    # Protected as at AWS: only that state is a file here.
    changed = {name: it for name, it in override(described).items() if name != "resource"}
    return {"cdk.tf.json": json.dumps(described), OVERRIDE_FILE: json.dumps(changed)}


def tree(folder: Path) -> Files:
    """The files of a folder, its sub-folders included."""
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_text() for file in found}


def changed(files: Files, replaced: Mapping[str, str]) -> Files:
    """The files with texts replaced, wherever they stand."""
    everything = "".join(files.values())
    for old in replaced:
        assert old in everything, f"nothing to replace: {old}"
    result = dict(files)
    for old, new in replaced.items():
        result = {name: text.replace(old, new) for name, text in result.items()}
    return result
