"""Whole buildspecs: ours, and such as people write."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from tandem.buildspec import Buildspec, parse
from tandem.deployment.symbols import equal, readable, symbol

ROOT = Path(__file__).parents[2]
WEB = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web"
APP = (ROOT / "buildspecs/app.yml").read_text()
BASE = (ROOT / "buildspecs/base.yml").read_text()
APP_VARIABLES = {
    "REPOSITORY_URI": WEB,
    "IMAGE_TAG": "latest",
    "BASE_IMAGE": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/base@" + symbol("digest"),
}


def pushed(buildspec: Buildspec) -> list[str]:
    """Pushes for people; `?` marks those that may not happen."""
    return [
        readable(f"{image.repository}:{image.tag}") + ("" if image.certain else " ?")
        for image in buildspec.pushes
    ]


def pulled(buildspec: Buildspec) -> list[str]:
    return [
        readable(image.repository + (f"@{image.digest}" if image.digest else f":{image.tag}"))
        for image in buildspec.pulls
    ]


def test_our_app_buildspec() -> None:
    read = parse(APP, APP_VARIABLES)

    own, moving = read.pushes
    assert own.repository == moving.repository == WEB
    assert moving.tag == "latest"
    assert readable(own.tag) == "<${commit:-unknown}>-<${build%%-*}>"
    assert equal(own.tag, "latest") is False
    assert all(image.certain for image in read.pushes)
    assert read.logs_in
    assert read.logs_in_to_ecr
    assert read.uses_docker
    assert read.base_arguments == ("BASE_IMAGE",)
    assert read.files == read.writes == ("imagedefinitions.json",)
    assert read.exports == ("IMAGE_URI",)
    assert read.pulls == ()
    assert read.scripts == ()
    assert read.problems == ()
    assert {"BASE_IMAGE", "REPOSITORY_URI", "IMAGE_TAG", "CACHE"} <= read.reads
    assert "MOVING_URI" not in read.reads


def test_our_app_buildspec_pulls_only_for_its_cache() -> None:
    read = parse(APP, {**APP_VARIABLES, "CACHE": "registry", "IMAGE_TAG": "prod"})

    assert pulled(read) == [f"{WEB}:prod", f"{WEB}:prod"]
    assert pushed(read)[-1] == f"{WEB}:prod"
    assert read.base_arguments == ("BASE_IMAGE",)


def test_our_app_buildspec_may_pull_where_the_cache_is_not_known() -> None:
    read = parse(APP, {**APP_VARIABLES, "CACHE": symbol("var.cache")})

    assert [image.certain for image in read.pulls] == [False, True]


def test_our_app_buildspec_with_several_bases_and_a_platform() -> None:
    read = parse(
        APP,
        APP_VARIABLES
        | {"BASE_IMAGES": "BASE_IMAGE TOOLS", "TOOLS": "x@sha256:1", "BUILD_ARGS": "VERSION"}
        | {"PLATFORM": "linux/arm64"},
    )

    assert read.base_arguments == ("BASE_IMAGE", "TOOLS", "VERSION")
    assert {"TOOLS", "VERSION"} <= read.reads
    (build,) = (c.argv for c in read.commands if c.argv[:2] == ("docker", "build"))
    assert build[build.index("--platform") + 1] == "linux/arm64"


def test_our_base_buildspec() -> None:
    read = parse(BASE, {"REPOSITORY_URI": WEB})

    assert pushed(read) == [f"{WEB}:<${{commit:-unknown}}>-<${{build%%-*}}>", f"{WEB}:latest"]
    assert read.base_arguments == ()
    assert read.problems == ()


def test_a_repository_that_is_known_after_the_apply() -> None:
    read = parse(BASE, {"REPOSITORY_URI": symbol("aws_ecr_repository.web.repository_url")})

    assert pushed(read)[-1] == "<aws_ecr_repository.web.repository_url>:latest"
    assert read.writes == ("imagedefinitions.json",)


SAMPLE = dedent("""
    version: 0.2
    phases:
      install:
        runtime-versions:
          docker: 20
      pre_build:
        commands:
          - echo Login...
          - aws ecr get-login-password --region $AWS_DEFAULT_REGION | docker login --username AWS \
    --password-stdin $AWS_ACCOUNT_ID.dkr.ecr.$AWS_DEFAULT_REGION.amazonaws.com
          - URI=$AWS_ACCOUNT_ID.dkr.ecr.$AWS_DEFAULT_REGION.amazonaws.com/$IMAGE_REPO_NAME
          - COMMIT_HASH=$(echo $CODEBUILD_RESOLVED_SOURCE_VERSION | cut -c 1-7)
          - IMAGE_TAG=${COMMIT_HASH:=latest}
      build:
        commands:
          - echo Started on `date`
          - docker build -t $IMAGE_REPO_NAME:latest .
          - docker tag $IMAGE_REPO_NAME:latest $URI:latest
          - docker tag $IMAGE_REPO_NAME:latest $URI:$IMAGE_TAG
      post_build:
        commands:
          - docker push PUSH
          - printf '[{"name":"web","imageUri":"%s"}]' $URI:$IMAGE_TAG > imagedefinitions.json
    artifacts:
      files: imagedefinitions.json
    """)
KNOWN = {"AWS_ACCOUNT_ID": "123456789012", "AWS_DEFAULT_REGION": "eu-west-1"}


def test_the_forms_of_the_guide() -> None:
    read = parse(SAMPLE.replace("PUSH", "$URI:latest"), {**KNOWN, "IMAGE_REPO_NAME": "shop/web"})

    assert pushed(read) == [f"{WEB}:latest"]
    assert read.files == read.writes == ("imagedefinitions.json",)
    assert read.logs_in_to_ecr
    assert read.problems == ()


@pytest.mark.parametrize("option", ["--all-tags", "-a"])
def test_all_tags_are_those_that_were_given(option: str) -> None:
    read = parse(SAMPLE.replace("PUSH", f"{option} $URI"), {**KNOWN, "IMAGE_REPO_NAME": "shop/web"})

    assert pushed(read) == [f"{WEB}:latest", f"{WEB}:<${{COMMIT_HASH:=latest}}>"]


def test_an_account_that_nobody_gave_stays_unknown() -> None:
    read = parse(SAMPLE.replace("PUSH", "$URI:latest"), {"IMAGE_REPO_NAME": "shop/web"})

    assert pushed(read) == [
        "<$AWS_ACCOUNT_ID>.dkr.ecr.<$AWS_DEFAULT_REGION>.amazonaws.com/shop/web:latest"
    ]
    assert equal(read.pushes[0].repository, WEB) is None


def test_env_and_artifacts() -> None:
    read = parse(
        dedent("""
        version: 0.2
        env:
          shell: bash
          variables: {REPO: shop/web, TAG: stable, COPY: $REPO}
          parameter-store: {TOKEN: /ci/token}
          secrets-manager:
            KEY: prod/app:key
            OTHER: arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbCdEf:user
            THIRD: $SECRET_ARN:user
          exported-variables: [TAG]
        batch:
          build-matrix:
            dynamic: {env: {variables: {ARCH: [amd64, arm64]}}}
        phases:
          build:
            on-failure: ABORT
            commands: ["docker push r/$REPO:$TAG-$ARCH-$TOKEN", "docker push r/$COPY:1"]
            finally: ["docker push r/last:1"]
        reports: {unit: {files: ["*.xml"]}}
        artifacts:
          files: [out/a.json, "b/**/*"]
          discard-paths: yes
          base-directory: app
          secondary-artifacts: {two: {files: [c.json]}}
        """),
        {"TAG": "edge", "ARCH": "amd64", "SECRET_ARN": symbol("aws_secretsmanager_secret.a.arn")},
    )

    assert pushed(read) == [
        "r/shop/web:edge-amd64-<$TOKEN>",
        "r/<$COPY>:1",
        "r/last:1",
    ]
    assert read.parameters == ("/ci/token",)
    assert [readable(secret) for secret in read.secrets] == [
        "prod/app",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbCdEf",
        "<aws_secretsmanager_secret.a.arn>",
    ]
    assert read.reports == ("unit",)
    assert read.files == ("a.json", "b/**/*")
    assert read.base_directory == "app"
    assert read.secondary_files == {"two": ("c.json",)}


def test_json_with_a_symbol_in_its_text() -> None:
    url = symbol('aws_ecr_repository.this["a: b"].repository_url')
    text = json.dumps({"version": 0.2, "phases": {"build": {"commands": ["docker push URL:v1"]}}})

    read = parse(text.replace("URL", url), {})

    assert read.problems == ()
    assert [image.repository for image in read.pushes] == [url]


def test_version_0_1_forgets_variables_between_commands() -> None:
    text = "version: VERSION\nphases: {build: {commands: [T=one, 'docker push r/a:$T']}}"

    assert pushed(parse(text.replace("VERSION", "0.2"), {})) == ["r/a:one"]
    assert pushed(parse(text.replace("VERSION", "0.1"), {})) == ["r/a:<$T>"]


def test_the_same_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = parse(APP, APP_VARIABLES)

    def again(text: str) -> None:
        pytest.fail(f"parsed once more: {text}")

    monkeypatch.setattr("tandem.buildspec.syntax.parsed", again)
    other = parse(APP, {**APP_VARIABLES, "REPOSITORY_URI": f"{WEB}-other"})

    assert pushed(other) == [it.replace(WEB, f"{WEB}-other") for it in pushed(first)]
