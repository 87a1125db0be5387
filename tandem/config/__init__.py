"""The file `pipelines.yaml`: read, checked, and given as typed settings. Starts no Node."""

from tandem.config.loading import load
from tandem.config.models import Config, Deploy, ExternalBase, Image, InCloud, InS3
from tandem.config.problems import ConfigError, Problem

__all__ = [
    "Config",
    "ConfigError",
    "Deploy",
    "ExternalBase",
    "Image",
    "InCloud",
    "InS3",
    "Problem",
    "load",
]
