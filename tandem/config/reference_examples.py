"""A small example of each settings class for the reference. Each is loaded by a test."""

from __future__ import annotations

from modules.settings import (
    S3,
    Approval,
    Artifacts,
    Build,
    CodeCommit,
    Connection,
    EcsDeploy,
    ExistingRepository,
    Filters,
    Parameter,
    Patterns,
    Repository,
    Secret,
    Vpc,
)
from modules.settings.review import GithubPlans, ReviewedCodeCommit, ReviewedConnection
from tandem.config.models import Config, Deploy, ExternalBase, Image
from tandem.config.review import Apply, Limit, Review, Waiver
from tandem.config.state import CloudState, InCloud, InS3, S3State

_ARN = (
    "arn:aws:codeconnections:us-east-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef"
)

EXAMPLES: dict[type, str] = {
    Config: """
project: shop
region: us-east-1
images:
  base:
    source: {codecommit: base-image}
  web:
    base: base
    source: {codecommit: web}
""",
    Image: """
base: {BASE_IMAGE: base, TOOLS_IMAGE: {repository: platform/tools}}
source: {codecommit: web}
mode: queued
schedule: rate(7 days)
""",
    CodeCommit: "{codecommit: web, branch: release}",
    Connection: f"""
connection: {_ARN}
repository: acme/web
filters: {{branches: [main], paths: {{exclude: [docs/**]}}}}
""",
    S3: "{s3: acme-sources, key: web.zip}",
    Filters: "{tags: [v*]}",
    Patterns: "{include: [release/*], exclude: [release/old-*]}",
    ExternalBase: "{repository: platform/base, tag: stable}",
    Repository: "{keep_images: 50, untagged_days: 3}",
    ExistingRepository: "{existing: shop/web}",
    Build: """
architecture: arm64
timeout_minutes: 30
environment:
  STAGE: production
  NPM_TOKEN: {secret: "shop/npm:token"}
arguments: {VERSION: "1.0"}
""",
    Secret: '{secret: "shop/npm:token"}',
    Parameter: "{parameter: /shop/url}",
    Vpc: """
vpc: vpc-0123456789abcdef0
subnets: [subnet-0123456789abcdef0]
security_groups: [sg-0123456789abcdef0]
""",
    Approval: "{message: Is the release note written?}",
    Deploy: "{ecs: {cluster: prod, service: web, container: web}}",
    EcsDeploy: "{cluster: prod, service: web, container: web, timeout_minutes: 15}",
    Artifacts: "{expire_days: 7}",
    Review: """
findings: all
waivers:
  - {address: aws_ecr_repository.old, rule: data-destroyed, reason: unused, expires: 2030-12-31}
""",
    Limit: """
actions: [ecr:BatchGetImage, ecr:GetDownloadUrlForLayer]
resources: ["arn:aws:ecr:*:123456789012:repository/shop/*"]
""",
    Waiver: """
address: module.shop.aws_ecr_repository.old
rule: data-destroyed
reason: Its images are in acme/old now.
expires: 2030-12-31
""",
    ReviewedCodeCommit: "{codecommit: pipelines, branch: release}",
    ReviewedConnection: f"""
connection: {_ARN}
repository: acme/pipelines
actors: ["1024025"]
token: {{secret: pipelines/comments}}
""",
    Apply: "{role: arn:aws:iam::123456789012:role/apply}",
    GithubPlans: "{repository: acme/pipelines}",
    InS3: "{s3: {bucket: acme-state, key: shop/terraform.tfstate}}",
    S3State: "{bucket: acme-state, key: shop/terraform.tfstate, region: eu-west-1}",
    InCloud: "{cloud: {organization: acme, workspace: shop}}",
    CloudState: "{organization: acme, workspace: shop}",
}
