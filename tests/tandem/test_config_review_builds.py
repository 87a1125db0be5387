"""Where plans are reviewed, as the file says it: what is wrong, and what becomes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modules import App, TerraformStack, _cdktf
from tandem.config import ConfigError, load
from tandem.stack import compose

S3 = {"s3": {"bucket": "acme-state", "key": "shop.tfstate"}}
CLOUD = {"cloud": {"organization": "acme", "workspace": "shop"}}
PIPELINES = {"codecommit": "pipelines"}
CONNECTION = {
    "connection": "arn:aws:codeconnections:us-east-1:123456789012:connection/"
    "01234567-0123-0123-0123-0123456789ab",
    "repository": "acme/pipelines",
}
GITHUB = {"repository": "acme/pipelines"}
APPLY = "arn:aws:iam::123456789012:role/apply"
TOPIC = "arn:aws:sns:us-east-1:123456789012:drift"


def file(folder: Path, review: Any, state: Any = "local") -> Path:
    path = folder / "pipelines.yaml"
    images = {"web": {"source": {"codecommit": "web"}}}
    path.write_text(
        json.dumps(
            {
                "project": "shop",
                "region": "us-east-1",
                "state": state,
                "review": review,
                "images": images,
            }
        )
    )
    return path


NO_SOURCE = (
    "review: pipeline and drift need a source, the repository with the file, "
    "as in source: {codecommit: NAME}"
)
NOT_IN_S3 = "its build can read a state in S3 only: set state.s3"
WRONG: dict[str, tuple[Any, Any, list[str]]] = {
    "no source": ({"pipeline": True}, S3, [NO_SOURCE]),
    "drift without a source": ({"drift": "rate(1 day)"}, S3, [NO_SOURCE]),
    "a source for nothing": (
        {"source": PIPELINES},
        S3,
        ["review: no build uses the source: add pipeline: true or drift, or remove it"],
    ),
    "a topic for nothing": (
        {"pipeline": True, "source": PIPELINES, "notify": TOPIC},
        S3,
        ["review: notify is told of drift only: add drift, or remove it"],
    ),
    "checkov for no build": (
        {"checkov": True, "github": GITHUB},
        S3,
        ["review: checkov is for the builds of pipeline: add pipeline: true, or remove it"],
    ),
    "an apply of what nobody reviewed": (
        {"drift": "rate(1 day)", "source": PIPELINES, "apply": {"role": APPLY}},
        S3,
        [
            "review: apply is for plans that a build of pipeline reviewed: add pipeline: true, "
            "or remove it"
        ],
    ),
    "an apply with the name of a role": (
        {"pipeline": True, "source": PIPELINES, "apply": {"role": "apply"}},
        S3,
        [
            "review.apply.role: must be a role's ARN, as in arn:aws:iam::ACCOUNT:role/NAME, "
            'received "apply"'
        ],
    ),
    "a local state": (
        {"pipeline": True, "source": PIPELINES},
        "local",
        [f"review.pipeline: {NOT_IN_S3}"],
    ),
    "a state in HCP Terraform": (
        {"drift": "rate(1 day)", "source": PIPELINES},
        CLOUD,
        [f"review.drift: {NOT_IN_S3}"],
    ),
    "a workflow without a state": (
        {"github": GITHUB},
        "local",
        ["review.github: a workflow cannot read a local state: set state.s3 or state.cloud"],
    ),
    "two kinds of a source": (
        {"pipeline": True, "source": {**PIPELINES, **CONNECTION}},
        S3,
        ["review.source: has both codecommit and connection: keep one"],
    ),
    "no kind of a source": (
        {"pipeline": True, "source": {"branch": "main"}},
        S3,
        ["review.source: must have one of codecommit or connection"],
    ),
    "a server of one's own": (
        {"pipeline": True, "source": {**CONNECTION, "host": "gitea"}},
        S3,
        [
            "review.source.host: must be github, gitlab or bitbucket, "
            'received "gitea": did you mean "gitlab"?'
        ],
    ),
    "somebody who is no id": (
        {"pipeline": True, "source": {**CONNECTION, "actors": ["mary major"]}},
        S3,
        [
            "review.source.actors[0]: must be the id of a user, in quotes: a number at GitHub "
            'and GitLab, {UUID} at Bitbucket, received "mary major"'
        ],
    ),
    "every repository": (
        {"github": {"repository": "acme/*"}},
        S3,
        [
            'review.github.repository: must be owner and name, as in "acme/pipelines", '
            'received "acme/*"'
        ],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_in_words(name: str, tmp_path: Path) -> None:
    review, state, lines = WRONG[name]
    path = file(tmp_path, review, state)
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert [line.removeprefix(f"{path}:1: ") for line in str(refused.value).splitlines()] == lines


@pytest.mark.parametrize(
    ("review", "state"),
    [
        ({"pipeline": False}, "local"),
        ({"github": GITHUB}, CLOUD),
        ({"pipeline": True, "drift": "rate(1 day)", "source": CONNECTION, "notify": TOPIC}, S3),
    ],
)
def test_these_are_right(review: Any, state: Any, tmp_path: Path) -> None:
    assert load(file(tmp_path, review, state)).review is not None


def composed(folder: Path, review: Any) -> dict[str, Any]:
    config = load(file(folder, review, S3))
    stack = TerraformStack(App(outdir=str(folder / "out")), config.names.prefix)
    compose(stack, config)
    found: dict[str, Any] = json.loads(str(_cdktf.Testing.synth(stack)))["resource"]
    return found


def test_nothing_is_made_that_is_not_asked_for(tmp_path: Path) -> None:
    plain = composed(tmp_path, {})
    assert plain == composed(tmp_path, {"pipeline": False, "findings": "all"})
    assert not any("review" in name or "plan" in name for kind in plain.values() for name in kind)


def test_each_is_made_where_it_is_asked_for(tmp_path: Path) -> None:
    source = {"source": PIPELINES}
    projects = "aws_codebuild_project"
    pipeline = composed(tmp_path, {**source, "pipeline": True})
    assert set(pipeline[projects]) == {"web_build", "plan_review"}
    assert "aws_sns_topic" not in pipeline
    assert not any("plans" in name for name in pipeline["aws_s3_bucket"])
    apply = composed(tmp_path, {**source, "pipeline": True, "apply": {"role": APPLY}})
    assert set(apply[projects]) == {"web_build", "plan_review", "plan_apply"}
    assert apply[projects]["plan_apply"]["service_role"] == APPLY
    drift = composed(tmp_path, {**source, "drift": "rate(1 day)", "file": "a/b.yaml"})
    assert set(drift[projects]) == {"web_build", "drift_review"}
    assert set(drift["aws_sns_topic"]) == {"drift_review"}
    variables = drift[projects]["drift_review"]["environment"]["environment_variable"]
    assert {"name": "TANDEM_CONFIG", "value": "a/b.yaml", "type": "PLAINTEXT"} in variables
    github = composed(tmp_path, {"github": GITHUB})
    assert set(github[projects]) == {"web_build"}
    assert "github_plan_role" in github["aws_iam_role"]
    assert "acme-state/shop.tfstate" in github["aws_iam_role_policy"]["github_plan_role"]["policy"]


def test_checkov_looks_where_it_is_asked_for(tmp_path: Path) -> None:
    review = {"source": PIPELINES, "pipeline": True, "drift": "rate(1 day)"}
    looks = {"name": "TANDEM_CHECKOV", "value": "true", "type": "PLAINTEXT"}
    for asked in (False, True):
        made = composed(tmp_path, {**review, "checkov": asked})["aws_codebuild_project"]
        told = {
            name: it["environment"]["environment_variable"]
            for name, it in made.items()
            if name != "web_build"
        }
        assert (looks in told["plan_review"]) is asked
        assert looks not in told["drift_review"]


def test_an_image_of_ones_own_is_pulled_with_the_builds_role(tmp_path: Path) -> None:
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/tools/plan:1"
    made = composed(tmp_path, {"source": PIPELINES, "pipeline": True, "image": image})
    environment = made["aws_codebuild_project"]["plan_review"]["environment"]
    assert environment["image"] == image
    assert environment["image_pull_credentials_type"] == "SERVICE_ROLE"
    assert "repository/tools/plan" in made["aws_iam_role_policy"]["plan_review_role"]["policy"]
