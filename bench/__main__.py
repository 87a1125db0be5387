"""`make bench`, or `python -m bench`: measure, compare, and say which goals are met."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import exported, looking, plan, report, review, synthesis
from bench.measure import BenchError, Say
from tandem.terraform import Terraform, TerraformError


class Measurement(StrEnum):
    """What can be measured, in the order in which it is."""

    BINDINGS = "bindings"
    CDK = "cdk"
    IMAGES = "images"
    PLAN = "plan"
    MODULES = "modules"
    LOOKING = "looking"
    REVIEW = "review"


_FUNCTIONS: Mapping[Measurement, Callable[..., report.Section]] = {
    Measurement.BINDINGS: synthesis.against_ordinary_import,
    Measurement.CDK: synthesis.against_cdk,
    Measurement.IMAGES: synthesis.many_images,
    Measurement.PLAN: plan.against_hcl,
    Measurement.MODULES: exported.against_hcl,
    Measurement.LOOKING: looking.many_images,
    Measurement.REVIEW: review.many_changes,
}
_PLAIN_WIDTH = 120


def main(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer repetitions.")] = False,
    only: Annotated[
        list[Measurement] | None, typer.Option("--only", help="One measurement; may be repeated.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Measure synthesis, plans, trace, access and review. Exit status 1: a goal is not met."""
    console = Console(stderr=json, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
    found = report.machine(_terraform_version())
    if not json:
        report.show_machine(console, found)
    sections: dict[str, report.Section] = {}
    errors: dict[str, str] = {}
    for name in only or Measurement:
        with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
            try:
                with _progress(name) as say:
                    section = _FUNCTIONS[name](Path(folder), quick=quick, say=say)
            except (BenchError, TerraformError) as error:
                errors[name] = str(error)
                if not json:
                    console.print(f"\n{name}: {error}", style="red", markup=False)
                continue
        sections[name] = section
        if not json:
            report.show(console, section)
    if json:
        print(report.as_json(found, sections, errors))  # noqa: T201
    raise typer.Exit(0 if report.all_met(sections.values(), errors) else 1)


@contextmanager
def _progress(name: str) -> Iterator[Say]:
    """What is being done, and for how long: a moving line on a terminal, else a line for each."""
    console = Console(stderr=True, highlight=False)
    started = time.monotonic()
    with console.status(f"{name} ...") as status:

        def say(text: str) -> None:
            line = f"{name}: {text} ({time.monotonic() - started:.0f} s)"
            if console.is_terminal:
                status.update(line)
            else:
                console.print(line, soft_wrap=True)

        yield say


def _terraform_version() -> str | None:
    try:
        return Terraform(Path.cwd()).version()
    except TerraformError:
        return None


if __name__ == "__main__":
    typer.run(main)
