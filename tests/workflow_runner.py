"""Runs a job of a GitHub workflow: its shell steps for real, of the actions only the artifacts."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from synthesis import ROOT

Block = Mapping[str, Any]

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_NAME = re.compile(r"'[^']*'|[a-z_]+(?:\.[A-Za-z_]+)+")


def workflow(name: str) -> Block:
    """A workflow of this project."""
    loaded: Block = YAML(typ="safe").load(ROOT / ".github/workflows" / f"{name}.yml")
    return loaded


@dataclass
class Result:
    """What a job did."""

    succeeded: bool = True
    ran: list[str] = field(default_factory=list)
    """Names of the steps that ran, of actions what they use."""
    log: str = ""
    summary: str = ""


@dataclass
class Runner:
    """Runs jobs of one run of a workflow.

    Args:
        folder: An empty one, for what belongs to GitHub.
        work: The checked-out repository.
        environment: What the steps see beside what the workflow says.
        context: The values of expressions, as in `github.repository`; a variable that is not in it
            is empty.
    """

    folder: Path
    work: Path
    environment: Mapping[str, str]
    context: Mapping[str, str]

    def value(self, expression: str, outputs: Mapping[str, str]) -> Any:
        """An expression, by GitHub's rules: `&&` and `||` give one of their sides."""

        def named(found: re.Match[str]) -> str:
            name = found[0]
            if name.startswith("'"):
                return name
            known = {**self.context, **outputs}
            if name not in known and not name.startswith("vars."):
                raise AssertionError(f"the test does not say what {name} is")
            return repr(known.get(name, ""))

        text = _NAME.sub(named, expression.replace("cancelled()", "False"))
        text = re.sub(r"!(?!=)", " not ", text.replace("&&", " and ").replace("||", " or "))
        return eval(text.strip(), {"__builtins__": {}})  # noqa: S307 - of our own workflows

    def filled(self, texts: Mapping[str, object], known: Mapping[str, str]) -> dict[str, str]:
        """Texts with their expressions replaced."""
        return {
            name: _EXPRESSION.sub(lambda it: str(self.value(it[1], known)), str(text))
            for name, text in texts.items()
        }

    def run(self, of: Block, job: str, **matrix: str) -> Result:
        """Run a job; after a failure, only what asks for it."""
        known = {f"matrix.{name}": value for name, value in matrix.items()}
        common = self.filled(of.get("env", {}), known)
        common.update(self.filled(of["jobs"][job].get("env", {}), known))
        known.update({f"env.{name}": value for name, value in common.items()})
        bash = shutil.which("bash")
        assert bash, "bash is not installed; it runs the steps of workflows"
        result, path = Result(), self.environment["PATH"]
        for name in ("path", "output", "summary"):
            (self.folder / name).write_text("")
        for step in of["jobs"][job]["steps"]:
            when = re.sub(r"^\$\{\{(.*)\}\}$", r"\1", str(step.get("if", "'always'")))
            if not result.succeeded and "cancelled()" not in when:
                continue
            if not self.value(when, known):
                continue
            result.ran.append(step.get("name", step.get("uses", "").partition("@")[0]))
            if "uses" in step:
                self._use(step, known)
                continue
            env = {
                **self.environment,
                **common,
                **self.filled(step.get("env", {}), known),
                "PATH": path,
                "GITHUB_PATH": str(self.folder / "path"),
                "GITHUB_OUTPUT": str(self.folder / "output"),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
                "RUNNER_TEMP": str(self.folder),
            }
            assert "${{" not in step["run"], "what others write would become code"
            done = subprocess.run(
                [bash, "-e", "-c", step["run"]],
                cwd=self.work,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            result.log += f"\n## {result.ran[-1]}\n{done.stdout}"
            result.succeeded &= done.returncode == 0
            path = ":".join([*(self.folder / "path").read_text().split(), self.environment["PATH"]])
            for line in (self.folder / "output").read_text().splitlines():
                name, _, value = line.partition("=")
                known[f"steps.{step['id']}.outputs.{name}"] = value
            (self.folder / "output").write_text("")
        result.summary = (self.folder / "summary").read_text()
        return result

    def _use(self, step: Block, known: Mapping[str, str]) -> None:
        action = step["uses"].partition("@")[0]
        told = self.filled(step.get("with", {}), known)
        uses: dict[str, Callable[[Mapping[str, str]], None]] = {
            "actions/upload-artifact": self._upload,
            "actions/download-artifact": self._download,
        }
        if action in uses:
            uses[action](told)

    def _upload(self, told: Mapping[str, str]) -> None:
        target = self.folder / "artifacts" / told["name"]
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        files = [self.work / name for name in told["path"].split() if (self.work / name).exists()]
        assert files, "nothing to upload"
        for file in files:
            shutil.copy(file, target)

    def _download(self, told: Mapping[str, str]) -> None:
        for artifact in (self.folder / "artifacts").glob(told["pattern"]):
            shutil.copytree(artifact, self.work / told["path"] / artifact.name, dirs_exist_ok=True)
