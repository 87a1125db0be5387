"""The file `pipelines.yaml`: read, checked, and given as typed settings. Starts no Node."""

from tandem.config.loading import load, load_review
from tandem.config.models import Config, Deploy, ExternalBase, Image
from tandem.config.problems import ConfigError, Problem
from tandem.config.review import Limit, Review, Waiver
from tandem.config.state import CloudState, InCloud, InS3, S3State

__all__ = [
    "CloudState",
    "Config",
    "ConfigError",
    "Deploy",
    "ExternalBase",
    "Image",
    "InCloud",
    "InS3",
    "Limit",
    "Problem",
    "Review",
    "S3State",
    "Waiver",
    "load",
    "load_review",
]
