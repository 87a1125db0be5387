"""What the image pipelines of one stack share."""

import pytest
from pydantic import ValidationError
from stack import ACCOUNT, CODE, KEY_ARN, REGION, Template, new_stack, template

from modules import Artifacts, ImagePipeline, Project
from modules._cdktf import Construct, TerraformOutput, TerraformStack


def tagged(built: Template) -> list[str]:
    return [address for address, block in built.blocks.items() if "tags" in block]


def test_a_project_is_made_when_it_is_first_needed_and_named_like_the_stack() -> None:
    stack = new_stack("shop")
    ImagePipeline(Construct(stack, "team"), "web", source=CODE)
    assert Project.of(stack).names.prefix == "shop"
    assert Project.of(stack) is Project.of(Construct(stack, "elsewhere"))


def test_a_name_that_aws_does_not_take_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        Project(new_stack("My_Shop"), environment="Production")
    wrong = {error["loc"][0] for error in refused.value.errors()}
    assert wrong == {"project", "environment"}


def test_two_stacks_have_two_projects() -> None:
    assert Project.of(new_stack("one")) is not Project.of(new_stack("two"))


def test_the_name_and_the_environment_begin_every_name() -> None:
    def build(stack: TerraformStack) -> None:
        Project(stack, name="store", environment="prod")
        ImagePipeline(stack, "web", source=CODE, schedule="rate(1 day)")

    built = template(build)
    names = [
        built.resolve(block[key])
        for address, block in built.blocks.items()
        for key in ("name", "bucket")
        if key in block and not address.startswith("aws_s3_bucket_")
    ]
    assert len(names) > 10
    assert not [name for name in names if "store-prod" not in name]


def test_an_arn_is_of_this_partition_region_and_account() -> None:
    def build(stack: TerraformStack) -> None:
        TerraformOutput(stack, "arn", value=Project.of(stack).arn("codecommit", "web"))

    built = template(build)
    arn = built.json["output"]["arn"]["value"]
    assert built.resolve(arn) == f"arn:aws:codecommit:{REGION}:{ACCOUNT}:web"


def test_tags_are_on_everything_that_takes_them_and_stay_literal() -> None:
    def build(stack: TerraformStack) -> None:
        Project(stack, tags={"team": "${web}"})
        ImagePipeline(stack, "web", source=CODE)

    built = template(build)
    assert {address.split(".")[0] for address in tagged(built)} == {
        "aws_cloudwatch_event_rule",
        "aws_cloudwatch_log_group",
        "aws_codebuild_project",
        "aws_codepipeline",
        "aws_ecr_repository",
        "aws_iam_role",
        "aws_s3_bucket",
        "aws_sqs_queue",
    }
    for address in tagged(built):
        assert built.block(address)["tags"] == {"team": "$${web}"}


def test_there_are_no_tags_unless_some_are_given() -> None:
    built = template(lambda stack: ImagePipeline(stack, "web", source=CODE))
    assert tagged(built) == []


def test_the_settings_of_artifacts_reach_the_bucket() -> None:
    def build(stack: TerraformStack) -> None:
        Project(stack, artifacts=Artifacts(kms_key=KEY_ARN))
        ImagePipeline(stack, "web", source=CODE)

    pipeline = template(build).resources("aws_codepipeline")["web_pipeline"]
    assert pipeline["artifact_store"][0]["encryption_key"]["id"] == KEY_ARN


def test_account_and_region_come_from_terraform() -> None:
    built = template(lambda stack: ImagePipeline(stack, "web", source=CODE))
    bucket = built.resources("aws_s3_bucket")["artifacts"]["bucket"]
    assert "${data.aws_caller_identity.current.account_id}" in bucket
    assert built.resolve(bucket) == f"shop-artifacts-{ACCOUNT}-{REGION}"
