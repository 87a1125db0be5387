"""What every source of a pipeline is made of: an action, permissions and triggers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modules._cdktf import CodepipelineStageAction
from modules.expressions import choose, true
from modules.iam import Statement
from modules.naming import fit
from modules.settings.types import is_token
from modules.triggers import Trigger

ARTIFACT = "SourceArtifact"
"""The artifact with the Dockerfile: the primary source of every build."""
ACTION = "Source"
"""The action that fetches it, and the namespace of its variables."""

LONGEST_TRIGGER = 120


@dataclass(frozen=True)
class SourceAction:
    """A source of a pipeline, and all that comes with it."""

    action: CodepipelineStageAction
    revision: str
    """The variable that holds the commit or the version, as in `#{Source.CommitId}`."""
    pipeline_needs: Sequence[Statement]
    build_needs: Sequence[Statement] = ()
    triggers: Sequence[Trigger] = ()
    """What starts the pipeline through EventBridge. None: CodePipeline sees to it itself."""
    git_triggers: Sequence[Any] = ()
    """Filters that CodePipeline applies to pushes."""


def trigger_name(*parts: str, suffix: str) -> str:
    """After what is known now: the number of a token would be another when a stack grows."""
    known = [part for part in parts if not is_token(part)]
    return fit("-".join(known) or "source", limit=LONGEST_TRIGGER, suffix=suffix)


def action(
    name: str, provider: str, configuration: dict[str, str], *, artifact: str = ARTIFACT
) -> CodepipelineStageAction:
    """A source action of AWS's own; its name is also the namespace of its variables."""
    return CodepipelineStageAction(
        name=name,
        namespace=name,
        category="Source",
        owner="AWS",
        provider=provider,
        version="1",
        run_order=1,
        configuration=configuration,
        output_artifacts=[artifact],
    )


def artifact_format(full_clone: bool) -> str:
    """How the files of a git repository come to the build: as a zip, or as a clone."""
    return choose(true(full_clone), "CODEBUILD_CLONE_REF", "CODE_ZIP")
