"""Which pushes and pull requests the filters of CodeBuild's webhooks let through.

https://docs.aws.amazon.com/codebuild/latest/userguide/github-webhook.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tandem.deployment.symbols import is_known
from tandem.trace.events import Event, git_pushed
from tandem.trace.git_filters import Block, blocks
from tandem.trace.patterns import Answer, every, negated, some

_PULL_REQUESTS = {
    "OPEN": ("PULL_REQUEST_CREATED", "PULL_REQUEST_REOPENED"),
    "UPDATED": ("PULL_REQUEST_UPDATED",),
    "CLOSED": ("PULL_REQUEST_CLOSED", "PULL_REQUEST_MERGED"),
}
_PLAIN = re.compile(r"[\w/.-]+")


def webhook_lets_through(groups: Sequence[Block], event: Event) -> Answer:
    """Whether a webhook with these filter groups starts a build; one that has none always does."""
    if not groups:
        return True
    return some(
        every(_webhook_filter(each, event) for each in blocks(group, "filter")) for group in groups
    )


def _webhook_filter(filtered: Block, event: Event) -> Answer:
    pattern = str(filtered.get("pattern") or "")
    answer = _webhook_answer(str(filtered.get("type") or ""), pattern, event)
    return negated(answer) if filtered.get("exclude_matched_pattern") else answer


def _webhook_answer(kind: str, pattern: str, event: Event) -> Answer:
    if not is_known(pattern):
        return None
    if kind == "EVENT":
        happened = _PULL_REQUESTS.get(event.action, ("PUSH",))
        return any(name.strip() in happened for name in pattern.split(","))
    if kind == "FILE_PATH":
        return None if event.paths is None else some(_search(pattern, it) for it in event.paths)
    is_request = event.change == "pull request"
    if kind == "HEAD_REF" and not is_request:
        folder = "tags" if event.change == "tag" else "heads"
        return _search(pattern, f"refs/{folder}/{event.reference}")
    if kind == "BASE_REF":
        return _search(pattern, f"refs/heads/{event.reference}") if is_request else False
    return None  # who pushed, and what the message says, no event here tells


def _search(pattern: str, text: str) -> Answer:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return None


def webhook_examples(groups: Sequence[Block], repository: str, branch: str) -> Iterator[Event]:
    """For each filter group an event that it lets through, as far as that is easily found."""
    for group in groups or [{}]:
        said = {
            str(it.get("type")): str(it.get("pattern") or "")
            for it in blocks(group, "filter")
            if not it.get("exclude_matched_pattern")
        }
        name = _plain(said.get("BASE_REF") or said.get("HEAD_REF") or "") or branch
        path = _plain(said.get("FILE_PATH", ""))
        paths = (path,) if path else None
        wanted = [name.strip() for name in said.get("EVENT", "PUSH").split(",")]
        action = next((it for it, names in _PULL_REQUESTS.items() if set(names) & set(wanted)), "")
        if "PUSH" not in wanted and action:
            event = git_pushed(repository, name, change="pull request", action=action, paths=paths)
        elif "refs/tags/" in said.get("HEAD_REF", ""):
            event = git_pushed(repository, name, change="tag", paths=paths)
        else:
            event = git_pushed(repository, name, paths=paths)
        if not groups or webhook_lets_through([group], event) is not False:
            yield event


def _plain(pattern: str) -> str:
    """The only name that a regular expression fits; empty where it is not as simple as that."""
    text = pattern.removeprefix("^").removesuffix("$")
    text = text.removeprefix("refs/heads/").removeprefix("refs/tags/").replace("\\", "")
    return text if _PLAIN.fullmatch(text) else ""


def repository_in(url: str) -> str:
    """The owner and the name of a repository, from its URL."""
    path = re.sub(r"^(https?|ssh)://([^/@]*@)?[^/]*/|^git@[^:]*:", "", url)
    return path.rstrip("/").removesuffix(".git")
