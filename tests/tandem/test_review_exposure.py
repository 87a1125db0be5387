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
        ("aws_dms_replication_instance", "publicly_accessible", False, True),
        ("aws_mq_broker", "publicly_accessible", False, True),
        ("aws_neptune_cluster_instance", "publicly_accessible", False, True),
        ("aws_redshiftserverless_workgroup", "publicly_accessible", False, True),
        ("aws_neptunegraph_graph", "public_connectivity", False, True),
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


# What is given to somebody in particular

USER = change("aws_iam_user.it", "create", after={"name": "ada"})


@pytest.mark.parametrize(
    ("type", "values"),
    [
        ("aws_iam_access_key", {"user": "ada", "status": "Active"}),
        ("aws_iam_user_login_profile", {"user": "ada"}),
        ("aws_iam_service_specific_credential", {"user_name": "ada"}),
        ("aws_ssoadmin_account_assignment", {"principal_id": "1", "target_id": "2"}),
        ("aws_eks_access_policy_association", {"cluster_name": "a", "policy_arn": "b"}),
        ("aws_ram_principal_association", {"principal": "999999999999"}),
        ("aws_ami_launch_permission", {"group": "all"}),
        ("aws_db_snapshot", {"shared_accounts": ["all"]}),
        ("aws_rds_cluster_snapshot_copy", {"shared_accounts": ["999999999999"]}),
        ("aws_ssm_document", {"permissions": {"type": "Share", "account_ids": "All"}}),
    ],
)
def test_what_is_given_has_to_be_answered_for(type: str, values: dict[str, Any]) -> None:
    made = change(f"{type}.it", "create", after=values)
    (found,) = exposed(planned(made))
    assert (found.rule, found.address) == ("access-widened", f"{type}.it")
    assert found.why in changes(planned(made), None)[0].means
    same = change(f"{type}.it", "update", before={**values, "x": 1}, after={**values, "x": 2})
    gone = change(f"{type}.it", "destroy", before=values)
    assert not list(exposed(planned(same, gone)))
    again = change(f"{type}.it", "replace", before=values, after=values)
    assert len(list(exposed(planned(again)))) == 1  # another one, whoever gets it


def test_what_only_the_apply_tells_may_be_somebody_else() -> None:
    entry = change(
        "aws_ram_principal_association.it",
        "update",
        before={"principal": "1"},
        after={},
        unknown={"principal": True},
    )
    assert len(list(exposed(planned(entry)))) == 1


@pytest.mark.parametrize(
    ("type", "name", "before", "after", "count"),
    [
        ("aws_db_snapshot", "shared_accounts", ["1"], ["2", "1"], 1),
        ("aws_db_snapshot", "shared_accounts", ["1", "2"], ["1"], 0),
        ("aws_db_snapshot", "shared_accounts", ["1"], None, 0),
        ("aws_ssm_document", "permissions", {"account_ids": "1"}, {"account_ids": "2"}, 1),
        ("aws_ssm_document", "permissions", {"account_ids": "1"}, None, 0),
        ("aws_iam_openid_connect_provider", "client_id_list", ["a"], ["a", "b"], 1),
        ("aws_iam_openid_connect_provider", "client_id_list", ["a", "b"], ["b"], 0),
    ],
)
def test_who_gets_no_more_than_before_gets_nothing(
    type: str, name: str, before: Any, after: Any, count: int
) -> None:
    entry = change(f"{type}.it", "update", before={name: before}, after={name: after})
    assert len(list(exposed(planned(entry)))) == count


@pytest.mark.parametrize(
    ("type", "values"),
    [
        ("aws_db_snapshot", {"db_instance_identifier": "web", "shared_accounts": []}),
        ("aws_ssm_document", {"name": "web", "permissions": None}),
    ],
)
def test_what_is_shared_with_nobody_gives_nothing(type: str, values: dict[str, Any]) -> None:
    assert not list(exposed(planned(change(f"{type}.it", "create", after=values))))


def test_a_password_for_whoever_has_another_key() -> None:
    entry = change(
        "aws_iam_user_login_profile.it",
        "replace",
        before={"user": "ada", "pgp_key": "keybase:ops"},
        after={"user": "ada", "pgp_key": "keybase:eve"},
        replace_paths=[["pgp_key"]],
    )
    assert [it.rule for it in exposed(planned(entry))] == ["access-widened"]
    (shown,) = changes(planned(entry), None)
    assert ("pgp_key", "keybase:eve") in [(it.path, it.new) for it in shown.attributes]


def test_a_key_of_a_user_that_is_made_gives_nothing_that_was_there() -> None:
    key = change("aws_iam_access_key.it", "create", after={"user": "ada", "status": "Active"})
    assert not list(exposed(planned(USER, key)))
    other = change("aws_iam_access_key.it", "create", after={"user": "bob"})
    assert len(list(exposed(planned(USER, other)))) == 1
    off = change("aws_iam_access_key.it", "create", after={"user": "ada", "status": "Inactive"})
    assert not list(exposed(planned(off)))


def test_an_identity_provider_that_lets_in_others() -> None:
    address, name = "aws_iam_saml_provider.it", "saml_metadata_document"
    made = change(address, "create", after={name: "<a/>"})
    assert not list(exposed(planned(made)))  # the roles that trust it say whom they let in
    unknown = change(address, "create", after={}, unknown={name: True})
    assert not list(exposed(planned(unknown)))
    other = change(address, "update", before={name: "<a/>"}, after={name: "<b/>"})
    assert len(list(exposed(planned(other)))) == 1
