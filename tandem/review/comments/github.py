"""Comments of GitHub's pull requests.

https://docs.github.com/en/rest/issues/comments
https://docs.github.com/en/graphql/reference/interfaces#comment
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tandem.review.comments.api import Api, Refused
from tandem.review.comments.errors import CommentError
from tandem.review.comments.sticky import Comment

# The token of a workflow may not ask who it is; this asks of each comment whether it is ours.
_COMMENTS = """
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      comments(first: 100, after: $after) {
        nodes { databaseId body viewerDidAuthor }
        pageInfo { endCursor hasNextPage }
      }
    }
  }
}
"""


class Github:
    """A pull request at GitHub, or at a GitHub Enterprise Server.

    Args:
        base: The API, such as `https://api.github.com` or `https://HOST/api/v3`.
        repository: As in `acme/pipelines`.
        request: Number of the pull request.
        token: May write comments: `pull-requests: write` of a workflow is enough.
    """

    limit = 65_536
    takes_html = True

    def __init__(self, base: str, repository: str, request: int, token: str) -> None:
        remedy = f"the token must be allowed to write comments in pull requests of {repository}"
        accept = "application/vnd.github+json"
        base = base.rstrip("/")
        self._api = Api("GitHub", base, token, remedy=remedy, accept=accept)
        self._graphql = Api("GitHub", base.removesuffix("/v3"), token, remedy=remedy)
        self._repository, self._request = repository, request

    def own(self) -> Iterator[Comment]:
        """Comments that this token wrote."""
        after: str | None = None
        while True:
            found = self._page(after)
            for node in found["nodes"]:
                if node["viewerDidAuthor"]:
                    yield Comment(str(node["databaseId"]), node["body"])
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]

    def _page(self, after: str | None) -> Any:
        owner, _, name = self._repository.partition("/")
        variables = {"owner": owner, "name": name, "number": self._request, "after": after}
        answer = self._graphql.send(
            "POST", "/graphql", {"query": _COMMENTS, "variables": variables}
        )
        try:
            return answer["data"]["repository"]["pullRequest"]["comments"]
        except (KeyError, TypeError):
            raise CommentError(
                f"GitHub: the token sees no pull request {self._request} of {self._repository}"
            ) from None

    def post(self, text: str) -> None:
        """Write a new comment."""
        path = f"/repos/{self._repository}/issues/{self._request}/comments"
        self._api.send("POST", path, {"body": text})

    def update(self, comment: Comment, text: str) -> bool:
        """Write a comment anew; false if it is gone."""
        path = f"/repos/{self._repository}/issues/comments/{comment.id}"
        try:
            self._api.send("PATCH", path, {"body": text})
        except Refused as error:
            if error.status in (404, 410):
                return False
            raise
        return True
