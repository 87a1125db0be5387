import random
import re
from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.deployment import Policy
from tandem.deployment.statements import statements_in, texts
from tandem.review.permissions.comparing import Comparison, compare
from tandem.review.permissions.conditions import Clause
from tandem.review.permissions.spans import Box, Span
from tandem.review.permissions.subjects import Source, Subject

ACTIONS = ("*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "ecr:*", "ecr:Put?mage")
RESOURCES = ("*", "arn:b/*", "arn:b/web/*", "arn:b/web/x", "arn:c")
ASKED = ("s3:GetObject", "s3:GetOther", "s3:PutObject", "s3:New", "ecr:PutImage", "ecr:New", "x:y")
ASKED_ON = ("arn:b/web/x", "arn:b/web/y", "arn:b/z", "arn:c", "arn:d")
TEAMS = (None, "red", "rose", "ruby", "blue")
SECURE = (None, "true", "false")

Request = tuple[str, str, str | None, str | None]
REQUESTS: tuple[Request, ...] = tuple(product(ASKED, ASKED_ON, TEAMS, SECURE))

TEAM = "aws:PrincipalTag/team"
conditions = st.sampled_from(
    [
        None,
        {"StringEquals": {"aws:PrincipalTag/team": "red"}},
        {"StringEquals": {"aws:principaltag/Team": ["red", "rose"]}},
        {"StringLike": {"aws:PrincipalTag/team": "r*"}},
        {"Bool": {"aws:SecureTransport": True}},
        {"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"aws:PrincipalTag/team": "r*"}},
    ]
)

more_conditions = conditions | st.sampled_from(
    [
        {"StringNotEquals": {TEAM: "red"}},
        {"StringNotEquals": {TEAM: ["red", "blue"]}},
        {"StringNotLike": {TEAM: "r*"}},
        {"StringEqualsIfExists": {TEAM: "red"}},
        {"StringLikeIfExists": {TEAM: ["r*", "blue"]}},
        {"StringNotEqualsIfExists": {TEAM: "rose"}},
        {"Null": {TEAM: "true"}},
        {"Null": {TEAM: "false"}},
        {"StringNotLike": {TEAM: "ro*"}, "Bool": {"aws:SecureTransport": "true"}},
    ]
)
"""What two of them say together may be what a third one says: nobody has to see that."""


@st.composite
def statements(draw: st.DrawFn, conditions: st.SearchStrategy[Any]) -> dict[str, Any]:
    actions = draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3, unique=True))
    resources = draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2, unique=True))
    found: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): actions,
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): resources,
    }
    condition = draw(conditions)
    return {**found, "Condition": condition} if condition else found


def documents_with(conditions: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(statements(conditions), min_size=1, max_size=3).map(
        lambda found: {"Version": "2012-10-17", "Statement": found}
    )


documents, all_documents = documents_with(conditions), documents_with(more_conditions)
boundaries = st.one_of(st.none(), st.none(), documents)


def subject(document: Mapping[str, Any], boundary: Mapping[str, Any] | None = None) -> Subject:
    return Subject(
        key="aws_iam_role.a",
        address="aws_iam_role.a",
        name="a",
        kind="role",
        policies=(Source(Policy("aws_iam_role_policy.a", "a", document)),),
        boundary=Source(Policy("aws_iam_policy.b", "b", boundary)) if boundary else None,
    )


def compared(before: Subject | None, after: Subject | None) -> Comparison:
    return compare(before, after, lambda _: True)


# What IAM says, written once more and with nothing but single requests.


@cache
def is_like(pattern: str, text: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text) is not None


def any_like(patterns: Any, text: str, *, lower: bool = False) -> bool:
    return any(is_like(it.lower() if lower else it, text) for it in texts(patterns))


def holds(operator: str, values: Any, given: str | None) -> bool:
    wanted = [str(it).lower() for it in texts(values)]
    if operator.lower() == "null":
        return wanted == [str(given is None).lower()]
    refuses = "not" in operator.lower()
    if given is None:
        return refuses or operator.lower().endswith("ifexists")
    return any_like(wanted, given) != refuses


def applies(statement: Mapping[str, Any], request: Request) -> bool:
    action, resource, team, secure = request
    if "Action" in statement and not any_like(statement["Action"], action.lower(), lower=True):
        return False
    if any_like(statement.get("NotAction"), action.lower(), lower=True):
        return False
    if "Resource" in statement and not any_like(statement["Resource"], resource):
        return False
    if any_like(statement.get("NotResource"), resource):
        return False
    return all(
        holds(operator, values, secure if "secure" in key.lower() else team)
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    )


def says(document: Mapping[str, Any], request: Request) -> bool:
    found = [it["Effect"] for it in statements_in(document) if applies(it, request)]
    return "Allow" in found and "Deny" not in found


def allowed(of: Subject, request: Request) -> bool:
    documents = [it.document for it in of.policies]
    if of.boundary is not None and not says(of.boundary.document or {}, request):
        return False
    return says(documents[0] or {}, request)


def contains(box: Box, request: Request) -> bool:
    action, resource, team, secure = request

    def is_in(span: Span, text: str) -> bool:
        return all(is_like(str(it), text) for it in span.all_of) and not any(
            is_like(str(it), text) for it in span.none_of
        )

    def met(clause: Any) -> bool:
        assert isinstance(clause, Clause)
        operator = f"{clause.operator}{'ifexists' * clause.if_exists}"
        return holds(operator, list(clause.values), secure if "secure" in clause.key else team)

    return (
        is_in(box[0], action.lower())
        and is_in(box[1], resource)
        and all(map(met, box[3].all_of))
        and not any(map(met, box[3].none_of))
    )


def newly(before: Subject, after: Subject) -> list[Request]:
    return [it for it in REQUESTS if allowed(after, it) and not allowed(before, it)]


@settings(max_examples=40, deadline=None)
@given(all_documents, boundaries, all_documents, boundaries)
def test_nothing_that_is_gained_or_lost_is_left_out(
    old: Any, old_boundary: Any, new: Any, new_boundary: Any
) -> None:
    before, after = subject(old, old_boundary), subject(new, new_boundary)
    found = compared(before, after)
    gained = [it.box for it in found.gained if it.cell.allows]
    unlocked = [it.box for it in found.lost if not it.cell.allows]
    for request in newly(before, after):
        assert any(contains(box, request) for box in (*gained, *unlocked)), request
        assert found.widens
    gone = [it.box for it in found.lost if it.cell.allows]
    locked = [it.box for it in found.gained if not it.cell.allows]
    for request in newly(after, before):
        assert any(contains(box, request) for box in (*gone, *locked)) or (
            new_boundary and not says(new_boundary, request)
        ), request


@settings(max_examples=40, deadline=None)
@given(documents, documents)
def test_what_was_allowed_already_is_no_gain(old: Any, new: Any) -> None:
    before, after = subject(old), subject(new)
    found = compared(before, after)
    new_requests = newly(before, after)
    for gain in found.gained:
        if gain.cell.allows:
            assert any(contains(gain.box, it) for it in new_requests), gain.box
    assert found.widens == bool(new_requests)


def rewritten(document: Mapping[str, Any], order: random.Random) -> dict[str, Any]:
    """The same document as somebody else would write it."""
    found = []
    for statement in statements_in(document):
        for number, action in enumerate(texts(statement.get("Action")) or (None,)):
            one = dict(statement, Sid=f"S{number}")
            if action is not None:
                one["Action"] = action.upper().replace("S3:", "s3:")
            for key in ("Resource", "NotAction", "NotResource"):
                if key in one:
                    values = list(texts(one[key]))
                    order.shuffle(values)
                    one[key] = values[0] if len(values) == 1 else values
            found.append(one)
    order.shuffle(found)
    return {"Statement": found}


@settings(max_examples=40, deadline=None)
@given(all_documents, boundaries, st.randoms(use_true_random=False))
def test_another_writing_changes_nothing(old: Any, boundary: Any, order: Any) -> None:
    found = compared(subject(old, boundary), subject(rewritten(old, order), boundary))
    assert not found.gained
    assert not found.lost
    assert not found.widens


@pytest.mark.parametrize("one", ["before", "after"])
def test_who_is_not_there_may_do_nothing(one: str) -> None:
    document = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    found = (
        compared(subject(document), None) if one == "before" else compared(None, subject(document))
    )
    assert len(found.lost) == (one == "before")
    assert len(found.gained) == (one == "after")
    assert found.widens == (one == "after")
