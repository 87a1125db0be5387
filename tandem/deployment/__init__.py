"""What a piece of Terraform describes: one model for configurations, plans and states."""

from tandem.deployment.errors import InputError
from tandem.deployment.model import (
    Action,
    Bucket,
    BuildProject,
    Deployment,
    Key,
    Pipeline,
    Policy,
    Repository,
    Resource,
    Role,
    Rule,
    Service,
    Stage,
    Store,
    Target,
    TaskDefinition,
    Unresolved,
    Variable,
)
from tandem.deployment.reading import parse, read, understand

__all__ = [
    "Action",
    "Bucket",
    "BuildProject",
    "Deployment",
    "InputError",
    "Key",
    "Pipeline",
    "Policy",
    "Repository",
    "Resource",
    "Role",
    "Rule",
    "Service",
    "Stage",
    "Store",
    "Target",
    "TaskDefinition",
    "Unresolved",
    "Variable",
    "parse",
    "read",
    "understand",
]
