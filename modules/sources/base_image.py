"""A base image in ECR as a source."""

from __future__ import annotations

from modules._cdktf import CodepipelineStageAction
from modules.naming import fit
from modules.sources.action import LONGEST_TRIGGER, action
from modules.triggers import Revision, Trigger


def base_image_action(artifact: str, repository: str, tag: str) -> CodepipelineStageAction:
    """The source action for a base image in ECR.

    It is never told to poll: only the trigger starts the pipeline, with the digest that fired.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECR.html
    """
    return action(
        artifact, "ECR", {"RepositoryName": repository, "ImageTag": tag}, artifact=artifact
    )


def base_image_trigger(name: str, repository: str, tag: str) -> Trigger:
    """A successful push of exactly one tag: the one that links, and that builds push last.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
    """
    return Trigger(
        name=fit(name, limit=LONGEST_TRIGGER, suffix="-pushed"),
        description=f"Builds on every push of {repository}:{tag}",
        pattern={
            "source": ["aws.ecr"],
            "detail-type": ["ECR Image Action"],
            "detail": {
                "action-type": ["PUSH"],
                "result": ["SUCCESS"],
                "repository-name": [repository],
                "image-tag": [tag],
            },
        },
        revision=Revision("IMAGE_DIGEST", "$.detail.image-digest"),
    )
