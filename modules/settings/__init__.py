"""What a user can say of an image pipeline: validated, immutable, the same names in YAML.

Nothing here imports the bindings, so that a file can be checked without starting Node.
"""

from modules.settings.build import Build, Parameter, Secret, Vpc
from modules.settings.deploy import Approval, EcsDeploy
from modules.settings.repository import Artifacts, ExistingRepository, Repository
from modules.settings.source import S3, CodeCommit, Connection, Filters, Patterns, Source

__all__ = [
    "S3",
    "Approval",
    "Artifacts",
    "Build",
    "CodeCommit",
    "Connection",
    "EcsDeploy",
    "ExistingRepository",
    "Filters",
    "Parameter",
    "Patterns",
    "Repository",
    "Secret",
    "Source",
    "Vpc",
]
