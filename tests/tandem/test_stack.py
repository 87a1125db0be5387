"""What a file becomes as a whole: its state, provider, tags, roles, outputs and order."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from synthesis import KITCHEN_SINK, Block, addresses, blocks

from modules import App, TerraformStack, _cdktf
from tandem.config import load
from tandem.stack import compose

Compose = Callable[..., Block]

SMALL: dict[str, Any] = {
    "project": "shop",
    "region": "eu-west-1",
    "images": {
        "base": {"source": {"codecommit": "base-image"}},
        "web": {"base": "base", "source": {"codecommit": "web"}},
    },
}
BOUNDARY = "arn:aws:iam::111122223333:policy/boundary"
TAGLESS = {
    # They have no `tags` at AWS, or take them from what they belong to.
    "aws_cloudwatch_event_target",
    "aws_ecr_lifecycle_policy",
    "aws_iam_role_policy",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
}


@pytest.fixture
def composed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compose:
    """The Terraform JSON of a file."""
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)

    def become(config: Mapping[str, Any]) -> Block:
        file = tmp_path / "pipelines.yaml"
        file.write_text(json.dumps(config))
        settings = load(file)
        stack = TerraformStack(App(outdir=str(tmp_path / "out")), settings.names.prefix)
        compose(stack, settings)
        parsed: Block = json.loads(str(_cdktf.Testing.synth(stack)))
        return parsed

    return become


def kitchen_sink() -> Any:
    return YAML(typ="safe", pure=True).load(KITCHEN_SINK)


def resources(stack: Block, kind: str) -> Block:
    found: Block = stack["resource"][kind]
    return found


# State


def test_keeps_state_beside_the_output(
    composed: Compose, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for config in (SMALL, {**SMALL, "state": "local"}):
        backend = composed(config)["terraform"]["backend"]
        assert backend == {"local": {"path": "../../../terraform.shop.tfstate"}}
    monkeypatch.chdir(tmp_path)
    for folder in ("deep/er/out", str(tmp_path / "deep/er/out")):
        monkeypatch.setenv("CDKTF_OUTDIR", folder)
        path = composed({**SMALL, "environment": "dev"})["terraform"]["backend"]["local"]["path"]
        # Terraform runs in the folder of the stack, and the file is where it was started.
        stack = tmp_path / "deep/er/out/stacks/shop-dev"
        assert (stack / path).resolve() == tmp_path / "terraform.shop-dev.tfstate"
        assert not Path(path).is_absolute()


def test_keeps_state_in_s3(composed: Compose) -> None:
    s3 = {"bucket": "acme-terraform", "key": "shop/terraform.tfstate"}
    backend = composed({**SMALL, "state": {"s3": s3}})["terraform"]["backend"]
    assert backend == {"s3": {**s3, "region": "eu-west-1", "encrypt": True, "use_lockfile": True}}
    key = "arn:aws:kms:us-east-1:111122223333:key/state"
    more = {**s3, "region": "us-east-1", "kms_key": key, "lock": False}
    assert composed({**SMALL, "state": {"s3": more}})["terraform"]["backend"] == {
        "s3": {
            **s3,
            "region": "us-east-1",
            "encrypt": True,
            "kms_key_id": key,
            "use_lockfile": False,
        }
    }


def test_keeps_state_in_hcp_terraform(composed: Compose) -> None:
    state = {"cloud": {"organization": "acme", "workspace": "shop"}}
    terraform = composed({**SMALL, "state": state})["terraform"]
    assert terraform["cloud"] == {"organization": "acme", "workspaces": {"name": "shop"}}
    assert "backend" not in terraform


@pytest.mark.integration
@pytest.mark.parametrize(
    "state",
    [
        {"s3": {"bucket": "acme-terraform", "key": "shop"}},
        {"cloud": {"organization": "acme", "workspace": "shop"}},
    ],
    ids=["s3", "cloud"],
)
def test_terraform_knows_the_state_block(
    composed: Compose, state: Block, tmp_path: Path, validate: Callable[[Path], None]
) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(composed({**SMALL, "state": state})))
    validate(tmp_path)


# Provider, tags, boundary


def test_an_image_may_have_any_name(composed: Compose) -> None:
    names = ["aws", "project", "artifacts", "current", "triggers"]
    images = {name: {"source": {"codecommit": name}} for name in names}
    stack = composed({**SMALL, "images": images})
    assert list(stack["output"]["pipeline_names"]["value"]) == sorted(names)


def test_pins_the_provider_and_the_account(composed: Compose) -> None:
    plain = composed(SMALL)
    assert plain["provider"] == {"aws": [{"region": "eu-west-1"}]}
    assert plain["terraform"]["required_providers"] == {
        "aws": {"source": "aws", "version": "5.100.0"}
    }
    pinned = composed({**SMALL, "account": "012345678901"})
    assert pinned["provider"]["aws"][0]["allowed_account_ids"] == ["012345678901"]


def test_tags_everything_that_takes_tags(composed: Compose) -> None:
    config = kitchen_sink()
    stack = composed(config)
    tagged = {kind for kind in stack["resource"] if kind not in TAGLESS}
    for kind in tagged:
        for name, resource in stack["resource"][kind].items():
            assert resource.get("tags") == config["tags"], f"{kind}.{name}"
    assert tagged == {
        "aws_cloudwatch_event_rule",
        "aws_cloudwatch_log_group",
        "aws_codebuild_project",
        "aws_codepipeline",
        "aws_ecr_repository",
        "aws_iam_role",
        "aws_s3_bucket",
        "aws_sqs_queue",
    }
    assert all("tags" not in block for _, block in blocks(composed(SMALL)))


def test_bounds_every_role(composed: Compose) -> None:
    roles = resources(composed(kitchen_sink()), "aws_iam_role")
    assert {role["permissions_boundary"] for role in roles.values()} == {BOUNDARY}
    unbound = resources(composed(SMALL), "aws_iam_role").values()
    assert all("permissions_boundary" not in role for role in unbound)


def test_names_begin_with_project_and_environment(composed: Compose) -> None:
    stack = composed({**SMALL, "environment": "dev"})
    for kind in ("aws_codepipeline", "aws_codebuild_project", "aws_iam_role", "aws_sqs_queue"):
        assert all(each["name"].startswith("shop-dev-") for each in resources(stack, kind).values())
    names = {each["name"] for each in resources(stack, "aws_ecr_repository").values()}
    assert names == {"shop-dev/base", "shop-dev/web"}
    # Two environments of one project share no name, and every address.
    other = composed({**SMALL, "environment": "prod"})
    assert addresses(stack) == addresses(other)


# Images and their bases


def test_an_external_base_of_two_images_is_looked_up_once(composed: Compose) -> None:
    fonts = {"repository": "design/fonts", "tag": "v1"}
    config = {
        **SMALL,
        "images": {
            "one": {"base": fonts, "source": {"codecommit": "one"}},
            "two": {"base": fonts, "source": {"codecommit": "two"}},
            "three": {"base": {**fonts, "tag": "v2"}, "source": {"codecommit": "three"}},
        },
    }
    stack = composed(config)
    looked_up = stack["data"]["aws_ecr_repository"]
    assert [each["name"] for each in looked_up.values()] == ["design/fonts"] * 2  # two tags
    rules = [
        rule
        for rule in resources(stack, "aws_cloudwatch_event_rule").values()
        if "aws.ecr" in rule["event_pattern"]
    ]
    tags = [json.loads(rule["event_pattern"])["detail"]["image-tag"] for rule in rules]
    assert sorted(tags) == [["v1"], ["v2"]]


def test_no_address_begins_with_a_digit(composed: Compose) -> None:
    """Terraform's names do not; those of repositories and buckets do."""
    base = {"repository": "2048/base"}
    images = {
        "game": {"base": base, "source": {"codecommit": "2048"}},
        "assets": {"source": {"s3": "3d-assets", "key": "assets.zip"}},
    }
    stack = composed({**SMALL, "images": images})
    names = {address.rpartition(".")[2] for address in addresses(stack)}
    assert [name for name in names if name[0].isdigit()] == []
    assert {"_2048-main-committed", "_2048-main-committed_game"} <= names
    rules = resources(stack, "aws_cloudwatch_event_rule").values()
    assert "shop-2048-main-committed" in {rule["name"] for rule in rules}


def test_bases_may_stand_anywhere_in_the_file(composed: Compose) -> None:
    images = dict(reversed(SMALL["images"].items()))
    assert list(images) == ["web", "base"]
    first, second = composed(SMALL), composed({**SMALL, "images": images})
    for stack in (first, second):
        for each in stack["output"].values():
            each["value"] = dict(sorted(each["value"].items()))
    assert first == second


def test_tells_people_where_things_are(composed: Compose) -> None:
    outputs = composed(SMALL)["output"]
    assert {name: set(each["value"]) for name, each in outputs.items()} == {
        "repository_urls": {"base", "web"},
        "pipeline_names": {"base", "web"},
        "pipeline_links": {"base", "web"},
    }
    assert all(each["description"] for each in outputs.values())
    assert outputs["repository_urls"]["value"]["web"] == (
        "${data.aws_caller_identity.current.account_id}.dkr.ecr.${data.aws_region.current.id}"
        ".${data.aws_partition.current.dns_suffix}/${aws_ecr_repository.web_repository.name}"
    )
    assert outputs["pipeline_links"]["value"]["web"] == (
        "https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/"
        "${aws_codepipeline.web_pipeline.name}/view?region=eu-west-1"
    )


def test_every_setting_reaches_the_pipelines(composed: Compose) -> None:
    """What only an image's own construct can know is tested there: here, that it is passed on."""
    stack = composed(kitchen_sink())
    web = resources(stack, "aws_codepipeline")["web_pipeline"]
    assert web["execution_mode"] == "QUEUED"
    assert [stage["name"] for stage in web["stage"]] == ["Source", "Build", "Approval", "Deploy"]
    assert web["stage"][1]["on_failure"]["retry_configuration"] == {"retry_mode": "ALL_ACTIONS"}
    assert web["trigger"]
    assert web["artifact_store"][0]["encryption_key"]["id"].endswith("key/artifacts")
    worker = resources(stack, "aws_codepipeline")["worker_pipeline"]
    assert "on_failure" not in worker["stage"][1]
    assert stack["moved"] == [
        {"from": f"{kind}.app_repository", "to": f"{kind}.app-1_repository"}
        for kind in ("aws_ecr_repository", "aws_ecr_lifecycle_policy")
    ]
    rules = resources(stack, "aws_cloudwatch_event_rule")
    assert rules["base-scheduled"]["schedule_expression"] == "cron(0 3 ? * SUN *)"
    assert json.loads(rules["base-pushed"]["event_pattern"])["detail"]["image-tag"] == ["stable"]
