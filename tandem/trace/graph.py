"""What `tandem trace` draws: the deployment and its chains as a graph, with findings in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tandem.deployment.model import Action, BuildProject, Deployment, Pipeline, Rule, Target
from tandem.deployment.symbols import equal, is_known, readable
from tandem.findings import Finding
from tandem.trace.pictures.model import Edge, Graph, Node, NodeKind
from tandem.trace.pictures.nodes import Nodes, role_parts
from tandem.trace.pictures.problems import Link, placed

if TYPE_CHECKING:
    from tandem.trace.events import Event
    from tandem.trace.following import Chain, Start

__all__ = ["Edge", "Graph", "Node", "graph"]

_PINS = {"IMAGE_DIGEST": "digest", "COMMIT_ID": "commit", "S3_OBJECT_VERSION_ID": "version"}

Cause = Pipeline | BuildProject | None
"""What ran before, and so caused an event; None for a first event."""


def graph(
    deployment: Deployment, chains: Iterable[Chain], findings: Iterable[Finding] = ()
) -> Graph:
    """The graph of the pipelines, of what starts them, and of what they push and deploy.

    Args:
        deployment: What Terraform describes.
        chains: What follows each first event.
        findings: What is wrong; each is drawn at the link or the node that it is about.
    """
    draft = _Draft(deployment)
    for event, start, cause in _starts(chains):
        draft.add_start(event, start, cause)
    for pipeline in deployment.pipelines:
        draft.add_sources(pipeline)
    built = draft.add_images()
    return placed(draft.nodes.finished(built), draft.links, findings, draft.nodes.owners)


def _starts(chains: Iterable[Chain]) -> Iterator[tuple[Event, Start, Cause]]:
    """All starts of all chains, with what ran before: what several ways lead to comes once."""
    seen: set[object] = set()
    waiting: list[tuple[Chain, Cause]] = [(chain, None) for chain in chains]
    while waiting:
        chain, cause = waiting.pop()
        # A chain is cut where it loops, and shortened beside surer ones: the event is not enough.
        starts = tuple((*_link_of(start), start.loops) for start in chain.starts)
        mark = chain.event, starts, cause.address if cause else None
        if mark in seen:
            continue
        seen.add(mark)
        for start in chain.starts:
            yield chain.event, start, cause
            waiting.extend((then, start.what) for then in start.then)


def _link_of(start: Start) -> tuple[str, ...]:
    links = (start.what, start.through, start.target)
    return tuple(it.address if it else "" for it in links)


class _Draft:
    """Nodes and links, while they are gathered."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.nodes = Nodes(deployment)
        self.links: list[Link] = []
        self._into: dict[tuple[str, str, str], list[Link]] = defaultdict(list)
        self._read: dict[str, set[str]] = defaultdict(set)
        """Tags that something reads or listens for, by repository."""
        self._pushed: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
        """Tags and whether they are certain, by what pushes them and by repository."""
        self._targets: dict[str, list[tuple[Rule, Target]]] = defaultdict(list)
        for rule in deployment.rules:
            for target in rule.targets:
                self._targets[target.arn].append((rule, target))

    def add_start(self, event: Event, start: Start, cause: Cause) -> None:
        """What an event starts, and what that pushes and deploys."""
        what = self.nodes.what(start.what)
        source = self._origin(event, start, cause)
        if source is not None:
            edge = Edge(
                source=source,
                target=what,
                kind="starts",
                through=_through(event, start),
                pin=_PINS.get(start.pin.kind, start.pin.kind.lower()) if start.pin else "",
                address=start.through.address if start.through else None,
                certain=start.certain,
                details=(start.why,) if start.why else (),
            )
            parts = self._parts(start.through, start.target) if start.through else set()
            link = Link(edge, start.what.address, parts)
            link.source_words.add(readable(event.subject))
            link.target_words.add(readable(start.what.name))
            self.links.append(link)
            self._into[what, *self._about(event.kind, event.subject, event.reference)].append(link)
        for push in start.pushes:
            tags = self._pushed[what, self._repository(push.repository)]
            tags[push.tag] = tags.get(push.tag, False) or push.certain
        for words in start.deploys:
            self.links.append(Link(Edge(what, self.nodes.deploy(words), "deploys")))

    def _origin(self, event: Event, start: Start, cause: Cause) -> str | None:
        """What an event comes from; None for a start by hand, which is no link."""
        match event.kind:
            case "git":
                return self.nodes.git(event.words)
            case "upload":
                return self.nodes.upload(event.subject, event.reference)
            case "image":
                return self._read_image(event.subject, event.reference)
            case "schedule" if start.through:
                rule = start.through
                return self.nodes.schedule(event.words, rule.name, rule.address)
        if cause is not None:
            return self.nodes.what(cause)
        return self.nodes.event(event.words) if event.document else None

    def add_sources(self, pipeline: Pipeline) -> None:
        """A pipeline and its sources, those included that do not start it."""
        what = self.nodes.what(pipeline)
        for action in pipeline.sources:
            kind, subject, reference = self._source(action)
            links = self._into[what, *self._about(kind, subject, reference)]
            if not links:
                source = self._node(kind, subject, reference)
                rules = self._targets[pipeline.arn]
                parts = {address for it in rules for address in self._parts(*it)}
                link = Link(Edge(source, what, "reads"), pipeline.address, parts)
                self.links.append(link)
                links = [link]
            for link in links:
                link.source_words |= {readable(subject), f'"{readable(action.name)}"'}
                link.target_words.add(readable(pipeline.name))

    def _source(self, action: Action) -> tuple[NodeKind, str, str]:
        """What a source action reads: kind, repository or bucket, and branch, tag or key."""
        said = action.configuration
        branch = said.get("BranchName") or said.get("Branch") or "?"
        match action.provider:
            case "ECR":
                name = self._repository(said.get("RepositoryName", "?"))
                return "image", name, said.get("ImageTag", "latest")
            case "S3":
                return "upload", said.get("S3Bucket", "?"), said.get("S3ObjectKey", "?")
            case "CodeCommit":
                return "git", said.get("RepositoryName", "?"), branch
            case "CodeStarSourceConnection":
                return "git", said.get("FullRepositoryId", "?"), branch
            case "GitHub":
                return "git", f"{said.get('Owner', '?')}/{said.get('Repo', '?')}", branch
        return "event", f"{action.provider} {action.name}", ""

    def _node(self, kind: NodeKind, subject: str, reference: str) -> str:
        match kind:
            case "image":
                return self._read_image(subject, reference)
            case "upload":
                return self.nodes.upload(subject, reference)
            case "git":
                return self.nodes.git(f"push to {readable(subject)} ({readable(reference)})")
        return self.nodes.event(readable(subject))

    def _about(self, kind: str, subject: str, reference: str) -> tuple[str, str]:
        """What a link and a source action share: filters may name other branches than it does."""
        if kind == "image":
            return kind, f"{self._repository(subject)}:{reference}"
        return kind, subject

    def add_images(self) -> set[str]:
        """Of what is pushed the images that are read, or one of each repository; what is built."""
        built: set[str] = set()
        for (what, repository), pushed in self._pushed.items():
            for tag, certain in self._worth_drawing(repository, pushed).items():
                image = self.nodes.image(repository, tag)
                built.add(image)
                others = ", ".join(readable(it) for it in sorted(pushed) if it != tag)
                details = (f"pushes {readable(repository)} as {others} too",) if others else ()
                self.links.append(
                    Link(Edge(what, image, "pushes", certain=certain, details=details))
                )
        return built | self._perhaps_built()

    def _perhaps_built(self) -> set[str]:
        """Images that a build may push of which the repository is known only after the apply."""
        unknown = {
            (repository, tag)
            for (_, repository), tags in self._pushed.items()
            if not is_known(repository)
            for tag in tags
        }
        return {
            self.nodes.image(repository, tag)
            for repository, tags in self._read.items()
            for tag in tags
            if any(
                equal(it[0], repository) is None and equal(it[1], tag) is not False
                for it in unknown
            )
        }

    def _worth_drawing(self, repository: str, pushed: dict[str, bool]) -> dict[str, bool]:
        drawn: dict[str, bool] = {}
        for read in self._read[repository]:
            answers = {equal(tag, read): certain for tag, certain in pushed.items()}
            if True in answers:
                drawn[read] = answers[True]
            elif None in answers:
                drawn[read] = False
        if drawn:
            return drawn
        tag = min(pushed, key=lambda it: (it != "latest", not is_known(it), it))
        return {tag: pushed[tag]}

    def _read_image(self, repository: str, tag: str) -> str:
        repository = self._repository(repository)
        self._read[repository].add(tag)
        return self.nodes.image(repository, tag)

    def _repository(self, name: str) -> str:
        """Its name where it is ours, however a build calls it."""
        found = self._deployment.repository_of.get(name)
        return found.name if found else name

    def _parts(self, rule: Rule, target: Target | None) -> set[str]:
        if target is None:
            return {rule.address}
        role = self._deployment.role_of.get(target.role_arn or "")
        return {rule.address, target.address, *role_parts(role)}


def _through(event: Event, start: Start) -> str:
    """What makes the event start it, in a word."""
    if start.through is not None:
        return "schedule" if event.kind == "schedule" else "rule"
    if isinstance(start.what, BuildProject):
        return "webhook"
    return "polling" if event.document else "connection"
