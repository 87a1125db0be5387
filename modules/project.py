"""What the image pipelines of one stack share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from modules._cdktf import (
    Construct,
    DataAwsCallerIdentity,
    DataAwsPartition,
    DataAwsRegion,
    TerraformStack,
)
from modules.element import Element, literal, stack_of
from modules.expressions import Entries, TextMap
from modules.naming import Names
from modules.settings import Artifacts
from modules.settings.types import SETTINGS, EnvironmentName, ProjectName

if TYPE_CHECKING:
    from modules.artifacts import AnyArtifactStore
    from modules.triggers import Triggers

_ID = "Project"  # no image has this id: names of images are lower-case
_ATTRIBUTE = "_tandem_project"


@dataclass(frozen=True, config=ConfigDict(**SETTINGS, title="Project"))
class _Named:
    """What a project's resources are named after, checked."""

    project: ProjectName
    environment: EnvironmentName | None


class Project(Element):
    """The name, the account and the settings that all image pipelines of a stack share.

    A stack has one. An `ImagePipeline` makes it, named like the stack, where nobody has before.

    Args:
        name: What every name of a resource begins with. None: the id of the stack.
        environment: Appended to it, as in `shop-prod`.
        tags: Tags of every resource that takes tags.
        permissions_boundary: ARN of the policy that bounds every role.
        artifacts: How artifacts are kept.
        names: In place of name and environment: how resources are named.
        shared_dead_letters: An object with the `arn` of a queue, or null, that Terraform knows.

    Raises:
        ValueError: The name or the environment is not what AWS takes in names; says both at once.
    """

    def __init__(
        self,
        scope: TerraformStack,
        *,
        name: str | None = None,
        environment: str | None = None,
        tags: Mapping[str, str] | Entries[str] | None = None,
        permissions_boundary: str | None = None,
        artifacts: Artifacts | None = None,
        names: Names | None = None,
        shared_dead_letters: str | None = None,
    ) -> None:
        super().__init__(scope, _ID, address="")
        setattr(scope, _ATTRIBUTE, self)
        if names is None:
            named = _Named(project=name or scope.node.id, environment=environment)
            names = Names(named.project, named.environment)
        self.names = names
        self.tags = (
            TextMap(tags.expression)
            if isinstance(tags, Entries)
            else {literal(key): literal(value) for key, value in (tags or {}).items()} or None
        )
        self.shared_dead_letters = shared_dead_letters
        self.permissions_boundary = permissions_boundary
        self.artifacts = artifacts or Artifacts()
        self._moved: list[dict[str, str]] = []
        self.artifact_store: AnyArtifactStore | None = None
        self.triggers: Triggers | None = None
        self.others: dict[str, list[str]] = {}
        """ARNs of what the stack has, or looks up, under names of the user's, by kind."""
        self.account = self.place(DataAwsCallerIdentity(self, "account"), "current").account_id
        partition = self.place(DataAwsPartition(self, "partition"), "current")
        self.partition = partition.partition
        self.dns_suffix = partition.dns_suffix
        # Not `name`, which version 6 of the provider calls deprecated.
        self.region = self.place(DataAwsRegion(self, "region"), "current").id

    @staticmethod
    def of(scope: Construct) -> Project:
        """The project of the stack that `scope` is in."""
        stack = stack_of(scope)
        found = getattr(stack, _ATTRIBUTE, None)
        return found if isinstance(found, Project) else Project(stack)

    def move(self, addresses: Mapping[str, str]) -> None:
        """Add `moved` blocks to the stack, from old addresses to new ones."""
        self._moved += [{"from": old, "to": new} for old, new in addresses.items()]
        self.stack.add_override("moved", self._moved)

    def uses(self, kind: str, arn: str) -> None:
        """Note something whose name may not begin with the project's."""
        self.others.setdefault(kind, []).append(arn)

    def arn(self, service: str, resource: str) -> str:
        """ARN of a resource in this account and region.

        The attribute `arn` of a new resource is unknown until it exists, and with it a whole policy
        that names it. Composed with a reference to its name, the ARN is known to the first plan and
        depends on the resource all the same.
        """
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def bucket_arn(self, bucket: str) -> str:
        """ARN of a bucket, which has neither account nor region in it."""
        return f"arn:{self.partition}:s3:::{bucket}"
