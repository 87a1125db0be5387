"""The model: what links image pipelines, whoever wrote the Terraform.

Texts may hold symbols (`tandem.deployment.symbols`) where a value is known only after the apply.
What is not said, and has no default in AWS's or the provider's documents, is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from tandem.deployment.addresses import without_keys

Document = Mapping[str, Any]
"""A policy document."""

_ATTACHED_TO = ("role", "roles", "role_name", "policy_arn")
"""Arguments that say which policy a role has."""


@dataclass(frozen=True)
class Resource:
    """A resource or a data source."""

    address: str
    """As in `module.web["a"].aws_codepipeline.this[0]`; a data source's begins with `data.`."""
    type: str
    values: Mapping[str, Any] = field(repr=False)
    """Arguments and attributes by name. Nested blocks are lists, as in a state."""
    after: frozenset[str] = field(default=frozenset(), repr=False)
    """What Terraform makes before it, because it refers to it or says depends_on.

    Addresses without keys of `count` and `for_each`. A plan does not say what the locals of HCL
    refer to: such a local stands here itself, as in `module.web.local.role`.
    """


@dataclass(frozen=True)
class Unresolved:
    """Something that is known only after the apply, or that only Terraform can work out."""

    address: str
    attribute: str
    """As in `policy` or `stage[1].action[0].configuration`."""
    why: str


@dataclass(frozen=True)
class Policy:
    """A policy that applies to a role or a resource."""

    address: str
    """What attaches it or holds it; for a managed policy of AWS what attaches it."""
    name: str
    document: Document | None = field(repr=False)
    """None where it is not known."""


@dataclass(frozen=True)
class Role:
    """An IAM role, and all that says what it may do."""

    address: str
    name: str
    arn: str
    trust: Document | None = field(repr=False)
    policies: tuple[Policy, ...] = field(repr=False)
    boundary: Policy | None = field(repr=False)


@dataclass(frozen=True)
class Repository:
    """An ECR repository."""

    address: str
    name: str
    arn: str
    url: str
    """As in `123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web`."""
    immutable: bool
    policy: Policy | None
    key: str | None
    """ARN of the KMS key that encrypts it; None: ECR's own."""


@dataclass(frozen=True)
class Variable:
    """An environment variable of a build project."""

    name: str
    value: str
    type: str
    """`PLAINTEXT`, `PARAMETER_STORE` or `SECRETS_MANAGER`."""


@dataclass(frozen=True)
class BuildProject:
    """A CodeBuild project."""

    address: str
    name: str
    arn: str
    role_arn: str
    source_type: str
    """`CODEPIPELINE`, `GITHUB`, `CODECOMMIT`, `S3`, `NO_SOURCE`, …"""
    buildspec: str | None = field(repr=False)
    """Its text; None where it lies in the source, or is not known."""
    buildspec_path: str | None
    """Where it lies in the source; None where its text is said or not known."""
    variables: tuple[Variable, ...] = field(repr=False)
    privileged: bool
    image: str
    """The image it builds in."""
    pulls_as_itself: bool
    """Whether it pulls that image with its own role (`SERVICE_ROLE`)."""
    machine: str
    """As in `LINUX_CONTAINER`."""
    key: str | None
    """ARN of the KMS key of its artifacts; None: not said."""
    resource: Resource = field(repr=False)


@dataclass(frozen=True)
class Action:
    """An action of a stage."""

    name: str
    category: str
    """`Source`, `Build`, `Test`, `Deploy`, `Approval`, `Invoke`, `Compute`."""
    owner: str
    provider: str
    """`ECR`, `CodeCommit`, `CodeStarSourceConnection`, `S3`, `CodeBuild`, `ECS`, …"""
    configuration: Mapping[str, str] = field(repr=False)
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    namespace: str | None
    run_order: int
    region: str | None
    role_arn: str | None
    configuration_known: bool = True
    """Whether `configuration` is known; if not, it is empty."""


@dataclass(frozen=True)
class Stage:
    """A stage of a pipeline."""

    name: str
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Store:
    """Where a pipeline keeps its artifacts."""

    bucket: str
    """Its name."""
    key: str | None
    """ARN of the KMS key; None: S3's own."""
    region: str | None


@dataclass(frozen=True)
class Pipeline:
    """A CodePipeline pipeline."""

    address: str
    name: str
    arn: str
    type: str
    """`V1` or `V2`."""
    mode: str
    """`SUPERSEDED`, `QUEUED` or `PARALLEL`."""
    role_arn: str
    stores: tuple[Store, ...]
    stages: tuple[Stage, ...]
    triggers: tuple[Mapping[str, Any], ...] = field(repr=False)
    """The `trigger` blocks, as in a state."""
    variables: tuple[str, ...]
    """Names of the variables of the pipeline itself."""
    resource: Resource = field(repr=False)

    @property
    def actions(self) -> tuple[Action, ...]:
        """All actions, stage by stage."""
        return tuple(action for stage in self.stages for action in stage.actions)

    @property
    def sources(self) -> tuple[Action, ...]:
        """The source actions."""
        return tuple(action for action in self.actions if action.category == "Source")


@dataclass(frozen=True)
class Target:
    """What a rule or a schedule starts."""

    address: str
    arn: str
    role_arn: str | None
    input_paths: Mapping[str, str] = field(repr=False)
    input_template: str | None = field(repr=False)
    """The template of its input transformer; None: it has none."""
    input: str | None = field(repr=False)
    """The constant input; None: there is none."""
    after: frozenset[str] = field(repr=False)
    """As in `Resource`."""


@dataclass(frozen=True)
class Rule:
    """An EventBridge rule, or a schedule of EventBridge Scheduler."""

    address: str
    name: str
    arn: str
    pattern: Document | None
    """The event pattern; None where it has none or it is not known: see `pattern_known`."""
    pattern_known: bool
    schedule: str | None
    """As in `rate(7 days)`."""
    enabled: bool
    targets: tuple[Target, ...]
    service: str = "events.amazonaws.com"
    """The principal that assumes the targets' roles: that, or `scheduler.amazonaws.com`."""


@dataclass(frozen=True)
class Bucket:
    """An S3 bucket."""

    address: str
    name: str
    arn: str
    policy: Policy | None
    versioned: bool | None
    """None: nothing says so."""
    sends_events: bool
    """Whether it sends its events to EventBridge."""


@dataclass(frozen=True)
class Key:
    """A KMS key."""

    address: str
    arn: str
    policy: Policy | None
    """None: the default, with which the IAM policies of the account decide."""


@dataclass(frozen=True)
class TaskDefinition:
    """An ECS task definition."""

    address: str
    family: str
    arn: str
    containers: tuple[str, ...] | None
    """Their names; None where they are not known."""
    role_arns: tuple[str, ...]
    """The task's own role and its execution role."""


@dataclass(frozen=True)
class Service:
    """An ECS service, managed or looked up."""

    address: str
    name: str
    cluster: str
    """Its name."""
    task_definition: str
    """ARN or family, as in `web:3`."""


@dataclass(frozen=True, eq=False)
class Deployment:
    """All of it. Two are the same only if they are one."""

    kind: Literal["configuration", "plan", "state"]
    account: str
    """12 digits, or a symbol."""
    region: str
    partition: str
    resources: Mapping[str, Resource] = field(repr=False)
    """All resources and data sources, by address."""
    repositories: tuple[Repository, ...]
    projects: tuple[BuildProject, ...]
    pipelines: tuple[Pipeline, ...]
    rules: tuple[Rule, ...]
    roles: tuple[Role, ...]
    buckets: tuple[Bucket, ...]
    keys: tuple[Key, ...]
    task_definitions: tuple[TaskDefinition, ...]
    services: tuple[Service, ...]
    unresolved: tuple[Unresolved, ...]

    @cached_property
    def role_of(self) -> Mapping[str, Role]:
        """Roles by ARN."""
        return {role.arn: role for role in self.roles}

    @cached_property
    def project_of(self) -> Mapping[str, BuildProject]:
        """Build projects by name and by ARN."""
        found = {project.arn: project for project in self.projects}
        return found | {project.name: project for project in self.projects}

    def project_run_by(self, pipeline: Pipeline, name: str) -> BuildProject | None:
        """The build project that an action of a pipeline names: in the pipeline's region."""
        begin, partition, _, region, account = f"{pipeline.arn}:::::".split(":")[:5]
        arn = f"{begin}:{partition}:codebuild:{region}:{account}:project/{name}"
        return self.project_of.get(arn) or self.project_of.get(name)

    @cached_property
    def pipeline_of(self) -> Mapping[str, Pipeline]:
        """Pipelines by ARN."""
        return {pipeline.arn: pipeline for pipeline in self.pipelines}

    @cached_property
    def repository_of(self) -> Mapping[str, Repository]:
        """Repositories by name, by ARN and by URL."""
        return {
            key: repository
            for repository in self.repositories
            for key in (repository.name, repository.arn, repository.url)
        }

    @cached_property
    def bucket_of(self) -> Mapping[str, Bucket]:
        """Buckets by name."""
        return {bucket.name: bucket for bucket in self.buckets}

    @cached_property
    def attached_in_the_dark(self) -> tuple[str, ...]:
        """Addresses of what attaches a policy to nobody knows which role, or a role to which."""
        return tuple(
            sorted(
                unresolved.address
                for unresolved in self.unresolved
                if "aws_iam_" in unresolved.address and unresolved.attribute in _ATTACHED_TO
            )
        )

    @cached_property
    def _before(self) -> Mapping[str, frozenset[str]]:
        """What comes before what, by address without keys."""
        return {without_keys(address): found.after for address, found in self.resources.items()}

    def comes_after(self, address: str, other: str) -> bool | None:
        """Whether Terraform makes `address` only when it has made `other`.

        None: not as far as can be seen, but something that a plan does not say may be in between.
        """
        wanted = without_keys(other)
        seen: set[str] = set()
        waiting = [without_keys(address)]
        while waiting:
            before = self._before.get(waiting.pop(), frozenset())
            if wanted in before:
                return True
            waiting.extend(before - seen)
            seen |= before
        hidden = any("local" in found.split(".")[-2:-1] for found in seen)
        return None if hidden else False
