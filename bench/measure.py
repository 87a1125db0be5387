"""Runs of a program: wall time, and the memory of it and all of its children."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 1 << 20
_PROC = Path("/proc")
_SHORTEST_PAUSE_SECONDS = 0.02
_PAUSE_PER_SAMPLE = 10
"""In costs of the sample before it: so sampling takes at most a tenth of a core."""

Say = Callable[[str], None]
"""Tells people what is being done."""


class BenchError(Exception):
    """A measured program failed; the message is the end of what it wrote."""


@dataclass(frozen=True)
class Run:
    """One run of a program."""

    seconds: float
    cpu_seconds: float
    """What it and its children spent on all cores: other programs hardly change it."""
    peak_bytes: int | None
    """None where it was not measured."""


@dataclass(frozen=True)
class Command:
    """A program as its users run it."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    good: tuple[int, ...] = (0,)
    """Exit statuses that mean success."""

    def run(self, *, memory: bool = True) -> Run:
        """Run it once.

        Memory is the highest sum, over the program and its children, of the proportional set size
        in /proc: memory that two processes share counts once. Where there is no /proc it is None.

        Raises:
            BenchError: The program failed.

        """
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as written:
            cpu_before = _cpu_seconds_of_children()
            started = time.perf_counter()
            process = subprocess.Popen(
                self.arguments,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                process_group=0,  # so that an interrupt of ours ends its children too
            )
            try:
                peak = _sample_until_end(process) if memory and _can_sample() else None
                status = process.wait()
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
                process.wait()
                raise
            seconds = time.perf_counter() - started
            if status not in self.good:
                written.seek(0)
                end = "\n".join(written.read().strip().splitlines()[-20:])
                shown = " ".join(map(str, self.arguments))
                raise BenchError(f"{shown} failed with exit status {status}:\n{end}")
        return Run(seconds, _cpu_seconds_of_children() - cpu_before, peak)


class Series:
    """Several runs of the same."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = list(runs)

    @property
    def median_seconds(self) -> float:
        """The median wall time."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def least_seconds(self) -> float:
        """The shortest wall time: the one that other programs disturbed least."""
        return min(run.seconds for run in self.runs)

    @property
    def cpu_seconds(self) -> float:
        """The median of the CPU time."""
        return statistics.median(run.cpu_seconds for run in self.runs)

    @property
    def peak_bytes(self) -> int | None:
        """The median of the peaks; None where memory was not measured."""
        peaks = [run.peak_bytes for run in self.runs if run.peak_bytes is not None]
        return round(statistics.median(peaks)) if peaks else None


def alternate(
    ours: Command, theirs: Command, *, pairs: int, memory: bool = True, say: Say
) -> tuple[Series, Series]:
    """Run two programs in turns, so that what disturbs the machine disturbs both.

    The one that begins changes from pair to pair.
    """
    first, second = [], []
    for pair in range(pairs):
        say(f"pair {pair + 1} of {pairs}")
        if pair % 2:
            second.append(theirs.run(memory=memory))
            first.append(ours.run(memory=memory))
        else:
            first.append(ours.run(memory=memory))
            second.append(theirs.run(memory=memory))
    return Series(first), Series(second)


def time_ratio(ours: Series, theirs: Series) -> float:
    """Our time in theirs: the median over the pairs, since the two of a pair ran side by side."""
    return statistics.median(
        one.seconds / other.seconds for one, other in zip(ours.runs, theirs.runs, strict=True)
    )


def memory_ratio(ours: Series, theirs: Series) -> float | None:
    """Our peak memory in theirs; None where memory was not measured."""
    if ours.peak_bytes is None or theirs.peak_bytes is None:
        return None
    return ours.peak_bytes / theirs.peak_bytes


def _cpu_seconds_of_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _can_sample() -> bool:
    return sys.platform == "linux" and (_PROC / "self/smaps_rollup").exists()


def _sample_until_end(process: subprocess.Popen[bytes]) -> int:
    peak = 0
    ended = os.pidfd_open(process.pid)  # wait() with a time limit polls: its end would come late
    try:
        while True:
            before = time.perf_counter()
            peak = max(peak, sum(_proportional_bytes(pid) for pid in _family(process.pid)))
            pause = max(_SHORTEST_PAUSE_SECONDS, _PAUSE_PER_SAMPLE * (time.perf_counter() - before))
            if select.select([ended], [], [], pause)[0]:
                return peak
    finally:
        os.close(ended)


def _family(pid: int) -> list[int]:
    """The process and everything below it, as far as it still runs."""
    children: list[int] = []
    # A child belongs to the thread that started it.
    with contextlib.suppress(OSError):
        for file in (_PROC / str(pid) / "task").glob("*/children"):
            with contextlib.suppress(OSError):
                children += map(int, file.read_text().split())
    return [pid, *(below for child in children for below in _family(child))]


def _proportional_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+) kB", (_PROC / f"{pid}/smaps_rollup").read_text(), re.M)
        if found:
            return int(found[1]) * 1024
    return 0
