"""Comments of CodeCommit's pull requests.

https://docs.aws.amazon.com/codecommit/latest/APIReference/API_PostCommentForPullRequest.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import (  # type: ignore[import-untyped]
    BotoCoreError,
    ClientError,
    HTTPClientError,
)

from tandem.review.comments.errors import BusyError, CommentError
from tandem.review.comments.sticky import Comment

_NOT_OURS = (
    "CommentDeletedException",
    "CommentDoesNotExistException",
    "CommentNotCreatedByCallerException",
)


class CodeCommit:
    """A pull request at CodeCommit.

    Credentials, region and endpoint are those of AWS's own tools.

    Args:
        repository: Its name.
        request: Number of the pull request.
        before: The commit of the branch that it is merged into.
        after: The newest commit of the pull request.
    """

    takes_html = False
    limit = 10_240
    """https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html."""

    def __init__(self, repository: str, request: int, *, before: str, after: str) -> None:
        with _understood():
            self._client = boto3.client("codecommit", config=Config(retries={"mode": "standard"}))
        self._repository, self._request = repository, str(request)
        self._before, self._after = before, after

    def own(self) -> Iterator[Comment]:
        """Everybody's: CodeCommit itself lets only the author change a comment."""
        pages = self._client.get_paginator("get_comments_for_pull_request")
        with _understood():
            for page in pages.paginate(
                pullRequestId=self._request, repositoryName=self._repository
            ):
                for thread in page["commentsForPullRequestData"]:
                    for comment in thread["comments"]:
                        if not comment.get("deleted"):
                            yield Comment(comment["commentId"], comment.get("content", ""))

    def post(self, text: str) -> None:
        """Write a new comment; the same one for the same commit is written once."""
        once = hashlib.sha256(f"{self._request} {self._after} {text}".encode()).hexdigest()
        with _understood():
            self._client.post_comment_for_pull_request(
                pullRequestId=self._request,
                repositoryName=self._repository,
                beforeCommitId=self._before,
                afterCommitId=self._after,
                content=text,
                clientRequestToken=once,
            )

    def update(self, comment: Comment, text: str) -> bool:
        """Write a comment anew; false if it is somebody else's, or gone."""
        with _understood():
            try:
                self._client.update_comment(commentId=comment.id, content=text)
            except ClientError as error:
                if error.response["Error"]["Code"] in _NOT_OURS:
                    return False
                raise
        return True


@contextmanager
def _understood() -> Iterator[None]:
    """Say what AWS says, in a line."""
    try:
        yield
    except ClientError as error:
        said: Mapping[str, Any] = error.response["Error"]
        message = f"CodeCommit: {said.get('Code', '')}: {said.get('Message', '')}"
        raise CommentError(" ".join(message.split())) from None
    except HTTPClientError as error:
        raise BusyError(f"CodeCommit: no answer ({type(error).__name__})") from None
    except BotoCoreError as error:
        raise CommentError(f"CodeCommit: {' '.join(str(error).split())}") from None
