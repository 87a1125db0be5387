"""Before and after: the prior state, what is planned, and what drifted."""

from typing import Any

import pytest

from tandem.deployment import InputError
from tandem.deployment.symbols import readable
from tandem.review.reading.deployments import deployments

Json = dict[str, Any]

ARN = "arn:aws:codepipeline:eu-west-1:123456789012:{}"


def resource(address: str, values: Json, **more: Any) -> Json:
    kind, name = address.split(".")[-2:]
    mode = "data" if address.startswith("data.") else "managed"
    return {
        "address": address,
        "mode": mode,
        "type": kind,
        "name": name,
        "values": values,
        **more,
    }


def pipeline(name: str, **more: Any) -> Json:
    values = {"name": name, "arn": ARN.format(name), "stage": []}
    return resource("aws_codepipeline.web", values, **more)


def repository(**values: Any) -> Json:
    return resource("aws_ecr_repository.web", {"name": "web", **values})


def plan(planned: list[Json], prior: list[Json] | None, **more: Any) -> Json:
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": planned}},
        **more,
    }
    if prior is not None:
        document["prior_state"] = {"values": {"root_module": {"resources": prior}}}
    return document


def test_what_is_there_and_what_will_be() -> None:
    found = deployments(plan([pipeline("new")], [pipeline("old")]))
    assert found.before is not None
    assert [it.name for it in found.before.pipelines] == ["old"]
    assert [it.name for it in found.after.pipelines] == ["new"]


@pytest.mark.parametrize("prior", [None, [], [resource("data.aws_region.here", {"id": "x"})]])
def test_nothing_is_there_before_the_first_apply(prior: list[Json] | None) -> None:
    """Data sources that the plan has read are nothing of the state's own."""
    assert deployments(plan([pipeline("new")], prior)).before is None


def test_a_plan_without_pipelines_is_no_error() -> None:
    gone = {**repository(), "change": {"actions": ["delete"], "after": None}}
    found = deployments(plan([], [repository()], resource_changes=[gone]))
    assert found.before is not None
    assert [it.name for it in found.before.repositories] == ["web"]
    assert not found.after.resources


def test_what_terraform_only_forgets_is_still_there() -> None:
    """A `removed` block with `destroy = false` takes nothing away but an entry of the state."""
    forgotten = {**repository(), "change": {"actions": ["forget"], "after": None}}
    found = deployments(plan([], [repository()], resource_changes=[forgotten]))
    assert found.before is not None
    assert found.after.repositories == found.before.repositories != ()


def test_what_one_says_of_the_account_and_the_region_holds_for_both() -> None:
    found = deployments(plan([repository()], [pipeline("old"), repository()]))
    assert found.before is not None
    assert found.before.repositories == found.after.repositories
    assert found.after.repositories[0].arn.startswith("arn:aws:ecr:eu-west-1:123456789012:")
    found = deployments(plan([pipeline("new"), repository()], [repository()]))
    assert found.before is not None
    assert found.before.repositories == found.after.repositories


def test_what_nobody_says_stays_unknown() -> None:
    found = deployments(plan([repository()], [repository()]))
    assert found.before is not None
    assert readable(found.before.account) == "<account>"
    assert found.before.repositories == found.after.repositories


def test_a_leftover_of_a_replacement_is_not_what_is_there() -> None:
    prior = [pipeline("old"), pipeline("leftover", deposed_key="00000000")]
    found = deployments(plan([pipeline("old")], prior))
    assert found.before is not None
    assert [it.name for it in found.before.pipelines] == ["old"]


def test_drift_is_from_what_was_left_to_what_was_found() -> None:
    """A plan with -refresh-only plans nothing, and its prior state is what it found."""
    changes = [
        {**pipeline("web"), "change": {"before": {"name": "left"}, "after": {"name": "found"}}},
        {**repository(), "change": {"before": {"name": "lost"}, "after": None}},
        {**repository(), "deposed": "00000000", "change": {"before": {"name": "old"}}},
    ]
    role = resource("aws_iam_role.run", {"name": "run"})
    document = plan([], [pipeline("found"), role], resource_drift=changes)
    found = deployments(document, drift=True)
    assert found.before is not None
    assert [it.name for it in found.before.pipelines] == ["left"]
    assert [it.name for it in found.before.repositories] == ["lost"]
    assert [it.name for it in found.before.roles] == ["run"]
    assert [it.name for it in found.after.pipelines] == ["found"]
    assert not found.after.repositories
    assert [it.name for it in found.after.roles] == ["run"]


def test_what_is_not_as_terraform_writes_it_is_refused() -> None:
    with pytest.raises(InputError, match="not as Terraform writes it"):
        deployments(plan([], [{"address": "aws_ecr_repository.web"}]))
    with pytest.raises(InputError, match="not as Terraform writes it"):
        deployments(plan([], [], resource_drift=[{"address": "a.b"}]), drift=True)
