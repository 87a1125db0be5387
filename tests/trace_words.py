"""What an event starts, in a few words: what the tests of `tandem trace` compare."""

from __future__ import annotations

from tandem.deployment import Deployment
from tandem.trace.events import commit_pushed
from tandem.trace.following import Chain, Follower, Start, first_events


def words(chain: Chain) -> list[str]:
    """What an event starts, in words: uncertain with a question mark, loops with an @."""
    return [
        f"{start.what.name}{'' if start.certain else '?'}{'@' if start.loops else ''}"
        for start in chain.starts
    ]


def firsts(stack: Deployment) -> list[str]:
    return [event.words for event in first_events(stack)]


def of_commit(stack: Deployment, name: str, branch: str = "main") -> list[str]:
    return words(Follower(stack).follow(commit_pushed(stack, name, branch)))


def only(chain: Chain) -> Start:
    (start,) = chain.starts
    return start
