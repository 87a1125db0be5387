"""Terraform, run in a folder: every step, its progress, and its errors in its own words."""

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from tandem.requirements import MirrorError, ProviderSource, provider_source

_STEPS = {"create": 1, "update": 1, "delete": 1, "replace": 2}
"""How many steps of an apply a planned action takes. Reads and moves are no steps."""

_PHASES: Mapping[str, Literal["planned", "start", "progress", "complete", "error"]] = {
    "planned_change": "planned",
    "apply_start": "start",
    "apply_progress": "progress",
    "apply_complete": "complete",
    "apply_errored": "error",
    "refresh_start": "start",
    "refresh_complete": "complete",
}


class TerraformError(Exception):
    """Terraform failed; the message is what Terraform said."""

    def __init__(self, message: str, *, exit_status: int) -> None:
        super().__init__(message)
        self.exit_status = exit_status
        """Terraform's exit status; 127 where it could not be started."""


@dataclass(frozen=True)
class Event:
    """One step of a running plan, apply or destroy."""

    phase: Literal["planned", "start", "progress", "complete", "error"]
    """`planned` comes once per change, before the first `start`."""

    address: str
    """The Terraform address, such as `aws_ecr_repository.web`."""

    action: str
    """`create`, `update`, `delete`, `replace` (planned only), `read` or `refresh`."""

    elapsed_seconds: int
    """Time since the step's start."""

    done: int
    """Steps completed so far. A replacement is two steps, reading is none."""

    total: int
    """Steps planned so far; final from the first `start` of a create, update or delete on."""


class Terraform:
    """The `terraform` on PATH, run in one folder.

    Args:
        folder: The folder with the configuration; state stays there unless it has a backend.
        environment: The complete environment, as for `subprocess`. Default: this process's own.
            Input variables are passed as `TF_VAR_name`.
        executable: The program to run.

    Every method raises `TerraformError` when Terraform fails. An interrupt (Ctrl-C) is passed on
    to Terraform once and waited for, so that it can finish its step and write its state.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        executable: str = "terraform",
    ) -> None:
        self._folder = folder
        self._executable = executable
        self._given = dict(os.environ if environment is None else environment)
        self._source: ProviderSource | None = None

    @property
    def provider_source(self) -> ProviderSource:
        """Where the AWS provider comes from."""
        if self._source is None:
            try:
                self._source = provider_source(self._folder, self._given)
            except MirrorError as error:
                raise TerraformError(str(error), exit_status=127) from error
        return self._source

    @property
    def environment(self) -> dict[str, str]:
        """The environment Terraform runs in."""
        return {
            **self._given,
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            **self.provider_source.environment,
        }

    def version(self) -> str:
        """Return the version, such as `1.11.4`."""
        return str(json.loads(self._run("version", "-json"))["terraform_version"])

    def init(self) -> None:
        """Install the providers and modules the folder needs."""
        self._stream("init", "-input=false", on_event=None)

    def validate(self) -> None:
        """Check the configuration. Needs `init` first."""
        with self._started("validate", "-json") as run:
            answer = run.stdout.read()
        if run.exit_status:
            diagnostics = []
            with contextlib.suppress(ValueError):
                diagnostics = json.loads(answer)["diagnostics"]
            raise _failure("validate", run, diagnostics)

    def plan(self, *, out: Path, on_event: Callable[[Event], None] | None = None) -> bool:
        """Write a plan to `out` and return whether it would change anything."""
        arguments = ("plan", "-input=false", "-detailed-exitcode", f"-out={out.absolute()}")
        return self._stream(*arguments, on_event=on_event, good=(0, 2)) == 2

    def apply(self, plan: Path, *, on_event: Callable[[Event], None] | None = None) -> None:
        """Apply a plan made by `plan`, exactly as it was made."""
        self._stream("apply", "-input=false", str(plan.absolute()), on_event=on_event)

    def destroy(self, *, on_event: Callable[[Event], None] | None = None) -> None:
        """Destroy everything the state holds."""
        self._stream("destroy", "-input=false", "-auto-approve", on_event=on_event)

    def show_json(self, plan_or_state: Path | None = None) -> dict[str, Any]:
        """Return a plan or a state as Terraform's JSON; without a file, the current state."""
        files = [] if plan_or_state is None else [str(plan_or_state.absolute())]
        shown: dict[str, Any] = json.loads(self._run("show", "-json", "-no-color", *files))
        return shown

    def output(self) -> dict[str, Any]:
        """Return the output values by name, sensitive ones included."""
        outputs = json.loads(self._run("output", "-json", "-no-color"))
        return {name: output["value"] for name, output in outputs.items()}

    def _run(self, *arguments: str) -> str:
        with self._started(*arguments) as run:
            answer = run.stdout.read()
        if run.exit_status:
            raise _failure(arguments[0], run)
        return answer

    def _stream(
        self,
        command: str,
        *arguments: str,
        on_event: Callable[[Event], None] | None,
        good: Sequence[int] = (0,),
    ) -> int:
        """Run a command that reports one JSON object per line."""
        errors = []
        progress = _Progress()
        with self._started(command, "-json", *arguments) as run:
            for line in run.stdout:
                try:
                    message = json.loads(line)
                except ValueError:
                    continue  # a provider's own print
                if message.get("type") == "diagnostic":
                    errors.append(message["diagnostic"])
                event = progress.event(message)
                if event and on_event:
                    on_event(event)
        if run.exit_status not in good:
            raise _failure(command, run, errors)
        return run.exit_status

    @contextlib.contextmanager
    def _started(self, *arguments: str) -> Iterator["_Run"]:
        """Start Terraform and wait for its end, whatever happens in the body."""
        if not self._folder.is_dir():
            raise TerraformError(f"no such folder: {self._folder}", exit_status=127)
        environment = self.environment
        # A file, not a second pipe: nobody has to read both at once.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as stderr:
            try:
                process = subprocess.Popen(
                    [self._executable, *arguments],
                    cwd=self._folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    encoding="utf-8",
                    errors="replace",
                    # Its own group: a Ctrl-C must reach Terraform once. At the second one it
                    # gives its state up.
                    process_group=0,
                )
            except OSError as error:
                raise TerraformError(
                    f"cannot run {self._executable}: {error.strerror}; install Terraform 1.10 or "
                    "newer, https://developer.hashicorp.com/terraform/install",
                    exit_status=127,
                ) from error
            if process.stdout is None:
                raise AssertionError("stdout is a pipe")
            run = _Run(process.stdout)
            with process.stdout:
                try:
                    yield run
                except BaseException:
                    _stop(process)
                    raise
            run.exit_status = process.wait()
            stderr.seek(0)
            run.stderr = stderr.read()


@dataclass
class _Run:
    """A running Terraform; the last two are known after its end."""

    stdout: IO[str]
    exit_status: int = 0
    stderr: str = ""


def _stop(process: subprocess.Popen[str]) -> None:
    """Ask Terraform to stop, and wait until it has written its state."""
    process.send_signal(signal.SIGINT)
    while True:
        with contextlib.suppress(KeyboardInterrupt):  # impatience must not cost the state
            process.communicate()
            return


class _Progress:
    """Counts steps in Terraform's machine-readable messages.

    https://developer.hashicorp.com/terraform/internals/machine-readable-ui
    """

    def __init__(self) -> None:
        self._done = 0
        self._total = 0

    def event(self, message: Mapping[str, Any]) -> Event | None:
        kind = message.get("type", "")
        phase = _PHASES.get(kind)
        if phase is None:
            return None
        details = message["change" if phase == "planned" else "hook"]
        action = "refresh" if kind.startswith("refresh") else str(details["action"])
        if phase == "planned":
            self._total += _STEPS.get(action, 0)
        elif phase == "complete":
            self._done += _STEPS.get(action, 0)
        return Event(
            phase=phase,
            address=details["resource"]["addr"],
            action=action,
            elapsed_seconds=int(details.get("elapsed_seconds", 0)),
            done=self._done,
            total=max(self._total, self._done),
        )


def _failure(
    command: str, run: _Run, diagnostics: Sequence[Mapping[str, Any]] = ()
) -> TerraformError:
    """Put Terraform's own words together: its diagnostics, or else what it wrote."""
    messages = [_sentence(found) for found in diagnostics if found.get("severity") == "error"]
    said = "\n".join(dict.fromkeys(messages)) or _unboxed(run.stderr)
    status = run.exit_status
    ending = f"was ended by signal {-status}" if status < 0 else f"failed with exit status {status}"
    return TerraformError(said or f"terraform {command} {ending}", exit_status=status)


def _sentence(diagnostic: Mapping[str, Any]) -> str:
    where = diagnostic.get("address") or ""
    place = diagnostic.get("range")
    if not where and place:
        where = f"{place['filename']}:{place['start']['line']}"
    text = ": ".join(filter(None, (diagnostic.get("summary"), diagnostic.get("detail"))))
    return f"{where}: {text}" if where else text


def _unboxed(text: str) -> str:
    """Drop the frame Terraform draws around errors, and the warnings beside them."""
    blocks = re.split(r"^[╷╵].*$", text, flags=re.MULTILINE)
    errors = [block for block in blocks if re.match(r"\s*│ Error: ", block)]
    lines = "".join(errors or [text]).splitlines()
    return "\n".join(
        line.removeprefix("│").strip() for line in lines if line.strip("│ \t")
    ).removeprefix("Error: ")
