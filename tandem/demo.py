"""`make demo`: a stack against the embedded emulator, from the file to a clean second plan."""

from __future__ import annotations

import json
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from tandem.deployment import understand
from tandem.emulator import OVERRIDE_FILE, Emulator, override, seed
from tandem.summary import tables
from tandem.synthesis import synthesize
from tandem.terraform import Event, Terraform
from tandem.trace.following import Follower
from tandem.trace.report import show, trace


class DemoError(Exception):
    """A step of the demo failed; the message says which and why."""


def demo(config: Path, *, region: str, account: str | None, keep: bool, console: Console) -> None:
    """Synthesize, apply, plan again, show and destroy, in a folder and an emulator of its own.

    Args:
        config: The file with the pipelines.
        region: Where they are.
        account: Their account, 12 digits. None: the emulator's.
        keep: Leave everything running until Ctrl-C or SIGTERM, and say how to reach it.
        console: Where progress goes.

    Raises:
        SynthesisError: main.py failed.
        DemoError: The second plan was not empty.
        TerraformError: Terraform failed.
    """
    started = time.monotonic()
    steps = _Steps(console)
    with (
        _terminated_like_interrupted(),
        tempfile.TemporaryDirectory(prefix="tandem-demo-") as folder,
        Emulator(account_id=account or "123456789012") as emulator,
    ):
        console.print(f"AWS emulator at {emulator.endpoint}: no AWS account is touched")
        with steps.step("Synthesize"):
            stack = synthesize(config, Path(folder))
        described = json.loads((stack / "cdk.tf.json").read_text(encoding="utf-8"))
        seed(emulator, described, region=region)
        (stack / OVERRIDE_FILE).write_text(json.dumps(override(described)), encoding="utf-8")
        terraform = Terraform(stack, environment=emulator.environment(region=region))
        with steps.step("terraform init"):
            terraform.init()
        first, second = stack / "first.tfplan", stack / "second.tfplan"
        with steps.step("terraform plan"):
            terraform.plan(out=first)
        with steps.counted("terraform apply") as progress:
            terraform.apply(first, on_event=progress)
        with steps.step("terraform plan, again"):
            changed = terraform.plan(out=second)
        if changed:
            raise DemoError("the second plan would change something, and should not")
        console.print("[green]The second plan is empty: what was applied is what is described.")
        console.print()
        deployment = understand(terraform.show_json())
        for table in tables(deployment, Follower(deployment)):
            console.print(table, "")
        if keep:
            show(trace(deployment), console)
            _wait(emulator, stack, region, console)
        with steps.counted("terraform destroy") as progress:
            terraform.destroy(on_event=progress)
    console.print(f"Done in {time.monotonic() - started:.0f} s. The emulator is stopped.")
    if not keep:
        console.print()
        show(trace(deployment), console)


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM end Terraform, the emulator and the folder in order, as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait(emulator: Emulator, stack: Path, region: str, console: Console) -> None:
    console.print("[bold]Running until Ctrl-C.[/bold] Reach it from another terminal with:")
    names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
    environment = emulator.environment(region=region)
    exports = " ".join(f"{name}={environment[name]}" for name in names)
    console.print(f"  export {exports}", soft_wrap=True, highlight=False)
    console.print(f"  terraform -chdir={stack} state list", soft_wrap=True, highlight=False)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("Stopping.")


class _Steps:
    """Progress: a line that moves on a terminal, elsewhere a line for every 10 s and at the end."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show that a step runs, and how long it took."""
        with self.counted(name):
            yield

    @contextmanager
    def counted(self, name: str) -> Iterator[Callable[[Event], None]]:
        """Show how many resources of a step are done."""
        started = time.monotonic()
        done = 0
        columns = (
            SpinnerColumn(),
            TextColumn(name),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("[dim]{task.fields[address]}"),
            TimeElapsedColumn(),
        )
        moving = Progress(
            *columns, console=self._console, transient=True, disable=not self._console.is_terminal
        )
        with moving:
            task = moving.add_task(name, total=None, address="")

            def report(event: Event) -> None:
                nonlocal done
                done = event.done
                moving.update(task, completed=done, total=event.total, address=event.address)
                if moving.disable and event.phase == "progress":  # Terraform says so every 10 s
                    self._console.print(
                        f"  {name}: {done} of {event.total}, waiting for {event.address} "
                        f"({event.elapsed_seconds} s)",
                        highlight=False,
                    )

            yield report
        count = f", {done} steps" if done else ""
        seconds = time.monotonic() - started
        self._console.print(f"[green]✓[/] {name} [dim]({seconds:.1f} s{count})", highlight=False)
