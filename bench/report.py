"""What a measurement found, for people and for machines."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from bench.measure import MEBIBYTE, Series


@dataclass(frozen=True)
class Goal:
    """A figure and what it may be at most."""

    name: str
    value: float | None
    """None: it could not be measured on this machine."""
    limit: float
    unit: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where it was not measured."""
        return None if self.value is None else self.value <= self.limit

    @property
    def verdict(self) -> str:
        """In words."""
        return {True: "met", False: "NOT met", None: "not measured"}[self.met]

    def text(self, value: float | None) -> str:
        """A value of this goal, with its unit."""
        return "-" if value is None else f"{_rounded(value)}{self.unit}"


@dataclass(frozen=True)
class Section:
    """One comparison: a table, its goals, and the figures behind them."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    goals: Sequence[Goal]
    figures: Mapping[str, Any]
    notes: Sequence[str] = field(default_factory=tuple)


RUN_COLUMNS = ("median", "fastest", "CPU", "peak memory", "runs")


def run_cells(series: Series) -> list[str]:
    """The cells of `RUN_COLUMNS`."""
    return [
        seconds(series.median_seconds),
        seconds(series.least_seconds),
        seconds(series.cpu_seconds),
        memory(series.peak_bytes),
        str(len(series.runs)),
    ]


def run_figures(series: Series) -> dict[str, Any]:
    """The same, and every run, for machines."""
    return {
        "median_seconds": series.median_seconds,
        "least_seconds": series.least_seconds,
        "cpu_seconds": series.cpu_seconds,
        "peak_bytes": series.peak_bytes,
        "runs": [asdict(run) for run in series.runs],
    }


def seconds(value: float) -> str:
    """A time for people."""
    return f"{value:.2f} s"


def memory(value: int | None) -> str:
    """An amount of memory for people."""
    return "-" if value is None else f"{value / MEBIBYTE:,.0f} MiB"


def machine(terraform: str | None) -> dict[str, Any]:
    """The machine that everything is measured on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": _cores(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "node": _first_line("node", "--version").lstrip("v"),
        "terraform": terraform,
    }


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _first_line(*command: str) -> str:
    written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return written.partition("\n")[0]


def show_machine(console: Console, found: Mapping[str, Any]) -> None:
    """Say what everything is measured on."""
    console.print(
        f"{found['system']}, {found['cores']} cores, {memory(found['memory_bytes'])} of memory, "
        f"load {found['load']}; Python {found['python']}, Node {found['node']}, "
        f"Terraform {found['terraform'] or '-'}"
    )
    console.print(
        "Times are wall time; CPU is the time spent on all cores. Memory is the peak of the whole "
        "process tree, as proportional set size (/proc): what processes share counts once."
    )


def show(console: Console, section: Section) -> None:
    """Print the table of a section, its notes and its goals."""
    plain = not console.is_terminal
    console.print()
    console.print(section.title, style="bold")
    results = Table(box=None if plain else box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(section.columns):
        results.add_column(column, justify="right" if index else "left", no_wrap=index > 0)
    for row in section.rows:
        results.add_row(*row)
    console.print(results)
    for note in section.notes:
        console.print(note, style="dim")
    goals = Table(box=None, show_header=False, pad_edge=False)
    for goal in section.goals:
        colour = {True: "green", False: "bold red", None: "yellow"}[goal.met]
        found, limit = goal.text(goal.value), goal.text(goal.limit)
        goals.add_row(
            f"goal: {goal.name}", found, f"at most {limit}", f"[{colour}]{goal.verdict}[/]"
        )
    console.print(goals)


def as_json(
    found: Mapping[str, Any], sections: Mapping[str, Section], errors: Mapping[str, str]
) -> str:
    """Everything, for machines."""
    return json.dumps(
        {
            "machine": found,
            "sections": {
                name: {
                    "title": section.title,
                    "figures": section.figures,
                    "notes": section.notes,
                    "goals": [{**asdict(goal), "met": goal.met} for goal in section.goals],
                }
                for name, section in sections.items()
            },
            "errors": errors,
            "met": all_met(sections.values(), errors),
        },
        indent=1,
    )


def all_met(sections: Iterable[Section], errors: Mapping[str, str]) -> bool:
    """Whether everything was measured without an error, and no goal was missed."""
    return not errors and all(goal.met is not False for part in sections for goal in part.goals)


def _rounded(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 100 else f"{value:,.0f}"
