"""The image whose pipeline a resource is part of: by what the pipeline uses, not by its name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tandem.builds import given_by
from tandem.deployment import BuildProject, Deployment, Pipeline
from tandem.deployment.addresses import calls_of
from tandem.deployment.blocks import block, text
from tandem.deployment.symbols import readable

_DEPTH = 3
"""Steps from a resource to another that is part of a pipeline."""


def owners(after: Deployment | None, before: Deployment | None) -> Callable[[str], str]:
    """Says which image an address is part of: of what there will be, else of what there is.

    The address of several images or of none has an empty one.
    """
    deployments = [it for it in (after, before) if it is not None]
    names = [_names(it) for it in deployments]
    # Each has one name: the one that people know, also where its image's repository is renamed, or
    # where it loses its build and with it what it is for.
    own = {address: name for each in names for address, name in each.own.items()}
    images = {address: name for each in names for address, name in each.images.items()}
    used = own | images
    short = _short({*used.values(), *(name for each in names for name in each.images.values())})
    named = {address: short[name] for address, name in used.items()}
    found = [_Owners(it, named) for it in deployments]

    def owner(address: str) -> str:
        # What several shared is nobody's own because the others go.
        claims = [images for it in found if (images := it.of(address))]
        return next(iter(claims[0])) if claims and max(map(len, claims)) == 1 else ""

    return owner


class _Owners:
    """Which image what is part of, in a deployment."""

    def __init__(self, deployment: Deployment, names: Mapping[str, str]) -> None:
        """`names`: images of pipelines, and of projects that no pipeline runs, by address."""
        self._deployment = deployment
        self._names = names
        self._claims: dict[str, set[str]] = defaultdict(set)
        self._roles = {role.arn: role for role in deployment.roles}
        self._groups = {
            str(it.values.get("name")): it.address
            for it in deployment.resources.values()
            if it.type == "aws_cloudwatch_log_group"
        }
        self._policies = {
            it.values.get("arn"): it.address
            for it in deployment.resources.values()
            if it.type == "aws_iam_policy"
        }
        for pipeline in deployment.pipelines:
            self._pipeline(pipeline)
        for project in _alone(deployment):
            self._project(project, names[project.address])
            self._repository(_repository(deployment, project), names[project.address])
        self._rules()
        self._beside()
        self._modules()

    def of(self, address: str) -> Collection[str]:
        """The images of a resource."""
        return self._claims.get(address, ())

    def _pipeline(self, pipeline: Pipeline) -> None:
        image = self._names[pipeline.address]
        self._claims[pipeline.address].add(image)
        self._role(pipeline.role_arn, image)
        self._repository(_repository(self._deployment, pipeline), image)
        for store in pipeline.stores:
            bucket = self._deployment.bucket_of.get(store.bucket)
            if bucket:
                self._claims[bucket.address].add(image)
        for action in pipeline.actions:
            if action.role_arn:
                self._role(action.role_arn, image)
        for project in _projects(self._deployment, pipeline):
            self._project(project, image)

    def _repository(self, name: str, image: str) -> None:
        if name in self._deployment.repository_of:
            self._claims[self._deployment.repository_of[name].address].add(image)

    def _project(self, project: BuildProject, image: str) -> None:
        self._claims[project.address].add(image)
        self._role(project.role_arn, image)
        logs = block(project.resource.values, "logs_config", "cloudwatch_logs")
        group = text(logs, "group_name") or f"/aws/codebuild/{project.name}"
        if group in self._groups:
            self._claims[self._groups[group]].add(image)

    def _role(self, arn: str, image: str) -> None:
        role = self._roles.get(arn)
        if role:
            self._claims[role.address].add(image)
            for policy in role.policies:
                self._claims[policy.address].add(image)
                holder = self._deployment.resources.get(policy.address)
                attached = holder.values.get("policy_arn") if holder else None
                if attached and attached in self._policies:
                    self._claims[self._policies[attached]].add(image)

    def _rules(self) -> None:
        """A rule, its targets and their roles are of the one image that they start."""
        pipelines = self._deployment.pipeline_of
        projects = self._deployment.project_of
        for rule in self._deployment.rules:
            for target in rule.targets:
                if target.arn in pipelines:
                    found = {self._names[pipelines[target.arn].address]}
                elif target.arn in projects:
                    found = set(self._claims.get(projects[target.arn].address, ()))
                else:
                    found = {""}
                self._claims[target.address] |= found
                self._claims[rule.address] |= found
                for image in found if target.role_arn else ():
                    self._role(str(target.role_arn), image)

    def _beside(self) -> None:
        """What names something of an image, such as the policy of its repository."""
        waiting = [
            it for it in self._deployment.resources.values() if it.address not in self._claims
        ]
        named: dict[str, set[str]] = defaultdict(set)
        news = list(self._claims)
        for _ in range(_DEPTH):
            self._name(news, named)
            left, news = [], []
            for it in waiting:
                found = {
                    image
                    for value in it.values.values()
                    if isinstance(value, str) and value in named
                    for image in named[value]
                }
                if found:
                    self._claims[it.address] = found
                    news.append(it.address)
                else:
                    left.append(it)
            if not news:
                return
            waiting = left

    def _name(self, addresses: Iterable[str], named: dict[str, set[str]]) -> None:
        """Add images by the ARNs, URLs and unmistakable names of what is part of them."""
        for address in addresses:
            resource = self._deployment.resources.get(address)
            if resource is None:
                continue
            for name in ("arn", "id", "repository_url", "name", "bucket"):
                said = resource.values.get(name)
                if isinstance(said, str) and len(said) > 1:
                    named[said] |= self._claims[address]

    def _modules(self) -> None:
        """What nothing else tells is of the image of its module, if that is of one."""
        images: dict[str, set[str]] = defaultdict(set)
        for address, found in self._claims.items():
            images[_module(address)] |= found
        for address in self._deployment.resources:
            module = _module(address)
            if module and address not in self._claims and len(images.get(module, ())) == 1:
                self._claims[address] |= images[module]


def _module(address: str) -> str:
    return ".".join(calls_of(address))


@dataclass(frozen=True)
class _Names:
    """Names by the addresses of pipelines, and of projects that no pipeline runs."""

    own: Mapping[str, str]
    images: Mapping[str, str]
    """Of those that are for an image."""


def _names(deployment: Deployment) -> _Names:
    them: list[Pipeline | BuildProject] = [*deployment.pipelines, *_alone(deployment)]
    images = ((it.address, _repository(deployment, it)) for it in them)
    return _Names(
        {it.address: readable(it.name) for it in them},
        {address: readable(image) for address, image in images if image},
    )


def _alone(deployment: Deployment) -> list[BuildProject]:
    """The projects that no pipeline runs."""
    run = {
        project.address
        for pipeline in deployment.pipelines
        for project in _projects(deployment, pipeline)
    }
    return [it for it in deployment.projects if it.address not in run]


def _projects(deployment: Deployment, pipeline: Pipeline) -> Iterator[BuildProject]:
    """The build projects that a pipeline runs."""
    for action in pipeline.actions:
        if action.provider == "CodeBuild":
            name = action.configuration.get("ProjectName", "")
            if project := deployment.project_run_by(pipeline, name):
                yield project


def _repository(deployment: Deployment, what: Pipeline | BuildProject) -> str:
    """The name of the repository for which it builds, if it says one."""
    if isinstance(what, BuildProject):
        bases, values = set(), [it.value for it in what.variables]
    else:
        bases = {it.configuration.get("RepositoryName") for it in what.sources}
        values = list(_values(deployment, what))
    found = {
        repository.name
        for value in values
        if (repository := deployment.repository_of.get(value)) and repository.name not in bases
    }
    return found.pop() if len(found) == 1 else ""


def _values(deployment: Deployment, pipeline: Pipeline) -> Iterator[str]:
    """What its builds are given, and where its actions push to."""
    for action in pipeline.actions:
        if action.provider == "ECRBuildAndPublish":
            yield action.configuration.get("ECRRepositoryName", "")
        if action.provider == "CodeBuild":
            yield from (it.value for it in given_by(action) or ())
    for project in _projects(deployment, pipeline):
        yield from (it.value for it in project.variables)


def _short(names: Collection[str]) -> dict[str, str]:
    """Names without the path before them, where they are told apart without it."""
    tails = {name: name.rpartition("/")[2] or name for name in names}
    counts = Counter(tails.values())
    return {name: tail if counts[tail] == 1 else name for name, tail in tails.items()}
