"""What our own roles are granted is what they need, in every example."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tandem.access.chosen import made_up
from tandem.access.needs import Need, forbidden, needs, service_needs, unclear
from tandem.deployment import Deployment, Role, understand

GOLDEN = Path(__file__).parents[1] / "golden"
_TEXT_OF = "(the text of "
EXAMPLES = [path.stem for path in sorted(GOLDEN.glob("*.json"))]
EXPLAINED = {
    "codeconnections:UseConnection": "the service was renamed: the other prefix",
    "codestar-connections:UseConnection": "the same",
}
"""What is granted and not needed, and why."""

PLANNING = ("_review_role", "github_plan_role")
"""Roles with which code of a pull request works, of whose needs nobody can know all: what they may
do and may not is in tests/modules/test_plan_review.py."""


@cache
def example(name: str) -> Deployment:
    return understand(_whole(json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))))


def _whole(value: Any) -> Any:
    """A golden file has JSON within JSON as an object, and a buildspec as the name of its file."""
    match value:
        case {"(JSON)": document}:
            return json.dumps(document)
        case dict():
            return {key: _whole(item) for key, item in value.items()}
        case list():
            return [_whole(item) for item in value]
        case str() if value.startswith(_TEXT_OF):
            path = GOLDEN.parents[1] / value.removeprefix(_TEXT_OF).removesuffix(")")
            return path.read_text(encoding="utf-8").replace("${", "$${")
    return value


def granted(role: Role) -> Iterator[tuple[str, str]]:
    for policy in role.policies:
        assert policy.document is not None
        for statement in policy.document["Statement"]:
            for action in _listed(statement["Action"]):
                for resource in _listed(statement["Resource"]):
                    yield action, resource


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def matches(need: Need, action: str, resource: str) -> bool:
    pattern = re.escape(resource).replace(r"\*", ".*").replace(r"\?", ".")
    same = need.action == action and re.fullmatch(pattern, made_up(need.resource), re.DOTALL)
    # A role that Terraform will look up, or another one: only the expression is known.
    symbolic = need.action == action and need.resource.strip("\ue000\ue001") in resource
    return bool(same or symbolic)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_needed_is_granted(name: str) -> None:
    found = example(name)
    grants = {role.arn: list(granted(role)) for role in found.roles}
    missing = [
        need
        for need in needs(found)
        if not need.optional and not any(matches(need, *it) for it in grants[need.role.arn])
    ]
    assert missing == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_granted_is_needed_or_explained(name: str) -> None:
    found = example(name)
    useful = [need for need in needs(found) if need.advised or not need.optional]
    hidden = {it.role.arn: it.actions for it in unclear(found)}
    excess = {
        action
        for role in found.roles
        if not role.address.endswith(PLANNING)
        for action, resource in granted(role)
        if not any(need.role.arn == role.arn and matches(need, action, resource) for need in useful)
        and action not in hidden.get(role.arn, ())
        and not _names_its_log_twice(role, action)
    }
    assert excess <= set(EXPLAINED)


def _names_its_log_twice(role: Role, action: str) -> bool:
    """A policy names the group and, with `:*`, its streams; each action needs one of them."""
    return action.startswith("logs:") and len([it for it in granted(role) if it[0] == action]) > 1


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_that_is_forbidden_is_granted(name: str) -> None:
    found = example(name)
    grants = {role.arn: list(granted(role)) for role in found.roles}
    table = [need for need in forbidden(found) if "iam:PassedToService" not in need.context]
    judged = {role.arn for role in found.roles if not role.address.endswith(PLANNING)}
    assert {need.role.arn for need in table} == judged
    allowed = [need for need in table if any(matches(need, *it) for it in grants[need.role.arn])]
    assert allowed == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_rule_can_send_its_dead_letters(name: str) -> None:
    found = example(name)
    rules = {need.context["aws:SourceArn"] for need in service_needs(found)}
    assert rules == {rule.arn for rule in found.rules}


def test_the_walkthrough_needs_what_its_page_says() -> None:
    found = {
        need.action
        for need in needs(example("walkthrough"))
        if need.role.name.endswith("-build") and not (need.optional and not need.advised)
    }
    assert found == {
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:GetBucketAcl",
        "s3:GetBucketLocation",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:PutObject",
    }
