"""Comments of GitLab's merge requests.

https://docs.gitlab.com/api/notes/#merge-requests
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from tandem.review.comments.api import Api, Refused
from tandem.review.comments.sticky import Comment


class Gitlab:
    """A merge request at GitLab.com, or at a GitLab of your own.

    Args:
        base: The API, such as `https://gitlab.com/api/v4`.
        repository: Path of the project, as in `acme/platform/pipelines`.
        request: Number of the merge request in its project.
        token: A token of a project, a group or a user, with the scope `api`.
    """

    limit = 1_000_000
    takes_html = True

    def __init__(self, base: str, repository: str, request: int, token: str) -> None:
        remedy = f"the token must have the scope api in {repository}"
        self._api = Api("GitLab", base, token, remedy=remedy)
        self._notes = f"/projects/{quote(repository, safe='')}/merge_requests/{request}/notes"

    def own(self) -> Iterator[Comment]:
        """Comments that this token's user wrote."""
        user = self._api.get("/user")["id"]
        for page in self._api.pages(self._notes, per_page=100, sort="asc", order_by="created_at"):
            for note in page:
                if note["author"]["id"] == user and not note["system"]:
                    yield Comment(str(note["id"]), note["body"])

    def post(self, text: str) -> None:
        """Write a new comment."""
        self._api.send("POST", self._notes, {"body": text})

    def update(self, comment: Comment, text: str) -> bool:
        """Write a comment anew; false if it is gone."""
        try:
            self._api.send("PUT", f"{self._notes}/{comment.id}", {"body": text})
        except Refused as error:
            if error.status == 404:
                return False
            raise
        return True
