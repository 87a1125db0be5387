"""A step of a pipeline: one action, done by one role."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.access.needs.asking import Asker
from tandem.deployment import Action, Pipeline

GUIDE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"


@dataclass(frozen=True)
class Step:
    """An action, and who does it."""

    pipeline: Pipeline
    action: Action
    asker: Asker

    def said(self, name: str) -> str:
        """What the action's configuration says; empty: nothing."""
        return self.action.configuration.get(name, "")
