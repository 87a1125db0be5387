"""Of which image something is: by what its pipeline uses."""

from __future__ import annotations

import json
from typing import Any

from tandem.deployment import Deployment
from tandem.deployment.reading import model_of
from tandem.deployment.state import world
from tandem.review.changes.owners import owners

ARN = "arn:aws:{}:eu-west-1:123456789012:{}"
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


def deployment(resources: dict[str, dict[str, Any]]) -> Deployment:
    entries = []
    for address, values in resources.items():
        kind, _, name = (
            address.rpartition(".")[0].rpartition(".")[2],
            "",
            address.rpartition(".")[2],
        )
        entries.append(
            {"address": address, "mode": "managed", "type": kind, "name": name, "values": values}
        )
    return model_of(lambda: world({"values": {"root_module": {"resources": entries}}}))


def image(name: str, *, prefix: str = "shop/", call: str = "") -> dict[str, dict[str, Any]]:
    """Resources of an image, whose addresses do not tell whose they are."""
    at = f"{call}." if call else ""
    roles = {it: f"arn:aws:iam::123456789012:role/{name}-{it}" for it in ("build", "run", "start")}
    stage = {
        "name": "Build",
        "category": "Build",
        "owner": "AWS",
        "provider": "CodeBuild",
        "configuration": {"ProjectName": f"builds-{name}"},
    }
    store = [{"location": "artifacts", "type": "S3"}]
    found: dict[str, dict[str, Any]] = {
        f"aws_codepipeline.p_{name}": {
            "name": f"pipeline-{name}",
            "arn": ARN.format("codepipeline", f"pipeline-{name}"),
            "role_arn": roles["run"],
            "artifact_store": store,
            "stage": [{"name": "Build", "action": [stage]}],
        },
        f"aws_codebuild_project.b_{name}": {
            "name": f"builds-{name}",
            "arn": ARN.format("codebuild", f"project/builds-{name}"),
            "service_role": roles["build"],
            "environment": [
                {
                    "environment_variable": [
                        {"name": "REPOSITORY", "value": f"{REGISTRY}/{prefix}{name}"}
                    ]
                }
            ],
        },
        f"aws_cloudwatch_log_group.l_{name}": {"name": f"/aws/codebuild/builds-{name}"},
        f"aws_ecr_repository.r_{name}": {
            "name": f"{prefix}{name}",
            "arn": ARN.format("ecr", f"repository/{prefix}{name}"),
            "repository_url": f"{REGISTRY}/{prefix}{name}",
        },
        f"aws_ecr_lifecycle_policy.x_{name}": {"repository": f"{prefix}{name}", "policy": "{}"},
        f"aws_cloudwatch_event_rule.e_{name}": {
            "name": f"rule-{name}",
            "arn": ARN.format("events", f"rule/rule-{name}"),
            "event_pattern": json.dumps({"source": ["aws.ecr"]}),
        },
        f"aws_cloudwatch_event_target.t_{name}": {
            "rule": f"rule-{name}",
            "arn": ARN.format("codepipeline", f"pipeline-{name}"),
            "role_arn": roles["start"],
        },
    }
    for it, arn in roles.items():
        found[f"aws_iam_role.{it}_{name}"] = {"name": f"{name}-{it}", "arn": arn}
        found[f"aws_iam_role_policy.{it}_{name}"] = {
            "name": it,
            "role": f"{name}-{it}",
            "policy": "{}",
        }
    return {f"{at}{address}": values for address, values in found.items()}


SHARED = {
    "aws_s3_bucket.artifacts": {"bucket": "artifacts"},
    "aws_s3_bucket_policy.artifacts": {"bucket": "artifacts", "policy": "{}"},
    "aws_sns_topic.news": {"name": "news"},
}


def test_all_that_the_pipeline_uses_is_of_its_image() -> None:
    owner = owners(deployment({**image("web"), **image("base"), **SHARED}), None)
    for name in ("web", "base"):
        assert {owner(address) for address in image(name)} == {name}
    assert {owner(address) for address in SHARED} == {""}
    assert owner("aws_sns_topic.unheard_of") == ""


def test_what_two_pipelines_share_is_of_none() -> None:
    both = {**image("web"), **image("base")}
    both["aws_codebuild_project.b_base"]["service_role"] = both["aws_iam_role.build_web"]["arn"]
    owner = owners(deployment({**both, **SHARED}), None)
    assert owner("aws_iam_role.build_web") == ""
    assert owner("aws_iam_role_policy.build_web") == ""
    assert owner("aws_iam_role.run_web") == "web"


def test_a_rule_that_starts_two_pipelines_is_of_none_and_its_targets_of_one() -> None:
    both = {**image("web"), **image("base")}
    both["aws_cloudwatch_event_target.t_base"]["rule"] = "rule-web"
    owner = owners(deployment(both), None)
    assert owner("aws_cloudwatch_event_rule.e_web") == ""
    assert owner("aws_cloudwatch_event_target.t_web") == "web"
    assert owner("aws_cloudwatch_event_target.t_base") == "base"


def test_what_is_gone_was_of_an_image_too() -> None:
    owner = owners(deployment(image("web")), deployment({**image("web"), **image("old")}))
    assert owner("aws_iam_role_policy.build_old") == "old"
    assert owner("aws_iam_role_policy.build_web") == "web"


def test_images_of_the_same_name_are_told_apart() -> None:
    one = deployment(image("web", prefix="shop/"))
    other = deployment(image("web", prefix="team/"))
    assert owners(one, None)("aws_codepipeline.p_web") == "web"
    assert owners(other, one)("aws_codepipeline.p_web") == "shop/web"  # what it was called so far


def test_without_a_repository_it_is_the_pipeline() -> None:
    resources = image("web")
    del resources["aws_ecr_repository.r_web"]
    assert owners(deployment(resources), None)("aws_iam_role.build_web") == "pipeline-web"


def test_a_project_that_no_pipeline_runs_builds_an_image_by_itself() -> None:
    resources = image("web")
    del resources["aws_codepipeline.p_web"], resources["aws_cloudwatch_event_target.t_web"]
    owner = owners(deployment(resources), None)
    assert owner("aws_iam_role_policy.build_web") == "web"
    assert owner("aws_ecr_lifecycle_policy.x_web") == "web"
    assert owner("aws_iam_role.run_web") == ""


def test_an_attached_policy_is_of_the_image_of_its_role() -> None:
    resources = image("web")
    arn = "arn:aws:iam::123456789012:policy/push"
    resources["aws_iam_policy.push"] = {"name": "push", "arn": arn, "policy": "{}"}
    attachment = {"role": "web-build", "policy_arn": arn}
    resources["aws_iam_role_policy_attachment.push"] = attachment
    owner = owners(deployment(resources), None)
    assert owner("aws_iam_role_policy_attachment.push") == "web"
    assert owner("aws_iam_policy.push") == "web"


def test_the_base_of_an_image_is_another_image() -> None:
    resources = {**image("web"), **image("base")}
    environment = resources["aws_codebuild_project.b_web"]["environment"][0]
    environment["environment_variable"].append({"name": "BASE", "value": f"{REGISTRY}/shop/base"})
    pipeline = resources["aws_codepipeline.p_web"]
    source = {
        "name": "Base",
        "category": "Source",
        "owner": "AWS",
        "provider": "ECR",
        "configuration": {"RepositoryName": "shop/base"},
    }
    assert owners(deployment(resources), None)("aws_codepipeline.p_web") == "pipeline-web"
    pipeline["stage"].insert(0, {"name": "Source", "action": [source]})
    owner = owners(deployment(resources), None)
    assert owner("aws_codepipeline.p_web") == "web"
    assert owner("aws_ecr_repository.r_base") == "base"


def test_the_rest_of_a_module_is_of_the_image_of_the_module() -> None:
    call = 'module.image["a.b]"]'
    resources = {**image("web", call=call), f"{call}.aws_sqs_queue.dead": {"name": "dead"}}
    resources["module.other.aws_sqs_queue.dead"] = {"name": "other"}
    owner = owners(deployment(resources), None)
    assert owner(f"{call}.aws_sqs_queue.dead") == "web"
    assert owner("module.other.aws_sqs_queue.dead") == ""


def test_nobody_has_anything_without_deployments() -> None:
    assert owners(None, None)("aws_sns_topic.news") == ""


def test_a_pipeline_without_its_build_is_of_the_image_that_it_was_for() -> None:
    there = image("web")
    lost = {address: dict(values) for address, values in there.items()}
    lost["aws_codepipeline.p_web"]["stage"] = []
    of = owners(deployment(lost), deployment(there))
    assert of("aws_codepipeline.p_web") == "web"


def test_what_two_shared_is_not_of_the_one_that_stays() -> None:
    shared = {"aws_s3_bucket.it": {"bucket": "artifacts", "arn": "arn:aws:s3:::artifacts"}}
    web, both = {**image("web"), **shared}, {**image("web"), **image("api"), **shared}
    assert owners(deployment(web), None)("aws_s3_bucket.it") == "web"
    assert owners(deployment(web), deployment(both))("aws_s3_bucket.it") == ""
    api = {**image("api"), **shared}
    assert owners(deployment(api), deployment(web))("aws_s3_bucket.it") == "api"


def test_a_pipeline_that_is_called_as_its_image_does_not_make_its_name_longer() -> None:
    there = image("web")
    there["aws_codepipeline.p_web"]["name"] = "web"
    assert owners(deployment(there), None)("aws_codepipeline.p_web") == "web"
