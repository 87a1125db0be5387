"""Reviews made by hand, for what shows them: a realistic one, and the extremes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from review_sample_changes import changes
from review_sample_effects import findings, links, objections, permissions

from tandem.review.model import (
    AttributeChange,
    Change,
    Counts,
    Grant,
    PermissionChange,
    Rename,
    Review,
)

HOSTILE = (
    "</td></table></details>--><script>alert(1)</script><img src=x onerror=alert(2)>"
    " ``` ~~~ `x` | \n\n# @octocat ![p](https://evil.example/p.png) [l](javascript:alert(3))"
    " https://evil.example www.evil.example #1 \u202egnp\u2066 <!-- {{7*7}} ${x}"
    " &lt; \\` \x1b[31m $x$"
    ' end\r\nflowchart TD\n click a "javascript:alert(4)" %%{init:{}}%% \']]> :tada: GH-1 *b* _i_'
)
"""A name with everything that means something in Markdown, HTML, Mermaid or a terminal."""

_OURS = {"action", "id", "kind", "source", "target"}
"""Fields that no plan chooses: one of a few words, or an id of the picture."""
_NAMES = {"address", "check", "page", "previous_address", "rule", "type"}
"""Fields in which Terraform lets nothing sensitive be, and names of checks and rules."""


def tiny() -> Review:
    """Nothing happens."""
    return Review("plan", "1.11.4", Counts(unchanged=34))


def small() -> Review:
    """One harmless change of one resource."""
    bigger = AttributeChange(
        "environment[0].compute_type", "BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_LARGE"
    )
    change = Change(
        "module.web.aws_codebuild_project.this[0]",
        "aws_codebuild_project",
        "update",
        attributes=(bigger,),
        image="web",
        rank=10,
    )
    return Review("plan", "1.11.4", Counts(change=1, unchanged=33), (change,))


def drift() -> Review:
    """Somebody changed a policy by hand."""
    change = Change(
        "aws_iam_role_policy.shop-web-build",
        "aws_iam_role_policy",
        "update",
        attributes=(AttributeChange("policy", "2 statements", "3 statements: see permissions"),),
        image="web",
        rank=30,
    )
    by_hand = PermissionChange(
        "aws_iam_role.shop-web-build",
        "shop-web-build",
        "role",
        gained=(Grant(("ecr:*",), ("*",), wide="on every resource", needed=False),),
        widens=True,
    )
    return Review(
        "drift", "1.11.4", Counts(unchanged=33, drift=1), drift=(change,), permissions=(by_hand,)
    )


def realistic() -> Review:
    """An image is renamed, a build may do more, a rule loses its target: every field is used."""
    return Review(
        kind="plan",
        terraform_version="1.11.4",
        counts=_counts(changes(), unchanged=61, drift=1),
        changes=tuple(sorted(changes(), key=lambda it: -it.rank)),
        drift=(
            Change(
                "aws_codebuild_project.shop-api",
                "aws_codebuild_project",
                "update",
                attributes=(AttributeChange("build_timeout", "60", "90"),),
                image="api",
            ),
        ),
        outputs=(
            AttributeChange("repository_urls.web", "…/shop/web", "…/shop/storefront"),
            AttributeChange("pipeline_names", None, "(known after apply)"),
        ),
        renames=(
            Rename(
                "aws_ecr_repository.shop-web",
                "aws_ecr_repository.shop-storefront",
                False,
                ("tags.image",),
                ('name = "shop/web"',),
            ),
            Rename("module.worker", "module.jobs", True),
        ),
        links=links(),
        permissions=permissions(),
        findings=findings(),
        objections=objections(),
        not_known=(
            "the policy of aws_iam_role.shop-jobs-build: known after apply",
            "checkov is not installed: pip install checkov",
        ),
        notes=("the plan is incomplete: it has -target", "it was made with -refresh=false"),
    )


def huge(count: int = 5000) -> Review:
    """As many changes as somebody may have, of all kinds, with diffs and permissions."""
    whole = realistic()
    many = [_again(whole.changes[n % len(whole.changes)], n) for n in range(count)]
    many.sort(key=lambda it: -it.rank)
    permissions = tuple(
        replace(it, address=f"{it.address}_{n}", name=f"{it.name}-{n}")
        for n in range(count // 20)
        for it in whole.permissions
    )
    return replace(
        whole, counts=_counts(many, unchanged=7), changes=tuple(many), permissions=permissions
    )


def _again(change: Change, number: int) -> Change:
    image = f"image-{number % 500}" if change.image else ""
    return replace(change, address=f"{change.address}_{number}", image=image)


def _counts(of: Sequence[Change], *, unchanged: int, drift: int = 0) -> Counts:
    actions = Counter(it.action for it in of)
    return Counts(
        add=actions["create"] + actions["replace"],
        change=actions["update"],
        destroy=actions["destroy"] + actions["replace"],
        importing=sum(it.importing is not None for it in of),
        move=sum(it.previous_address is not None for it in of),
        forget=actions["forget"],
        replace=actions["replace"],
        unchanged=unchanged,
        drift=drift,
    )


def hostile() -> Review:
    """The realistic review with something hostile in every text."""
    return poisoned(realistic(), HOSTILE)


def poisoned(review: Review, text: str) -> Review:
    """The review with `text` at the end of every text in it that others chose."""
    found: Review = _poisoned(review, text)
    return found


def spilled(review: Review, secret: str) -> Review:
    """The review with a secret at the end of every text in which a value may be."""
    found: Review = _poisoned(replace(review, renames=()), secret, _OURS | _NAMES)
    return replace(found, renames=review.renames)


def _poisoned(value: Any, text: str, kept: Collection[str] = _OURS) -> Any:
    if isinstance(value, str):
        return value + text
    if isinstance(value, tuple):
        return tuple(_poisoned(it, text, kept) for it in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    free = [it.name for it in fields(value) if it.name not in kept]
    return replace(value, **{name: _poisoned(getattr(value, name), text, kept) for name in free})
