"""What is known of a buildspec without running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Command:
    """A command as it runs, after all expansions; the shell's own commands are none."""

    phase: str
    """`install`, `pre_build`, `build` or `post_build`."""
    argv: tuple[str, ...]
    """Its words. `sudo`, `timeout 60` and `sh -c` are left out."""
    certain: bool = True
    """Whether it runs in every build that succeeds, as far as the buildspec says."""


@dataclass(frozen=True)
class Image:
    """An image in a registry."""

    repository: str
    """URI without tag and digest."""
    tag: str
    """`latest` where none is said; empty where a digest is said instead."""
    digest: str | None = None
    """As in `sha256:…`."""
    certain: bool = True
    """Whether every build that succeeds does this."""


@dataclass(frozen=True)
class Buildspec:
    """What a buildspec's commands do. All texts may hold symbols."""

    commands: tuple[Command, ...] = ()
    """In the order in which they run; both branches where nobody knows which one will."""
    pushes: tuple[Image, ...] = ()
    """Images that are pushed, in order; also the caches that a build exports."""
    pulls: tuple[Image, ...] = ()
    """Images that are pulled, copied or used as a cache. What a Dockerfile says is not seen."""
    logs_in: bool = False
    """Whether it logs in to a registry."""
    logs_in_to_ecr: bool = False
    """Whether it asks ECR for the password."""
    uses_docker: bool = False
    """Whether it needs the Docker daemon, and so a privileged build."""
    base_arguments: tuple[str, ...] = ()
    """Names of the build arguments (`--build-arg`) that a Dockerfile may use."""
    files: tuple[str, ...] = ()
    """`artifacts.files`: the patterns as the artifact names them."""
    base_directory: str = ""
    """`artifacts.base-directory`: the folder that the patterns are looked up in."""
    secondary_files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The same of each secondary artifact, by its identifier."""
    writes: tuple[str, ...] = ()
    """Files that commands write, from the source's root."""
    reads: frozenset[str] = frozenset()
    """Environment variables that the commands read."""
    exports: tuple[str, ...] = ()
    """Variables that later actions of a pipeline can read."""
    parameters: tuple[str, ...] = ()
    """Names of the SSM parameters that `env.parameter-store` reads."""
    secrets: tuple[str, ...] = ()
    """Names or ARNs of the secrets that `env.secrets-manager` reads."""
    reports: tuple[str, ...] = ()
    """Names or ARNs of the report groups it fills."""
    scripts: tuple[str, ...] = ()
    """Commands that run what lies in the source: nobody sees here what those do."""
    problems: tuple[str, ...] = ()
    """What could not be read, where and why, one line each."""
