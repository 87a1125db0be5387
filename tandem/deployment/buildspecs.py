"""Where the buildspec of a build is."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.deployment.symbols import is_known, replace_symbols

_INLINE = ("version:", "\n", "{")
"""A buildspec is a text of its own when it has one of these, else a path or an ARN."""


@dataclass(frozen=True)
class Written:
    """What a project, or an action of a pipeline, says of its buildspec."""

    text: str | None
    """The buildspec itself; None where it lies elsewhere, or is not known."""
    path: str | None
    """Where it lies: a path in the source, or the ARN of an object; None where nobody knows."""

    @classmethod
    def of(cls, said: str) -> Written:
        """Which of them it is."""
        if any(mark in replace_symbols(said, lambda _: "") for mark in _INLINE):
            return cls(said, None)
        return cls(None, said if is_known(said) else None)
