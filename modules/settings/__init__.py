"""What a user can say of an image pipeline: validated, immutable, the same names in YAML.

Nothing here imports the bindings, so that a file can be checked without starting Node.
"""

from modules.settings.build import Build, Parameter, Secret, Vpc
from modules.settings.deploy import Approval, EcsDeploy
from modules.settings.repository import Artifacts, ExistingRepository, Repository
from modules.settings.review import GithubPlans, ReviewedCodeCommit, ReviewedConnection
from modules.settings.source import S3, CodeCommit, Connection, Filters, Patterns, Source
from modules.settings.state import S3State

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
    "GithubPlans",
    "Parameter",
    "Patterns",
    "Repository",
    "ReviewedCodeCommit",
    "ReviewedConnection",
    "S3State",
    "Secret",
    "Source",
    "Vpc",
]
