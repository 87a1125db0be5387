"""Comments of pull requests in Bitbucket's cloud.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/
"""

from __future__ import annotations

from collections.abc import Iterator

from tandem.review.comments.api import Api, Refused
from tandem.review.comments.sticky import Comment


class Bitbucket:
    """A pull request at Bitbucket.

    Args:
        base: The API, such as `https://api.bitbucket.org/2.0`.
        repository: As in `acme/pipelines`.
        request: Number of the pull request.
        token: An access token of the repository, with `pullrequest:write`.
    """

    limit = 32_768
    takes_html = False

    def __init__(self, base: str, repository: str, request: int, token: str) -> None:
        remedy = f"the access token must have pullrequest:write in {repository}"
        self._api = Api("Bitbucket", base, token, remedy=remedy)
        self._comments = f"/repositories/{repository}/pullrequests/{request}/comments"

    def own(self) -> Iterator[Comment]:
        """Everybody's: a repository's token cannot ask who it is."""
        for page in self._api.pages(self._comments, pagelen=100, sort="created_on"):
            for comment in page["values"]:
                if not comment.get("deleted"):
                    yield Comment(str(comment["id"]), comment["content"]["raw"])

    def post(self, text: str) -> None:
        """Write a new comment."""
        self._api.send("POST", self._comments, _content(text))

    def update(self, comment: Comment, text: str) -> bool:
        """Write a comment anew; false if it is somebody else's, which Bitbucket refuses."""
        try:
            self._api.send("PUT", f"{self._comments}/{comment.id}", _content(text))
        except Refused as error:
            if error.status in (403, 404, 410):
                return False
            raise
        return True


def _content(text: str) -> dict[str, dict[str, str]]:
    return {"content": {"raw": text}}
