"""How changes are reviewed: what may happen without an objection, and where it is looked at."""

from __future__ import annotations

import datetime
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from modules.settings.review import GithubPlans, ReviewedCodeCommit, ReviewedConnection
from modules.settings.types import (
    SETTINGS,
    BuildImage,
    Flag,
    NonEmpty,
    RelativePath,
    RoleArn,
    Schedule,
    Text,
    TopicArn,
)
from tandem.config.kinds import by_kind

SOURCE_KINDS = ("codecommit", "connection")

_DAY = Text(r"\d{4}-\d{2}-\d{2}", "a date, as in 2030-12-31")


def _day(value: Any) -> datetime.date:
    if isinstance(value, str) and _DAY.takes(value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass  # such as the 30th of February
    raise PydanticCustomError("text", "must be {words}", {"words": _DAY.words})


Day = Annotated[datetime.date, BeforeValidator(_day, json_schema_input_type=Annotated[str, _DAY])]


def _rule(name: str) -> str:
    """Refuse what no objection has; ids such as CKV_AWS_51 are checkov's, or somebody's own."""
    # Only here: a file without waivers needs no checks.
    from tandem.access.catalogue import CHECKS as ACCESS
    from tandem.review.wording import RULES
    from tandem.trace.catalogue import CHECKS as TRACE

    known = [it for it in RULES if it != "waiver-expired"]
    known += [*(it.id for it in TRACE), *(it.id for it in ACCESS)]
    if name in known or "_" in name:
        return name
    if name == "waiver-expired":
        raise PydanticCustomError("rule", "has no waiver: let somebody answer for it anew")
    near = get_close_matches(name, known, n=1)
    hint = f'did you mean "{near[0]}"?' if near else "docs/review.md lists the rules"
    raise PydanticCustomError("rule", "is no rule and no check: {hint}", {"hint": hint})


AddressPattern = Annotated[
    str,
    Text(
        r"[^\x00-\x1f]{1,1024}",
        "a Terraform address, in which * stands for any characters",
    ),
]
RuleName = Annotated[
    str,
    Text(
        r"[A-Za-z][A-Za-z0-9_-]{0,99}",
        "a rule of the gate or the id of a check, as in data-destroyed or CKV_AWS_51",
    ),
    AfterValidator(_rule),
]
ActionPattern = Annotated[
    str,
    Text(
        r"\*|[A-Za-z0-9-]{1,60}:[A-Za-z0-9*?]{1,100}",
        "an action of IAM with its service, as in ecr:BatchGetImage or ecr:*",
    ),
]
ResourcePattern = Annotated[
    str,
    Text(
        r"\*|arn:[^\s\v]{1,2000}",
        "an ARN, in which * stands for any characters, or * for every resource",
    ),
]
PrincipalPattern = Annotated[
    str,
    Text(
        r"[^\s\v]{1,2000}",
        "a principal, in which * stands for any characters, as in codebuild.amazonaws.com",
    ),
]


@dataclass(frozen=True, config=SETTINGS)
class Limit:
    """Access that may be gained without an objection; what is denied no longer is within none.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    """

    actions: Annotated[list[ActionPattern], Field(min_length=1, max_length=100)]
    """Actions, in which `*` stands for any characters."""
    resources: Annotated[list[ResourcePattern], Field(min_length=1, max_length=100)]
    """The resources' ARNs, in which `*` stands for any characters."""
    principals: Annotated[list[PrincipalPattern], Field(max_length=100)] = Field(
        default_factory=list
    )
    """Who may gain it by a trust policy or a policy of a resource. None: nobody, so that the limit
    is one of what roles' own policies allow."""


@dataclass(frozen=True, config=SETTINGS)
class Waiver:
    """An exception from the gate, until its last day: one that has expired fails."""

    address: AddressPattern
    """Terraform address of what it is about; `*` stands for any characters."""
    rule: RuleName
    """Rule of the gate, as in `data-replaced`, or the id of a check."""
    reason: NonEmpty
    """Why it is right all the same: it stands in every review."""
    expires: Day
    """The last day on which it holds, in UTC."""


@dataclass(frozen=True, config=SETTINGS)
class Apply:
    """The apply of what was reviewed, in a build.

    https://developer.hashicorp.com/terraform/cli/commands/apply#saved-plan-mode
    """

    role: RoleArn
    """ARN of the role that applies, of yours: only you know what it must change. CodeBuild must be
    able to assume it; docs/review-builds.md says what else it needs."""


ReviewedSource = Annotated[
    Annotated[ReviewedCodeCommit, Tag("(codecommit)")]
    | Annotated[ReviewedConnection, Tag("(connection)")],
    Discriminator(
        lambda value: by_kind(value, SOURCE_KINDS),
        custom_error_type="kind",
        custom_error_message="must have one of codecommit or connection",
    ),
]


@dataclass(frozen=True, config=SETTINGS)
class Review:
    """How plans are reviewed: see `tandem review`."""

    limits: Annotated[list[Limit], Field(max_length=100)] = Field(default_factory=list)
    """Access that may be gained without an objection."""
    waivers: Annotated[list[Waiver], Field(max_length=500)] = Field(default_factory=list)
    """Exceptions from the gate."""
    findings: Literal["new", "all"] = "new"
    """Which findings are objected to: those that the plan brings about, or all that it leaves."""
    pipeline: Flag = False
    """Plan and review every pull request of `source` in a build of CodeBuild, and comment it."""
    source: ReviewedSource | None = None
    """The repository with the file: CodeCommit, or a connection. Left out: no build needs it."""
    file: RelativePath = "pipelines.yaml"
    """Path of the file in that repository."""
    image: BuildImage | None = None
    """Image in which plans are made and applied; one of yours has Python, Node.js, make, git (2.38
    or newer, to apply), AWS's command line and Terraform. None: Amazon Linux, where every
    build installs Terraform."""
    checkov: Flag = False
    """Let checkov look at the plans of pull requests too: each build of `pipeline` installs it."""
    apply: Apply | None = None
    """Apply the plan that `pipeline` reviewed, when its pull request was merged. None: nothing is
    applied, and no plan is kept."""
    drift: Schedule | None = None
    """When to compare what exists with the state, as in `rate(1 day)`. None: never."""
    notify: TopicArn | None = None
    """The SNS topic that is told of drift. None: one is made. If a KMS key of yours encrypts the
    topic, let the key's policy allow the role `PROJECT-drift_review-build` `kms:Decrypt` and
    `kms:GenerateDataKey`."""
    github: GithubPlans | None = None
    """A role with which workflows of GitHub Actions plan pull requests. None: no role."""

    @model_validator(mode="after")
    def _consistent(self) -> Review:
        builds = self.pipeline or self.drift is not None
        if builds and self.source is None:
            raise PydanticCustomError(
                "source",
                "pipeline and drift need a source, the repository with the file, "
                "as in source: {codecommit: NAME}",
            )
        if self.source is not None and not builds:
            raise PydanticCustomError(
                "source", "no build uses the source: add pipeline: true or drift, or remove it"
            )
        if self.notify is not None and self.drift is None:
            raise PydanticCustomError(
                "notify", "notify is told of drift only: add drift, or remove it"
            )
        if self.checkov and not self.pipeline:
            raise PydanticCustomError(
                "checkov",
                "checkov is for the builds of pipeline: add pipeline: true, or remove it",
            )
        if self.apply is not None and not self.pipeline:
            raise PydanticCustomError(
                "apply",
                "apply is for plans that a build of pipeline reviewed: add pipeline: true, "
                "or remove it",
            )
        return self
