"""Whether a plan is read as the state that comes of it, as far as a plan can know."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from tandem.deployment import Pipeline
from tandem.deployment.symbols import equal, is_known


def agree(plan: Iterable[Any], state: Iterable[Any], *attributes: str) -> None:
    """See that both have the same things, and that no attribute differs that is known."""
    for thing, applied in pairs(plan, state):
        assert thing.address == applied.address
        for attribute in attributes:
            before, after = getattr(thing, attribute), getattr(applied, attribute)
            assert before, (thing.address, attribute)
            assert equal(before, after) is not False, (thing.address, attribute, before, after)


def pairs(plan: Iterable[Any], state: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    """The things of both, by address."""
    by_address = attrgetter("address")
    return zip(sorted(plan, key=by_address), sorted(state, key=by_address), strict=True)


def described(pipeline: Pipeline) -> Any:
    """What a pipeline's stages and actions are, without their configuration."""
    return [
        (
            stage.name,
            [
                (it.name, it.category, it.owner, it.provider, it.inputs, it.outputs, it.namespace)
                for it in stage.actions
            ],
        )
        for stage in pipeline.stages
    ]


def alike(before: Any, after: Any) -> bool:
    """Whether two documents may be the same: lists in any order, what is not known is anything."""
    match before:
        case None:
            return True
        case str():
            return isinstance(after, str) and equal(before, after) is not False
        case list():
            others = after if isinstance(after, list) else [after]
            if len(before) == 1 and not is_known(before):
                return True
            return len(before) == len(others) and all(
                any(alike(item, other) for other in others) for item in before
            )
        case dict():
            if not isinstance(after, dict):
                return False
            return not before or all(
                key in after and alike(_alone(value, after[key]), _alone(after[key], value))
                for key, value in before.items()
            )
    return bool(before == after)


def _alone(value: Any, other: Any) -> Any:
    """A lone value is a list of one, as in policies."""
    return [value] if isinstance(other, list) and not isinstance(value, list) else value
