"""ImagePipeline: everything put together, and the links between several."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from stack import ACCOUNT, CODE, GITHUB, REGION, Template, new_stack, template, terraform_json

from modules import (
    Approval,
    Build,
    CodeCommit,
    EcsDeploy,
    ExistingImageRepository,
    Image,
    ImagePipeline,
    Project,
    Repository,
    Secret,
)
from modules._cdktf import App, AwsProvider, Construct, TerraformStack

DEPLOY = EcsDeploy(cluster="prod", service="web", container="web")
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
ADDRESSES = Path(__file__).parent / "addresses.txt"


def shop(stack: TerraformStack) -> ImagePipeline:
    """A base and what is built on it."""
    base = ImagePipeline(stack, "base", source=CodeCommit(codecommit="base-image"))
    ImagePipeline(
        stack,
        "web",
        source=GITHUB,
        base=base.image,
        build=Build(environment={"NPM": Secret(secret="npm")}),
        approval=Approval(),
        deploy=DEPLOY,
        schedule="rate(1 day)",
    )
    return base


@cache
def linked() -> Template:
    return template(shop)


def build_variables(of: Template, pipeline: str) -> dict[str, str]:
    """What the build action gives to the build."""
    text = of.action(pipeline, "Build")["configuration"]["EnvironmentVariables"]
    variables = of.document(text)
    assert {variable["type"] for variable in variables} == {"PLAINTEXT"}
    return {variable["name"]: variable["value"] for variable in variables}


def test_a_pipeline_without_a_base_stands_alone() -> None:
    of = template(lambda stack: ImagePipeline(stack, "web", source=GITHUB))
    assert of.action("web_pipeline", "Build")["input_artifacts"] == ["SourceArtifact"]
    assert build_variables(of, "web_pipeline") == {"COMMIT_ID": "#{Source.CommitId}"}
    assert "BASE_IMAGES" not in of.variables("web_build")
    assert not of.resources("aws_cloudwatch_event_rule")


def test_a_linked_pipeline_has_the_base_as_a_source_and_builds_from_its_digest() -> None:
    source = linked().action("web_pipeline", "BaseImage")
    assert source["provider"] == "ECR"
    assert source["namespace"] == "BaseImage"
    assert source["output_artifacts"] == ["BaseImage"]
    assert linked().resolve(source["configuration"]["RepositoryName"]) == "shop/base"
    assert source["configuration"]["ImageTag"] == "latest"
    assert "PollForSourceChanges" not in source["configuration"]

    build = linked().action("web_pipeline", "Build")
    assert build["input_artifacts"] == ["SourceArtifact", "BaseImage"]
    assert build["configuration"]["PrimarySource"] == "SourceArtifact"
    assert build_variables(linked(), "web_pipeline") == {
        "COMMIT_ID": "#{Source.CommitId}",
        "BASE_IMAGE": f"{REGISTRY}/shop/base@#{{BaseImage.ImageDigest}}",
    }
    assert linked().variables("web_build")["BASE_IMAGES"] == ("PLAINTEXT", "BASE_IMAGE")


def test_several_bases_are_given_to_their_build_arguments() -> None:
    def build(stack: TerraformStack) -> None:
        node, tools = (ImagePipeline(stack, name, source=CODE) for name in ("node", "tools"))
        ImagePipeline(
            stack, "web", source=CODE, base={"OS": node.image, "BUILD_TOOLS": tools.image}
        )

    of = template(build)
    assert of.variables("web_build")["BASE_IMAGES"] == ("PLAINTEXT", "OS BUILD_TOOLS")
    variables = build_variables(of, "web_pipeline")
    assert variables["OS"] == f"{REGISTRY}/shop/node@#{{Os.ImageDigest}}"
    assert variables["BUILD_TOOLS"] == f"{REGISTRY}/shop/tools@#{{BuildTools.ImageDigest}}"
    inputs = of.action("web_pipeline", "Build")["input_artifacts"]
    assert inputs == ["SourceArtifact", "Os", "BuildTools"]


@pytest.mark.parametrize(
    "argument", ["PULL", "PUSH", "LOG", "BUILD", "SERVICE", "SECRETS", "ARTIFACTS", "BUILD_IMAGE"]
)
def test_no_build_argument_makes_two_statements_one(argument: str) -> None:
    def build(stack: TerraformStack) -> None:
        base = ImagePipeline(stack, "base", source=CODE)
        ImagePipeline(
            stack,
            "web",
            source=CODE,
            base={argument: base.image},
            build=Build(
                image=f"{REGISTRY}/ci",
                environment={"NPM": Secret(secret="npm")},
            ),
            deploy=DEPLOY,
        )

    of = template(build)
    for role in of.resources("aws_iam_role"):
        assert of.statements(role)  # which checks that each Sid is there once: IAM refuses two


def test_a_base_that_is_built_elsewhere_is_watched_but_not_managed() -> None:
    def build(stack: TerraformStack) -> None:
        repository = ExistingImageRepository(Project(stack), "golden", name="platform/golden")
        golden = Image("golden", repository, "stable")
        ImagePipeline(stack, "web", source=CODE, base=golden)

    of = template(build)
    assert of.data("aws_ecr_repository") == {"golden": {"name": "platform/golden"}}
    rule = of.resources("aws_cloudwatch_event_rule")["golden-pushed"]
    detail = of.document(rule["event_pattern"])["detail"]
    assert (detail["repository-name"], detail["image-tag"]) == (["platform/golden"], ["stable"])
    assert build_variables(of, "web_pipeline")["BASE_IMAGE"] == (
        f"{REGISTRY}/platform/golden@#{{BaseImage.ImageDigest}}"
    )
    assert set(of.resources("aws_codepipeline")) == {"web_pipeline"}


def test_a_moving_tag_of_another_name_links_too() -> None:
    def build(stack: TerraformStack) -> None:
        base = ImagePipeline(stack, "base", source=CODE, tag="stable")
        ImagePipeline(stack, "web", source=CODE, base=base.image)

    of = template(build)
    assert of.variables("base_build")["IMAGE_TAG"] == ("PLAINTEXT", "stable")
    assert of.action("web_pipeline", "BaseImage")["configuration"]["ImageTag"] == "stable"
    pattern = of.resources("aws_cloudwatch_event_rule")["base-pushed"]["event_pattern"]
    assert of.document(pattern)["detail"]["image-tag"] == ["stable"]


def test_every_plain_value_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        ImagePipeline(
            new_stack(),
            "Web",
            source=CODE,
            tag="a b",
            mode="sometimes",  # type: ignore[arg-type]
            schedule="daily",
        )
    wrong = {error["loc"][0] for error in refused.value.errors()}
    assert wrong == {"id", "tag", "mode", "schedule"}


def test_an_approval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"web\.approval: there is nothing to approve"):
        template(lambda stack: ImagePipeline(stack, "web", source=CODE, approval=Approval()))


def test_every_base_needs_an_argument_and_an_artifact_of_its_own() -> None:
    stack = new_stack()
    base = ImagePipeline(stack, "base", source=CODE).image
    tools = ImagePipeline(stack, "tools", source=CODE).image
    with pytest.raises(ValueError, match=r"SOURCE_ARTIFACT: gives SourceArtifact") as said:
        ImagePipeline(stack, "web", source=CODE, base={"SOURCE_ARTIFACT": base, "IMAGE_TAG": tools})
    assert "web.base.IMAGE_TAG: the build sets this itself" in str(said.value)
    images = [ImagePipeline(stack, f"b{n}", source=CODE).image for n in range(5)]
    with pytest.raises(ValueError, match=r"web\.base\.B4: is one base too many"):
        ImagePipeline(
            stack, "web", source=CODE, base={f"B{n}": image for n, image in enumerate(images)}
        )
    with pytest.raises(ValueError, match=r"web\.base\.SAME: is the same image as BASE_IMAGE"):
        ImagePipeline(stack, "web", source=CODE, base={"BASE_IMAGE": base, "SAME": base})


# Protection, and renaming


def test_a_repository_is_protected_until_somebody_says_otherwise() -> None:
    def build(stack: TerraformStack) -> None:
        ImagePipeline(stack, "web", source=CODE)
        ImagePipeline(stack, "toy", source=CODE, repository=Repository(protect=False))

    repositories = template(build).resources("aws_ecr_repository")
    assert repositories["web_repository"]["lifecycle"] == {"prevent_destroy": True}
    assert repositories["toy_repository"]["lifecycle"] == {"prevent_destroy": False}
    assert {repository["force_delete"] for repository in repositories.values()} == {False}


# Addresses: people's states depend on them


def test_the_addresses_are_a_contract() -> None:
    # A change here moves or replaces resources of everybody. Where it is meant, it needs a
    # `moved` block, a line in the changelog, and then the new list in the file.
    assert "\n".join(linked().blocks) + "\n" == ADDRESSES.read_text(encoding="utf-8")


@pytest.mark.parametrize("new", ["app", "zoo"])
def test_another_image_changes_no_address(new: str) -> None:
    def build(stack: TerraformStack) -> None:
        base = shop(stack)
        ImagePipeline(stack, new, source=CODE, base=base.image)

    assert set(linked().blocks) < set(template(build).blocks)


def test_an_image_that_comes_first_in_the_file_changes_no_address() -> None:
    def build(stack: TerraformStack) -> None:
        ImagePipeline(stack, "app", source=CODE)
        shop(stack)

    assert set(linked().blocks) < set(template(build).blocks)


def test_no_address_has_a_hash() -> None:
    assert not [address for address in linked().blocks if re.search(r"[0-9A-Fa-f]{8}$", address)]


def test_it_works_inside_constructs_of_the_user() -> None:
    def build(stack: TerraformStack) -> None:
        for team in ("red", "blue"):
            scope = Construct(stack, team)
            base = ImagePipeline(scope, "base", source=CodeCommit(codecommit=f"{team}-base"))
            ImagePipeline(scope, "web", source=GITHUB, base=base.image)

    of = template(build)
    assert set(of.resources("aws_codepipeline")) == {
        "red_base_pipeline",
        "red_web_pipeline",
        "blue_base_pipeline",
        "blue_web_pipeline",
    }
    assert set(of.resources("aws_cloudwatch_event_rule")) == {
        "red-base-main-committed",
        "blue-base-main-committed",
        "red_base-pushed",
        "blue_base-pushed",
    }
    repositories = of.resources("aws_ecr_repository").values()
    assert len({repository["name"] for repository in repositories}) == 4
    roles = of.resources("aws_iam_role").values()
    assert len({role["name"] for role in roles}) == len(roles) == 12


def test_a_renamed_image_takes_its_repository_with_it() -> None:
    def build(stack: TerraformStack) -> None:
        ImagePipeline(
            stack,
            "store",
            source=CODE,
            repository=Repository(name="shop/web"),
            renamed_from="web",
        )

    of = template(build)
    assert of.json["moved"] == [
        {
            "from": f"{kind}.web_repository",
            "to": f"{kind}.store_repository",
        }
        for kind in ("aws_ecr_repository", "aws_ecr_lifecycle_policy")
    ]
    assert of.resources("aws_ecr_repository")["store_repository"]["name"] == "shop/web"


# The same every time


def test_two_syntheses_are_the_same_to_the_byte(tmp_path: Path) -> None:
    def written(folder: Path) -> dict[str, bytes]:
        app = App(outdir=str(folder))
        stack = TerraformStack(app, "shop")
        AwsProvider(stack, "aws", region=REGION)
        base = shop(stack)
        for n in range(9):
            ImagePipeline(stack, f"app-{n}", source=CODE, base=base.image)
        app.synth()
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }

    files = written(tmp_path / "one")
    assert files["stacks/shop/cdk.tf.json"]
    assert files == written(tmp_path / "two")


BROKEN = {
    "a Python object": "object at 0x",
    "a number token": "e+298",
    "a token": "TfToken",
    "this machine": str(Path(__file__).parents[2]),
    "a folder of this user": str(Path.home()),
}


@pytest.mark.parametrize("what", BROKEN)
def test_nothing_that_python_or_this_machine_knows_gets_out(what: str) -> None:
    stack = new_stack()
    Project(stack, tags={"team": "web"})
    shop(stack)
    assert BROKEN[what] not in terraform_json(stack)


def test_a_secret_is_named_but_never_shown() -> None:
    text = json.dumps(linked().json)
    assert "npm" in text
    assert "resolve" not in text


def test_every_dependency_can_be_created_in_some_order() -> None:
    order = linked().creation_order()
    assert set(order) == set(linked().blocks)
    before: dict[str, Any] = {address: place for place, address in enumerate(order)}
    assert before["aws_iam_role_policy.web_build_role"] < before["aws_codebuild_project.web_build"]
    assert before["aws_codebuild_project.web_build"] < before["aws_codepipeline.web_pipeline"]
    assert before["aws_codepipeline.web_pipeline"] < before["aws_codepipeline.base_pipeline"]
