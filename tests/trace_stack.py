"""Deployments made by hand: what the tests of `tandem trace` follow events through."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from tandem.deployment import (
    Action,
    Bucket,
    BuildProject,
    Deployment,
    Pipeline,
    Policy,
    Repository,
    Resource,
    Role,
    Rule,
    Stage,
    Target,
    Variable,
)

ACCOUNT, REGION = "111122223333", "eu-west-1"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
PUSH = 'version: 0.2\nphases:\n  build:\n    commands:\n      - docker push "$URI:$TAG"\n'


def arn(service: str, name: str, *, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{name}"


def repository(name: str, *, region: str = REGION) -> Repository:
    return Repository(
        address=f"aws_ecr_repository.{name}",
        name=name,
        arn=arn("ecr", f"repository/{name}", region=region),
        url=f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{name}",
        immutable=False,
        policy=None,
        key=None,
    )


def project(
    name: str,
    pushes: str = "",
    *,
    buildspec: str | None = PUSH,
    path: str | None = None,
    role: str = "",
    region: str = REGION,
    **values: Any,
) -> BuildProject:
    """A project that pushes an image, as in `web:latest`."""
    image, _, tag = pushes.partition(":")
    variables = {"URI": f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{image}", "TAG": tag}
    return BuildProject(
        address=f"aws_codebuild_project.{name}",
        name=name,
        arn=arn("codebuild", f"project/{name}", region=region),
        role_arn=role,
        source_type="CODEPIPELINE",
        buildspec=None if path else buildspec,
        buildspec_path=path,
        variables=tuple(
            Variable(key, value, "PLAINTEXT") for key, value in variables.items() if pushes
        ),
        privileged=True,
        image="aws/codebuild/standard:7.0",
        pulls_as_itself=False,
        machine="LINUX_CONTAINER",
        key=None,
        resource=Resource(f"aws_codebuild_project.{name}", "aws_codebuild_project", values),
    )


def action(category: str, provider: str, name: str = "", **configuration: str) -> Action:
    return Action(
        name=name or provider,
        category=category,
        owner="AWS",
        provider=provider,
        configuration=configuration,
        inputs=(),
        outputs=(),
        namespace=None,
        run_order=1,
        region=None,
        role_arn=None,
    )


def codecommit(name: str, branch: str = "main", poll: str = "false") -> Action:
    said = {"RepositoryName": name, "BranchName": branch, "PollForSourceChanges": poll}
    return action("Source", "CodeCommit", "Source", **{k: v for k, v in said.items() if v})


def connection(name: str, branch: str = "main", **more: str) -> Action:
    said = {"FullRepositoryId": name, "BranchName": branch, **more}
    return action("Source", "CodeStarSourceConnection", "Source", **said)


def base(name: str, tag: str = "latest") -> Action:
    return action("Source", "ECR", "Base", RepositoryName=name, ImageTag=tag)


def build(name: str, **variables: str) -> Action:
    said = [{"name": key, "value": value} for key, value in variables.items()]
    environment = {"EnvironmentVariables": json.dumps(said)} if said else {}
    return action("Build", "CodeBuild", "Build", ProjectName=name, **environment)


def pipeline(
    name: str,
    *actions: Action,
    triggers: Sequence[Mapping[str, Any]] = (),
    region: str = REGION,
) -> Pipeline:
    address = f"aws_codepipeline.{name}"
    return Pipeline(
        address=address,
        name=name,
        arn=arn("codepipeline", name, region=region),
        type="V2",
        mode="SUPERSEDED",
        role_arn="",
        stores=(),
        stages=(Stage("All", actions),),
        triggers=tuple(triggers),
        variables=(),
        resource=Resource(address, "aws_codepipeline", {}),
    )


def target(name: str, service: str = "codepipeline", **more: Any) -> Target:
    said = {"input_paths": {}, "input_template": None, "input": None, **more}
    kind = "project/" if service == "codebuild" else ""
    return Target(
        address=f"aws_cloudwatch_event_target.{name}",
        arn=said.pop("arn", arn(service, f"{kind}{name}")),
        role_arn=None,
        after=frozenset(),
        **said,
    )


def pinned(name: str, action: str, kind: str, path: str) -> Target:
    revision = {"actionName": action, "revisionType": kind, "revisionValue": "<it>"}
    template = json.dumps({"sourceRevisions": [revision]})
    return target(name, input_paths={"it": path}, input_template=template)


def rule(
    name: str,
    pattern: Mapping[str, Any] | None,
    *targets: Target,
    schedule: str | None = None,
    enabled: bool = True,
    known: bool = True,
    region: str = REGION,
) -> Rule:
    return Rule(
        address=f"aws_cloudwatch_event_rule.{name}",
        name=name,
        arn=arn("events", f"rule/{name}", region=region),
        pattern=pattern,
        pattern_known=known,
        schedule=schedule,
        enabled=enabled,
        targets=targets,
    )


def on_commit(name: str, branch: str = "main") -> dict[str, Any]:
    return {
        "source": ["aws.codecommit"],
        "resources": [arn("codecommit", name)],
        "detail": {"event": ["referenceUpdated"], "referenceName": [branch]},
    }


def on_push(name: str, *tags: str) -> dict[str, Any]:
    detail = {"action-type": ["PUSH"], "result": ["SUCCESS"], "repository-name": [name]}
    return {"source": ["aws.ecr"], "detail": {**detail, **({"image-tag": [*tags]} if tags else {})}}


def role(name: str, *statements: Mapping[str, Any]) -> Role:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    policy = Policy(f"aws_iam_role_policy.{name}", name, document)
    return Role(f"aws_iam_role.{name}", name, arn("iam", name), None, (policy,), None)


def bucket(name: str, *, sends_events: bool) -> Bucket:
    return Bucket(f"aws_s3_bucket.{name}", name, f"arn:aws:s3:::{name}", None, True, sends_events)


def resource(kind: str, name: str, *, after: Sequence[str] = (), **values: Any) -> Resource:
    return Resource(f"{kind}.{name}", kind, values, frozenset(after))


T = TypeVar("T")
Part = Repository | BuildProject | Pipeline | Rule | Role | Bucket | Resource


def deployment(*parts: Part) -> Deployment:
    def of(kind: type[T]) -> tuple[T, ...]:
        return tuple(part for part in parts if isinstance(part, kind))

    resources = {part.address: part for part in of(Resource)}
    resources |= {part.address: part.resource for part in of(BuildProject)}
    resources |= {part.address: part.resource for part in of(Pipeline)}
    return Deployment(
        kind="state",
        account=ACCOUNT,
        region=REGION,
        partition="aws",
        resources=resources,
        repositories=of(Repository),
        projects=of(BuildProject),
        pipelines=of(Pipeline),
        rules=of(Rule),
        roles=of(Role),
        buckets=of(Bucket),
        keys=(),
        task_definitions=(),
        services=(),
        unresolved=(),
    )


def linked(*more: Part) -> Deployment:
    """A base image and an image on it, each with its pipeline, linked as they should be."""
    ecs = action("Deploy", "ECS", ClusterName="prod", ServiceName="web")
    commit = ("COMMIT_ID", "$.detail.commitId")
    return deployment(
        repository("base"),
        repository("web"),
        project("base-build", "base:latest"),
        project("web-build", "web:latest"),
        pipeline("base", codecommit("base-code"), build("base-build")),
        pipeline("web", codecommit("web-code"), base("base"), build("web-build"), ecs),
        rule("base-code", on_commit("base-code"), pinned("base", "Source", *commit)),
        rule("web-code", on_commit("web-code"), pinned("web", "Source", *commit)),
        rule(
            "base-pushed",
            on_push("base", "latest"),
            pinned("web", "Base", "IMAGE_DIGEST", "$.detail.image-digest"),
        ),
        *more,
    )
