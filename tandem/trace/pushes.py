"""What builds push: by their buildspec, or, where that is not to be seen, by what they may."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tandem.builds import Build, builds_of
from tandem.buildspec import Image
from tandem.deployment import Action, BuildProject, Deployment, Pipeline
from tandem.deployment.place import Place
from tandem.deployment.symbols import equal, is_known, readable, symbol
from tandem.trace.allowed import allowed_pushes
from tandem.trace.sources import DEFAULT_TAG

ANY_TAG = symbol("any tag")
_BEGIN, _END = list(symbol(""))  # around a name that may hold dots and slashes
_PART = f"(?:{_BEGIN}[^{_END}]*{_END}|[^./])+"
_URI = re.compile(rf"({_PART}(?:\.{_PART})*)/(.+)", re.DOTALL)
_REGISTRY = re.compile(
    rf"({_PART})\.dkr(?:\.ecr|-ecr)\.({_PART})\.(?:amazonaws\.com(?:\.cn)?|on\.aws)"
)


@dataclass(frozen=True)
class Push:
    """An image that a build pushes."""

    repository: str
    """Its name; the URI where it is in no registry of this account and region."""
    tag: str
    project: str
    """The build project; the name of the action where that builds by itself."""
    certain: bool
    doubt: str = ""
    """Why it may not be pushed; empty: it is."""
    region: str = ""
    """Of the registry, as far as it is one of ECR."""
    here: bool = True
    """Whether this account gets the event of it."""


class Pushes:
    """What the builds of a deployment push, each worked out once."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._builds = builds_of(deployment)
        self._of_pipelines: dict[str, tuple[Push, ...]] = {}

    def of_pipeline(self, pipeline: Pipeline) -> tuple[Push, ...]:
        """What a run of a pipeline pushes."""
        if pipeline.address not in self._of_pipelines:
            pushes = (push for action in pipeline.actions for push in self._of(pipeline, action))
            self._of_pipelines[pipeline.address] = tuple(dict.fromkeys(pushes))
        return self._of_pipelines[pipeline.address]

    def of_project(self, project: BuildProject) -> tuple[Push, ...]:
        """What a build of a project pushes that no pipeline runs."""
        return self._of_build(self._builds.alone(project))

    def unseen(self, what: Pipeline | BuildProject) -> tuple[str, ...]:
        """Why more may be pushed than is said, one line for each build that hides it."""
        if isinstance(what, BuildProject):
            return tuple(self._unseen(self._builds.alone(what), alone=True))
        alone = not any(push.certain for push in self.of_pipeline(what))
        builds = self._builds.of_pipeline(what)
        found = [line for it in builds for line in self._unseen(it, alone=alone)]
        here = {it.action.name for it in builds}
        for action in what.actions:
            if action.provider == "CodeBuild" and action.name not in here:
                name = readable(action.configuration.get("ProjectName") or "of an unknown name")
                found.append(f"what {action.name} does is not seen: its project {name} is not here")
        return tuple(dict.fromkeys(found))

    def _unseen(self, build: Build, *, alone: bool) -> Iterator[str]:
        """Scripts hide pushes too, but where something else pushes they mostly are tests."""
        pushes = self._of_build(build)
        if any(push.certain for push in pushes):
            return
        spec, why = build.buildspec, ""
        if not build.complete:
            why = "its variables are known only after the apply"
        elif spec is None:
            why = f"its buildspec {build.hidden}"
        elif spec.problems:
            why = f"its buildspec cannot be read: {spec.problems[0]}"
        elif alone and spec.scripts:
            why = f"its buildspec runs {spec.scripts[0]}"
        elif alone and spec.uses_docker and not spec.pushes:
            why = "its buildspec uses Docker, and shows no push"
        if why:
            yield f"what {build.project.name} pushes is not seen: {readable(why)}"

    def _of(self, pipeline: Pipeline, action: Action) -> tuple[Push, ...]:
        said = action.configuration
        if action.provider == "ECRBuildAndPublish" and said.get("RegistryType") != "public":
            # https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECRBuildAndPublish.html
            tags = (said.get("ImageTags") or DEFAULT_TAG).split(",")
            name = said.get("ECRRepositoryName", "")
            region = Place.of(self._deployment, pipeline.arn).region
            return tuple(Push(name, it.strip(), action.name, True, region=region) for it in tags)
        builds = self._builds.of_pipeline(pipeline)
        return tuple(push for it in builds if it.action is action for push in self._of_build(it))

    def _of_build(self, build: Build) -> tuple[Push, ...]:
        project = build.project
        if not build.complete:
            return self._possible(project, "its variables are known only after the apply")
        spec = build.buildspec
        if spec is None:
            return self._possible(project, f"the buildspec of {project.name} {build.hidden}")
        known: dict[Push, None] = {}
        hidden: list[Image] = []
        for image in spec.pushes:
            push = self._push(image, project)
            if push:
                known[push] = None
            else:
                hidden.append(image)
        if hidden:
            known |= dict.fromkeys(self._hidden(project, hidden, to_ecr=spec.logs_in_to_ecr))
        elif not known and (spec.scripts or spec.problems or spec.uses_docker):
            doubt = f"the buildspec of {project.name} shows no push"
            known = dict.fromkeys(self._possible(project, doubt))
        return tuple(known)

    def _push(self, image: Image, project: BuildProject) -> Push | None:
        """The push of an image; None where its repository is not known."""
        push = self._place(image, project)
        return push and self._sometimes(push, image)

    @staticmethod
    def _sometimes(push: Push, image: Image) -> Push:
        if not push.certain or image.certain:
            return push
        doubt = f"the buildspec of {push.project} pushes it only sometimes"
        return replace(push, certain=False, doubt=doubt)

    def _place(self, image: Image, project: BuildProject) -> Push | None:
        repository = self._deployment.repository_of.get(image.repository)
        if repository:
            region = Place.of(self._deployment, repository.arn).region
            return Push(repository.name, image.tag, project.name, True, region=region)
        uri = _URI.fullmatch(image.repository)
        registry = _REGISTRY.fullmatch(uri[1]) if uri else None
        if uri is None or registry is None:
            # As in `acme/web` at Docker Hub, where it is known at all.
            host = uri[1] if uri else image.repository
            return _elsewhere(image, project) if is_known(host) else None
        name = uri[2]
        here = equal(registry[1], self._deployment.account)
        if here is False:
            return _elsewhere(image, project)
        if here or name in self._deployment.repository_of:
            return Push(name, image.tag, project.name, True, region=registry[2])
        return None

    def _hidden(
        self, project: BuildProject, images: Sequence[Image], *, to_ecr: bool
    ) -> Iterator[Push]:
        """Pushes to repositories that only the build knows: those that its role lets it push to."""
        allowed = allowed_pushes(self._deployment, project)
        doubt = f"only the build of {project.name} knows where it pushes to"
        for image in images:
            tag = image.tag or ANY_TAG
            if not allowed.repositories:
                unknown = f"{doubt}, and its role's policies do not say"
                yield Push(image.repository, tag, project.name, False, doubt=unknown, here=False)
            for push in self._possible(project, doubt, tag=tag):
                # Where there is one, it is that one, or the build fails.
                sure = to_ecr and allowed.all_known and len(allowed.repositories) == 1
                certain = replace(push, certain=True, doubt="")
                yield self._sometimes(certain, image) if sure else push

    def _possible(self, project: BuildProject, why: str, *, tag: str = ANY_TAG) -> tuple[Push, ...]:
        return tuple(
            Push(
                repository.name,
                tag,
                project.name,
                certain=False,
                doubt=f"{why}; its role may push to {repository.name}",
                region=Place.of(self._deployment, repository.arn).region,
            )
            for repository in allowed_pushes(self._deployment, project).repositories
        )


def _elsewhere(image: Image, project: BuildProject) -> Push:
    return Push(image.repository, image.tag, project.name, certain=True, here=False)
