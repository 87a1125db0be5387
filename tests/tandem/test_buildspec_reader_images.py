"""Which images the commands of docker and its like push and pull."""

from __future__ import annotations

import json

import pytest

from tandem.buildspec import Buildspec, Image, parse
from tandem.deployment.symbols import readable, symbol


def read(*commands: str, **variables: str) -> Buildspec:
    return parse(json.dumps({"phases": {"build": {"commands": list(commands)}}}), variables)


def names(images: tuple[Image, ...]) -> list[str]:
    return [
        readable(image.repository + (f"@{image.digest}" if image.digest else f":{image.tag}"))
        for image in images
    ]


@pytest.mark.parametrize(
    ("command", "pushes", "pulls"),
    [
        ("docker push r/a", ["r/a:latest"], []),
        ("docker image push r/a:1", ["r/a:1"], []),
        ("docker --config /x -D push --quiet r/a:1", ["r/a:1"], []),
        ("docker push localhost:5000/a", ["localhost:5000/a:latest"], []),
        ("docker push $FLAGS r/a:1", ["r/a:1"], []),
        ("docker build -t r/a:1 .", [], []),
        ("docker build --push -t r/a:1 --tag=r/a:2 .", ["r/a:1", "r/a:2"], []),
        ("docker buildx build . --push=true -tr/a:1", ["r/a:1"], []),
        ("docker buildx build -o type=registry -t r/a:1 .", ["r/a:1"], []),
        ("docker buildx build --output=type=image,name=r/a:1,push=true .", ["r/a:1"], []),
        ("docker buildx build --output type=local,dest=x -t r/a:1 .", [], []),
        ("docker build --cache-from r/a:c --cache-from type=gha .", [], ["r/a:c"]),
        ("docker buildx build --cache-from type=registry,ref=r/a:c .", [], ["r/a:c"]),
        ("docker buildx build --cache-to mode=max,type=registry,ref=r/a:c .", ["r/a:c"], []),
        ("docker buildx imagetools create -t r/a:p r/a@sha256:1", ["r/a:p"], ["r/a@sha256:1"]),
        ("docker manifest push --purge r/a:1", ["r/a:1"], []),
        ("docker pull r/a:1", [], ["r/a:1"]),
        ("podman push r/a:1", ["r/a:1"], []),
        ("podman push --creds u:p r/a:1 docker://r/b:2", ["r/b:2"], []),
        ("buildah push local r/b:2", ["r/b:2"], []),
        ("skopeo copy docker://r/a:1 docker://r/b:2", ["r/b:2"], ["r/a:1"]),
        ("skopeo copy --all oci:dir docker://r/b:2", ["r/b:2"], []),
        ("crane copy r/a:1 r/b:2", ["r/b:2"], ["r/a:1"]),
        ("crane push image.tar r/b:2", ["r/b:2"], []),
        ("crane tag r/a:1 prod", ["r/a:prod"], []),
        ("/kaniko/executor --destination=r/a:1 -d r/a:2 -c .", ["r/a:1", "r/a:2"], []),
        ("/kaniko/executor --no-push --destination=r/a:1", [], []),
        ("bash -ec 'docker push r/a:1'", ["r/a:1"], []),
        ("sudo -E env A=b nice -n 5 docker push r/a:1", ["r/a:1"], []),
        ("D=docker; $D push r/a:1", ["r/a:1"], []),
        ("echo docker push r/a:1", [], []),
        ("docker push", [], []),
    ],
)
def test_images(command: str, pushes: list[str], pulls: list[str]) -> None:
    found = read(command)

    assert names(found.pushes) == pushes
    assert names(found.pulls) == pulls


def test_a_manifest_put_by_the_aws_cli() -> None:
    put = "aws ecr put-image --repository-name web --image-tag prod --image-manifest x"
    known = read(put, AWS_ACCOUNT_ID="123456789012", AWS_DEFAULT_REGION="eu-west-1")
    said = read(f"{put} --registry-id 1 --region cn-north-1")

    assert names(known.pushes) == ["123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:prod"]
    assert names(said.pushes) == ["1.dkr.ecr.cn-north-1.amazonaws.com.cn/web:prod"]


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        (symbol("aws_ecr_repository.a.repository_url"), ":latest"),
        ("1.dkr.ecr.x.amazonaws.com/" + symbol("aws_ecr_repository.a.name"), ":latest"),
        (symbol("var.image"), ":<tag in var.image>"),
        (symbol("var.image") + ":v1", ":v1"),
        (symbol("a: b/c@d"), ":<tag in a: b/c@d>"),
    ],
)
def test_a_symbol_may_hold_a_tag_unless_it_is_of_a_repository(uri: str, name: str) -> None:
    (image,) = read("docker push $URI", URI=uri).pushes

    assert readable(f":{image.tag}") == name
    assert image.repository == uri.removesuffix(":v1")


def test_all_tags_of_another_repository_stay() -> None:
    found = read("docker build -t r/a:1 -t r/b:2 .", "docker tag x r/a:3", "docker push -a r/a")

    assert names(found.pushes) == ["r/a:1", "r/a:3"]


@pytest.mark.parametrize(
    ("command", "logs_in", "ecr"),
    [
        ("$(aws ecr get-login --no-include-email)", True, True),
        ("eval $(aws ecr get-login --region x)", True, True),
        ("aws ecr get-login-password | docker login --username AWS --password-stdin r", True, True),
        ("P=$(aws ecr get-login-password) && echo $P | docker login -u AWS r", True, True),
        ("docker login -u x -p y", True, False),
        ("aws ecr-public get-login-password | docker login public.ecr.aws", True, False),
        ("docker push r/a", False, False),
    ],
)
def test_logins(command: str, logs_in: bool, ecr: bool) -> None:
    found = read(command)

    assert (found.logs_in, found.logs_in_to_ecr) == (logs_in, ecr)


@pytest.mark.parametrize(
    ("command", "uses"),
    [
        ("docker build .", True),
        ("docker run x", True),
        ("docker compose up -d", True),
        ("docker-compose build", True),
        ("nohup dockerd --host=unix:///x &", True),
        ("timeout 15 sh -c 'until docker info; do echo .; sleep 1; done'", True),
        ("docker login r", False),
        ("docker --version", False),
        ("docker buildx imagetools create -t a b", False),
        ("docker manifest push a", False),
        ("crane copy a b", False),
        ("/kaniko/executor -d a", False),
        ("echo docker build .", False),
    ],
)
def test_what_needs_the_docker_daemon(command: str, uses: bool) -> None:
    assert read(command).uses_docker is uses


def test_build_arguments() -> None:
    found = read("docker build --build-arg A --build-arg=B=$X --build-arg BUILDKIT_X=1 .")

    assert found.base_arguments == ("A", "B")
    assert found.reads == {"A", "X"}


@pytest.mark.parametrize(
    ("command", "is_script"),
    [
        ("./push.sh a", True),
        ("bash scripts/push.sh", True),
        ("python3 tools/push.py", True),
        ("make push", True),
        ("npm run deploy", True),
        ("docker compose push", True),
        ("docker buildx bake --push", True),
        ("npm ci", False),
        ("python3 -m pip install x", False),
        ("bash -c 'docker push a'", False),
        ("/usr/bin/docker push a", False),
        ("docker compose up", False),
    ],
)
def test_what_runs_things_of_the_source(command: str, is_script: bool) -> None:
    assert read(command).scripts == ((command,) if is_script else ())
