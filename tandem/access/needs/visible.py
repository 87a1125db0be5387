"""How build projects are run, and what can be seen of what they do then."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.builds import Build, builds_of
from tandem.deployment import BuildProject, Deployment


class Run(Build):
    """One way in which a build project is run."""

    @property
    def known(self) -> bool:
        """Whether all variables are known by their names."""
        return self.complete


def runs(deployment: Deployment, project: BuildProject) -> Iterator[Run]:
    """How the pipelines run a project; by itself where none does."""
    for build in builds_of(deployment).of_project(project):
        yield Run(build.project, build.pipeline, build.action, build.region)
