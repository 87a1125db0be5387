"""Which pipelines read what an event is about: what may start them, where a rule hides it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from tandem.deployment import Action, Deployment, Pipeline
from tandem.deployment.symbols import equal, is_known
from tandem.trace.events import Event
from tandem.trace.sources import DEFAULT_TAG, subject_of

_REFERENCES = {"CodeCommit": "BranchName", "ECR": "ImageTag", "S3": "S3ObjectKey"}
"""Of the sources of which EventBridge tells: what names the branch, the tag or the key."""


class Readers:
    """Finds them by the name of what they read."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def of(self, event: Event) -> list[Pipeline]:
        """The pipelines with a source that the event is about, or may be about."""
        if not event.document:
            return []
        names = [event.subject, *(it for it in self._unknown if equal(it, event.subject) is None)]
        found = {
            pipeline.address: pipeline
            for name in dict.fromkeys(names)
            for pipeline, action in self._by_subject.get(name, ())
            if _is_about(action, event)
        }
        return list(found.values())

    @cached_property
    def _by_subject(self) -> Mapping[str, list[tuple[Pipeline, Action]]]:
        found: dict[str, list[tuple[Pipeline, Action]]] = defaultdict(list)
        for pipeline in self._deployment.pipelines:
            for action in pipeline.sources:
                if action.provider in _REFERENCES:
                    found[subject_of(pipeline, action)].append((pipeline, action))
        return dict(found)

    @cached_property
    def _unknown(self) -> list[str]:
        return [name for name in self._by_subject if not is_known(name)]


def _is_about(action: Action, event: Event) -> bool:
    said = action.configuration.get(_REFERENCES[action.provider])
    if said is None and action.provider == "ECR":
        said = DEFAULT_TAG
    return said is None or equal(said, event.reference) is not False
