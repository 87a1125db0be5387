"""Whether all of a pipeline is known."""

from __future__ import annotations

from collections.abc import Mapping

from tandem.deployment.model import Pipeline
from tandem.trace.git_filters import blocks


def is_whole(pipeline: Pipeline) -> bool:
    """Whether the stages and the actions are, and not only a block that makes them."""
    values = pipeline.resource.values
    return (
        "dynamic" not in values
        and _are_blocks(values.get("stage"))
        and all(
            "dynamic" not in stage and _are_blocks(stage.get("action"))
            for stage in blocks(values, "stage")
        )
    )


def _are_blocks(value: object) -> bool:
    """Whether a value is nested blocks, and not what is known only after the apply."""
    items = value if isinstance(value, list | tuple) else [value]
    return all(isinstance(item, Mapping) for item in items)
