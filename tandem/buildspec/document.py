"""The text of a buildspec as a document: its commands, and what else it says.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

PHASES = ("install", "pre_build", "build", "post_build")


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a list of commands."""

    phase: str
    place: str
    """As in `phases.build.commands[2]`."""
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A buildspec, without what its commands mean."""

    lines: tuple[Line, ...] = ()
    one_shell: bool = True
    """Whether a command sees what the one before it has set (version 0.2)."""
    variables: Mapping[str, str] = field(default_factory=dict)
    unknown_variables: frozenset[str] = frozenset()
    """Variables whose values lie elsewhere: parameters, secrets, batches."""
    exports: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    base_directory: str = ""
    secondary_files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def document(text: str) -> Document:
    """Read a buildspec; the same text is read once. What is wrong stands in `problems`."""
    try:
        content = _loaded(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        what = " ".join((error.problem or error.context or "not understood").split())
        return Document(problems=(f"{place}not YAML: {what}",))
    except RecursionError:
        return Document(problems=("not YAML: nested too deeply",))
    except Exception as error:  # ruamel.yaml lets errors of all kinds out for odd scalars
        what = " ".join(str(error).split())[:200]
        return Document(problems=(f"not YAML: {what or type(error).__name__}",))
    if not isinstance(content, Mapping):
        return Document(problems=("not a buildspec: there are no phases in it",))
    return _Reader().read(content)


def _loaded(text: str) -> Any:
    if text.lstrip()[:1] == "{":
        try:
            return json.loads(text)
        except ValueError:
            pass  # YAML has a short form that begins the same way
    return YAML(typ="safe").load(text)


class _Reader:
    def __init__(self) -> None:
        self._problems: list[str] = []

    def read(self, content: Mapping[Any, Any]) -> Document:
        environment = self._mapping(content.get("env"), "env")
        shell = str(environment.get("shell", "bash"))
        lines = tuple(self._lines(content))
        if any(word in shell.lower() for word in ("powershell", "cmd", "pwsh")):
            lines = ()
            self._problems.append(f"env.shell: the commands are for {shell}, which is not read")
        plain = {
            str(name): _scalar(value)
            for name, value in self._mapping(environment.get("variables"), "env.variables").items()
        }
        parameters = self._mapping(environment.get("parameter-store"), "env.parameter-store")
        secrets = self._mapping(environment.get("secrets-manager"), "env.secrets-manager")
        unknown = {*map(str, parameters), *map(str, secrets), *_batch_names(content.get("batch"))}
        artifacts = self._mapping(content.get("artifacts"), "artifacts")
        secondary = self._mapping(
            artifacts.get("secondary-artifacts"), "artifacts.secondary-artifacts"
        )
        return Document(
            lines=lines,
            one_shell=str(content.get("version", "0.2")) != "0.1",
            # Whether CodeBuild expands a variable within a variable is nowhere said.
            variables={name: value for name, value in plain.items() if "$" not in value},
            unknown_variables=frozenset(
                unknown | {name for name, value in plain.items() if "$" in value}
            ),
            exports=tuple(_texts(environment.get("exported-variables"))),
            parameters=tuple(dict.fromkeys(map(_scalar, parameters.values()))),
            secrets=tuple(dict.fromkeys(_secret(value) for value in secrets.values())),
            reports=tuple(map(str, self._mapping(content.get("reports"), "reports"))),
            files=_files(artifacts),
            base_directory=_scalar(artifacts.get("base-directory")),
            secondary_files={
                str(name): _files(artifact)
                for name, artifact in secondary.items()
                if isinstance(artifact, Mapping)
            },
            problems=tuple(self._problems),
        )

    def _lines(self, content: Mapping[Any, Any]) -> Iterator[Line]:
        phases = self._mapping(content.get("phases"), "phases")
        if not phases:
            self._problems.append("not a buildspec: there are no phases in it")
        for name in phases:
            if name not in PHASES:
                self._problems.append(f"phases.{name}: no phase of CodeBuild")
        for name in PHASES:
            phase = self._mapping(phases.get(name), f"phases.{name}")
            for part in ("commands", "finally"):
                place = f"phases.{name}.{part}"
                commands = phase.get(part)
                if isinstance(commands, str):
                    commands = [commands]
                if commands is not None and not isinstance(commands, list):
                    self._problems.append(f"{place}: not a list of commands")
                    continue
                for index, command in enumerate(commands or ()):
                    if isinstance(command, Mapping | list):
                        self._problems.append(
                            f"{place}[{index}]: not a text; a command with `: ` needs quotes"
                        )
                    elif command is not None:
                        yield Line(name, f"{place}[{index}]", _scalar(command))

    def _mapping(self, value: Any, place: str) -> Mapping[Any, Any]:
        if value is not None and not isinstance(value, Mapping):
            self._problems.append(f"{place}: not a mapping")
        return value if isinstance(value, Mapping) else {}


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _texts(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [] if value is None else [value]:
        if not isinstance(item, Mapping | list):
            yield _scalar(item)


def _secret(value: Any) -> str:
    """The secret of `secret-id:json-key:version-stage:version-id`; an ARN has colons of its own."""
    parts = _scalar(value).split(":")
    return ":".join(parts[:7]) if parts[0] == "arn" else parts[0]


def _files(artifact: Mapping[Any, Any]) -> tuple[str, ...]:
    files = tuple(_texts(artifact.get("files")))
    if _scalar(artifact.get("discard-paths", "no")) in ("yes", "true"):
        return tuple(file if "**" in file else file.rpartition("/")[2] for file in files)
    return files


def _batch_names(batch: Any) -> Iterator[str]:
    """Names of the variables that the builds of a batch set, each its own way."""
    waiting = [batch]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue  # an alias
        if isinstance(value, Mapping | list):
            seen.add(id(value))
        if isinstance(value, Mapping):
            variables = value.get("variables")
            if isinstance(variables, Mapping):
                yield from map(str, variables)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
