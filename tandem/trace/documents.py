"""The documents that EventBridge gets of what happens in an account, as AWS's services send them.

https://docs.aws.amazon.com/eventbridge/latest/ref/welcome.html lists the events of all services.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.deployment.place import Place

Document = Mapping[str, Any]

DIGEST = "sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd12345678"
COMMIT = "26a8f2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5"
OBJECT_VERSION = "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"
_TIME = "2026-06-12T10:23:43Z"
_CLOUDTRAIL = "AWS API Call via CloudTrail"
_RUN = "01234567-0123-0123-0123-012345678901"


def commit_pushed(place: Place, repository: str, branch: str) -> Document:
    """A push to a branch of a CodeCommit repository.

    https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
    """
    detail = {
        "callerUserArn": f"arn:{place.partition}:iam::{place.account}:user/mary",
        "commitId": COMMIT,
        "event": "referenceUpdated",
        "oldCommitId": "3d9b5e0f1a2b3c4d5e6f708192a3b4c5d6e7f809",
        "referenceFullName": f"refs/heads/{branch}",
        "referenceName": branch,
        "referenceType": "branch",
        "repositoryId": "12345678-1234-5678-abcd-12345678abcd",
        "repositoryName": repository,
    }
    kind = "CodeCommit Repository State Change"
    arn = _arn(place, "codecommit", repository)
    return _document(place, "aws.codecommit", kind, detail, arn)


def pull_request_opened(place: Place, repository: str, branch: str) -> Document:
    """A new pull request of a CodeCommit repository, to a branch.

    https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
    """
    detail = {
        "callerUserArn": f"arn:{place.partition}:iam::{place.account}:user/mary",
        "destinationCommit": "3d9b5e0f1a2b3c4d5e6f708192a3b4c5d6e7f809",
        "destinationReference": f"refs/heads/{branch}",
        "event": "pullRequestCreated",
        "isMerged": "False",
        "pullRequestId": "1",
        "pullRequestStatus": "Open",
        "repositoryNames": [repository],
        "sourceCommit": COMMIT,
        "sourceReference": "refs/heads/change",
        "title": "A change",
    }
    kind = "CodeCommit Pull Request State Change"
    arn = _arn(place, "codecommit", repository)
    return _document(place, "aws.codecommit", kind, detail, arn)


def image_pushed(place: Place, repository: str, tag: str) -> Document:
    """A successful push of one tag to an ECR repository: it names no resources.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
    """
    detail = {
        "result": "SUCCESS",
        "repository-name": repository,
        "image-digest": DIGEST,
        "action-type": "PUSH",
        **({"image-tag": tag} if tag else {}),
    }
    return _document(place, "aws.ecr", "ECR Image Action", detail)


def image_put(place: Place, repository: str, tag: str) -> Document:
    """The same push, as a trail of CloudTrail records it.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html
    """
    detail = {
        "eventSource": "ecr.amazonaws.com",
        "eventName": "PutImage",
        "awsRegion": place.region,
        "requestParameters": {
            "registryId": place.account,
            "repositoryName": repository,
            "imageTag": tag,
        },
        "responseElements": {"image": {"imageId": {"imageDigest": DIGEST, "imageTag": tag}}},
    }
    return _document(place, "aws.ecr", _CLOUDTRAIL, detail)


def object_created(place: Place, bucket: str, key: str) -> Document:
    """An upload of an object.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    detail = {
        "version": "0",
        "bucket": {"name": bucket},
        "object": {
            "key": key,
            "size": 5,
            "etag": "b1946ac92492d2347c6235b4d2611184",
            "version-id": OBJECT_VERSION,
            "sequencer": "617f08299329d189",
        },
        "request-id": "N4N7GDK58NMKJ12R",
        "requester": place.account,
        "source-ip-address": "192.0.2.4",
        "reason": "PutObject",
    }
    arn = f"arn:{place.partition}:s3:::{bucket}"
    return _document(place, "aws.s3", "Object Created", detail, arn)


def object_put(place: Place, bucket: str, key: str) -> Document:
    """The same upload, as a trail of CloudTrail records it that is told to.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/create-cloudtrail-S3-source.html
    """
    arn = f"arn:{place.partition}:s3:::{bucket}/{key}"
    detail = {
        "eventSource": "s3.amazonaws.com",
        "eventName": "PutObject",
        "awsRegion": place.region,
        "requestParameters": {"bucketName": bucket, "key": key},
        "responseElements": {"x-amz-version-id": OBJECT_VERSION},
        "resources": [{"type": "AWS::S3::Object", "ARN": arn}],
    }
    return _document(place, "aws.s3", _CLOUDTRAIL, detail)


def scheduled(place: Place, rule_arn: str) -> Document:
    """The moment that the schedule of a rule names.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
    """
    return _document(place, "aws.events", "Scheduled Event", {}, rule_arn)


def pipeline_succeeded(place: Place, name: str) -> Document:
    """The end of a run of a pipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
    """
    detail = {"pipeline": name, "execution-id": _RUN, "state": "SUCCEEDED", "version": 1}
    kind = "CodePipeline Pipeline Execution State Change"
    arn = _arn(place, "codepipeline", name)
    return _document(place, "aws.codepipeline", kind, detail, arn)


def build_succeeded(place: Place, project: str) -> Document:
    """The end of a build.

    https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html
    """
    arn = _arn(place, "codebuild", f"build/{project}:{_RUN}")
    detail = {"build-status": "SUCCEEDED", "project-name": project, "build-id": arn}
    return _document(place, "aws.codebuild", "CodeBuild Build State Change", detail, arn)


def _arn(place: Place, service: str, name: str) -> str:
    return f"arn:{place.partition}:{service}:{place.region}:{place.account}:{name}"


def _document(
    place: Place, source: str, detail_type: str, detail: Document, *resources: str
) -> Document:
    return {
        "version": "0",
        "id": "ae97a3d8-2b4a-0d3e-3a4b-0a4ab1a6b6e5",
        "detail-type": detail_type,
        "source": source,
        "account": place.account,
        "time": _TIME,
        "region": place.region,
        "resources": list(resources),
        "detail": detail,
    }
