"""What roles must not be able to do: the negative table."""

from typing import Any

from needs_deployment import (
    HOST,
    action,
    arn,
    deployment,
    environment,
    pipeline,
    project,
    role_arn,
)

from tandem.access.needs import Need, forbidden
from tandem.deployment import Deployment

MOST = 20


def images(*names: str, **resources: Any) -> Deployment:
    """A pipeline, a project and two roles for each image, built on the one before."""
    pipelines: dict[str, Any] = {}
    projects: dict[str, Any] = {}
    repositories: dict[str, Any] = {}
    roles: dict[str, Any] = {}
    for base, name in zip((None, *names), names, strict=False):
        given = {"URI": f"{HOST}/{name}"} | ({"BASE": f"{HOST}/{base}"} if base else {})
        projects[name] = project(
            ["docker build --build-arg BASE -t $URI .", "docker push $URI"],
            name=name,
            service_role=f"${{aws_iam_role.{name}-build.arn}}",
            environment=environment(**given),
        )
        pipelines[name] = pipeline(
            action("Build", "CodeBuild", configuration={"ProjectName": name}),
            name=name,
            role_arn=f"${{aws_iam_role.{name}-pipeline.arn}}",
        )
        repositories[name] = {"name": name}
        roles |= {f"{name}-{kind}": {"name": f"{name}-{kind}"} for kind in ("build", "pipeline")}
    return deployment(
        aws_codepipeline=pipelines,
        aws_codebuild_project=projects,
        aws_ecr_repository=repositories,
        aws_iam_role=roles,
        **resources,
    )


def denied(found: list[Need], role: str) -> set[tuple[str, str]]:
    return {(need.action, need.resource) for need in found if need.role.name == role}


def test_a_build_pushes_nothing_else_and_deletes_nothing() -> None:
    found = denied(forbidden(images("a", "b", "c")), "b-build")
    pushes = {resource for name, resource in found if name == "ecr:PutImage"}
    assert pushes == {arn("ecr", "repository/a"), arn("ecr", "repository/c")}
    deletes = {resource for name, resource in found if name == "ecr:BatchDeleteImage"}
    assert deletes == {arn("ecr", "repository/b"), arn("ecr", "repository/c")}
    assert ("s3:GetObject", "arn:aws:s3:::tandem-another-bucket/object") in found
    assert ("iam:PassRole", role_arn("b-build")) in found
    assert ("codepipeline:StartPipelineExecution", arn("codepipeline", "a")) in found


def test_a_pipeline_runs_no_other_build_and_pushes_nothing() -> None:
    found = denied(forbidden(images("a", "b")), "a-pipeline")
    assert ("codebuild:StartBuild", arn("codebuild", "project/b")) in found
    assert ("codebuild:StartBuild", arn("codebuild", "project/a")) not in found
    assert "ecr:PutImage" in {name for name, _ in found}


def test_another_bucket_of_the_deployment_is_not_read() -> None:
    found = images("a", aws_s3_bucket={"own": {"bucket": "store"}, "other": {"bucket": "theirs"}})
    read = {resource for name, resource in denied(forbidden(found), "a-pipeline") if "s3:" in name}
    assert read == {"arn:aws:s3:::tandem-another-bucket/object", "arn:aws:s3:::theirs/object"}


def test_a_bucket_of_its_own_cache_is_no_other_bucket() -> None:
    found = deployment(
        aws_codebuild_project={"web": project(cache={"type": "S3", "location": "kept/web"})},
        aws_s3_bucket={name: {"bucket": name} for name in ("kept", "theirs")},
    )
    read = {resource for name, resource in denied(forbidden(found), "build") if "s3:" in name}
    assert read == {"arn:aws:s3:::tandem-another-bucket/object", "arn:aws:s3:::theirs/object"}


def test_the_right_role_is_passed_to_nobody_else() -> None:
    task = {"family": "web", "task_role_arn": role_arn("task"), "container_definitions": "[]"}
    said = {"ClusterName": "prod", "ServiceName": "web"}
    found = deployment(
        aws_codepipeline={"web": pipeline(action("Deploy", "ECS", configuration=said))},
        aws_ecs_task_definition={"web": task},
        aws_ecs_service={
            "web": {
                "name": "web",
                "cluster": "prod",
                "task_definition": "${aws_ecs_task_definition.web.arn}",
            }
        },
    )
    passed = {
        (need.resource, need.context["iam:PassedToService"])
        for need in forbidden(found)
        if need.action == "iam:PassRole"
    }
    assert (role_arn("task"), "lambda.amazonaws.com") in passed
    assert (role_arn("task"), "ecs-tasks.amazonaws.com") not in passed
    assert (role_arn("pipeline"), "ecs-tasks.amazonaws.com") in passed


def test_what_a_shared_role_needs_for_one_is_forbidden_for_none() -> None:
    shared = "${aws_iam_role.build.arn}"
    projects = {
        name: project([f"docker push {HOST}/{name}"], name=name, service_role=shared)
        for name in ("a", "b")
    }
    repositories = {name: {"name": name} for name in ("a", "b", "c")}
    found = deployment(aws_codebuild_project=projects, aws_ecr_repository=repositories)
    pushes = {r for name, r in denied(forbidden(found), "build") if name == "ecr:PutImage"}
    assert pushes == {arn("ecr", "repository/c")}


def test_a_rule_starts_no_other_pipeline() -> None:
    rules: dict[str, Any] = {
        "aws_cloudwatch_event_rule": {"it": {"name": "it", "event_pattern": "{}"}},
        "aws_cloudwatch_event_target": {
            "it": {
                "rule": "it",
                "arn": "${aws_codepipeline.a.arn}",
                "role_arn": "${aws_iam_role.rule.arn}",
            }
        },
    }
    found = denied(forbidden(images("a", "b", **rules)), "rule")
    assert ("codepipeline:StartPipelineExecution", arn("codepipeline", "b")) in found
    assert ("codepipeline:StartPipelineExecution", arn("codepipeline", "a")) not in found


def test_nothing_is_forbidden_where_nobody_sees_what_is_done() -> None:
    hidden = project(source={"type": "CODEPIPELINE"})
    found = deployment(
        aws_codebuild_project={"web": hidden}, aws_ecr_repository={"a": {"name": "a"}}
    )
    assert forbidden(found) == []


def test_names_that_are_not_known_may_be_the_same() -> None:
    prefixed = {name: {"name_prefix": "shop-"} for name in ("a", "b")}
    commands = ["docker push $URI"]
    own = {"URI": "${aws_codebuild_project.other.id}"}
    found = deployment(
        aws_codebuild_project={"web": project(commands, environment=environment(**own))},
        aws_ecr_repository=prefixed,
    )
    assert "ecr:PutImage" not in {need.action for need in forbidden(found)}


def test_a_role_of_a_thousand_images_has_at_most_twenty_of_them() -> None:
    found = images(*(f"image-{number:04}" for number in range(1000)))
    table = forbidden(found)
    per_role: dict[str, int] = {}
    for need in table:
        per_role[need.role.name] = per_role.get(need.role.name, 0) + 1
    assert max(per_role.values()) <= MOST
    assert len(per_role) == 2000
