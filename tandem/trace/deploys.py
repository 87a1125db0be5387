"""Where a pipeline deploys to, in words."""

from __future__ import annotations

from collections.abc import Mapping

from tandem.deployment import Pipeline
from tandem.deployment.symbols import readable

_WORDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ECS": ("ECS", ("ClusterName", "ServiceName")),
    "CodeDeployToECS": ("ECS by CodeDeploy", ("ApplicationName", "DeploymentGroupName")),
    "CodeDeploy": ("CodeDeploy", ("ApplicationName", "DeploymentGroupName")),
    "ElasticBeanstalk": ("Elastic Beanstalk", ("ApplicationName", "EnvironmentName")),
    "CloudFormation": ("CloudFormation", ("StackName",)),
    "CloudFormationStackSet": ("CloudFormation", ("StackSetName",)),
    "EKS": ("EKS", ("ClusterName",)),
    "Lambda": ("Lambda", ("FunctionName",)),
    "S3": ("S3", ("BucketName",)),
    "ServiceCatalog": ("Service Catalog", ("ProductId",)),
}
"""What an action's configuration says of the place.

https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-reference.html
"""


def deploys_of(pipeline: Pipeline) -> tuple[str, ...]:
    """As in `ECS prod/web`, in the order of the stages."""
    found: dict[str, None] = {}
    for action in pipeline.actions:
        if action.category == "Deploy":
            words, keys = _WORDS.get(action.provider, (action.provider, ()))
            values = [action.configuration.get(key, "") for key in keys]
            place = "/".join(readable(value) for value in values if value)
            found[f"{words} {place}".strip()] = None
    return tuple(found)
