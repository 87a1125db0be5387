"""Configurations in JSON, as anybody's CDKTF writes them."""

import json
from typing import Any

import pytest

from tandem.deployment import Deployment, InputError, understand
from tandem.deployment.symbols import readable

PIPELINE = {"name": "web", "role_arn": "${aws_iam_role.run.arn}", "stage": []}


def configuration(**sections: Any) -> Deployment:
    resource = {"aws_codepipeline": {"web": PIPELINE}, **sections.pop("resource", {})}
    provider = {"aws": [{"region": "eu-west-1", "allowed_account_ids": ["111122223333"]}]}
    return understand({"provider": provider, "resource": resource, **sections})


def values(found: Deployment, address: str) -> dict[str, Any]:
    return dict(found.resources[address].values)


def test_arns_follow_from_names_account_and_region() -> None:
    found = configuration(
        resource={
            "aws_iam_role": {"run": {"name": "run", "path": "/ci/"}},
            "aws_ecr_repository": {"web": {"name": "shop/web"}},
            "aws_cloudwatch_event_rule": {
                "a": {"name": "a"},
                "b": {"name": "b", "event_bus_name": "mine"},
            },
        }
    )
    assert found.pipelines[0].role_arn == "arn:aws:iam::111122223333:role/ci/run"
    assert found.pipelines[0].arn == "arn:aws:codepipeline:eu-west-1:111122223333:web"
    (repository,) = found.repositories
    assert repository.url == "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web"
    assert [rule.arn.partition(":rule/")[2] for rule in found.rules] == ["a", "mine/b"]


@pytest.mark.parametrize(
    ("region", "partition", "host"),
    [
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
    ],
)
def test_the_partition_follows_from_the_region(region: str, partition: str, host: str) -> None:
    found = understand(
        {
            "provider": {"aws": {"region": region}},
            "resource": {
                "aws_codepipeline": {"web": PIPELINE},
                "aws_ecr_repository": {"web": {"name": "web"}},
            },
        }
    )
    assert found.partition == partition
    assert found.repositories[0].url.endswith(f"{host}/web")


def test_what_nobody_knows_keeps_the_name_of_what_it_will_be() -> None:
    found = configuration(
        resource={
            "aws_kms_key": {"k": {}},
            "aws_s3_bucket": {"b": {"bucket_prefix": "art-"}},
            "aws_codebuild_project": {
                "p": {"name": "p", "encryption_key": "${aws_kms_key.k.arn}", "source": {}}
            },
        }
    )
    assert readable(found.projects[0].key or "") == "<aws_kms_key.k.arn>"
    assert found.projects[0].key == found.keys[0].arn
    assert readable(found.buckets[0].arn) == "arn:aws:s3:::art-<aws_s3_bucket.b.bucket>"


def test_an_expression_that_only_terraform_evaluates_is_one_symbol() -> None:
    found = configuration(
        resource={
            "aws_sns_topic": {
                "a": {"name": '${join("-", ["x", "}"])}/y'},
                "b": {"name": '${join("-", ["x", "}"])}/y'},
            }
        }
    )
    (one, other) = (found.resources[f"aws_sns_topic.{name}"].values["name"] for name in "ab")
    assert one == other
    assert readable(one) == "<join('-', ['x', '}'])>/y"


def test_escapes_are_text() -> None:
    found = configuration(
        resource={
            "aws_sns_topic": {"a": {"name": "$${HOME} %%{if} $$ ${aws_codepipeline.web.name}"}}
        }
    )
    assert values(found, "aws_sns_topic.a")["name"] == "${HOME} %{if} $$ web"


def test_variables_locals_count_and_for_each() -> None:
    found = configuration(
        variable={"suffix": {"default": "x"}, "open": {}},
        locals={"queue": "q-${var.suffix}"},
        resource={
            "aws_sqs_queue": {
                "c": {"count": 2, "name": "${local.queue}-${count.index}"},
                "e": {
                    "for_each": {"a": {"n": 1}, "b": {"n": 2}},
                    "name": "${each.key}${each.value.n}",
                },
                "s": {"for_each": ["k"], "name": "${each.value}"},
                "o": {"name": "${var.open}"},
                "u": {"count": "${var.open}", "name": "one"},
                "r": {"name": '${aws_sqs_queue.e["b"].name} ${aws_sqs_queue.c[1].name}'},
            }
        },
    )
    names = {
        address: readable(str(resource.values["name"]))
        for address, resource in found.resources.items()
        if resource.type == "aws_sqs_queue"
    }
    assert names == {
        "aws_sqs_queue.c[0]": "q-x-0",
        "aws_sqs_queue.c[1]": "q-x-1",
        'aws_sqs_queue.e["a"]': "a1",
        'aws_sqs_queue.e["b"]': "b2",
        'aws_sqs_queue.s["k"]': "k",
        "aws_sqs_queue.o": "<var.open>",
        "aws_sqs_queue.u": "one",
        "aws_sqs_queue.r": "b2 q-x-1",
    }
    assert [(it.address, it.attribute) for it in found.unresolved] == [("aws_sqs_queue.u", "count")]


def test_blocks_alone_and_in_lists_are_the_same() -> None:
    action = {"name": "Build", "category": "Build", "provider": "CodeBuild", "owner": "AWS"}
    stages: list[dict[str, Any]] = [
        {"stage": {"name": "Build", "action": action}},
        {"stage": [{"name": "Build", "action": [action]}]},
    ]
    one, other = (
        configuration(resource={"aws_codepipeline": {"web": {"name": "web", **stage}}}).pipelines[0]
        for stage in stages
    )
    assert one.stages == other.stages
    assert one.actions[0].run_order == 1


def test_references_and_depends_on_come_first() -> None:
    found = configuration(
        locals={"role": "${aws_iam_role.run.arn}"},
        resource={
            "aws_iam_role": {"run": {"name": "run"}},
            "aws_iam_role_policy": {"p": {"role": "${aws_iam_role.run.name}", "policy": "{}"}},
            "aws_codepipeline": {
                "web": {
                    "name": "web",
                    "role_arn": "${local.role}",
                    "depends_on": ["aws_iam_role_policy.p"],
                },
                "other": {"name": "other", "role_arn": "${aws_iam_role.run.arn}"},
            },
        },
    )
    assert found.comes_after("aws_codepipeline.web", "aws_iam_role.run") is True
    assert found.comes_after("aws_codepipeline.web", "aws_iam_role_policy.p") is True
    assert found.comes_after("aws_codepipeline.other", "aws_iam_role_policy.p") is False


def test_a_reference_to_itself_is_unknown_and_not_endless() -> None:
    found = configuration(
        locals={"a": "${local.b}", "b": "${local.a}"},
        resource={
            "aws_sqs_queue": {
                "a": {"name": "${aws_sqs_queue.b.name}"},
                "b": {"name": "${aws_sqs_queue.a.name}"},
            }
        },
    )
    assert "aws_sqs_queue" in readable(str(values(found, "aws_sqs_queue.a")["name"]))


def test_modules_are_not_read_and_it_is_said() -> None:
    found = configuration(module={"web": {"source": "./web"}})
    assert [(it.address, it.attribute) for it in found.unresolved] == [("module.web", "source")]


def test_policies_wherever_they_are_attached() -> None:
    def policy(action: str) -> str:
        return json.dumps({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})

    found = configuration(
        data={
            "aws_iam_policy_document": {
                "d": {
                    "statement": [
                        {
                            "sid": "S",
                            "actions": ["s3:GetObject"],
                            "resources": ["${aws_codepipeline.web.arn}"],
                            "condition": {
                                "test": "StringEquals",
                                "variable": "aws:a",
                                "values": ["&{aws:username}"],
                            },
                        }
                    ]
                }
            }
        },
        resource={
            "aws_iam_role": {
                "run": {
                    "name": "run",
                    "inline_policy": {"name": "inline", "policy": policy("a:Inline")},
                    "managed_policy_arns": ["arn:aws:iam::aws:policy/AmazonECS_FullAccess"],
                    "permissions_boundary": "${aws_iam_policy.own.arn}",
                }
            },
            "aws_iam_policy": {"own": {"name": "own", "policy": policy("a:Own")}},
            "aws_iam_role_policy": {
                "d": {
                    "name": "document",
                    "role": "${aws_iam_role.run.id}",
                    "policy": "${data.aws_iam_policy_document.d.json}",
                }
            },
            "aws_iam_role_policy_attachment": {
                "own": {
                    "role": "${aws_iam_role.run.name}",
                    "policy_arn": "${aws_iam_policy.own.arn}",
                },
                "far": {"role": "run", "policy_arn": "arn:aws:iam::999999999999:policy/far"},
            },
            "aws_iam_policy_attachment": {
                "all": {
                    "name": "all",
                    "roles": ["${aws_iam_role.run.name}"],
                    "policy_arn": "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser",
                }
            },
        },
    )
    (role,) = found.roles
    assert {policy.name: policy.document is not None for policy in role.policies} == {
        "inline": True,
        "AmazonECS_FullAccess": True,
        "document": True,
        "own": True,
        "far": False,
        "AmazonEC2ContainerRegistryPowerUser": True,
    }
    assert role.boundary is not None
    assert role.boundary.name == "own"
    (document,) = (policy.document for policy in role.policies if policy.name == "document")
    assert document is not None
    assert document["Statement"] == [
        {
            "Effect": "Allow",
            "Sid": "S",
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:codepipeline:eu-west-1:111122223333:web"],
            "Condition": {"StringEquals": {"aws:a": ["${aws:username}"]}},
        }
    ]
    assert [it.address for it in found.unresolved] == ["aws_iam_role_policy_attachment.far"]


def test_a_role_of_elsewhere_is_named_as_not_known() -> None:
    found = configuration(data={"aws_iam_role": {"run": {"name": "run"}}})
    (role,) = found.roles
    assert [policy.document for policy in role.policies] == [None]


def test_a_policy_on_nobodys_role_is_said() -> None:
    found = configuration(
        resource={"aws_iam_role_policy": {"p": {"role": "ghost", "policy": "{}"}}}
    )
    assert [(it.address, it.attribute) for it in found.unresolved] == [
        ("aws_iam_role_policy.p", "role")
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "is not a JSON object"),
        ({}, "is no plan, no state and no configuration"),
        ({"resource": {}}, "has no pipeline and no build project inside"),
        ({"format_version": "1.0"}, "has no pipeline and no build project inside"),
        ({"format_version": "2.0", "planned_values": {}}, "has format version 2.0"),
        ({"format_version": 7}, "has format version 7"),
        ({"version": 4, "serial": 1, "resources": []}, "is a state as Terraform keeps it"),
        ({"resource": {"aws_codepipeline": {"a": {"stage": 3}}}}, "is not as Terraform writes it"),
        ({"resource": {"aws_iam_role": {"a": "x"}}}, "has no pipeline"),
        (
            {"format_version": "1.2", "planned_values": {"root_module": {"resources": [1]}}},
            "is not",
        ),
    ],
)
def test_what_is_none_of_the_three_is_refused_in_one_line(document: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        understand(document)
    assert "\n" not in str(caught.value)


def test_where_one_is_comes_from_data_sources_by_every_name() -> None:
    found = configuration(
        data={"aws_region": {"here": {}}, "aws_caller_identity": {"me": {}}},
        resource={
            "aws_sqs_queue": {
                name: {"name": f"${{data.aws_region.here.{name}}}"} for name in ("id", "name")
            }
            | {"account": {"name": "${data.aws_caller_identity.me.account_id}"}}
        },
    )
    names = [it.values["name"] for it in found.resources.values() if it.type == "aws_sqs_queue"]
    assert sorted(names) == ["111122223333", "eu-west-1", "eu-west-1"]


@pytest.mark.parametrize("name", ["a", "z"])
def test_how_many_there_are_does_not_depend_on_the_order(name: str) -> None:
    found = configuration(
        resource={
            "aws_sqs_queue": {
                name: {"for_each": ["${aws_sns_topic.t.name}"], "name": "${each.key}"},
                "reads": {"name": f'${{aws_sqs_queue.{name}["one"].name}}'},
            },
            "aws_sns_topic": {"t": {"name": "one"}},
        }
    )
    assert found.resources["aws_sqs_queue.reads"].values["name"] == "one"
    assert found.unresolved == ()


def test_more_than_anybody_plans_is_not_counted() -> None:
    found = configuration(resource={"aws_sqs_queue": {"q": {"count": 2_000_000, "name": "q"}}})
    assert [it.attribute for it in found.unresolved] == ["count"]


def test_locals_of_locals_are_followed() -> None:
    found = configuration(
        locals={"a": ["${local.b}", "${local.b}"], "b": "${aws_sns_topic.t.name}"},
        resource={
            "aws_sns_topic": {"t": {"name": "x"}},
            "aws_sqs_queue": {"q": {"name": "q", "tags": {"a": "${local.a}"}}},
        },
    )
    assert found.comes_after("aws_sqs_queue.q", "aws_sns_topic.t") is True


@pytest.mark.parametrize("depends_on", ["a.b", [""], [], None])
def test_odd_dependencies_are_none(depends_on: Any) -> None:
    pipeline = {**PIPELINE, "depends_on": depends_on}
    assert configuration(resource={"aws_codepipeline": {"web": pipeline}}).pipelines
