"""Buildspecs in the styles that are found in the wild, and what they push, write and call."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent, indent

import pytest

from tandem.buildspec import parse
from tandem.deployment.symbols import readable

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
VARIABLES = {
    "AWS_ACCOUNT_ID": "123456789012",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "REGISTRY": REGISTRY,
}


@dataclass(frozen=True)
class Sample:
    """A buildspec's commands, and what is to be seen in them."""

    commands: str
    pushes: tuple[str, ...] = ()
    """`?` marks those that may not happen."""
    pulls: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    aws: tuple[str, ...] = ()
    """Services and operations that are called, in order."""
    scripts: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)


OLD = Sample(
    """
    - $(aws ecr get-login --no-include-email --region $AWS_DEFAULT_REGION)
    - echo Build started on `date`
    - docker build -t web:latest .
    - docker tag web:latest $AWS_ACCOUNT_ID.dkr.ecr.$AWS_DEFAULT_REGION.amazonaws.com/web:latest
    - docker push $AWS_ACCOUNT_ID.dkr.ecr.$AWS_DEFAULT_REGION.amazonaws.com/web:latest
    """,
    pushes=(f"{REGISTRY}/web:latest",),
    aws=("ecr get-login",),
)
MULTI_ARCHITECTURE = Sample(
    """
    - aws ecr get-login-password | docker login --username AWS --password-stdin "$REGISTRY"
    - docker buildx create --use --name multi --driver docker-container
    - >-
      docker buildx build --platform linux/amd64,linux/arm64
      --cache-from type=registry,ref=$REGISTRY/web:cache
      --cache-to type=registry,ref=$REGISTRY/web:cache,mode=max,image-manifest=true
      --tag "$REGISTRY/web:${CODEBUILD_RESOLVED_SOURCE_VERSION:0:8}" --tag $REGISTRY/web:latest
      --push .
    """,
    pushes=(
        f"{REGISTRY}/web:<${{CODEBUILD_RESOLVED_SOURCE_VERSION:0:8}}>",
        f"{REGISTRY}/web:latest",
        f"{REGISTRY}/web:cache",
    ),
    pulls=(f"{REGISTRY}/web:cache",),
    aws=("ecr get-login-password",),
)
MANIFEST = Sample(
    """
    - TAG=$CODEBUILD_BUILD_NUMBER
    - for arch in amd64 arm64; do docker pull $REGISTRY/web:$TAG-$arch; done
    - docker manifest create $REGISTRY/web:$TAG $REGISTRY/web:$TAG-amd64 $REGISTRY/web:$TAG-arm64
    - docker manifest push $REGISTRY/web:$TAG
    """,
    pushes=(f"{REGISTRY}/web:<$CODEBUILD_BUILD_NUMBER>",),
    pulls=(
        f"{REGISTRY}/web:<$CODEBUILD_BUILD_NUMBER>-amd64",
        f"{REGISTRY}/web:<$CODEBUILD_BUILD_NUMBER>-arm64",
    ),
)
MONOREPO = Sample(
    """
    - |
      set -euo pipefail
      build_and_push() {
        local service="$1"
        local uri="$REGISTRY/$PROJECT/$service"
        docker build -t "$uri:$VERSION" -t "$uri:latest" "services/$service"
        docker push --all-tags "$uri"
      }
      for service in api worker; do
        build_and_push "$service"
      done
    """,
    pushes=tuple(
        f"{REGISTRY}/shop/{service}:{tag}"
        for service in ("api", "worker")
        for tag in ("1.4.0", "latest")
    ),
    variables={"PROJECT": "shop", "VERSION": "1.4.0"},
)
BRANCHES = Sample(
    """
    - |
      case "$CODEBUILD_WEBHOOK_HEAD_REF" in
        refs/heads/main) ENVIRONMENT=prod ;;
        refs/heads/*) ENVIRONMENT=dev ;;
        *) echo "not a branch"; exit 1 ;;
      esac
    - docker build -t $REGISTRY/web:$ENVIRONMENT .
    - if [ -z "$SKIP_PUSH" ]; then docker push $REGISTRY/web:$ENVIRONMENT; fi
    - |
      if [[ "$CODEBUILD_WEBHOOK_HEAD_REF" == refs/heads/main ]]; then
        docker tag $REGISTRY/web:$ENVIRONMENT $REGISTRY/web:latest
        docker push $REGISTRY/web:latest
      fi
    """,
    pushes=(f"{REGISTRY}/web:<$ENVIRONMENT>", f"{REGISTRY}/web:latest ?"),
)
BLUE_GREEN = Sample(
    """
    - REPOSITORY=$REGISTRY/web
    - TAG=build-$(echo $CODEBUILD_BUILD_ID | awk -F":" '{print $2}')
    - docker build --build-arg BASE=$BASE -t $REPOSITORY:$TAG .
    - docker push $REPOSITORY:$TAG
    - printf '{"ImageURI":"%s"}' $REPOSITORY:$TAG > imageDetail.json
    - aws ecs describe-task-definition --task-definition web --query taskDefinition > taskdef.json
    - |
      cat > appspec.yaml <<YAML
      version: 0.0
      Resources:
        - TargetService: {Type: "AWS::ECS::Service", Properties: {TaskDefinition: "$TASK"}}
      YAML
    - sed -i "s|old|$REPOSITORY:$TAG|" taskdef.json
    """,
    pushes=(f"{REGISTRY}/web:build-<$(echo $CODEBUILD_BUILD_ID | awk -F':' '{{print $2}}')>",),
    writes=("imageDetail.json", "taskdef.json", "appspec.yaml"),
    aws=("ecs describe-task-definition",),
)
FUNCTION = Sample(
    """
    - cd app
    - docker build -t $REGISTRY/fn:latest .
    - docker push $REGISTRY/fn:latest
    - |
      if aws lambda get-function --function-name fn > /dev/null 2>&1; then
        aws lambda update-function-code --function-name fn --image-uri $REGISTRY/fn:latest
      else
        aws lambda create-function --function-name fn --code ImageUri=$REGISTRY/fn:latest
      fi
    - echo done > result.txt
    """,
    pushes=(f"{REGISTRY}/fn:latest",),
    writes=("app/result.txt",),
    aws=("lambda get-function", "lambda update-function-code", "lambda create-function"),
)
PROMOTION = Sample(
    """
    - >
      MANIFEST=$(aws ecr batch-get-image --repository-name web --image-ids imageTag=latest
      --query 'images[].imageManifest' --output text)
    - aws ecr put-image --repository-name web --image-tag prod --image-manifest "$MANIFEST" || true
    """,
    pushes=(f"{REGISTRY}/web:prod",),
    aws=("ecr batch-get-image", "ecr put-image"),
)
MIRROR = Sample(
    """
    - |
      while read -r image; do
        crane copy "docker.io/library/$image" "$REGISTRY/mirror/$image"
      done <<LIST
      alpine:3.20
      LIST
    - skopeo copy --all docker://docker.io/library/redis:7 docker://$REGISTRY/mirror/redis:7
    """,
    pushes=(f"{REGISTRY}/mirror/<read image>:<tag in read image> ?", f"{REGISTRY}/mirror/redis:7"),
    pulls=("docker.io/library/<read image>:<tag in read image>", "docker.io/library/redis:7"),
)
KANIKO = Sample(
    """
    - /kaniko/executor --context . --destination $REGISTRY/web:$CODEBUILD_BUILD_NUMBER
    """,
    pushes=(f"{REGISTRY}/web:<$CODEBUILD_BUILD_NUMBER>",),
)
GUARDED = Sample(
    """
    - nohup /usr/local/bin/dockerd --host=unix:///var/run/docker.sock &
    - timeout 15 sh -c "until docker info; do echo .; sleep 1; done"
    - docker pull $REGISTRY/web:latest || true
    - docker build --cache-from $REGISTRY/web:latest -t $REGISTRY/web:latest .
    - bash -c "if [ \\"$CODEBUILD_BUILD_SUCCEEDING\\" == \\"0\\" ]; then exit 1; fi"
    - docker push $REGISTRY/web:latest
    """,
    pushes=(f"{REGISTRY}/web:latest",),
    pulls=(f"{REGISTRY}/web:latest", f"{REGISTRY}/web:latest"),
)
SCRIPTED = Sample(
    """
    - chmod +x ./ci/*.sh
    - . ./ci/env.sh
    - ./ci/push.sh "$REGISTRY" && make publish
    - docker push $REGISTRY/web:$TAG
    """,
    pushes=(f"{REGISTRY}/web:<${{TAG}}>",),
    scripts=(". ./ci/env.sh", f"./ci/push.sh {REGISTRY}", "make publish"),
)


@pytest.mark.parametrize(
    "sample",
    [
        pytest.param(sample, id=name.lower())
        for name, sample in globals().items()
        if isinstance(sample, Sample)
    ],
)
def test_what_a_sample_does(sample: Sample) -> None:
    head = "version: 0.2\nphases:\n  build:\n    commands:\n"
    read = parse(head + indent(dedent(sample.commands), " " * 6), VARIABLES | sample.variables)

    assert read.problems == ()
    assert sample.pushes == tuple(
        readable(f"{image.repository}:{image.tag}") + ("" if image.certain else " ?")
        for image in read.pushes
    )
    assert sample.pulls == tuple(
        readable(f"{image.repository}:{image.tag}") for image in read.pulls
    )
    assert read.writes == sample.writes
    assert read.scripts == sample.scripts
    assert sample.aws == tuple(
        " ".join(command.argv[1:3]) for command in read.commands if command.argv[0] == "aws"
    )
