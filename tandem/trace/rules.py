"""Which rules an event gets to: by their bus, their pattern, or their schedule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tandem.deployment import Deployment, Rule
from tandem.deployment.addresses import is_data
from tandem.deployment.place import Place
from tandem.deployment.symbols import equal, is_known
from tandem.trace import documents
from tandem.trace.events import Document, Event
from tandem.trace.patterns import Answer, matches
from tandem.trace.reading import Readers

DEFAULT_BUS = "default"
"""The only one that gets the events of AWS's services."""

_UNKNOWN_BUS = "?"
# What patterns usually say literally, and events always do: rules are looked up by it.
_INDEXED: Sequence[tuple[str, ...]] = (
    ("detail", "repository-name"),
    ("detail", "repositoryName"),
    ("detail", "bucket", "name"),
    ("detail", "requestParameters", "repositoryName"),
    ("detail", "requestParameters", "bucketName"),
    ("resources",),
    ("detail", "pipeline"),
    ("detail", "project-name"),
    ("source",),
)
_SUBJECTS = ("aws_ecr_repository.", "aws_codecommit_repository.", "aws_s3_bucket.")
"""What patterns refer to that are about a source."""


@dataclass(frozen=True)
class Hearing:
    """A rule that gets an event."""

    rule: Rule
    document: Document
    """What it gets."""
    doubt: str
    """Why it may not get it; empty: it does."""


class Rules:
    """The enabled rules of a deployment, found in a time that does not grow with their number."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._by_path: dict[tuple[str, ...], dict[str, list[Rule]]] = {it: {} for it in _INDEXED}
        self._anywhere: list[Rule] = []
        self._scheduled: dict[str, list[Rule]] = defaultdict(list)
        self._referring: dict[str, list[Rule]] = defaultdict(list)
        self._by_target: dict[str, list[Rule]] = defaultdict(list)
        """Those whose pattern is not known, nor what it is about: by what they start."""
        self._readers = Readers(deployment)
        for rule in deployment.rules:
            if rule.enabled:
                self._add(rule)
        self._git = {
            resource.values.get("repository_name"): resource.address
            for resource in deployment.resources.values()
            if resource.type == "aws_codecommit_repository"
        }
        self._trails = any(it.type == "aws_cloudtrail" for it in deployment.resources.values())

    def _add(self, rule: Rule) -> None:
        if rule.schedule:
            self._scheduled[rule.schedule].append(rule)
            self._scheduled[rule.arn].append(rule)
        if rule.pattern is not None:
            places = _places(rule.pattern)
            for path, value in places:
                self._by_path[path].setdefault(value, []).append(rule)
            if not places:
                self._anywhere.append(rule)
        elif not rule.pattern_known:
            self._add_unknown(rule)

    def _add_unknown(self, rule: Rule) -> None:
        resource = self._deployment.resources.get(rule.address)
        said = resource.values.get("event_pattern") if resource else None
        if isinstance(said, str) and is_known(said):
            return  # no pattern at all: EventBridge refuses it
        referred = resource.after if resource else frozenset()
        for address in referred:
            self._referring[address].append(rule)
        if not any(address.removeprefix("data.").startswith(_SUBJECTS) for address in referred):
            for target in rule.targets:
                self._by_target[target.arn].append(rule)

    def bus_of(self, rule: Rule) -> str:
        """The name of the event bus that a rule is on."""
        resource = self._deployment.resources.get(rule.address)
        bus = str((resource.values.get("event_bus_name") if resource else None) or DEFAULT_BUS)
        return (bus.rpartition("/")[2] or bus) if is_known(bus) else _UNKNOWN_BUS

    def _region(self, rule: Rule) -> str:
        return Place.of(self._deployment, rule.arn).region

    def hear(self, event: Event) -> Iterator[Hearing]:
        """The rules that get an event, and those that may."""
        if event.kind == "schedule":
            for rule in self._scheduled.get(event.subject, ()):
                place = Place.of(self._deployment, rule.arn)
                yield Hearing(rule, documents.scheduled(place, rule.arn), "")
            return
        doubt = self._doubt_of_sending(event)
        if event.document and doubt is not None:
            yield from self._get(event, event.document, doubt)
        if event.recorded:
            doubt = "" if self._trails else "only a trail of CloudTrail sends this event"
            yield from self._get(event, event.recorded, doubt)
        for rule in self._unknown_for(event) if event.document else ():
            yield Hearing(rule, event.document, "its pattern is known only after the apply")

    def _unknown_for(self, event: Event) -> list[Rule]:
        """Rules of unknown patterns that refer to what an event is about, or start who reads it."""
        found = {it.address: it for it in self._referring.get(self._address_of(event), ())}
        for pipeline in self._readers.of(event) if self._by_target else ():
            found |= {it.address: it for it in self._by_target.get(pipeline.arn, ())}
        return list(found.values())

    def _get(self, event: Event, document: Document, doubt: str) -> Iterator[Hearing]:
        for rule in self._candidates(document):
            bus = self.bus_of(rule)
            if rule.pattern is None or bus not in (event.bus, _UNKNOWN_BUS):
                continue
            if event.region and equal(self._region(rule), event.region) is False:
                continue
            answer: Answer = matches(rule.pattern, document)
            if answer is False:
                continue
            said = event.doubt or doubt
            if answer is None:
                said = said or _undecided(event)
            elif bus == _UNKNOWN_BUS:
                said = said or "its event bus is known only after the apply"
            yield Hearing(rule, document, said)

    def _doubt_of_sending(self, event: Event) -> str | None:
        """Why EventBridge may not get an upload; None: it does not."""
        if event.kind != "upload" or event.sent:
            return ""
        bucket = self._deployment.bucket_of.get(event.subject)
        if bucket is None or is_data(bucket.address):
            return "nothing here says whether the bucket sends its events to EventBridge"
        return "" if bucket.sends_events else None

    def _candidates(self, document: Document) -> list[Rule]:
        """The rules that may match: in the order of the deployment within each place."""
        found: dict[str, Rule] = {}
        for path in _INDEXED:
            by_value = self._by_path[path]
            for value in _values(document, path) if by_value else ():
                # Of names that are not known yet, the same one is it: two repositories or buckets
                # never have the same name.
                values = [value] if value in by_value else self._perhaps(path, value)
                for each in values:
                    found |= {rule.address: rule for rule in by_value[each]}
        return [*found.values(), *self._anywhere]

    def _perhaps(self, path: tuple[str, ...], value: str) -> list[str]:
        values = self._by_path[path] if not is_known(value) else self._unknown[path]
        return [each for each in values if equal(each, value) is not False]

    @cached_property
    def _unknown(self) -> Mapping[tuple[str, ...], list[str]]:
        return {
            path: [value for value in by_value if not is_known(value)]
            for path, by_value in self._by_path.items()
        }

    def _address_of(self, event: Event) -> str:
        owner: Any = None
        if event.kind == "image":
            owner = self._deployment.repository_of.get(event.subject)
        elif event.kind == "upload":
            owner = self._deployment.bucket_of.get(event.subject)
        elif event.kind == "git":
            return self._git.get(event.subject, "")
        return owner.address if owner else ""


def _undecided(event: Event) -> str:
    if event.kind == "image" and not is_known(event.reference):
        return "its tag is known only when it is built"
    return "its pattern, or the event, holds what is known only after the apply"


def _places(pattern: Mapping[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    """The places of the index that a rule belongs to; none: it may match events of any place."""
    for path in _INDEXED:
        wanted: Any = pattern
        for key in path:
            wanted = wanted.get(key) if isinstance(wanted, Mapping) else None
        if isinstance(wanted, list) and wanted and all(isinstance(item, str) for item in wanted):
            return [(path, item) for item in wanted]
    return []


def _values(document: Document, path: tuple[str, ...]) -> Iterable[str]:
    value: Any = document
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]
