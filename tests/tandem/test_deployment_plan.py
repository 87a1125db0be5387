"""Plans and states, as Terraform prints them: across modules, count and for_each."""

from typing import Any

import pytest

from tandem.deployment import Deployment, InputError, understand
from tandem.deployment.symbols import readable

Json = dict[str, Any]

ASSUMED = '{"Statement": []}'


def resource(address: str, values: Json, **more: Any) -> Json:
    """A resource of planned values."""
    kind, name = address.rpartition("].")[2].split("[")[0].split(".")[-2:]
    return {
        "address": address,
        "mode": "data" if ".data." in f".{address}" else "managed",
        "type": kind,
        "name": name,
        "values": values,
        **more,
    }


def block(address: str, expressions: Json, **more: Any) -> Json:
    """A resource of the configuration."""
    kind, name = address.split(".")[-2:]
    mode = "data" if address.startswith("data.") else "managed"
    return {
        "address": address,
        "mode": mode,
        "type": kind,
        "name": name,
        "provider_config_key": "aws",
        "expressions": expressions,
        **more,
    }


def refers(*references: str) -> Json:
    return {"references": list(references)}


def plan(planned: Json, unknown: Json, configuration: Json, **more: Any) -> Deployment:
    return understand(
        {
            "format_version": "1.2",
            "planned_values": {"root_module": planned},
            "resource_changes": [
                {"address": address, "change": {"after_unknown": flags}}
                for address, flags in unknown.items()
            ],
            "configuration": {
                "provider_config": {
                    "aws": {"expressions": {"region": {"constant_value": "eu-west-1"}}}
                },
                "root_module": configuration,
            },
            **more,
        }
    )


ROLE = "aws_iam_role.run"
PIPELINE = "aws_codepipeline.web"


def alone(role_arn: Json) -> Deployment:
    """A pipeline whose role has no ARN yet."""
    return plan(
        {
            "resources": [
                resource(ROLE, {"name": "run", "path": "/", "assume_role_policy": ASSUMED}),
                resource(PIPELINE, {"name": "web", "stage": []}),
            ]
        },
        {ROLE: {"arn": True, "id": True}, PIPELINE: {"arn": True, "role_arn": True}},
        {"resources": [block(ROLE, {}), block(PIPELINE, {"role_arn": role_arn})]},
    )


def test_an_arn_that_refers_to_one_thing_alone_is_its_own() -> None:
    found = alone(refers("aws_iam_role.run.arn", "aws_iam_role.run"))
    assert found.pipelines[0].role_arn == found.roles[0].arn
    assert readable(found.roles[0].arn) == "arn:aws:iam::<account>:role/run"


def test_an_arn_that_refers_to_several_things_is_not_guessed() -> None:
    found = alone(refers("aws_iam_role.run.arn", "aws_iam_role.run", "local.role"))
    assert readable(found.pipelines[0].role_arn) == "<aws_codepipeline.web.role_arn>"


def test_what_is_known_or_not_there_is_not_what_makes_an_arn_unknown() -> None:
    """As in `var.own ? aws_iam_role.run.arn : data.aws_iam_role.other[0].arn`."""
    found = alone(refers("aws_iam_role.run.arn", "data.aws_iam_role.other[0].arn", "var.own"))
    assert found.pipelines[0].role_arn == found.roles[0].arn


def test_an_arn_from_a_local_is_not_guessed() -> None:
    found = alone(refers("local.role"))
    assert readable(found.pipelines[0].role_arn) == "<aws_codepipeline.web.role_arn>"
    assert found.comes_after(PIPELINE, ROLE) is None


def test_whole_expressions_of_json_are_evaluated() -> None:
    found = alone({"constant_value": "${aws_iam_role.run.arn}", **refers("aws_iam_role.run.arn")})
    assert found.pipelines[0].role_arn == found.roles[0].arn
    assert found.comes_after(PIPELINE, ROLE) is True


def test_a_splat_is_resolved_where_there_is_one() -> None:
    found = alone(refers("aws_iam_role.run"))
    assert found.pipelines[0].role_arn == found.roles[0].arn


def test_the_same_key_of_for_each_is_followed() -> None:
    roles = [f'aws_iam_role.run["{key}"]' for key in "ab"]
    pipelines = [f'aws_codepipeline.web["{key}"]' for key in "ab"]
    found = plan(
        {
            "resources": [
                *(resource(it, {"name": f"run-{it[-3]}"}, index=it[-3]) for it in roles),
                *(resource(it, {"name": it[-3], "stage": []}, index=it[-3]) for it in pipelines),
            ]
        },
        {it: {"role_arn": True} for it in pipelines},
        {
            "resources": [
                block(ROLE, {}),
                block(PIPELINE, {"role_arn": refers("aws_iam_role.run", "each.key")}),
            ]
        },
    )
    names = [found.role_of[pipeline.role_arn].name for pipeline in found.pipelines]
    assert names == ["run-a", "run-b"]
    assert found.comes_after(pipelines[0], roles[0]) is True


def test_variables_and_outputs_of_modules_are_followed() -> None:
    """root → module.roles (output) → root → module.web["x"] (variable)."""
    web = 'module.web["x"].aws_codepipeline.this[0]'
    role = "module.roles.aws_iam_role.run"
    policy = "module.roles.aws_iam_role_policy.run"
    this = block("aws_codepipeline.this", {"role_arn": refers("var.role")})
    found = plan(
        {
            "child_modules": [
                {
                    "address": 'module.web["x"]',
                    "resources": [resource(web, {"name": "web", "stage": []}, index=0)],
                },
                {
                    "address": "module.roles",
                    "resources": [
                        resource(role, {"name": "run"}),
                        resource(policy, {"role": "run", "policy": '{"Statement": []}'}),
                    ],
                },
            ]
        },
        {web: {"role_arn": True}, role: {"arn": True}},
        {
            "module_calls": {
                "web": {
                    "expressions": {"role": refers("module.roles.role_arn", "module.roles")},
                    "module": {"resources": [this]},
                },
                "roles": {
                    "module": {
                        "outputs": {
                            "role_arn": {
                                "expression": refers("aws_iam_role.run.arn", "aws_iam_role.run"),
                            }
                        },
                        "resources": [
                            block("aws_iam_role.run", {}),
                            block(
                                "aws_iam_role_policy.run",
                                {"role": refers("aws_iam_role.run.name", "aws_iam_role.run")},
                            ),
                        ],
                    }
                },
            }
        },
    )
    (pipeline,) = found.pipelines
    assert found.role_of[pipeline.role_arn].address == role
    assert [it.address for it in found.role_of[pipeline.role_arn].policies] == [policy]
    assert found.comes_after(web, role) is True
    assert found.comes_after(web, policy) is False


def test_depends_on_of_a_whole_module_is_all_that_is_in_it() -> None:
    found = plan(
        {"resources": [resource(PIPELINE, {"name": "web", "stage": []})]},
        {},
        {
            "resources": [block(PIPELINE, {}, depends_on=["module.roles"])],
            "module_calls": {"roles": {"module": {"resources": [block(ROLE, {})]}}},
        },
    )
    assert found.comes_after(PIPELINE, "module.roles.aws_iam_role.run") is True


def test_an_unknown_part_of_a_block_is_resolved_and_the_rest_kept() -> None:
    stage = {"name": "Build", "action": [{"name": "Build", "category": "Build", "owner": "AWS"}]}
    reference = "${aws_codebuild_project.p.name}"
    expression = {"constant_value": {"ProjectName": reference, "PrimarySource": "S"}}
    for known in (True, False):
        more = refers("aws_codebuild_project.p.name") if known else {}
        expressions = {"action": [{"configuration": {**(expression if known else {}), **more}}]}
        found = plan(
            {
                "resources": [
                    resource(PIPELINE, {"name": "web", "stage": [stage]}),
                    resource("aws_codebuild_project.p", {"name": "project"}),
                ]
            },
            {PIPELINE: {"stage": [{"action": [{"configuration": True}]}]}},
            {
                "resources": [
                    block(PIPELINE, {"stage": [expressions]}),
                    block("aws_codebuild_project.p", {}),
                ]
            },
        )
        (action,) = found.pipelines[0].actions
        assert action.name == "Build"
        assert action.configuration_known is known
        expected = {"ProjectName": "project", "PrimarySource": "S"} if known else {}
        assert action.configuration == expected
        assert [it.address for it in found.unresolved] == ([] if known else [PIPELINE])


def test_blocks_of_a_set_are_told_by_what_is_known_of_them() -> None:
    """Terraform plans them in another order than they are written."""
    buckets = [resource(f"aws_s3_bucket.{name}", {}) for name in ("london", "dublin")]
    regions = {"london": "eu-west-2", "dublin": "eu-west-1"}
    written = [
        {
            "location": refers(f"aws_s3_bucket.{name}.bucket"),
            "region": {"constant_value": region},
        }
        for name, region in regions.items()
    ]
    found = plan(
        {
            "resources": [
                *buckets,
                resource(
                    PIPELINE,
                    {
                        "name": "web",
                        "stage": [],
                        "artifact_store": [{"region": "eu-west-1"}, {"region": "eu-west-2"}],
                    },
                ),
            ]
        },
        {
            PIPELINE: {"artifact_store": [{"location": True}, {"location": True}]},
            **{str(it["address"]): {"bucket": True} for it in buckets},
        },
        {"resources": [block(PIPELINE, {"artifact_store": written})]},
    )
    stores = {store.region: readable(store.bucket) for store in found.pipelines[0].stores}
    assert stores == {region: f"<aws_s3_bucket.{name}.bucket>" for name, region in regions.items()}


def test_a_deferred_policy_document_is_put_together() -> None:
    document = "data.aws_iam_policy_document.d"
    policy = "aws_iam_role_policy.p"
    found = plan(
        {
            "resources": [
                resource(PIPELINE, {"name": "web", "stage": []}),
                resource(ROLE, {"name": "run"}),
                resource(policy, {"name": "p", "role": "run"}),
                resource(
                    document,
                    {"statement": [{"effect": "Allow", "actions": ["s3:GetObject"]}]},
                ),
            ]
        },
        {policy: {"policy": True}, document: {"json": True, "statement": [{"resources": True}]}},
        {
            "resources": [
                block(policy, {"policy": refers(f"{document}.json", document)}),
                block(document, {"statement": [{"resources": refers("aws_s3_bucket.b.arn")}]}),
            ]
        },
    )
    (attached,) = found.roles[0].policies
    assert attached.document is not None
    (statement,) = attached.document["Statement"]
    assert statement["Action"] == ["s3:GetObject"]
    # Not the bucket alone: it may be `ARN/*`.
    said = f"<{document}.statement[0].resources, made of aws_s3_bucket.b.arn>"
    assert [readable(it) for it in statement["Resource"]] == [said]


def test_a_providers_region_is_that_of_its_resources() -> None:
    found = plan(
        {"resources": [resource(PIPELINE, {"name": "web", "stage": []})]},
        {PIPELINE: {"arn": True}},
        {"resources": [block(PIPELINE, {}, provider_config_key="aws.far")]},
    )
    assert found.region == "eu-west-1"
    far = {"expressions": {"region": {"constant_value": "us-east-1"}}}
    again = understand(
        {
            "format_version": "1.2",
            "planned_values": {
                "root_module": {"resources": [resource(PIPELINE, {"name": "web", "stage": []})]}
            },
            "configuration": {
                "provider_config": {"aws.far": far},
                "root_module": {"resources": [block(PIPELINE, {}, provider_config_key="aws.far")]},
            },
        }
    )
    assert readable(again.pipelines[0].arn) == "arn:aws:codepipeline:us-east-1:<account>:web"


def test_a_state_knows_everything_and_what_came_first() -> None:
    pipeline = 'module.web["a"].aws_codepipeline.this'
    found = understand(
        {
            "format_version": "1.0",
            "values": {
                "root_module": {
                    "child_modules": [
                        {
                            "address": 'module.web["a"]',
                            "resources": [
                                resource(
                                    pipeline,
                                    {
                                        "arn": "arn:aws:codepipeline:eu-west-3:111122223333:web",
                                        "name": "web",
                                        "role_arn": "arn:aws:iam::111122223333:role/run",
                                        "stage": [],
                                    },
                                    depends_on=["module.web.aws_iam_role_policy.p"],
                                )
                            ],
                        }
                    ]
                }
            },
        }
    )
    assert (found.kind, found.account, found.region) == ("state", "111122223333", "eu-west-3")
    assert found.comes_after(pipeline, 'module.web["a"].aws_iam_role_policy.p') is True
    assert found.unresolved == ()


def test_a_failed_plan_is_refused_and_an_incomplete_one_says_so() -> None:
    planned = {"resources": [resource(PIPELINE, {"name": "web", "stage": []})]}
    with pytest.raises(InputError, match="is a plan that failed"):
        plan(planned, {}, {}, errored=True)
    assert [it.address for it in plan(planned, {}, {}, complete=False).unresolved] == ["this plan"]


def test_targets_belong_to_the_rule_of_their_region() -> None:
    """The same module in two regions: rules of one name."""
    regions = ("eu-west-1", "us-east-1")
    planned = []
    for region in regions:
        arn = f"arn:aws:codepipeline:{region}:111122223333:web"
        rule = f"arn:aws:events:{region}:111122223333:rule/pushed"
        planned += [
            resource(f"aws_codepipeline.{region}", {"name": "web", "arn": arn, "stage": []}),
            resource(f"aws_cloudwatch_event_rule.{region}", {"name": "pushed", "arn": rule}),
            resource(f"aws_cloudwatch_event_target.{region}", {"rule": "pushed", "arn": arn}),
        ]
    found = plan({"resources": planned}, {}, {})
    assert {
        rule.arn.split(":")[3]: [t.arn.split(":")[3] for t in rule.targets] for rule in found.rules
    } == {region: [region] for region in regions}


def test_the_account_is_that_of_the_roles_that_are_passed() -> None:
    role = "arn:aws:iam::111122223333:role/run"
    planned = {"resources": [resource(PIPELINE, {"name": "web", "role_arn": role, "stage": []})]}
    assert plan(planned, {}, {}).account == "111122223333"


def test_what_a_plan_with_target_says_nothing_of_stays() -> None:
    """It plans only what it was told; what it destroys is among its changes."""
    prior = [resource(it, {"name": it}) for it in (ROLE, PIPELINE, "aws_codepipeline.gone")]
    found = plan(
        {"resources": [resource(ROLE, {"name": "planned"})]},
        {ROLE: {}, "aws_codepipeline.gone": {}},
        {},
        prior_state={"values": {"root_module": {"resources": prior}}},
        complete=False,
    )
    assert [it.name for it in found.roles] == ["planned"]
    assert [it.name for it in found.pipelines] == [PIPELINE]


def role_with(*policies: Json, changes: list[Json]) -> list[Any]:
    """What a role may do that lists an inline policy as it is, beside resources that say more."""
    listed = [{"name": "push", "policy": '{"Statement": ["old"]}'}]
    aws = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    role = {"name": "run", "inline_policy": listed, "managed_policy_arns": [aws]}
    build = resource("aws_codebuild_project.web", {"name": "web"})
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [resource(ROLE, role), build, *policies]}},
        "resource_changes": changes,
    }
    (found,) = understand(document).roles
    return [(it.name, it.document) for it in found.policies if it.name != "ReadOnlyAccess"] + [
        it.name for it in found.policies if it.name == "ReadOnlyAccess"
    ]


def test_an_inline_policy_is_as_its_own_resource_says() -> None:
    """The role lists it too, as it was."""
    new = {"name": "push", "role": "run", "policy": '{"Statement": ["new"]}'}
    found = role_with(resource("aws_iam_role_policy.push", new), changes=[])
    assert found == [("push", {"Statement": ["new"]}), "ReadOnlyAccess"]


def test_policies_that_a_plan_takes_from_a_role_are_gone() -> None:
    def gone(type: str, **before: str) -> Json:
        change = {"actions": ["delete"], "before": {"role": "run", **before}, "after": None}
        return {"address": f"{type}.x", "type": type, "change": change}

    assert role_with(changes=[]) == [("push", {"Statement": ["old"]}), "ReadOnlyAccess"]
    assert role_with(changes=[gone("aws_iam_role_policy", name="push")]) == ["ReadOnlyAccess"]
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    left = role_with(changes=[gone("aws_iam_role_policy_attachment", policy_arn=arn)])
    assert left == [("push", {"Statement": ["old"]})]
