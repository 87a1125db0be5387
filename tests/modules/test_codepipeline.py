"""The pipeline: its type, its stages, and what must exist before it."""

from typing import Any

import pytest
from stack import CODE, GITHUB, Block, Template, template

from modules import EcsDeploy, ImagePipeline
from modules._cdktf import TerraformStack
from modules.settings.types import Mode

DEPLOY = EcsDeploy(cluster="prod", service="web", container="web")


def single(**arguments: Any) -> Template:
    return template(lambda stack: ImagePipeline(stack, "web", source=CODE, **arguments))


def pipeline(of: Template, name: str = "web_pipeline") -> Block:
    return of.resources("aws_codepipeline")[name]


def test_defaults() -> None:
    default = pipeline(single())
    assert default["name"] == "shop-web"
    assert default["pipeline_type"] == "V2"  # only V2 takes an exact revision
    assert default["execution_mode"] == "SUPERSEDED"
    assert default["role_arn"] == "${aws_iam_role.web_pipeline_role.arn}"
    assert [stage["name"] for stage in default["stage"]] == ["Source", "Build"]
    assert not [stage for stage in default["stage"] if "on_failure" in stage]
    assert default["depends_on"] == ["aws_iam_role_policy.web_pipeline_role"]


@pytest.mark.parametrize("mode", ["superseded", "queued", "parallel"])
def test_an_execution_mode_never_comes_without_type_v2(mode: Mode) -> None:
    of = pipeline(single(mode=mode))
    assert (of["execution_mode"], of["pipeline_type"]) == (mode.upper(), "V2")


def test_a_failed_stage_is_retried_but_never_the_source() -> None:
    of = pipeline(single(retry="failed_actions", deploy=DEPLOY))
    assert {stage["name"]: stage.get("on_failure") for stage in of["stage"]} == {
        "Source": None,
        "Build": {
            "result": "RETRY",
            "retry_configuration": {"retry_mode": "FAILED_ACTIONS"},
        },
        "Deploy": {
            "result": "RETRY",
            "retry_configuration": {"retry_mode": "FAILED_ACTIONS"},
        },
    }


def test_the_build_gets_its_inputs_and_the_commit() -> None:
    action = single().action("web_pipeline", "Build")
    assert action["namespace"] == "Build"
    assert (action["category"], action["provider"], action["run_order"]) == (
        "Build",
        "CodeBuild",
        1,
    )
    assert action["input_artifacts"] == ["SourceArtifact"]
    assert action["output_artifacts"] == ["BuildArtifact"]
    assert action["configuration"] == {
        "ProjectName": "${aws_codebuild_project.web_build.name}",
        "PrimarySource": "SourceArtifact",
        "EnvironmentVariables": (
            '[{"name":"COMMIT_ID","value":"#{Source.CommitId}","type":"PLAINTEXT"}]'
        ),
    }


def linked(stack: TerraformStack) -> None:
    base = ImagePipeline(stack, "base", source=CODE)
    ImagePipeline(stack, "web", source=GITHUB, base=base.image)
    ImagePipeline(stack, "api", source=GITHUB, base=base.image)


def test_a_base_is_built_for_the_first_time_when_its_push_can_be_heard() -> None:
    of = template(linked)
    assert pipeline(of, "base_pipeline")["depends_on"] == [
        "aws_iam_role_policy.base_pipeline_role",
        "aws_cloudwatch_event_target.base-pushed_web",
        "aws_cloudwatch_event_target.base-pushed_api",
    ]
    order = of.creation_order()
    for target in ("base-pushed_web", "base-pushed_api"):
        assert order.index(f"aws_cloudwatch_event_target.{target}") < order.index(
            "aws_codepipeline.base_pipeline"
        )


def test_a_pipeline_without_links_waits_for_its_policy_only() -> None:
    of = template(linked)
    assert pipeline(of)["depends_on"] == ["aws_iam_role_policy.web_pipeline_role"]
