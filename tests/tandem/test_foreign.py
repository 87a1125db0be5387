"""Terraform that nobody here wrote: what is found in it, and what must not be.

What is expected was worked out by hand, from AWS's pages; each fixture's README says why.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from foreign_expected import (
    MISSED,
    MISSING,
    STARTED_BY_ITSELF,
    UNSEEN_IN_PLANS,
    WRONG_LINKS,
    WRONG_ORDER,
    WRONG_RIGHTS,
    Found,
)
from foreign_likeness import agree, alike, described, pairs
from foreign_terraform import FOLDER, NAMES, make

from tandem.access.report import Report, access
from tandem.deployment import BuildProject, Deployment, Pipeline, understand
from tandem.deployment.symbols import equal
from tandem.findings import Finding
from tandem.trace.catalogue import findings
from tandem.trace.following import Follower, first_events


@cache
def deployment(name: str, kind: Literal["plan", "state"]) -> Deployment:
    return understand(json.loads((FOLDER / name / f"{kind}.json").read_text()))


@cache
def rights(name: str, kind: Literal["plan", "state"]) -> Report:
    return access(deployment(name, kind))


def said(found: Iterable[Finding]) -> Found:
    return {(it.check, it.address) for it in found}


@pytest.mark.parametrize("name", NAMES)
def test_finds_in_a_plan_what_is_wrong_with_the_links(name: str) -> None:
    expected = (WRONG_LINKS[name] | WRONG_ORDER.get(name, set())) - UNSEEN_IN_PLANS.get(name, set())
    assert said(findings(deployment(name, "plan"))) == expected - MISSED.get(name, set())


@pytest.mark.parametrize("name", NAMES)
def test_finds_in_a_state_what_is_wrong_with_the_links(name: str) -> None:
    expected = WRONG_LINKS[name] - MISSED.get(name, set())
    assert said(findings(deployment(name, "state"))) == expected


@pytest.mark.parametrize("name", NAMES)
def test_finds_what_is_wrong_with_the_permissions(name: str) -> None:
    report = rights(name, "state")
    expected = WRONG_RIGHTS[name] - MISSED.get(name, set())
    assert said(report.findings) == expected
    missing = {it.need.action for role in report.roles for it in role.needed if it.missing}
    assert missing == MISSING.get(name, set())
    # What a plan does not know is no reason to say more.
    assert said(rights(name, "plan").findings) <= expected


@pytest.mark.parametrize("name", NAMES)
def test_lets_a_build_use_its_own_cache(name: str) -> None:
    caches = {
        cache["location"]: project.role_arn
        for project in deployment(name, "state").projects
        for cache in project.resource.values.get("cache") or []
        if cache["type"] == "S3"
    }
    wrong = {
        report.role.address
        for report in rights(name, "state").roles
        for verdict in report.forbidden
        for bucket, role in caches.items()
        if verdict.decision.allowed
        and report.role.arn == role
        and verdict.need.resource.startswith(f"arn:aws:s3:::{bucket}/")
    }
    assert wrong == set()


@pytest.mark.parametrize("name", NAMES)
def test_knows_the_roles_of_a_plan(name: str) -> None:
    read = deployment(name, "plan")
    users: list[Pipeline | BuildProject] = [*read.pipelines, *read.projects]
    unknown = {it.address for it in users if it.role_arn not in read.role_of}
    assert unknown == set()


@pytest.mark.parametrize("kind", ["plan", "state"])
@pytest.mark.parametrize("name", NAMES)
def test_follows_what_starts_by_itself(name: str, kind: Literal["plan", "state"]) -> None:
    follower = Follower(deployment(name, kind))
    started = {
        start.what.name
        for event in first_events(deployment(name, kind))
        if not event.starts  # by hand
        for start in follower.follow(event).starts
    }
    assert started == STARTED_BY_ITSELF[name]


@pytest.mark.parametrize("name", NAMES)
def test_reads_a_plan_as_the_state_that_comes_of_it(name: str) -> None:
    plan, state = deployment(name, "plan"), deployment(name, "state")
    agree(plan.repositories, state.repositories, "name", "arn", "url")
    agree(plan.projects, state.projects, "name", "arn", "role_arn")
    agree(plan.pipelines, state.pipelines, "name", "arn", "role_arn")
    agree(plan.rules, state.rules, "name", "arn")
    agree(plan.roles, state.roles, "name", "arn")
    agree(plan.buckets, state.buckets, "name", "arn")
    agree(plan.services, state.services, "name", "cluster")
    for one, other in pairs(plan.roles, state.roles):
        assert [it.address for it in one.policies] == [it.address for it in other.policies]
        for policy, applied in zip(one.policies, other.policies, strict=True):
            assert alike(policy.document, applied.document)
        assert alike(one.trust, other.trust)
    for one, other in pairs(plan.rules, state.rules):
        assert [it.address for it in one.targets] == [it.address for it in other.targets]
        for target, applied in zip(one.targets, other.targets, strict=True):
            assert target.arn
            assert equal(target.arn, applied.arn) is not False
            assert equal(target.role_arn or "", applied.role_arn or "") is not False
    for one, other in pairs(plan.pipelines, state.pipelines):
        assert [described(one)] == [described(other)]
        for action, applied in zip(one.actions, other.actions, strict=True):
            assert alike(dict(action.configuration), dict(applied.configuration))


def test_knows_the_stores_of_each_region() -> None:
    plan, state = (deployment("unwatched-releases", kind) for kind in ("plan", "state"))
    swapped = {
        (one.address, store.region)
        for one, other in pairs(plan.pipelines, state.pipelines)
        for store, applied in zip(one.stores, other.stores, strict=True)
        if store.region != applied.region or equal(store.bucket, applied.bucket) is False
    }
    assert swapped == set()


@pytest.mark.parametrize("name", NAMES)
def test_leaves_nothing_of_a_state_open(name: str) -> None:
    read = deployment(name, "state")
    assert read.unresolved == ()
    assert all(role.trust and role.policies for role in read.roles)
    assert all(it.document for role in read.roles for it in role.policies)
    for project in read.projects:
        assert project.role_arn in read.role_of
    for pipeline in read.pipelines:
        assert pipeline.role_arn in read.role_of
        assert all(store.bucket in read.bucket_of for store in pipeline.stores)
    for rule in read.rules:
        for target in rule.targets:
            assert target.arn in read.pipeline_of or target.arn in read.project_of
            assert target.role_arn in read.role_of


def test_what_is_committed_names_no_machine() -> None:
    for file in FOLDER.rglob("*.json"):
        text = file.read_text()
        assert "127.0.0.1" not in text
        assert "/tmp/" not in text
        assert str(Path.home()) not in text


@pytest.mark.integration
def test_what_is_committed_is_what_terraform_plans(tmp_path: Path) -> None:
    made = make("two-sources", tmp_path / "copy", applied=False)
    assert same(understand(made["plan.json"])) == same(deployment("two-sources", "plan"))


def same(read: Deployment) -> Any:
    return read.resources, read.roles, read.projects, read.pipelines, read.rules, read.unresolved
