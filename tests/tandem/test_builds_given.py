"""What builds are given, and which buildspec they follow."""

import json
from dataclasses import replace

import pytest
from trace_stack import REGION, action, build, deployment, pipeline, project

from tandem.builds import Build, Builds, builds_of
from tandem.deployment import Action, BuildProject, Variable
from tandem.deployment.addresses import is_data
from tandem.deployment.buildspecs import Written
from tandem.deployment.symbols import symbol

OTHER = "version: 0.2\nphases:\n  build:\n    commands:\n      - docker push other:1\n"


def only(made: BuildProject, *actions: Action) -> Build:
    found = Builds(deployment(made, pipeline("web", *actions))).of_project(made)
    assert len(found) == 1
    return found[0]


def given(project: str, *variables: dict[str, str], **more: str) -> Action:
    said = json.dumps(list(variables))
    return action(
        "Build", "CodeBuild", "Build", ProjectName=project, EnvironmentVariables=said, **more
    )


def pushed(build: Build) -> list[str]:
    assert build.buildspec
    return [f"{it.repository.rpartition('/')[2]}:{it.tag}" for it in build.buildspec.pushes]


def test_a_build_knows_the_region_of_its_project() -> None:
    assert only(project("web")).variables["AWS_DEFAULT_REGION"] == REGION
    elsewhere = only(project("web", region="us-east-1"), build("web"))
    assert elsewhere.variables["AWS_REGION"] == "us-east-1"
    text = "version: 0.2\nphases: {build: {commands: [docker push $AWS_REGION/web]}}"
    found = only(project("web", buildspec=text)).buildspec
    assert found
    assert found.pushes[0].repository == f"{REGION}/web"


def test_the_action_has_the_last_word() -> None:
    made = project("web", "web:latest")
    assert pushed(only(made, build("web", TAG="stable"))) == ["web:stable"]
    assert pushed(only(made)) == ["web:latest"]


def test_what_an_earlier_action_says_is_a_symbol() -> None:
    made = only(project("web", "web:latest"), build("web", TAG="v-#{Source.CommitId}"))
    assert made.variables["TAG"] == f"v-{symbol('Source.CommitId')}"
    assert pushed(made) == [f"web:v-{symbol('Source.CommitId')}"]


def test_only_actions_refer_to_earlier_ones() -> None:
    plain = replace(project("web"), variables=(Variable("TAG", "#{Source.It}", "PLAINTEXT"),))
    assert only(plain, build("web")).variables["TAG"] == "#{Source.It}"


def test_stored_values_are_symbols() -> None:
    variable = {"name": "TOKEN", "value": "shop/#{Source.Name}", "type": "SECRETS_MANAGER"}
    own = replace(project("web"), variables=(Variable("LEVEL", "/level", "PARAMETER_STORE"),))
    made = only(own, given("web", variable))
    assert made.variables["TOKEN"] == symbol("secret shop/Source.Name")
    assert made.variables["LEVEL"] == symbol("parameter /level")
    name = f"shop/{symbol('Source.Name')}"
    assert made.stored == (
        Variable("LEVEL", "/level", "PARAMETER_STORE"),
        Variable("TOKEN", name, "SECRETS_MANAGER"),
    )


@pytest.mark.parametrize("said", [symbol("local.all"), '[{"name": "A"}]', "{}x", '["A"]', "3"])
def test_variables_that_cannot_be_read_are_not_all_known(said: str) -> None:
    unread = action("Build", "CodeBuild", ProjectName="web", EnvironmentVariables=said)
    made = only(project("web", "web:latest"), unread)
    assert not made.complete
    assert made.variables["TAG"] == "latest"
    assert only(project("web"), build("web", A="b")).complete


def test_an_action_can_bring_its_own_buildspec() -> None:
    made = only(project("web", "web:latest"), given("web", BuildspecOverride=OTHER))
    assert pushed(made) == ["other:1"]
    elsewhere = only(project("web"), given("web", BuildspecOverride="ci/build.yml"))
    assert (elsewhere.buildspec, elsewhere.text) == (None, None)
    assert elsewhere.hidden == "lies in the source (ci/build.yml)"


def test_a_hidden_buildspec_has_a_reason() -> None:
    assert only(project("web")).hidden == ""
    assert only(project("web", path="x.yml")).hidden == "lies in the source (x.yml)"
    assert only(project("web", buildspec=None)).hidden == "is known only after the apply"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("build.yml", Written(None, "build.yml")),
        ("arn:aws:s3:::code/build.yml", Written(None, "arn:aws:s3:::code/build.yml")),
        ('{"version": 0.2}', Written('{"version": 0.2}', None)),
        ("version: 0.2", Written("version: 0.2", None)),
        (symbol("file('build.yml')"), Written(None, None)),
        (symbol("templatefile('build.yml', {name = 1})"), Written(None, None)),
        (f"ci/{symbol('var.name')}.yml", Written(None, None)),
    ],
)
def test_a_buildspec_is_a_text_or_a_path_or_not_known(said: str, expected: Written) -> None:
    assert Written.of(said) == expected


def test_every_way_to_run_a_project_is_a_build() -> None:
    made, other = project("web"), project("other")
    one, two = pipeline("one", build("web"), build("web", A="1")), pipeline("two", build("web"))
    found = builds_of(deployment(made, other, one, two))
    ways = [(it.pipeline.name, it.action.name) for it in found.in_pipelines]
    assert ways == [("one", "Build"), ("one", "Build"), ("two", "Build")]
    assert [it.action for it in found.of_pipeline(one)] == list(one.actions)
    assert list(found.of_project(made)) == list(found.in_pipelines)
    assert found.of_project(other)[0].pipeline is None
    assert "A" not in found.alone(made).variables


def test_another_deployment_has_other_builds() -> None:
    first, second = deployment(project("web")), deployment(project("web"))
    assert builds_of(first) is builds_of(first)
    assert builds_of(first) is not builds_of(second)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("data.aws_iam_role.web", True),
        ('module.web["a.b"].data.aws_iam_role.this[0]', True),
        ("module.data.aws_iam_role.this", False),
        ('aws_iam_role.this["a.data.b"]', False),
    ],
)
def test_data_sources_are_told_by_their_address(address: str, expected: bool) -> None:
    assert is_data(address) is expected
