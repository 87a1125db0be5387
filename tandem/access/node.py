"""The process that evaluates: Node, which reads a line of JSON and writes a line of JSON."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

_PROGRAM = Path(__file__).with_name("evaluator.mjs")
_ERROR = re.compile(r"\w*Error\b")
_PACKAGE = "@cloud-copilot/iam-simulate"
_YOUNG_MEBIBYTES = 4
"""For what is forgotten at once: with more it takes 30 MiB more, and as long."""


class EvaluatorError(Exception):
    """Nothing can be evaluated; the message is one line and says what to do."""


class NodeProcess:
    """One process; `ask` and `answer` go in pairs, so that several can work side by side.

    Raises:
        EvaluatorError: Node is not installed; or, on the first question, the package.
    """

    def __init__(self) -> None:
        node = shutil.which("node")
        if node is None:
            raise EvaluatorError(
                "node is not installed, and policies are evaluated with it; "
                "install Node.js 20 or newer, then run `make install`"
            )
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [node, f"--max-semi-space-size={_YOUNG_MEBIBYTES}", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
        )
        self._is_ready = False

    def ask(self, question: str) -> None:
        """Send a line of JSON."""
        if self._process.stdin is None:
            raise EvaluatorError("the process that evaluates policies has no input")
        if not self._is_ready:
            self.answer()  # it says that it has begun; meanwhile there was other work
            self._is_ready = True
        try:
            self._process.stdin.write(f"{question}\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._ended() from error

    def answer(self) -> dict[str, Any]:
        """What it says to the oldest question that is not answered.

        Raises:
            EvaluatorError: It says what is wrong, or nothing.
        """
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise self._ended()
        answer: dict[str, Any] = json.loads(line)
        if answer.get("error") == "missing":
            raise EvaluatorError(f"the npm package {_PACKAGE} is not installed; run `make install`")
        if "error" in answer:
            raise EvaluatorError(f"policies cannot be evaluated: {answer['error']}")
        return answer

    def close(self) -> None:
        """End it."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                try:
                    stream.close()
                except OSError:
                    continue  # it ended first: nothing is left to be written
        # It may not see the end of its input: a copy of this process holds it open as well.
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _ended(self) -> EvaluatorError:
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip().splitlines()
        error = next(filter(_ERROR.match, said), said[-1] if said else "it said nothing")
        return EvaluatorError(f"node ended while it evaluated policies: {error.strip()}")


_begun: list[NodeProcess] = []


def begin() -> None:
    """Let Node begin while nobody knows yet what to ask: the next `begun` has not to wait for it.

    If it cannot begin, whoever asks is told.
    """
    with suppress(EvaluatorError, OSError):
        _begun.append(NodeProcess())


def begun() -> NodeProcess:
    """A process that has begun before, or begins now; to be closed by who takes it."""
    return _begun.pop() if _begun else NodeProcess()


@atexit.register
def _end() -> None:
    while _begun:
        _begun.pop().close()
