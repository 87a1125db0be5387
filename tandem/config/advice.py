"""Advice for keys that no setting has: what was meant, or what to do instead."""

from __future__ import annotations

from collections.abc import Iterator

from tandem.config.document import Place
from tandem.config.fields import classes_at, fields_of, path_to
from tandem.config.nodes import Node
from tandem.config.problems import Problem, did_you_mean, listed

_CONNECT = (
    "tokens land in the plan and the state: make a connection in the console and give its ARN, "
    "as in connection: arn:aws:codeconnections:…"
)
_EVENTS = "events start the pipeline, nothing polls: remove it"
_V2 = "every pipeline is of type V2: remove it"
_HABITS = {
    **dict.fromkeys(["type", "pipeline_type", "pipelineType"], _V2),
    **dict.fromkeys(
        ["poll", "polling", "poll_for_source_changes", "PollForSourceChanges", "detect_changes"],
        _EVENTS,
    ),
    **dict.fromkeys(
        ["oauth_token", "OAuthToken", "token", "github_token", "password", "secret_token"], _CONNECT
    ),
    **dict.fromkeys(["github", "gitlab", "bitbucket", "GitHub"], _CONNECT),
}
_NOTHING = Node(0, {})


def unknown_key(place: Place) -> str:
    """What to do about a key that its mapping does not have."""
    *above, last = place.in_file
    key = str(last)
    if advice := _HABITS.get(key):
        return advice
    siblings = classes_at(above, place.around)
    if others := [cls for cls in classes_at(above, _NOTHING) if key in fields_of(cls)]:
        given = next(name for cls in siblings for name in fields_of(cls) if name != key)
        kind = next(iter(fields_of(others[0])))
        return f'does not go with "{given}"{": keep one" if kind == key else f", but with {kind}"}'
    if above and any(key in fields_of(cls) for cls in classes_at(above[:-1], _NOTHING)):
        return f'unknown key here: it belongs beside "{above[-1]}", so indent it less'
    if inner := path_to(key, siblings):
        return f'unknown key; did you mean "{inner}"?'
    known = list(dict.fromkeys(name for cls in siblings for name in fields_of(cls)))
    if not above:
        known.append("defaults")
    return f"unknown key; {did_you_mean(key, known, f'it may be {listed(known)}')}"


def no_kind(place: Place) -> Iterator[Problem]:
    """A source or a state of which it is not clear which it is."""
    known = {name: cls for cls in classes_at(place.in_file, _NOTHING) for name in fields_of(cls)}
    kinds = [next(iter(fields_of(cls))) for cls in dict.fromkeys(known.values())]
    given = [kind for kind in kinds if kind in place.node.mapping]
    strange = [key for key in place.node.mapping if key not in known]
    for key in strange:
        inner = place.within(key)
        yield inner.problem(unknown_key(inner))
    if len(given) > 1:
        yield place.problem(f"has both {listed(given, 'and')}: keep one")
    elif not strange:
        yield place.problem(f"must have one of {listed(kinds)}")
