"""Builds and roles that plan: what starts them, what they may read; they change nothing."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from moto.events.models import EventPattern
from ruamel.yaml import YAML
from stack import ACCOUNT, CODE, CONNECTION_ARN, KEY_ARN, REGION, Block, Template, template

from modules import (
    Artifacts,
    DriftReview,
    EcsDeploy,
    ExistingRepository,
    GithubPlanRole,
    GithubPlans,
    ImagePipeline,
    PlanReview,
    Project,
    Repository,
    ReviewedCodeCommit,
    ReviewedConnection,
    S3State,
    Secret,
)
from modules._cdktf import TerraformStack
from modules.plan_reads import READS
from tandem.access.evaluator import Evaluator, Request
from tandem.deployment.model import Policy, Role

EVENTS = Path(__file__).parents[1] / "events"
GOLDEN = Path(__file__).parents[1] / "golden"
STATE = S3State(bucket="acme-state", key="shop/terraform.tfstate", kms_key=KEY_ARN)
PIPELINES = ReviewedCodeCommit(codecommit="pipelines")
GITHUB = ReviewedConnection(connection=CONNECTION_ARN, repository="acme/pipelines")
BUCKET = f"arn:aws:s3:::shop-artifacts-{ACCOUNT}-{REGION}"
ROLES = ("plan_review_role", "drift_review_role", "github_plan_role")


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def reviewed(stack: TerraformStack) -> None:
    """Everything a stack may have, under names of the project and under others."""
    # First, to see that it does not matter: what is read is asked for when the stack is complete.
    Project(stack, artifacts=Artifacts(kms_key=KEY_ARN))
    PlanReview(stack, source=PIPELINES, state=STATE)
    DriftReview(stack, source=PIPELINES, state=STATE, schedule="rate(1 day)")
    GithubPlanRole(stack, settings=GithubPlans("acme/pipelines"), state=STATE)
    base = ImagePipeline(stack, "base", source=CODE, repository=Repository(name="acme/base"))
    web = ImagePipeline(
        stack,
        "web",
        source=CODE,
        base=base.image,
        deploy=EcsDeploy(cluster="prod", service="web", container="web"),
    )
    existing = ExistingRepository(existing="acme/report")
    ImagePipeline(stack, "report", source=CODE, base=web.image, repository=existing)


@cache
def full() -> Template:
    return template(reviewed)


@cache
def connected(**more: Any) -> Template:
    source = ReviewedConnection(connection=CONNECTION_ARN, repository="acme/pipelines", **more)

    def build(stack: TerraformStack) -> None:
        ImagePipeline(stack, "web", source=CODE)
        PlanReview(stack, source=source, state=STATE)

    return template(build)


def role(name: str) -> Role:
    """A role with its policy, as both are after an apply."""
    address = f"aws_iam_role_policy.{name}"
    may = full().document(full().block(address)["policy"])
    here = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    return Role(f"aws_iam_role.{name}", name, here, None, (Policy(address, name, may),), None)


# What is read


def types(document: Mapping[str, Any]) -> set[str]:
    data = {f"data.{kind}" for kind in document.get("data", {})}
    return {*document["resource"], *data}


def test_every_type_of_ours_has_its_reads_and_nothing_else_has() -> None:
    golden = [json.loads(path.read_text(encoding="utf-8")) for path in GOLDEN.glob("*.json")]
    stacks = [*golden, full().json, connected().json]
    assert {kind for stack in stacks for kind in types(stack)} == set(READS)


@pytest.mark.parametrize("name", ROLES)
def test_a_role_reads_the_types_of_its_stack_and_no_others(name: str) -> None:
    plain = template(
        lambda stack: [
            ImagePipeline(stack, "web", source=CODE),
            GithubPlanRole(stack, settings=GithubPlans("acme/pipelines")),
        ]
    )
    sids = set(plain.permissions("github_plan_role"))
    assert not sids & {"ReadServices", "ReadExistingRepositories", "ReadTopics", "State"}
    everything = set(full().permissions(name))
    assert everything >= sids | {"ReadServices", "ReadExistingRepositories", "ReadTopics", "State"}
    actions = {action for actions, _ in full().permissions(name).values() for action in actions}
    reads = {
        action
        for kind in types(full().json)
        for action in (*READS[kind].actions, *READS[kind].anywhere)
    }
    assert reads <= actions


def resources_read() -> Iterator[tuple[str, str, str]]:
    """Address, action and ARN of each read of each resource of the stack, one by one."""
    forms = {
        "aws_cloudwatch_event_rule": "events:rule/{name}",
        "aws_cloudwatch_event_target": "events:rule/{rule}",
        "aws_cloudwatch_log_group": "logs:log-group:{name}",
        "aws_codebuild_project": "codebuild:project/{name}",
        "aws_codepipeline": "codepipeline:{name}",
        "aws_ecr_lifecycle_policy": "ecr:repository/{repository}",
        "aws_ecr_repository": "ecr:repository/{name}",
        "aws_sns_topic": "sns:{name}",
        "aws_sqs_queue": "sqs:{name}",
        "data.aws_ecr_repository": "ecr:repository/{name}",
        "data.aws_ecs_service": "ecs:service/prod/{service_name}",
    }
    for address, block in full().blocks.items():
        kind = address.rpartition(".")[0]
        known = {key: full().resolve(it) for key, it in block.items() if isinstance(it, str)}
        if kind == "aws_iam_role":
            resource = f"arn:aws:iam::{ACCOUNT}:role/{known['name']}"
        elif kind == "aws_iam_role_policy":
            resource = f"arn:aws:iam::{ACCOUNT}:role/{known['role']}"
        elif kind == "aws_iam_openid_connect_provider":
            resource = (
                f"arn:aws:iam::{ACCOUNT}:oidc-provider/{known['url'].removeprefix('https://')}"
            )
        elif kind.startswith("aws_s3_"):
            resource = f"arn:aws:s3:::{known['bucket']}"
        else:
            service, _, form = forms.get(kind, "").partition(":")
            resource = arn(service, form.format_map(known))
        yield from ((address, action, resource) for action in READS[kind].actions)
        yield from ((address, action, "*") for action in READS[kind].anywhere)


@pytest.fixture(scope="module")
def iam() -> Iterator[Evaluator]:
    with Evaluator(ACCOUNT) as running:
        yield running


def denied(iam: Evaluator, name: str, asked: list[tuple[str, str]], **context: str) -> set[str]:
    requests = [Request(role(name), action, resource, context, None) for action, resource in asked]
    decisions = iam.evaluate(requests)
    return {
        f"{action} {resource}"
        for (action, resource), decision in zip(asked, decisions, strict=True)
        if decision.allowed is False
    }


@pytest.mark.parametrize("name", ROLES)
def test_a_role_may_refresh_every_single_resource(iam: Evaluator, name: str) -> None:
    reads = [(action, resource) for _, action, resource in resources_read()]
    assert len(reads) > 100
    assert denied(iam, name, reads) == set()


# Harmless: what the code of a pull request could do with it

NEVER = [
    ("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:shop/npm-AbCdEf")),
    ("ssm:GetParameters", arn("ssm", "parameter/shop/npm")),
    ("s3:GetObject", f"{BUCKET}/shop-web/SourceArti/x1"),
    ("s3:GetObjectVersion", f"{BUCKET}/shop-web/SourceArti/x1"),
    ("s3:PutObject", f"{BUCKET}/shop-web/SourceArti/x1"),
    ("s3:DeleteObject", f"{BUCKET}/shop-web/SourceArti/x1"),
    ("s3:PutObject", "arn:aws:s3:::acme-state/shop/terraform.tfstate"),
    ("s3:DeleteObject", "arn:aws:s3:::acme-state/shop/terraform.tfstate"),
    ("s3:GetObject", "arn:aws:s3:::acme-state/other/terraform.tfstate"),
    ("s3:PutObject", "arn:aws:s3:::acme-state/shop/terraform.tfstate.tflock"),
    ("s3:DeleteObject", "arn:aws:s3:::acme-state/shop/terraform.tfstate.tflock"),
    ("s3:PutBucketPolicy", BUCKET),
    ("ecr:GetAuthorizationToken", "*"),
    ("ecr:BatchGetImage", arn("ecr", "repository/shop/web")),
    ("ecr:GetDownloadUrlForLayer", arn("ecr", "repository/shop/web")),
    ("ecr:PutImage", arn("ecr", "repository/shop/web")),
    ("ecr:DeleteRepository", arn("ecr", "repository/shop/web")),
    ("ecr:DescribeRepositories", arn("ecr", "repository/elsewhere")),
    ("codebuild:StartBuild", arn("codebuild", "project/shop-web")),
    ("codebuild:UpdateProject", arn("codebuild", "project/shop-plan_review")),
    ("codebuild:BatchGetBuilds", arn("codebuild", "project/shop-web")),
    ("codepipeline:StartPipelineExecution", arn("codepipeline", "shop-web")),
    ("codepipeline:UpdatePipeline", arn("codepipeline", "shop-web")),
    ("codecommit:GitPush", arn("codecommit", "pipelines")),
    ("codecommit:GitPull", arn("codecommit", "code")),
    ("codecommit:MergePullRequestBySquash", arn("codecommit", "pipelines")),
    ("codecommit:UpdatePullRequestApprovalState", arn("codecommit", "pipelines")),
    ("events:PutRule", arn("events", "rule/shop-base-pushed")),
    ("events:PutTargets", arn("events", "rule/shop-base-pushed")),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/shop-web-build"),
    ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/shop-plan_review-build"),
    ("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/shop-plan_review-build"),
    ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/shop-plan_review-build"),
    ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/shop-web-build"),
    ("kms:Decrypt", arn("kms", "key/another")),
    ("logs:GetLogEvents", arn("logs", "log-group:/aws/codebuild/shop-web:log-stream:x")),
    ("sqs:ReceiveMessage", arn("sqs", "shop-dead-letters")),
    ("sqs:SendMessage", arn("sqs", "shop-dead-letters")),
    ("ecs:UpdateService", arn("ecs", "service/prod/web")),
    ("ecs:RunTask", "*"),
]


@pytest.mark.parametrize("name", ROLES)
def test_a_role_can_change_nothing_and_reads_no_secret_and_no_artifact(
    iam: Evaluator, name: str
) -> None:
    assert denied(iam, name, NEVER) == {f"{action} {resource}" for action, resource in NEVER}


def test_only_drift_is_published_and_only_reviews_are_commented(iam: Evaluator) -> None:
    publish = ("sns:Publish", arn("sns", "shop-drift"))
    comment = ("codecommit:PostCommentForPullRequest", arn("codecommit", "pipelines"))
    clone = ("codecommit:GitPull", arn("codecommit", "pipelines"))
    asked = [publish, comment, clone]
    refused = {name: denied(iam, name, asked) for name in ROLES}
    assert refused == {
        "plan_review_role": {" ".join(publish)},
        "drift_review_role": {" ".join(comment)},
        "github_plan_role": {" ".join(it) for it in asked},
    }


WRITES = {
    "plan_review_role": {"Log", "Artifacts", "ArtifactKey", "StateKey", "Comment"},
    "drift_review_role": {"Log", "Artifacts", "ArtifactKey", "StateKey", "Notify"},
    "github_plan_role": {"StateKey"},
}
"""The statements with actions that do more than read."""
READING = ("BatchGet", "Describe", "Get", "List")


@pytest.mark.parametrize("name", ROLES)
def test_what_does_more_than_read_is_this_and_no_more(name: str) -> None:
    statements = full().permissions(name)
    writing = {
        sid
        for sid, (actions, _) in statements.items()
        if any(not action.partition(":")[2].startswith((*READING, "GitPull")) for action in actions)
    }
    assert writing == WRITES[name]
    objects = {
        resource
        for actions, resources in statements.values()
        if actions & {"s3:PutObject", "s3:DeleteObject"}
        for resource in resources
    }
    own = {f"{BUCKET}/shop-{name.removesuffix('_role')}/*"} if "Log" in writing else set()
    assert objects == own
    assert {sid for sid, (_, on) in statements.items() if "*" in on} == {"ReadAnywhere"}


def test_a_policy_is_not_longer_than_the_warning_of_the_file_assumes() -> None:
    for name in ROLES:
        text = full().resolve(full().block(f"aws_iam_role_policy.{name}")["policy"])
        assert len(re.sub(r"\s", "", text)) < 4_700


# The state


def test_the_state_is_read_and_neither_it_nor_its_lock_is_written() -> None:
    statements = full().statements("github_plan_role")
    assert statements["State"]["Action"] == ["s3:GetObject"]
    assert statements["State"]["Resource"] == ["arn:aws:s3:::acme-state/shop/terraform.tfstate"]
    assert statements["Workspaces"]["Condition"] == {"StringEquals": {"s3:prefix": "env:/"}}
    assert statements["StateKey"]["Action"] == ["kms:Decrypt"]
    assert not any("tflock" in json.dumps(statement) for statement in statements.values())
    through = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
    assert statements["StateKey"]["Condition"] == {"StringEquals": through}


def test_a_state_elsewhere_is_read_with_the_key_of_there() -> None:
    state = S3State(bucket="acme-state", key="a*b", kms_key=KEY_ARN, region="us-east-1")
    statements = template(
        lambda stack: GithubPlanRole(stack, settings=GithubPlans("acme/pipelines"), state=state)
    ).statements("github_plan_role")
    assert "s3.us-east-1." in json.dumps(statements["StateKey"]["Condition"])
    (key,) = statements["State"]["Resource"]
    assert key.endswith("/a${*}b")  # a wildcard of a policy would be another object too


# What starts a review


def started(happened: Any) -> list[Any]:
    """What StartBuild gets, of each target whose rule an event matches."""
    found = []
    for target, rule in full().targets():
        pattern = full().resolve(rule.get("event_pattern", "null"))
        if pattern == "null" or not EventPattern.load(pattern).matches_event(happened):
            continue
        text = target["input_transformer"]["input_template"]
        for name, path in target["input_transformer"]["input_paths"].items():
            value = happened
            for key in path.removeprefix("$.").split("."):
                value = value[key]
            text = text.replace(f"<{name}>", str(value))
        assert full().resolve(target["arn"]) == arn("codebuild", "project/shop-plan_review")
        found.append(json.loads(text))
    return found


def pull_request() -> Block:
    path = EVENTS / "codecommit-pull-request-created.json"
    found: Block = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_a_pull_request_is_planned_at_its_newest_commit() -> None:
    detail = pull_request()["detail"]
    told = {
        "TANDEM_PULL_REQUEST": "7",
        "TANDEM_BEFORE_COMMIT": detail["destinationCommit"],
        "TANDEM_AFTER_COMMIT": detail["sourceCommit"],
    }
    assert started(pull_request()) == [
        {
            "sourceVersion": detail["sourceCommit"],
            "environmentVariablesOverride": [
                {"name": name, "value": value, "type": "PLAINTEXT"} for name, value in told.items()
            ],
        }
    ]


def test_a_new_commit_starts_a_review_too() -> None:
    event = pull_request()
    event["detail"]["event"] = "pullRequestSourceBranchUpdated"
    assert len(started(event)) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("account", "999999999999"),
        ("detail-type", "CodeCommit Repository State Change"),
        ("resources", [arn("codecommit", "code")]),
        ("detail.event", "pullRequestMergeStatusUpdated"),
        ("detail.event", "pullRequestStatusChanged"),
        ("detail.pullRequestStatus", "Closed"),
        ("detail.destinationReference", "refs/heads/main2"),
    ],
)
def test_a_near_miss_starts_nothing(path: str, value: object) -> None:
    event = copy.deepcopy(pull_request())
    *above, key = path.split(".")
    block = event["detail"] if above else event
    assert block[key] != value
    block[key] = value
    assert started(event) == []


def test_a_rule_may_start_its_own_build_and_no_other() -> None:
    for name, project in (
        ("plan_review_requested_role", "shop-plan_review"),
        ("drift_review_scheduled_role", "shop-drift_review"),
    ):
        assert full().permissions(name) == {
            "Start": ({"codebuild:StartBuild"}, {arn("codebuild", f"project/{project}")})
        }


def filters(of: Template) -> dict[str, str]:
    (webhook,) = of.resources("aws_codebuild_webhook").values()
    (group,) = webhook["filter_group"]
    return {each["type"]: of.resolve(each["pattern"]) for each in group["filter"]}


def test_a_connection_tells_by_a_webhook() -> None:
    assert filters(connected()) == {
        "EVENT": "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PULL_REQUEST_REOPENED",
        "BASE_REF": "^refs/heads/main$",
    }
    assert not connected().resources("aws_sns_topic")


def test_a_webhook_can_ask_who_it_is() -> None:
    found = filters(connected(branch="release/1.2", actors=("1024", "{a-b}"), host="bitbucket"))
    assert found == {
        "EVENT": "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED",
        "BASE_REF": r"^refs/heads/release/1\.2$",
        "ACTOR_ACCOUNT_ID": r"^(?:1024|\{a-b\})$",
    }


# The builds


def project(of: Template, name: str) -> Block:
    found: Block = of.resources("aws_codebuild_project")[name]
    return found


def test_the_buildspec_is_not_one_of_the_pull_request() -> None:
    for name in ("plan", "drift"):
        source = project(full(), f"{name}_review")["source"]
        text = (GOLDEN.parents[1] / f"buildspecs/{name}.yml").read_text(encoding="utf-8")
        assert full().resolve(source["buildspec"]) == text.replace("$${", "${")
        assert source["git_clone_depth"] == 0


@pytest.mark.parametrize(
    ("image", "chooses"),
    [(None, True), ("aws/codebuild/standard:7.0", True), ("public.ecr.aws/acme/plan:1", False)],
)
def test_only_images_of_codebuild_choose_runtimes(image: str | None, chooses: bool) -> None:
    of = template(lambda stack: PlanReview(stack, source=PIPELINES, state=STATE, image=image))
    spec = YAML(typ="safe").load(project(of, "plan_review")["source"]["buildspec"])
    assert ("install" in spec["phases"]) is chooses
    assert any("scripts/install.sh" in it for it in spec["phases"]["build"]["commands"])


def test_what_a_review_is_told() -> None:
    assert full().variables("plan_review") == {
        "TANDEM_CONFIG": ("PLAINTEXT", "pipelines.yaml"),
        "TANDEM_HOST": ("PLAINTEXT", "codecommit"),
        "TANDEM_REPOSITORY": ("PLAINTEXT", "pipelines"),
        "TANDEM_BRANCH": ("PLAINTEXT", "main"),
    }
    assert full().variables("drift_review") == {
        "TANDEM_CONFIG": ("PLAINTEXT", "pipelines.yaml"),
        "TANDEM_NAME": ("PLAINTEXT", "shop"),
        "TANDEM_TOPIC": ("PLAINTEXT", arn("sns", "shop-drift")),
    }


def test_a_connection_is_used_and_its_status_reported() -> None:
    source = project(connected(), "plan_review")["source"]
    assert source["type"] == "GITHUB"
    assert source["location"] == "https://github.com/acme/pipelines.git"
    assert source["auth"] == {"type": "CODECONNECTIONS", "resource": CONNECTION_ARN}
    assert source["report_build_status"] is True
    statements = connected().permissions("plan_review_role")
    assert statements["Source"] == (
        {"codeconnections:GetConnection", "codeconnections:GetConnectionToken"},
        {CONNECTION_ARN},
    )
    assert "Comment" not in statements
    assert "Secrets" not in statements
    gitlab = project(connected(host="gitlab"), "plan_review")["source"]
    assert (gitlab["type"], gitlab["location"]) == (
        "GITLAB",
        "https://gitlab.com/acme/pipelines.git",
    )


def test_a_token_is_read_by_the_review_alone() -> None:
    with_token = connected(token=Secret(secret="pipelines/comments"))
    name, secret = "TANDEM_COMMENT_TOKEN", "pipelines/comments"
    assert with_token.variables("plan_review")[name] == ("SECRETS_MANAGER", secret)
    assert with_token.permissions("plan_review_role")["Secrets"] == (
        {"secretsmanager:GetSecretValue"},
        {arn("secretsmanager", f"secret:{secret}-??????")},
    )


def test_nothing_runs_privileged() -> None:
    for name in ("plan_review", "drift_review"):
        assert project(full(), name)["environment"]["privileged_mode"] is False


# Drift


def test_drift_is_looked_for_on_a_schedule_and_told_to_a_topic() -> None:
    rule = full().resources("aws_cloudwatch_event_rule")["drift_review_scheduled"]
    assert rule["schedule_expression"] == "rate(1 day)"
    assert project(full(), "drift_review")["source_version"] == "main"
    topic = full().resources("aws_sns_topic")["drift_review"]
    assert (topic["name"], topic["kms_master_key_id"]) == ("shop-drift", "alias/aws/sns")
    notify = full().permissions("drift_review_role")["Notify"]
    assert notify == ({"sns:Publish"}, {arn("sns", "shop-drift")})


def test_a_topic_can_be_given() -> None:
    topic = arn("sns", "alarms")
    of = template(
        lambda stack: DriftReview(
            stack, source=PIPELINES, state=STATE, schedule="rate(1 day)", notify=topic
        )
    )
    assert of.resources("aws_sns_topic") == {}
    assert of.permissions("drift_review_role")["Notify"] == ({"sns:Publish"}, {topic})


# GitHub's workflows


def test_only_pull_requests_of_one_repository_get_the_role() -> None:
    trust = full().document(full().block("aws_iam_role.github_plan_role")["assume_role_policy"])
    issuer = "token.actions.githubusercontent.com"
    assert trust["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{issuer}:aud": "sts.amazonaws.com",
                    f"{issuer}:sub": "repo:acme/pipelines:pull_request",
                }
            },
        }
    ]
    provider = full().block("aws_iam_openid_connect_provider.github_plan")
    assert provider["client_id_list"] == ["sts.amazonaws.com"]
    assert (
        "aws_iam_openid_connect_provider.github_plan"
        in full().dependencies()["aws_iam_role.github_plan_role"]
    )


def test_the_accounts_provider_can_be_given() -> None:
    given = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    of = template(
        lambda stack: GithubPlanRole(
            stack, settings=GithubPlans(repository="acme/pipelines", provider=given)
        )
    )
    assert of.resources("aws_iam_openid_connect_provider") == {}
    assert given in of.block("aws_iam_role.github_plan_role")["assume_role_policy"]
    assert "ReadOidc" not in of.permissions("github_plan_role")


def test_plans_are_kept_where_it_is_said_and_not_read_from_there() -> None:
    assert "Plans" not in full().permissions("github_plan_role")
    settings = GithubPlans(repository="acme/pipelines", plans="acme-plans")
    of = template(lambda stack: GithubPlanRole(stack, settings=settings, state=STATE))
    kept = ({"s3:PutObject"}, {"arn:aws:s3:::acme-plans/plans/*"})
    assert of.permissions("github_plan_role")["Plans"] == kept


@pytest.mark.parametrize("repository", ["acme", "acme/*", "*/*", "acme/web:ref", "acme/we b"])
def test_a_repository_of_github_is_one(repository: str) -> None:
    with pytest.raises(ValueError, match="as in"):
        GithubPlans(repository=repository)
