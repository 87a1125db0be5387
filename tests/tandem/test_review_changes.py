"""What a plan does, resource by resource."""

from __future__ import annotations

import json
from typing import Any

import pytest
from review_planned import change, planned

from tandem.review.changes.changes import changes, drift, outputs
from tandem.review.reading.deployments import deployments


def test_everything_that_happens_is_there_and_the_most_dangerous_first() -> None:
    values = {"name": "shop/web"}
    plan = planned(
        change("aws_sns_topic.new", "create", after=values),
        change("aws_sns_topic.kept", "no-op", before=values, after=values),
        change(
            "aws_sns_topic.b",
            "no-op",
            before=values,
            after=values,
            previous_address="aws_sns_topic.a",
        ),
        change("aws_sns_topic.it", "update", before=values, after={"name": "other"}),
        change("aws_sqs_queue.it", "forget", before=values),
        change("aws_ecr_repository.web", "destroy", before=values),
        change("data.aws_x.it", "read", after={}, mode="data"),
    )
    found = changes(plan, None)
    assert [(it.action, it.address) for it in found] == [
        ("destroy", "aws_ecr_repository.web"),
        ("forget", "aws_sqs_queue.it"),
        ("update", "aws_sns_topic.it"),
        ("create", "aws_sns_topic.new"),
        ("read", "data.aws_x.it"),
        ("no-op", "aws_sns_topic.b"),
    ]
    assert found[-1].previous_address == "aws_sns_topic.a"
    assert found[0].holds_data
    assert found[0].attributes[0].old == "shop/web"
    forgotten = found[1].attributes[0]
    assert forgotten.old == forgotten.new == "shop/web"  # it stays as it is


def test_reasons_imports_and_leftovers_are_said() -> None:
    plan = planned(
        change(
            "aws_x.gone",
            "destroy",
            before={},
            action_reason="delete_because_no_resource_config",
        ),
        change("aws_x.left", "destroy", before={}, deposed="12345678"),
    )
    gone, left = changes(plan, None)
    assert gone.reason == "its configuration is gone"
    assert left.deposed
    entry = change("aws_x.it", "no-op", before={}, after={})
    entry["change"]["importing"] = {"id": "web"}
    assert changes(planned(entry), None)[0].importing == "web"


def test_what_belongs_to_something_that_goes_as_well_goes_with_it() -> None:
    policy = change("aws_ecr_lifecycle_policy.web", "destroy", before={"repository": "shop/web"})
    repository = change("aws_ecr_repository.web", "destroy", before={"name": "shop/web"})
    other = change("aws_ecr_repository.other", "destroy", before={"name": "shop/other"})
    alone = changes(planned(policy, other), None)[-1]
    assert alone.means == ("No image expires any more: the repository only grows.",)
    together = changes(planned(policy, repository), None)[-1]
    assert together.means == ("It belongs to aws_ecr_repository.web, which is destroyed as well.",)
    assert together.rank < alone.rank
    bucket = change("aws_s3_bucket.it", "destroy", before={"bucket": "b"})
    inside = change("aws_s3_object.it", "destroy", before={"bucket": "b", "key": "k"})
    assert all(it.holds_data for it in changes(planned(bucket, inside), None))


def test_what_is_created_is_known_by_what_is_known() -> None:
    address = "aws_ecr_repository.web"
    entry = change(address, "create", after={"name": "shop/web"}, unknown={"description": True})
    document = {
        "format_version": "1.2",
        "resource_changes": [entry],
        "planned_values": {"root_module": {"resources": [resource(address, name="shop/web")]}},
    }
    (found,) = changes(planned(**document), deployments(document).after)
    assert [(it.path, it.new) for it in found.attributes] == [("name", "shop/web")]


def test_all_that_is_set_of_what_is_created() -> None:
    address = "aws_security_group.web"
    opened = {"cidr_blocks": ["0.0.0.0/0"], "from_port": 22, "self": False, "description": ""}
    after = {
        "name": "web",
        "ingress": [opened],
        "egress": [],
        "tags": {"team": "shop"},
        "tags_all": {"team": "shop"},
        "revoke_rules_on_delete": False,
        "delete_by_hand": False,
        "timeouts": None,
        "region": "eu-central-1",
        "rule": [{"port": 1}],
        "template": json.dumps({"role": "x" * 300}),
    }
    said = ("name", "ingress", "tags", "delete_by_hand", "template")
    block = {
        "address": address,
        "mode": "managed",
        "type": "aws_security_group",
        "name": "web",
        "expressions": {name: {"constant_value": "as above"} for name in said},
    }
    entry = change(address, "create", after=after, unknown={"id": True, "arn": True})
    document = {"resource_changes": [entry]}
    configured = {"configuration": {"root_module": {"resources": [block]}}}
    (found,) = changes(planned(**document, **configured), None)
    settings = {it.path: it.new for it in found.settings}
    assert [it.path for it in found.attributes] == ["name"]
    assert settings == {
        "ingress": "cidr_blocks: [0.0.0.0/0], from_port: 22, self: false",
        "tags.team": "shop",
        "delete_by_hand": "false",  # because somebody wrote it
        "rule": "port: 1",  # a dynamic block
        "template": "3 lines",
    }
    assert "x" * 300 in "".join(found.settings[-1].diff)
    (without,) = changes(planned(**document), None)
    assert {it.path for it in without.settings} == settings.keys() - {"delete_by_hand"}


def test_unknown_values_are_those_of_the_planned_deployment() -> None:
    entry = change(
        "aws_codebuild_project.web",
        "update",
        before={"name": "web", "service_role": "arn:old"},
        after={"name": "web"},
        unknown={"service_role": True},
    )
    block = {
        "address": "aws_codebuild_project.web",
        "mode": "managed",
        "type": "aws_codebuild_project",
        "name": "web",
        "expressions": {
            "name": {"constant_value": "web"},
            "service_role": {
                "constant_value": "${aws_iam_role.web.arn}",
                "references": ["aws_iam_role.web.arn", "aws_iam_role.web"],
            },
        },
    }
    role = {"name": "web-role", "arn": "arn:aws:iam::123456789012:role/web-role"}
    document = {
        "format_version": "1.2",
        "resource_changes": [entry],
        "planned_values": {
            "root_module": {
                "resources": [
                    resource("aws_codebuild_project.web", name="web"),
                    resource("aws_iam_role.web", **role),
                ]
            }
        },
        "configuration": {"root_module": {"resources": [block]}},
    }
    (found,) = changes(planned(**document), deployments(document).after)
    (attribute,) = found.attributes
    assert attribute.path == "service_role"
    assert attribute.new == role["arn"]


def resource(address: str, **values: Any) -> dict[str, Any]:
    kind, _, name = address.partition(".")
    return {"address": address, "mode": "managed", "type": kind, "name": name, "values": values}


def test_drift_is_what_somebody_did() -> None:
    policy = {"role": "build", "name": "push", "policy": "{}"}
    mirrored = {"name": "push", "policy": "{}"}
    by_hand = {"name": "more", "policy": "{}"}
    role = {"name": "build", "inline_policy": []}
    plan = planned(
        resource_drift=[
            change("aws_iam_role_policy.push", "update", before=policy, after=policy),
            change(
                "aws_iam_role.a", "update", before=role, after={**role, "inline_policy": [mirrored]}
            ),
            change(
                "aws_iam_role.b", "update", before=role, after={**role, "inline_policy": [by_hand]}
            ),
            change("aws_sns_topic.it", "update", before={"tags": None}, after={"tags": {}}),
            change("aws_ecr_repository.it", "destroy", before={"name": "shop/web"}),
            change(
                "aws_cloudwatch_event_rule.it",
                "update",
                before={"state": "ENABLED"},
                after={"state": "DISABLED"},
            ),
        ]
    )
    found = {it.address: it for it in drift(plan)}
    assert list(found) == [
        "aws_ecr_repository.it",
        "aws_cloudwatch_event_rule.it",
        "aws_iam_role.b",
    ]
    assert found["aws_cloudwatch_event_rule.it"].means == (
        "It starts nothing any more.",
        "It was changed outside of Terraform: the next apply undoes what is configured.",
    )
    assert "makes it again" in found["aws_ecr_repository.it"].means[-1]


@pytest.mark.parametrize(
    ("action", "planned_state", "planned_tags", "words"),
    [
        ("no-op", "DISABLED", {"a": "hand"}, "this plan leaves it so."),
        ("update", "ENABLED", {"a": "plan"}, "this plan undoes it."),
        ("update", "DISABLED", {"a": "plan"}, "this plan leaves state so, and undoes the rest."),
    ],
)
def test_what_a_plan_does_about_drift(
    action: str, planned_state: str, planned_tags: Any, words: str
) -> None:
    address = "aws_cloudwatch_event_rule.it"
    left = {"state": "ENABLED", "tags": {"a": "plan"}}
    found = {"state": "DISABLED", "tags": {"a": "hand"}}
    then = {"state": planned_state, "tags": planned_tags}
    drifted = change(address, "update", before=left, after=found)
    plan = planned(change(address, action, before=found, after=then), resource_drift=[drifted])
    (it,) = drift(plan)
    assert it.means[-1] == f"It was changed outside of Terraform: {words}"


def test_what_a_plan_does_not_look_at_stays_gone() -> None:
    gone = change("aws_ecr_repository.it", "destroy", before={"name": "shop/web"})
    other = change("aws_sns_topic.it", "no-op", before={}, after={})
    (it,) = drift(planned(other, resource_drift=[gone]))
    assert it.means[-1].endswith("this plan does not make it again.")


def test_the_policy_of_a_topic_goes_with_it() -> None:
    topic = change("aws_sns_topic.it", "destroy", before={"arn": "arn:t"})
    policy = change("aws_sns_topic_policy.it", "destroy", before={"arn": "arn:t"})
    listener = change("aws_sns_topic_subscription.it", "destroy", before={"topic_arn": "arn:t"})
    found = {it.type: it.means for it in changes(planned(topic, policy, listener), None)}
    assert "aws_sns_topic.it" in found["aws_sns_topic_policy"][0]
    assert "aws_sns_topic.it" in found["aws_sns_topic_subscription"][0]


def test_a_role_lists_the_policies_that_are_attached_beside_it() -> None:
    beside = {"role": "build", "policy_arn": "arn:known"}
    attached = change("aws_iam_role_policy_attachment.it", "no-op", before=beside, after=beside)
    role = {"name": "build", "managed_policy_arns": []}
    for arn, is_drift in (("arn:known", False), ("arn:by-hand", True)):
        after = {**role, "managed_policy_arns": [arn]}
        drifted = [change("aws_iam_role.it", "update", before=role, after=after)]
        assert bool(drift(planned(attached, resource_drift=drifted))) == is_drift


def test_a_bucket_shows_the_policy_that_is_managed_beside_it() -> None:
    before, after = {"id": "b", "policy": ""}, {"id": "b", "policy": '{"Statement": []}'}
    drifted = [change("aws_s3_bucket.it", "update", before=before, after=after)]
    assert len(drift(planned(resource_drift=drifted))) == 1
    beside = change(
        "aws_s3_bucket_policy.it", "no-op", before={"bucket": "b"}, after={"bucket": "b"}
    )
    assert drift(planned(beside, resource_drift=drifted)) == ()


def test_outputs() -> None:
    same = {"actions": ["no-op"], "before": "a", "after": "a"}
    new = {"actions": ["create"], "before": None, "after": "a"}
    plan = planned(output_changes={"same": same, "new": new})
    assert [(it.path, it.old, it.new) for it in outputs(plan)] == [("new", None, "a")]


def test_what_a_new_build_runs_with_is_there_to_be_reviewed() -> None:
    project = {
        "name": "web",
        "service_role": "arn:aws:iam::123456789012:role/web",
        "source": [
            {"type": "GITHUB", "location": "https://x/y", "buildspec": "version: 0.2\na: b\n"}
        ],
        "environment": [
            {
                "image": "aws/codebuild/standard:7.0",
                "privileged_mode": True,
                "environment_variable": [{"name": "STAGE", "value": "live"}],
            }
        ],
    }
    (found,) = changes(planned(change("aws_codebuild_project.web", "create", after=project)), None)
    (buildspec,) = (it for it in found.attributes if it.diff)
    assert buildspec.diff[1:] == ("+version: 0.2", "+a: b")
    assert {it.path: it.new for it in found.attributes} == {
        "name": "web",
        "service_role": "arn:aws:iam::123456789012:role/web",
        "source.type": "GITHUB",
        "source.location": "https://x/y",
        "source.buildspec": "2 lines",
        "environment.image": "aws/codebuild/standard:7.0",
        "environment.privileged_mode": "true",
        "environment.environment_variable": "STAGE",
    }


def test_a_new_pipeline_shows_its_role_and_its_stages_in_a_line() -> None:
    stages = [
        {"name": "Source", "action": [{"provider": "CodeCommit"}, {"provider": "ECR"}]},
        {"name": "Build", "action": [{"provider": "CodeBuild"}]},
    ]
    values = {"name": "web", "role_arn": "arn:x", "stage": stages}
    (found,) = changes(planned(change("aws_codepipeline.web", "create", after=values)), None)
    assert {it.path: it.new for it in found.attributes} == {
        "name": "web",
        "role_arn": "arn:x",
        "stage": "Source (CodeCommit, ECR) → Build (CodeBuild)",
    }
