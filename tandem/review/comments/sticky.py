"""One comment for each name: made the first time, updated from then on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from time import sleep
from typing import Literal, Protocol

from tandem.review.comments.errors import BusyError, SettingError
from tandem.review.comments.fitting import fitted
from tandem.review.comments.plainer import plainer

Outcome = Literal["posted", "updated", "left out"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
_ATTEMPTS = 5
_LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class Comment:
    """A comment that is there."""

    id: str
    text: str


class Host(Protocol):
    """Where a pull request is."""

    limit: int
    """Characters of a comment."""
    takes_html: bool
    """Whether tags and Mermaid are more than text there."""

    def own(self) -> Iterator[Comment]:
        """Comments of the pull request that may be ours, the oldest first."""

    def post(self, text: str) -> None:
        """Write a new comment."""

    def update(self, comment: Comment, text: str) -> bool:
        """Write a comment anew; false if it turns out to be somebody else's, or gone."""


def marked(text: str, name: str) -> str:
    """The text below a line that every host's Markdown hides, and by which it is found again.

    It is a definition of a link that nothing uses: some hosts show HTML comments.
    """
    if not _NAME.fullmatch(name):
        raise SettingError(
            f"--name: {name!r} is no name; use letters, digits, '.', '_', '/' and '-', at most 100"
        )
    return f"{_mark(name)}\n\n{text}"


def place(host: Host, text: str, *, name: str, update_only: bool = False) -> Outcome:
    """Make the comment of this name say `text`.

    If the host is busy, or its answer is lost, everything is done again, from looking for the
    comment on: a comment that was written after all is updated, not written twice.

    Args:
        host: Where.
        text: In Markdown; what is too long for the host is cut.
        name: Tells the comments of several reviews apart.
        update_only: Leave it out if there is none yet.

    Raises:
        CommentError: The host refused, or was busy for too long.
    """
    shown = text if host.takes_html else plainer(text)
    whole = fitted(marked(shown, name), host.limit)
    for attempt in range(1, _ATTEMPTS):
        try:
            return _once(host, whole, name, update_only=update_only)
        except BusyError as error:
            wait = 2.0**attempt if error.after_seconds is None else error.after_seconds
            if wait > _LONGEST_WAIT_SECONDS:
                raise
            sleep(wait)
    return _once(host, whole, name, update_only=update_only)


def _once(host: Host, text: str, name: str, *, update_only: bool) -> Outcome:
    for comment in host.own():
        if comment.text.startswith(_mark(name)) and host.update(comment, text):
            return "updated"
    if update_only:
        return "left out"
    host.post(text)
    return "posted"


def _mark(name: str) -> str:
    return f"[//]: # (tandem-review {name})"
