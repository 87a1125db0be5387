"""Where Terraform's state is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Tag
from pydantic.dataclasses import dataclass

from modules.settings.state import S3State as S3State
from modules.settings.types import SETTINGS, Text
from tandem.config.kinds import by_kind

STATE_KINDS = ("s3", "cloud")

Organization = Annotated[
    str, Text(r"[\w-]{1,40}", "an organization's name: letters, digits, '_' and '-'")
]
Workspace = Annotated[
    str, Text(r"[\w-]{1,90}", "a workspace's name: 1-90 letters, digits, '_' and '-'")
]


@dataclass(frozen=True, config=SETTINGS)
class CloudState:
    """The state in HCP Terraform.

    https://developer.hashicorp.com/terraform/cli/cloud/settings
    """

    organization: Organization
    """Name of the organization."""
    workspace: Workspace
    """Name of the workspace."""


@dataclass(frozen=True, config=SETTINGS)
class InS3:
    """Terraform's state is kept in S3."""

    s3: S3State
    """Where in S3."""


@dataclass(frozen=True, config=SETTINGS)
class InCloud:
    """Terraform's state is kept in HCP Terraform."""

    cloud: CloudState
    """Where in HCP Terraform."""


State = Annotated[
    Annotated[Literal["local"], Tag("(local)")]
    | Annotated[InS3, Tag("(s3)")]
    | Annotated[InCloud, Tag("(cloud)")],
    Discriminator(
        lambda value: by_kind(value, STATE_KINDS) if isinstance(value, dict) else "(local)",
        custom_error_type="kind",
        custom_error_message="must be local, or have one of s3 or cloud",
    ),
]
