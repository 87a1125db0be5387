"""What the formats call a change of permissions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from access_samples import allow
from permission_samples import changes, with_policy

from tandem.review.html.page import html
from tandem.review.markdown import markdown
from tandem.review.model import Counts, Grant, PermissionChange, Review
from tandem.review.wording import direction, in_short

PUSH = Grant(("ecr:PutImage",), ("*",))
DENIED = replace(PUSH, denies=True)
ROLE = PermissionChange("aws_iam_role.build", "build", "role")
MORE = replace(ROLE, gained=(PUSH,), widens=True)
NEW = replace(MORE, is_new=True)
WIDE = replace(NEW, gained=(replace(PUSH, wide="on every resource"),))
UNSEEN = replace(ROLE, is_new=True, unknown=("aws_x.y is not known before the apply",))


def of(*permissions: PermissionChange) -> Review:
    return Review("plan", "1.11.4", Counts(), permissions=permissions)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (MORE, "more"),
        (replace(ROLE, gained=(DENIED,)), "less"),
        (replace(ROLE, lost=(PUSH,)), "less"),
        (replace(ROLE, lost=(DENIED,), widens=True), "more"),
        (replace(ROLE, lost=(DENIED,)), "other"),
        (replace(MORE, gained=(PUSH, DENIED)), "more"),
        (replace(MORE, gained=(replace(PUSH, needed=True),), lost=(PUSH,)), "other"),
    ],
)
def test_where_permissions_go(change: PermissionChange, expected: str) -> None:
    assert direction(change) == expected


def test_a_denial_that_is_added_narrows() -> None:
    review = of(replace(ROLE, gained=(DENIED,)))
    assert "**`build` may do less**" in markdown(review)
    assert ">narrows<" in html(review)


def test_the_headline_counts_what_is_new_too() -> None:
    assert list(in_short(of(MORE, NEW, WIDE, replace(WIDE, widens=False)))) == [
        "2 roles or policies allow more"
    ]
    assert list(in_short(of(UNSEEN, replace(UNSEEN, is_gone=True)))) == [
        "1 role or policy cannot be compared"
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (UNSEEN, "⚠️ **`build` is new and cannot be reviewed**"),
        (WIDE, "⚠️ **`build` is new and may do**"),
    ],
)
def test_what_is_new_is_not_folded_away_where_somebody_has_to_look(
    change: PermissionChange, words: str
) -> None:
    text = markdown(of(NEW, change))
    assert text.index(words) < text.index("New roles and policies: 1")


def test_the_page_opens_what_nobody_sees() -> None:
    (opened,) = (
        line for line in html(of(UNSEEN)).splitlines() if 'class="item permission"' in line
    )
    assert opened.endswith(" open>")


def test_the_most_dangerous_is_said_first() -> None:
    tame = [f"ecs:Describe{name}" for name in ("Clusters", "Services", "Tasks")]
    after = with_policy(
        *(allow(f"ecs:Describe{name}", f"arn:aws:ecs:::{name}") for name in ("A", "B")),
        allow("ecr:Describe*", "arn:aws:ecr:::a"),
        allow([*tame, "secretsmanager:GetSecretValue", "iam:PassRole"], "arn:aws:x:::y"),
    )
    found = changes(with_policy(), after)["aws_iam_role.build", "role"]
    assert [it.actions for it in found.gained] == [
        ("iam:PassRole",),
        ("secretsmanager:GetSecretValue", *tame),
        ("ecr:Describe*",),
        ("ecs:DescribeA",),
        ("ecs:DescribeB",),
    ]
