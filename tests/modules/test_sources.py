"""Source actions: what they say to CodePipeline, what starts them, what they need."""

from typing import Any

import pytest
from stack import ACCOUNT, CONNECTION_ARN, REGION, Block, Template, template

from modules import S3, CodeCommit, Connection, Filters, ImagePipeline, Patterns
from modules.settings import Source

OLD_CONNECTION_ARN = CONNECTION_ARN.replace("codeconnections", "codestar-connections")
USE = {"codeconnections:UseConnection", "codestar-connections:UseConnection"}


def pipeline(source: Source) -> Template:
    return template(lambda stack: ImagePipeline(stack, "web", source=source))


def action(of: Template) -> Block:
    return of.action("web_pipeline", "Source")


def git_trigger(filters: Filters, **source: Any) -> Block:
    of = pipeline(
        Connection(connection=CONNECTION_ARN, repository="acme/web", filters=filters, **source)
    )
    assert action(of)["configuration"]["DetectChanges"] == "false"  # else every push starts it too
    (trigger,) = of.resources("aws_codepipeline")["web_pipeline"]["trigger"]
    assert trigger["provider_type"] == "CodeStarSourceConnection"
    assert trigger["git_configuration"]["source_action_name"] == "Source"
    (push,) = trigger["git_configuration"]["push"]
    assert isinstance(push, dict)
    return push


def commit_id(of: Template) -> str:
    """What the build is given as COMMIT_ID."""
    build = of.action("web_pipeline", "Build")["configuration"]["EnvironmentVariables"]
    values = {variable["name"]: variable["value"] for variable in of.document(build)}
    return str(values["COMMIT_ID"])


def test_codecommit() -> None:
    of = pipeline(CodeCommit(codecommit="web"))
    assert action(of) == {
        "name": "Source",
        "namespace": "Source",
        "category": "Source",
        "owner": "AWS",
        "provider": "CodeCommit",
        "version": "1",
        "run_order": 1,
        "output_artifacts": ["SourceArtifact"],
        "configuration": {
            "RepositoryName": "web",
            "BranchName": "main",
            "PollForSourceChanges": "false",
            "OutputArtifactFormat": "CODE_ZIP",
        },
    }
    assert commit_id(of) == "#{Source.CommitId}"
    assert "SourceClone" not in of.permissions("web_build_role")


def test_codecommit_with_a_release_branch_and_a_full_clone() -> None:
    of = pipeline(CodeCommit(codecommit="web", branch="release/1.x", full_clone=True))
    assert action(of)["configuration"]["BranchName"] == "release/1.x"
    assert action(of)["configuration"]["OutputArtifactFormat"] == "CODEBUILD_CLONE_REF"
    (rule,) = of.resources("aws_cloudwatch_event_rule").values()
    assert of.document(rule["event_pattern"])["detail"]["referenceName"] == ["release/1.x"]
    repository = f"arn:aws:codecommit:{REGION}:{ACCOUNT}:web"
    assert of.permissions("web_build_role")["SourceClone"] == ({"codecommit:GitPull"}, {repository})
    assert "codecommit:GetRepository" in of.permissions("web_pipeline_role")["Source"][0]


@pytest.mark.parametrize("connection", [CONNECTION_ARN, OLD_CONNECTION_ARN])
def test_a_connection_of_either_name_is_used_under_both(connection: str) -> None:
    of = pipeline(Connection(connection=connection, repository="acme/web"))
    assert action(of)["provider"] == "CodeStarSourceConnection"
    assert action(of)["configuration"] == {
        "ConnectionArn": connection,
        "FullRepositoryId": "acme/web",
        "BranchName": "main",
        "OutputArtifactFormat": "CODE_ZIP",
        "DetectChanges": "true",
    }
    assert of.permissions("web_pipeline_role")["Source"] == (USE, {connection})
    assert "SourceClone" not in of.permissions("web_build_role")
    assert commit_id(of) == "#{Source.CommitId}"


def test_codepipeline_itself_watches_a_connection() -> None:
    of = pipeline(Connection(connection=CONNECTION_ARN, repository="acme/web"))
    assert not of.resources("aws_cloudwatch_event_rule")
    assert "trigger" not in of.resources("aws_codepipeline")["web_pipeline"]


def test_a_full_clone_through_a_connection_is_made_by_the_build() -> None:
    of = pipeline(Connection(connection=CONNECTION_ARN, repository="acme/web", full_clone=True))
    assert action(of)["configuration"]["OutputArtifactFormat"] == "CODEBUILD_CLONE_REF"
    assert of.permissions("web_build_role")["SourceClone"] == (USE, {CONNECTION_ARN})


def test_a_filter_of_paths_watches_the_branch_of_the_source() -> None:
    push = git_trigger(Filters(paths=Patterns(include=["docker/**", "${x}"])), branch="release")
    assert push == {
        "branches": {"includes": ["release"]},
        "file_paths": {"includes": ["docker/**", "$${x}"]},
    }


def test_a_filter_of_branches_may_exclude() -> None:
    branches = Patterns(include=["release/*"], exclude=["release/old-*"])
    push = git_trigger(Filters(branches=branches, paths=Patterns(exclude=["docs/**"])))
    assert push == {
        "branches": {"includes": ["release/*"], "excludes": ["release/old-*"]},
        "file_paths": {"excludes": ["docs/**"]},
    }


def test_a_filter_of_tags_says_nothing_of_branches() -> None:
    push = git_trigger(Filters(tags=Patterns(include=["v*"], exclude=["*-rc*"])))
    assert push == {"tags": {"includes": ["v*"], "excludes": ["*-rc*"]}}


def test_s3() -> None:
    of = pipeline(S3(s3="uploads", key="web/source.zip"))
    assert action(of)["provider"] == "S3"
    assert action(of)["configuration"] == {
        "S3Bucket": "uploads",
        "S3ObjectKey": "web/source.zip",
        "PollForSourceChanges": "false",
    }
    assert commit_id(of) == "#{Source.VersionId}"
    objects = of.permissions("web_pipeline_role")["Source"][1]
    assert objects == {"arn:aws:s3:::uploads/web/source.zip"}


def test_a_key_with_a_shell_variable_stays_what_it_is() -> None:
    of = pipeline(S3(s3="uploads", key='web ${X} "%{Y}".zip'))
    assert of.resolve(action(of)["configuration"]["S3ObjectKey"]) == 'web ${X} "%{Y}".zip'
    (rule,) = of.resources("aws_cloudwatch_event_rule").values()
    keys = of.document(rule["event_pattern"])["detail"]["object"]["key"]
    assert keys == ['web ${X} "%{Y}".zip']


@pytest.mark.parametrize(
    "source",
    [
        CodeCommit(codecommit="web", branch="a${b}"),
        Connection(connection=CONNECTION_ARN, repository="acme/a${b}", branch="a${b}"),
    ],
)
def test_a_branch_with_a_dollar_and_braces_stays_what_it_is(source: Source) -> None:
    of = pipeline(source)
    assert action(of)["configuration"]["BranchName"] == "a$${b}"
    for rule in of.resources("aws_cloudwatch_event_rule").values():
        assert of.document(rule["event_pattern"])["detail"]["referenceName"] == ["a${b}"]
        assert of.resolve(rule["description"]).startswith("Builds every commit to a${b}")


def test_a_long_key_leaves_a_description_that_eventbridge_takes() -> None:
    of = pipeline(S3(s3="uploads", key="k" * 1024))
    (rule,) = of.resources("aws_cloudwatch_event_rule").values()
    assert len(rule["description"]) <= 512
    assert len(rule["name"]) <= 64
