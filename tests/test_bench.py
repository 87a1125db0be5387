"""What `make bench` concludes from its measurements. Nothing here is timed."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from bench.example import images, write_tfvars, write_yaml
from bench.measure import BenchError, Command, Run, Series, alternate, memory_ratio, time_ratio
from bench.plan import created_by_type, differences
from bench.report import Goal, Section, all_met, as_json
from bench.synthesis import growth_ratio
from tandem.config import load

ROOT = Path(__file__).resolve().parent.parent


def series(*seconds: float, peak: int | None = None) -> Series:
    return Series([Run(value, value, peak) for value in seconds])


def test_a_ratio_is_that_of_the_pairs() -> None:
    # A program beside it slowed the second pair: both of it.
    assert time_ratio(series(1, 9, 1), series(2, 18, 2)) == 0.5


def test_memory_that_was_not_measured_has_no_ratio() -> None:
    assert memory_ratio(series(1, peak=2), series(1, peak=8)) == 0.25
    assert memory_ratio(series(1), series(1, peak=8)) is None


@pytest.mark.parametrize(("power", "ratio"), [(1, 1), (2, 10.9)])
def test_growth_tells_linear_from_quadratic(power: int, ratio: float) -> None:
    start = 5.0
    times = {count: start + count**power for count in (1, 10, 100, 1000)}
    assert growth_ratio(times) == pytest.approx(ratio, rel=0.01)


class Recorded(Command):
    """Writes down that it ran instead of running."""

    runs: list[str]

    def run(self, *, memory: bool = True) -> Run:
        self.runs.append(str(self.folder))
        return Run(1, 1, 1 if memory else None)


def test_runs_alternate_and_the_first_changes() -> None:
    Recorded.runs = []
    ours, theirs = (Recorded([], Path(name), {}) for name in ("ours", "theirs"))
    alternate(ours, theirs, pairs=3, say=lambda _: None)
    assert Recorded.runs == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]


def test_memory_is_that_of_the_program_and_its_children(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("memory is read from /proc")
    held = 80 << 20
    hold = f"kept = b'x' * {held}; import time; time.sleep(0.5)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    run = Command([sys.executable, "-c", child], tmp_path, os.environ).run()
    assert run.peak_bytes is not None
    assert held < run.peak_bytes < 3 * held


def test_a_failed_program_is_shown_with_its_last_words(tmp_path: Path) -> None:
    command = Command([sys.executable, "-c", "raise SystemExit('no such image')"], tmp_path, {})
    with pytest.raises(BenchError, match=r"exit status 1:\nno such image"):
        command.run()


def planned(kind: str, *, action: str = "create", mode: str = "managed") -> dict[str, object]:
    return {"type": kind, "mode": mode, "change": {"actions": [action]}}


def test_a_plan_that_lacks_a_resource_is_noticed() -> None:
    ours = {"resource_changes": [planned("aws_iam_role"), planned("aws_iam_role")]}
    theirs = {
        "resource_changes": [
            planned("aws_iam_role"),
            planned("aws_iam_role", action="delete"),
            planned("aws_ecs_service", action="read", mode="data"),
            planned("aws_sqs_queue"),
        ]
    }
    counted = created_by_type(ours), created_by_type(theirs)
    assert differences(*counted) == [
        "aws_iam_role: 2 in Tandem's, 1 in the HCL",
        "aws_sqs_queue: 0 in Tandem's, 1 in the HCL",
    ]
    assert differences(counted[0], counted[0]) == []


def section(*goals: Goal) -> Section:
    return Section(title="", columns=[], rows=[], goals=goals, figures={})


def test_one_missed_goal_or_error_is_a_failure() -> None:
    met, missed, unknown = (Goal("time", value, 1) for value in (1.0, 1.001, None))
    assert [goal.verdict for goal in (met, missed, unknown)] == ["met", "NOT met", "not measured"]
    assert all_met([section(met, unknown)], {})
    assert not all_met([section(met), section(missed)], {})
    assert not all_met([section(met)], {"cdk": "cannot be installed"})
    assert json.loads(as_json({}, {"plan": section(missed)}, {}))["met"] is False


def test_the_example_is_the_one_of_the_readme(tmp_path: Path) -> None:
    measured = tmp_path / "measured.yaml"
    write_yaml(measured, images(1, deploy=True))
    assert load(measured).images == load(ROOT / "pipelines.yaml").images


def test_the_hcl_gets_the_same_images(tmp_path: Path) -> None:
    file = tmp_path / "terraform.tfvars.json"
    write_tfvars(file, images(3, deploy=True))
    variables = json.loads(file.read_text())
    assert variables["images_per_rule"] == 5
    assert list(variables["images"]) == ["base", "app-0001", "app-0002", "app-0003"]
    assert variables["images"]["app-0002"] == {
        "repository": "app-0002",
        "base": "base",
        "deploy": {"cluster": "prod", "service": "app-0002", "container": "app-0002"},
    }
