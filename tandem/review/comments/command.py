"""`tandem comment`: what the environment says of the pull request, and the comment in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from tandem.review.comments.errors import SettingError
from tandem.review.comments.sticky import Host, Outcome, place

Kind = Literal["bitbucket", "codecommit", "github", "gitlab"]

_API: Mapping[Kind, tuple[str, str]] = {
    "bitbucket": ("BITBUCKET_API_URL", "https://api.bitbucket.org/2.0"),
    "github": ("GITHUB_API_URL", "https://api.github.com"),
    "gitlab": ("CI_API_V4_URL", "https://gitlab.com/api/v4"),
}
"""Which variable says where the API is, as those hosts' own builds set it; and where it is else."""
_REPOSITORY = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*")
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SAID = {
    "TANDEM_REPOSITORY": "the repository, as its host calls it",
    "TANDEM_PULL_REQUEST": "the number of the pull request",
    "TANDEM_COMMENT_TOKEN": "a token that may write comments",
    "TANDEM_BEFORE_COMMIT": "the commit that the pull request is merged into, 40 digits",
    "TANDEM_AFTER_COMMIT": "the newest commit of the pull request, 40 digits",
}


def comment(
    file: Path,
    kind: Kind,
    environment: Mapping[str, str],
    *,
    name: str = "plan",
    update_only: bool = False,
) -> Outcome:
    """Make the comment of this name say what is in `file`.

    Args:
        file: Markdown.
        kind: Where the pull request is.
        environment: Says which one it is, and has the token: see docs/pull-requests.md.
        name: Tells the comments of several reviews of a pull request apart.
        update_only: Leave it out if there is none yet.

    Raises:
        CommentError: Nothing was commented; the message says why.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise SettingError(f"{file}: {why}; write it with tandem review --markdown") from None
    if not text.strip():
        raise SettingError(f"{file}: is empty; write it with tandem review --markdown")
    return place(_host(kind, environment), text, name=name, update_only=update_only)


def _host(kind: Kind, environment: Mapping[str, str]) -> Host:
    repository = _said(environment, "TANDEM_REPOSITORY", _REPOSITORY.fullmatch)
    request = int(_said(environment, "TANDEM_PULL_REQUEST", _NUMBER.fullmatch))
    if kind == "codecommit":
        from tandem.review.comments.codecommit import CodeCommit

        before = _said(environment, "TANDEM_BEFORE_COMMIT", _COMMIT.fullmatch)
        after = _said(environment, "TANDEM_AFTER_COMMIT", _COMMIT.fullmatch)
        return CodeCommit(repository, request, before=before, after=after)
    token = _said(environment, "TANDEM_COMMENT_TOKEN", bool)
    variable, usual = _API[kind]
    base = environment.get(variable) or usual
    match kind:
        case "github":
            from tandem.review.comments.github import Github

            return Github(base, repository, request, token)
        case "gitlab":
            from tandem.review.comments.gitlab import Gitlab

            return Gitlab(base, repository, request, token)
        case "bitbucket":
            from tandem.review.comments.bitbucket import Bitbucket

            return Bitbucket(base, repository, request, token)


def _said(environment: Mapping[str, str], name: str, is_one: Callable[[str], object]) -> str:
    value = environment.get(name, "").strip()
    if not is_one(value):
        fault = "is not set" if not value else "is something else"
        raise SettingError(f"{name} {fault}; it must be {_SAID[name]}")
    return value
