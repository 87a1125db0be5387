"""What gets open to everybody, whatever the policies say."""

from __future__ import annotations

from typing import Any

import pytest
from review_planned import change, planned

from tandem.review.changes.changes import changes
from tandem.review.changes.exposure import exposed

GROUP = "http://acs.amazonaws.com/groups/global/AllUsers"
GRANT = [{"grant": [{"grantee": [{"type": "Group", "uri": GROUP}]}]}]
BLOCK = "aws_s3_bucket_public_access_block"
ADMIN = ["arn:aws:iam::aws:policy/AdministratorAccess"]


@pytest.mark.parametrize(
    ("type", "name", "closed", "open"),
    [
        (BLOCK, "block_public_acls", True, False),
        (BLOCK, "restrict_public_buckets", True, False),
        ("aws_s3_account_public_access_block", "block_public_policy", True, False),
        ("aws_s3_bucket_acl", "acl", "private", "public-read-write"),
        ("aws_s3_bucket_acl", "access_control_policy", [], GRANT),
        ("aws_codebuild_project", "project_visibility", "PRIVATE", "PUBLIC_READ"),
        ("aws_lambda_function_url", "authorization_type", "AWS_IAM", "NONE"),
        ("aws_cloudwatch_event_permission", "principal", "123456789012", "*"),
        ("aws_iam_role_policy_attachments_exclusive", "policy_arns", [], ADMIN),
        ("aws_db_instance", "publicly_accessible", False, True),
    ],
)
def test_what_gets_open_has_to_be_answered_for(
    type: str, name: str, closed: Any, open: Any
) -> None:
    address = f"{type}.it"
    entry = change(address, "update", before={name: closed}, after={name: open})
    (found,) = exposed(planned(entry))
    assert (found.rule, found.address) == ("access-widened", address)
    assert found.why in changes(planned(entry), None)[0].means
    created = planned(change(address, "create", after={"id": "x", name: open}))
    assert [it.address for it in exposed(created)] == [address]
    (shown,) = changes(created, None)
    assert [it.path for it in shown.attributes] == [name]
    assert shown.means
    for before, after in ((open, open), (open, closed), (closed, closed)):
        entry = change(address, "update", before={name: before, "x": 1}, after={name: after})
        assert not list(exposed(planned(entry)))


def test_a_condition_keeps_a_bus_closed() -> None:
    values = {"principal": "*", "condition": [{"key": "aws:PrincipalOrgID", "value": "o-1"}]}
    entry = change("aws_cloudwatch_event_permission.it", "create", after=values)
    assert not list(exposed(planned(entry)))


def test_a_bucket_loses_its_guard_unless_it_goes_too() -> None:
    guard = change(f"{BLOCK}.it", "destroy", before={"bucket": "b", "block_public_acls": True})
    (found,) = exposed(planned(guard))
    assert "made public" in found.why
    bucket = change("aws_s3_bucket.it", "destroy", before={"bucket": "b"})
    assert not list(exposed(planned(guard, bucket)))


def test_what_others_opened_is_in_a_review_of_drift() -> None:
    entry = change(
        "aws_codebuild_project.it",
        "update",
        before={"project_visibility": "PRIVATE"},
        after={"project_visibility": "PUBLIC_READ"},
    )
    plan = planned(resource_drift=[entry])
    assert plan.kind == "drift"
    assert len(list(exposed(plan))) == 1
